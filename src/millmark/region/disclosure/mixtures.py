"""What an insider can think possible, by mixtures of tables that an outsider can: without a programme of its own."""

from __future__ import annotations

from typing import Final

import numpy as np

from millmark.region.disclosure.system import Flags, Floats, Ints

_TINY: Final = 1e-10


def is_mixed(points: Floats, column: Ints, need: Floats, known: Ints, scale: Floats) -> Flags:
    """By need whether a mixture of two points raises its column so far and leaves what is known where it is.

    `points` are differences from the true table that fit what is shown, one a row; `known` are the columns that the
    need's insider knows, filled up with -1, and `scale` is the largest number around.

    Such points are convex: between one in which the cell that the insider knows lies above its value and one in which
    it lies below there is one in which it is what it is. It fulfils the need exactly if the line between the two, drawn
    over what the insider knows, passes above the need, and of that the two ends are told apart: (b - need) / a of the
    one and (b - need) / -a of the other must not add up to less than nothing. So the best of each side are the best
    pair. Where more than one cell is known, that pair alone is tried: other answers are left to a programme.
    """
    pivot = known[:, 0]
    tiny = _TINY * scale
    reach = points[:, column] - need
    # Whoever knows nothing here that is hidden is an outsider.
    own = np.where(pivot >= 0, points[:, np.maximum(pivot, 0)], 0.0)
    still = np.abs(own) <= tiny
    above = np.where(own > tiny, reach / np.where(still, 1.0, own), -np.inf)
    below = np.where(own < -tiny, reach / np.where(still, 1.0, -own), -np.inf)
    high, low, flat = above.argmax(axis=0), below.argmax(axis=0), np.where(still, reach, -np.inf).argmax(axis=0)
    every = np.arange(len(column))
    first, second = own[high, every], -own[low, every]
    share = np.where((first > 0) & (second > 0), second / np.where(first + second > 0, first + second, 1.0), 0.0)
    met = np.zeros(len(column), np.bool_)
    for one, other, part in ((high, low, share), (flat, flat, np.ones(len(column)))):
        mixed = part * points[one, column] + (1 - part) * points[other, column]
        kept = np.ones(len(column), np.bool_)
        for cells in known.T:
            there = np.maximum(cells, 0)
            moved = part * points[one, there] + (1 - part) * points[other, there]
            kept &= (cells < 0) | (np.abs(moved) <= tiny)
        met |= kept & (mixed >= need)
    return met
