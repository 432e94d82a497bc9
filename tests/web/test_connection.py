"""What counts as connected at this moment."""

from __future__ import annotations

import numpy as np
import pytest

from millmark.model import AssetPath, DataType, PointBatch, Quality, Series, TextBatch
from millmark.web.connection import CONNECTED_WITHIN_US, connected_equipment, fresh_series

NOW = 1_800_000_000_000_000
PRESS = AssetPath.parse("acme/north/line-1/press")
SPINDLE = Series(1, PRESS.child("spindle"), "speed", "1/min", DataType.FLOAT)


def latest(age_us: int, quality: Quality) -> PointBatch:
    return PointBatch(
        np.array([SPINDLE.id], np.uint32),
        np.array([NOW - age_us], np.int64),
        np.array([NOW], np.int64),
        np.array([1.0]),
        np.array([quality], np.uint8),
        np.array([0], np.uint32),
    )


@pytest.mark.parametrize(
    ("age_us", "quality", "connected"),
    [
        (0, Quality.GOOD, True),
        (CONNECTED_WITHIN_US, Quality.GOOD, True),
        (CONNECTED_WITHIN_US + 1, Quality.GOOD, False),
        (0, Quality.UNCERTAIN, False),
        (0, Quality.BAD, False),
        # Received just now, but its clock says next week: the machine's word on when it lived is not to be trusted.
        (-CONNECTED_WITHIN_US - 1, Quality.GOOD, False),
    ],
)
def test_a_machine_is_connected_while_a_part_of_it_brings_good_values(
    age_us: int, quality: Quality, connected: bool
) -> None:
    fresh = fresh_series(latest(age_us, quality), TextBatch.empty(), NOW)
    assert connected_equipment([PRESS], [SPINDLE], fresh) == (frozenset({PRESS}) if connected else frozenset())


def test_a_machine_without_series_is_not_connected() -> None:
    other = AssetPath.parse("acme/north/line-1/press-2")
    fresh = fresh_series(latest(0, Quality.GOOD), TextBatch.empty(), NOW)
    assert connected_equipment([PRESS, other], [SPINDLE], fresh) == {PRESS}
