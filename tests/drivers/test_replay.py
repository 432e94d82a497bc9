"""A recording on the wall clock: the same rows at the same times, whoever asks and however often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from millmark.drivers import status_codes
from millmark.drivers.config import ReplayConfig
from millmark.drivers.driver import DriverState
from millmark.drivers.errors import InvalidRecording
from millmark.drivers.recording import RecordedTime, read_recording
from millmark.drivers.replay import ReplayDriver

# A busy computer is slow, not wrong.
unhurried = hypothesis_settings(deadline=None)

SECOND_US = 1_000_000
ANCHOR_US = 1_735_689_600 * SECOND_US  # 2025-01-01T00:00Z

recordings = st.builds(
    lambda steps, closing, anchor: RecordedTime.of(
        np.cumsum([0, *steps]).astype(np.int64), anchor_us=anchor, closing_us=closing
    ),
    st.lists(st.integers(1, 1_000), max_size=20),
    st.integers(1, 1_000),
    st.integers(-10_000, 10_000),
)
times = st.integers(-50_000, 50_000)


@unhurried
@given(recordings, times, times, times)
def test_a_span_in_two_parts_is_the_span(recording: RecordedTime, a: int, b: int, c: int) -> None:
    start, middle, end = sorted((a, b, c))
    whole = recording.rows_between(start, end)
    first, second = recording.rows_between(start, middle), recording.rows_between(middle, end)
    assert np.concatenate([first[0], second[0]]).tolist() == whole[0].tolist()
    assert np.concatenate([first[1], second[1]]).tolist() == whole[1].tolist()


@unhurried
@given(recordings, times, st.integers(0, 5_000))
def test_rows_lie_in_the_span_in_order_and_repeat(recording: RecordedTime, start: int, lasting: int) -> None:
    time_us, rows = recording.rows_between(start, start + lasting)
    assert all(start <= time < start + lasting for time in time_us.tolist())
    assert (np.diff(time_us) > 0).all()
    again, same_rows = recording.rows_between(start + recording.length_us, start + lasting + recording.length_us)
    assert (again - recording.length_us).tolist() == time_us.tolist()
    assert same_rows.tolist() == rows.tolist()


@unhurried
@given(recordings, times)
def test_the_next_row_is_the_first_of_what_follows(recording: RecordedTime, time: int) -> None:
    following = recording.next_after(time)
    assert following >= time
    assert recording.rows_between(time, following)[0].tolist() == []
    assert recording.rows_between(following, following + 1)[0].tolist() == [following]


def written(folder: Path, text: str) -> Path:
    path = folder / "recording.csv"
    path.write_text(text, "utf-8")
    return path


def test_rows_are_put_in_order_and_a_repeated_time_counts_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "t,v\n2014-01-01 00:00:02,3\n2014-01-01 00:00:00,1\n2014-01-01 00:00:02,9\n2014-01-01 00:00:01,2\n",
    )
    time_us, table = read_recording(path, "t", ["v"], "UTC")
    assert np.diff(time_us).tolist() == [SECOND_US, SECOND_US]
    assert table.column("v").to_pylist() == [1, 2, 3]


def test_local_times_are_read_in_their_zone(tmp_path: Path) -> None:
    path = written(tmp_path, "t,v\n2025-01-01 08:00:00,1\n")
    assert read_recording(path, "t", ["v"], "Asia/Shanghai")[0].tolist() == [ANCHOR_US]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("t,w\n2025-01-01 00:00:00,1\n", "no column v; it has t, w"),
        ("t,v\nyesterday,1\n", "column t holds string, not times"),
        ("t,v\n2025-01-01 00:00:00,1\n,2\n", "1 rows without a time"),
    ],
)
def test_a_recording_without_times_or_columns_says_which(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidRecording, match=said):
        read_recording(written(tmp_path, text), "t", ["v"], "UTC")


def test_a_recording_must_have_rows() -> None:
    with pytest.raises(InvalidRecording, match="no rows"):
        RecordedTime.of(np.array([], np.int64), anchor_us=0)


class Clock:
    def __init__(self, now_us: int) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        return self.now_us


def settings(path: Path, **more: Any) -> ReplayConfig:
    document = {
        "gateway": "played",
        "root": "acme/north",
        "file": path,
        "time_column": "t",
        "anchor": "2025-01-01T00:00:00Z",
        "tags": [
            {"metric": "level", "column": "level", "scale": 2.0},
            {"metric": "state", "data_type": "text", "column": "state"},
        ],
    }
    return ReplayConfig.model_validate(document | more)


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    """Four rows a second apart: level 0, 1, none, 3."""
    path = tmp_path / "recording.parquet"
    table = pa.table(
        {
            "t": pa.array([0, 1, 2, 3], pa.timestamp("s")),
            "level": pa.array([0.0, 1.0, None, 3.0]),
            "state": ["a", "b", "c", "d"],
        }
    )
    pq.write_table(table, path)
    return path


async def test_what_lies_behind_comes_at_once_and_then_the_recording_is_live(
    parquet: Path, received: Any, running: Any, until: Any
) -> None:
    clock = Clock(ANCHOR_US + 40_000 * SECOND_US)
    driver = ReplayDriver(settings(parquet, backfill_h=1), now_us=clock)
    running(driver.run(received))
    await until(lambda: len(received.of("level")) == 3_601)
    clock.now_us += SECOND_US
    await until(lambda: len(received.of("level")) == 3_602)
    readings = received.of("level")
    assert [time_us for time_us, _, _ in readings] == [
        clock.now_us - offset * SECOND_US for offset in range(3_601, -1, -1)
    ]
    levels = {0: (0.0, 0), 1: (2.0, 0), 3: (6.0, 0)}
    for time_us, value, code in readings[-4:]:
        row = (time_us - ANCHOR_US) // SECOND_US % 4
        if row == 2:
            assert code == status_codes.BAD_NO_DATA
        else:
            assert (value, code) == levels[row]
    assert received.values("state")[-4:] == ["c", "d", "a", "b"]


async def test_a_new_process_goes_on_where_the_history_ends(
    parquet: Path, received: Any, running: Any, until: Any
) -> None:
    clock = Clock(ANCHOR_US + 40_000 * SECOND_US)

    async def last_stored() -> dict[tuple[str, str], int]:
        return {("", "level"): clock.now_us - 10 * SECOND_US, ("", "state"): clock.now_us - 8 * SECOND_US}

    driver = ReplayDriver(settings(parquet, backfill_h=1), now_us=clock, last_stored=last_stored)
    running(driver.run(received))
    await until(lambda: len(received.of("level")) == 10)
    assert received.of("level")[0][0] == clock.now_us - 9 * SECOND_US


async def test_two_players_deliver_the_same(parquet: Path, received: Any, running: Any, until: Any) -> None:
    clock = Clock(ANCHOR_US + 40_000 * SECOND_US)
    other = type(received)()
    running(ReplayDriver(settings(parquet, backfill_h=1), now_us=clock).run(received))
    running(ReplayDriver(settings(parquet, backfill_h=0.5), now_us=clock).run(other))
    await until(lambda: len(received.of("state")) == 3_601 and len(other.of("state")) == 1_801)
    assert received.of("state")[-1_801:] == other.of("state")


async def test_what_was_not_stored_is_offered_again(parquet: Path, received: Any, running: Any, until: Any) -> None:
    received.refusing = True
    clock = Clock(ANCHOR_US + 40_000 * SECOND_US)
    config = settings(parquet, backfill_h=0.01, back_off={"first_s": 0.05, "longest_s": 0.1})
    driver = ReplayDriver(config, now_us=clock)
    running(driver.run(received))
    await until(lambda: "not stored yet" in str(driver.status.last_error))
    received.refusing = False
    await until(lambda: len(received.of("level")) == 37)


async def test_a_missing_file_is_said_and_ends_the_driver(tmp_path: Path, received: Any) -> None:
    driver = ReplayDriver(settings(tmp_path / "absent.parquet"), now_us=Clock(ANCHOR_US))
    with pytest.raises(InvalidRecording, match=r"absent\.parquet: no such file"):
        await driver.run(received)
    assert driver.status.state is DriverState.FAILED
    assert "absent.parquet" in str(driver.status.last_error)


@pytest.mark.parametrize(
    ("set_name", "file", "time_column", "column", "delimiter"),
    [
        ("nab", "realTraffic/speed_7578.csv", "timestamp", "value", ","),
        ("skab", "valve1/0.csv", "datetime", "Pressure", ";"),
    ],
)
def test_public_recordings_can_be_played(
    set_name: str, file: str, time_column: str, column: str, delimiter: str
) -> None:
    path = Path(__file__).parents[3] / "shared" / "data" / set_name / file
    if not path.exists():
        pytest.skip(f"the public set {set_name} is not here")
    time_us, table = read_recording(path, time_column, [column], "UTC", delimiter=delimiter)
    recording = RecordedTime.of(time_us, anchor_us=ANCHOR_US)
    played, rows = recording.rows_between(ANCHOR_US, ANCHOR_US + recording.length_us)
    assert len(played) == len(table)
    assert rows.tolist() == list(range(len(table)))


Now = Callable[[], int]


async def test_live_rows_come_at_their_time(parquet: Path, received: Any, running: Any, wall_us: Now) -> None:
    running(ReplayDriver(settings(parquet), now_us=wall_us).run(received))
    await asyncio.sleep(2.2)
    assert 2 <= len(received.of("level")) <= 4
    assert all(time_us <= wall_us() for time_us, _, _ in received.of("level"))
