"""The same promises on a ClickHouse server: one that MILLMARK_TEST_CLICKHOUSE_URL names, or the engine behind HTTP."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from millmark.history import CommitBlock, History, HistorySettings, QuarantinedReading, StoreUnavailable
from millmark.model import Period

URL = os.environ.get("MILLMARK_TEST_CLICKHOUSE_URL")
START_US = 1_790_000_000_000_000
DAY = Period(START_US, START_US + 86_400_000_000)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[History]:
    url = URL or request.getfixturevalue("clickhouse_url")
    history = History.open(HistorySettings(url=url), now_us=lambda: time.time_ns() // 1000)
    yield history
    history.close()


def test_commit_and_read_on_a_server(server, numbers, texts):
    series = time.time_ns() // 1_000_000_000  # a new one each run: the server keeps what earlier runs stored
    block = CommitBlock(
        points=numbers([(series, 0, 1.0), (series, 1, 3.0), (series, 0, 9.0)]),
        texts=texts([(series + 1, 0, "RUN")]),
        quarantine=(QuarantinedReading(0, "g", "a", "m", None, f"run {series}", "unparsable", ""),),
    )
    first, again = server.commit(block), server.commit(block)
    assert (first.stored, first.conflicts, first.quarantined) == (3, 1, 1)
    assert (again.stored, again.conflicts, again.quarantined, again.duplicates) == (0, 0, 0, 5)
    assert server.raw([series], DAY).value.tolist() == [1.0, 3.0]
    assert server.raw_text([series + 1], DAY).value.to_pylist() == ["RUN"]
    assert server.last_before([series], START_US + 1)[0].value.tolist() == [1.0]
    assert server.downsample(series, DAY, 10).mean.tolist() == [2.0]
    assert server.barrier_us() == first.received_time_us


def test_a_server_that_does_not_answer_is_named():
    with pytest.raises(StoreUnavailable, match="could not open the history"):
        History.open(HistorySettings(url="http://127.0.0.1:1"), now_us=lambda: 0)
