"""Latest values on their way to a console: the shape the API declares, whatever the values."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from millmark.model import PointBatch, TextBatch
from millmark.web.columns import live_json
from millmark.web.shapes.enterprises import LivePoint, LivePoints


def test_live_values_have_the_shape_of_the_api() -> None:
    times, nothing, quality = np.array([5, 6, 7]), np.zeros(3, np.int64), np.array([0, 1, 2], np.uint8)
    codes = nothing.astype(np.uint32)
    points = PointBatch(
        np.array([1, 2, 3], np.uint32), times, nothing, np.array([0.1, np.nan, -np.inf]), quality, codes
    )
    texts = TextBatch(np.array([4], np.uint32), times[:1], nothing[:1], pa.array(['"运行"']), quality[:1], codes[:1])
    told = LivePoints.model_validate_json(live_json(points, texts, dropped=9))
    assert told == LivePoints(
        points=[
            LivePoint(series=1, source_time_us=5, value=0.1, text=None, quality=0),
            LivePoint(series=2, source_time_us=6, value=None, text=None, quality=1),
            LivePoint(series=3, source_time_us=7, value=None, text=None, quality=2),
            LivePoint(series=4, source_time_us=5, value=None, text='"运行"', quality=0),
        ],
        dropped=9,
    )
