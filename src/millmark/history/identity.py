"""Which row of an identity is canonical: pure functions over columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from millmark.model import PointBatch, TextBatch

Columns: TypeAlias = Sequence[NDArray[Any]]

_ONE_NAN = np.array(np.nan).view(np.uint64)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Positions in the offered block, in its order: `fresh` become canonical, `conflicting` contradict a canonical row.

    The rest, `duplicates` in number, say what is known already.
    """

    fresh: NDArray[np.intp]
    conflicting: NDArray[np.intp]
    duplicates: int


def judge(identity: Columns, content: Columns, known: int) -> Verdict:
    """Compare rows of equal identity with the first of them.

    The first `known` rows are what the store holds, the others the offered block in order of arrival, so that a stored
    row always comes first, and within a block the first to arrive.
    """
    total = len(identity[0])
    order = np.lexsort(tuple(reversed(identity)))
    leads = _differs_from_previous(identity, order)
    leader = order[leads][np.cumsum(leads) - 1]
    agrees = np.ones(total, dtype=np.bool_)
    for column in content:
        agrees &= column[order] == column[leader]
    offered = order >= known
    fresh = order[leads & offered] - known
    conflicting = order[~agrees & offered] - known
    return Verdict(np.sort(fresh), np.sort(conflicting), total - known - len(fresh) - len(conflicting))


def strictly_ascending(first: NDArray[Any], second: NDArray[Any]) -> bool:
    """Whether rows already stand in strict order of (first, second): no two are equal. Cheap, and often so."""
    grows, stays = first[1:] > first[:-1], first[1:] == first[:-1]
    return bool(np.all(grows | (stays & (second[1:] > second[:-1]))))


def value_bits(value: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Values as they compare here: by their bits, so that -0.0 is not 0.0, but every NaN is the same "no value"."""
    bits = np.ascontiguousarray(value).view(np.uint64)
    return np.where(np.isnan(value), _ONE_NAN, bits)


def text_codes(value: pa.StringArray) -> NDArray[np.int64]:
    """A number for each distinct text of one array, -1 for null; comparable only within that array."""
    indices = value.dictionary_encode().indices
    return indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)


def content_of(batch: PointBatch | TextBatch) -> Columns:
    """What two rows of one identity must share to be the same point."""
    value = value_bits(batch.value) if isinstance(batch, PointBatch) else text_codes(batch.value)
    return value, batch.quality, batch.code


def _differs_from_previous(columns: Columns, order: NDArray[np.intp]) -> NDArray[np.bool_]:
    differs = np.zeros(len(order), dtype=np.bool_)
    differs[:1] = True
    for column in columns:
        ordered = column[order]
        differs[1:] |= ordered[1:] != ordered[:-1]
    return differs
