import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.model import PointBatch, Quality, ReadingBatch, TextBatch, quality_of_status


def numeric(count: int) -> PointBatch:
    rows = np.arange(count)
    return PointBatch(
        series=rows.astype(np.uint32),
        source_time_us=rows.astype(np.int64),
        received_time_us=rows.astype(np.int64),
        value=rows.astype(np.float64),
        quality=np.zeros(count, np.uint8),
        code=np.zeros(count, np.uint32),
    )


def test_points_become_arrow_and_come_back_without_a_copy() -> None:
    points = numeric(1000)
    back = PointBatch.from_arrow(points.to_arrow())
    for name in ("series", "source_time_us", "received_time_us", "value", "quality", "code"):
        assert np.shares_memory(getattr(points, name), getattr(back, name)), name


def test_a_table_in_chunks_is_one_batch() -> None:
    table = pa.concat_tables([numeric(3).to_arrow(), numeric(2).to_arrow()])
    assert PointBatch.from_arrow(table).value.tolist() == [0.0, 1.0, 2.0, 0.0, 1.0]


def test_texts_keep_what_was_not_given() -> None:
    one = np.ones(2, np.uint8)
    texts = TextBatch(
        one.astype(np.uint32),
        one.astype(np.int64),
        one.astype(np.int64),
        pa.array(["run", None]),
        one,
        one.astype(np.uint32),
    )
    assert TextBatch.from_arrow(texts.to_arrow()).value.to_pylist() == ["run", None]
    assert texts.take(np.array([False, True])).value.to_pylist() == [None]


def test_an_empty_batch_is_a_batch() -> None:
    assert len(PointBatch.empty()) == 0
    assert len(TextBatch.empty()) == 0
    assert len(PointBatch.from_arrow(PointBatch.empty().to_arrow())) == 0


def test_columns_of_different_length_are_refused() -> None:
    points = numeric(2)
    with pytest.raises(ValueError, match="differ in length"):
        PointBatch(
            points.series[:1], points.source_time_us, points.received_time_us, points.value, points.quality, points.code
        )


def test_a_reading_that_points_at_no_tag_is_refused() -> None:
    points = numeric(2)
    with pytest.raises(ValueError, match="outside the batch's 1 tags"):
        ReadingBatch(
            "gateway",
            (("press-1", "state"),),
            np.array([0, 1], np.int32),
            points.source_time_us,
            points.value,
            points.quality,
            points.code,
        )


@given(
    st.integers(0, 2**30 - 1),
    st.sampled_from([(0, Quality.GOOD), (1, Quality.UNCERTAIN), (2, Quality.BAD), (3, Quality.BAD)]),
)
def test_quality_is_the_severity_of_the_status_code(rest: int, severity: tuple[int, Quality]) -> None:
    code = np.array([(severity[0] << 30) | rest], np.uint32)
    assert quality_of_status(code).tolist() == [severity[1]]


def test_known_status_codes_of_opc_ua() -> None:
    # Good, GoodClamped, UncertainLastUsableValue, BadCommunicationError (OPC 10000-4, table of status codes)
    codes = np.array([0x0, 0x00300000, 0x40900000, 0x80050000], np.uint32)
    assert quality_of_status(codes).tolist() == [0, 0, 1, 2]
