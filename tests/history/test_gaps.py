"""Late rows that fall where the store holds nothing are taken without a look at it; none counts twice for that."""

from __future__ import annotations

import numpy as np
import pytest
from tests.history.conftest import START_US

from millmark.history import CommitBlock, History, StoreUnavailable, writer
from millmark.history.store import Connection
from millmark.model import Period, PointBatch

ALL_TIME = Period(0, 2**52)


def rows(seconds: range | list[int], series: int = 1) -> CommitBlock:
    count = len(seconds)
    nothing = np.zeros(count, np.int64)
    return CommitBlock(
        points=PointBatch(
            np.full(count, series, np.uint32),
            START_US + np.array(seconds, np.int64) * 1_000_000,
            nothing,
            np.array(seconds, np.float64),
            nothing.astype(np.uint8),
            nothing.astype(np.uint32),
        )
    )


def seconds_stored(history: History, series: int = 1) -> list[int]:
    stored = history.raw([series], ALL_TIME)
    assert np.array_equal(stored.value, (stored.source_time_us - START_US) / 1e6)
    return ((stored.source_time_us - START_US) // 1_000_000).tolist()


@pytest.fixture
def looked_up(monkeypatch) -> list[int]:
    """How many rows each look at the store was for."""
    asked: list[int] = []
    look = writer.stored

    def looked(connection, place, wanted):
        asked.append(len(wanted))
        return look(connection, place, wanted)

    monkeypatch.setattr(writer, "stored", looked)
    return asked


def test_rows_after_late_ones_need_no_look_until_they_reach_a_stored_point(history, looked_up):
    history.commit(rows([0, 1_000, 5_000]))
    assert history.commit(rows(range(100, 150))).stored == 50
    assert looked_up == [50]
    assert history.commit(rows(range(150, 200))).stored == 50
    assert looked_up == [50]

    receipt = history.commit(rows(range(990, 1_010)))
    assert (receipt.stored, receipt.duplicates) == (19, 1)
    assert looked_up == [50, 10]
    assert seconds_stored(history) == [0, *range(100, 200), *range(990, 1_010), 5_000]


def test_what_was_let_pass_is_a_duplicate_when_it_comes_again(history):
    history.commit(rows([0, 5_000]))
    history.commit(rows(range(100, 150)))
    history.commit(rows(range(150, 200)))
    receipt = history.commit(rows(range(100, 210)))
    assert (receipt.stored, receipt.duplicates) == (10, 100)
    receipt = history.commit(rows([220, 215, 220, 215, 230]))
    assert (receipt.stored, receipt.duplicates) == (3, 2)
    assert seconds_stored(history) == [0, *range(100, 210), 215, 220, 230, 5_000]


def test_a_gap_ends_at_what_was_the_newest_point(history):
    """The row at 300 is new in the same block as the late ones: no gap may reach over it."""
    history.commit(rows([0, 200]))
    history.commit(rows([*range(100, 150), 300]))
    receipt = history.commit(rows([150, 200, 300, 250, 400]))
    assert (receipt.stored, receipt.duplicates) == (3, 2)
    history.commit(rows([350]))
    receipt = history.commit(rows([350, 400, 360]))
    assert (receipt.stored, receipt.duplicates) == (1, 2)
    assert seconds_stored(history) == [0, *range(100, 151), 200, 250, 300, 350, 360, 400]


def test_rows_let_pass_in_a_commit_that_failed_are_looked_up_when_they_come_again(history, monkeypatch, looked_up):
    history.commit(rows([0, 5_000]))
    history.commit(rows(range(100, 150)))
    insert = Connection.insert

    def insert_and_fail(self, table, columns):
        insert(self, table, columns)
        raise StoreUnavailable("the answer was lost")

    with monkeypatch.context() as broken:
        broken.setattr(Connection, "insert", insert_and_fail)
        with pytest.raises(StoreUnavailable):
            history.commit(rows(range(150, 200)))
    receipt = history.commit(rows(range(150, 210)))
    assert (receipt.stored, receipt.duplicates) == (10, 50)
    assert looked_up == [50, 50]
    assert seconds_stored(history) == [0, *range(100, 210), 5_000]


def test_series_late_by_different_times_have_gaps_of_their_own(history, looked_up):
    for series in (1, 2, 3):
        history.commit(rows([0, 10_000], series))
    for first in (100, 150, 2_000, 2_050):
        for series in (1, 2, 3):
            assert history.commit(rows(range(first + series, first + series + 40), series)).stored == 40
    assert sum(looked_up) == 6 * 40
    for series in (1, 2, 3):
        assert len(seconds_stored(history, series)) == 162
