"""Readings come one by one, many at once and from compiled passes; they leave in the order in which they came."""

from __future__ import annotations

import numpy as np
import pytest

from millmark.model import ReadingBatch
from millmark.wire.readings import FaultReason, ReadingColumns

S = 1_000_000


@pytest.fixture
def columns() -> ReadingColumns:
    return ReadingColumns("gw")


def write_rows(columns: ReadingColumns, tag: int, *values: float) -> None:
    """As a compiled pass does: straight into the arrays, behind what is there."""
    rows = columns.number_rows()
    rows.reserve(len(values))
    into = slice(rows.count, rows.count + len(values))
    rows.tag[into], rows.time_us[into], rows.value[into] = tag, S, values
    rows.quality[into], rows.code[into] = 0, 0
    rows.count += len(values)


def write_texts(columns: ReadingColumns, tag: int, *texts: str | None) -> None:
    rows = columns.text_rows()
    content = "".join(text or "" for text in texts).encode()
    rows.reserve(len(texts), len(content))
    rows.content[rows.content_count : rows.content_count + len(content)] = np.frombuffer(content, np.uint8)
    for text in texts:
        rows.content_count += len((text or "").encode())
        rows.tag[rows.count], rows.time_us[rows.count], rows.end[rows.count] = tag, S, rows.content_count
        rows.quality[rows.count], rows.code[rows.count] = (2, 7) if text is None else (0, 0)
        rows.count += 1


def only(batches: list[ReadingBatch]) -> ReadingBatch:
    (batch,) = batches
    return batch


def test_numbers_keep_their_order_whichever_way_they_come(columns: ReadingColumns) -> None:
    tag = columns.tag("press", "t")
    columns.add_number(tag, S, 1.0)
    columns.add_number(tag, S, 2.0, 1, 9)
    columns.add_numbers([tag, tag], [S, S], [3.0, 4.0])
    write_rows(columns, tag, 5.0, 6.0)
    columns.add_number(tag, S, 7.0)
    columns.add_numbers(np.array([tag]), np.array([S]), np.array([8.0]), np.array([2]), np.array([5]))
    assert len(columns) == 8
    batches, faults = columns.take()
    batch = only(batches)
    assert batch.value.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert batch.quality.tolist() == [0, 1, 0, 0, 0, 0, 0, 2]
    assert batch.code.tolist() == [0, 9, 0, 0, 0, 0, 0, 5]
    assert faults == []
    assert len(columns) == 0
    assert columns.take() == ([], [])


def test_texts_keep_their_order_whichever_way_they_come(columns: ReadingColumns) -> None:
    tag = columns.tag("press", "state")
    columns.add_text(tag, S, "one")
    write_texts(columns, tag, "zwei", None, "三")
    columns.add_text(tag, S, "", 1, 3)
    write_texts(columns, tag, "six")
    assert len(columns) == 6
    batch = only(columns.take()[0])
    assert batch.text is not None
    assert batch.text.to_pylist() == ["one", "zwei", None, "三", "", "six"]
    assert batch.quality.tolist() == [0, 0, 2, 0, 1, 0]
    assert np.isnan(batch.value).all()


def test_a_batch_stays_as_it_was_while_the_next_gathers(columns: ReadingColumns) -> None:
    tag = columns.tag("press", "t")
    write_rows(columns, tag, 1.0, 2.0)
    batch = only(columns.take()[0])
    write_rows(columns, tag, 8.0, 9.0)
    assert batch.value.tolist() == [1.0, 2.0]
    assert only(columns.take()[0]).value.tolist() == [8.0, 9.0]


def test_of_many_those_outside_the_era_are_set_aside_alone(columns: ReadingColumns) -> None:
    tags = [columns.tag("press", name) for name in "abc"]
    columns.add_numbers(tags, [S, -1, 2**62], [1.0, 2.0, 3.0])
    batches, faults = columns.take()
    assert only(batches).value.tolist() == [1.0]
    assert [(fault.reason, fault.metric) for fault in faults] == [
        (FaultReason.UNPARSABLE, "b"),
        (FaultReason.UNPARSABLE, "c"),
    ]


def test_columns_of_unlike_length_are_a_mistake_of_the_caller(columns: ReadingColumns) -> None:
    with pytest.raises(ValueError, match="differ in length"):
        columns.add_numbers([0], [S, S], [1.0])


def test_memory_of_somebody_else_is_never_written_to(columns: ReadingColumns) -> None:
    tag = columns.tag("press", "t")
    foreign = np.frombuffer(np.array([1.0, 2.0]).tobytes(), np.float64)
    columns.add_numbers(np.array([tag, tag], np.int32)[::1], np.array([S, S, S, S])[::2], foreign)
    write_rows(columns, tag, 3.0)
    assert only(columns.take()[0]).value.tolist() == [1.0, 2.0, 3.0]


def test_tags_keep_their_number_until_there_are_too_many(
    columns: ReadingColumns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("millmark.wire.readings._MOST_TAGS", 2)
    first = columns.tag("press", "a")
    columns.add_number(first, S, 1.0)
    kept = only(columns.take()[0])
    assert (columns.epoch, columns.tag("press", "a")) == (0, first)
    for name in "bcd":
        columns.add_number(columns.tag("press", name), S, 2.0)
    columns.take()
    assert columns.epoch == 1
    assert columns.tag("press", "d") == 0
    assert kept.tags[kept.tag[0]] == ("press", "a")
