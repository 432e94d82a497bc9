"""Which equipment is connected at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from millmark.model import AssetPath, PointBatch, Quality, Series, TextBatch
from millmark.model.period import SECOND_US

CONNECTED_WITHIN_US = 5 * 60 * SECOND_US
"""Equipment counts as connected now when one of its series had a good value in these five minutes."""


def fresh_series(points: PointBatch, texts: TextBatch, now_us: int) -> frozenset[int]:
    """The series whose latest point is good and young enough; a point from the future is no sign of life."""
    found: set[int] = set()
    for batch in (points, texts):
        age = now_us - batch.source_time_us
        alive = (batch.quality == Quality.GOOD) & (age <= CONNECTED_WITHIN_US) & (age >= -CONNECTED_WITHIN_US)
        found.update(np.asarray(batch.series)[alive].tolist())
    return frozenset(found)


def connected_equipment(
    equipment: Iterable[AssetPath], series: Sequence[Series], fresh: frozenset[int]
) -> frozenset[AssetPath]:
    """The equipment at or below which a fresh series stands; a part speaks for the machine it belongs to."""
    wanted = frozenset(equipment)
    found: set[AssetPath] = set()
    for one in series:
        if one.id in fresh:
            found.update(path for path in _upwards(one.asset) if path in wanted)
    return frozenset(found)


def _upwards(path: AssetPath) -> Iterable[AssetPath]:
    here: AssetPath | None = path
    while here is not None:
        yield here
        here = here.parent
