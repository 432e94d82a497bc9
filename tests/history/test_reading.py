"""The questions a history answers."""

from __future__ import annotations

import csv
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from millmark.history import CommitBlock, ExportFormat, StoreUnavailable, export
from millmark.history.mixed_rows import SCHEMA
from millmark.model import Period

ON_SERVER = {
    "test_raw_is_ordered_by_series_and_time_and_bounded_by_its_period_and_limit",
    "test_the_state_at_a_periods_start_is_found_however_old_it_is",
    "test_downsampling_agrees_with_numpy",
    "test_an_export_holds_what_raw_tells_and_appears_whole",
    "test_many_threads_read_while_one_writes",
}
START_US = 1_790_000_000_000_000
HOUR_US = 3_600_000_000
DAY = Period(START_US, START_US + 24 * HOUR_US)


def test_raw_is_ordered_by_series_and_time_and_bounded_by_its_period_and_limit(history, numbers):
    history.commit(CommitBlock(points=numbers([(2, 5, 25.0), (1, 10, 110.0), (1, 3, 13.0), (3, 1, 0.0)])))
    period = Period(START_US + 3, START_US + 10)
    assert history.raw([2, 1], period).value.tolist() == [13.0, 25.0]
    assert history.raw([2, 1], DAY, limit=2).value.tolist() == [13.0, 110.0]
    assert len(history.raw([], DAY)) == 0
    assert len(history.raw([99], DAY)) == 0


def test_a_period_of_all_time_is_no_error(history, numbers):
    history.commit(CommitBlock(points=numbers([(1, 0, 1.0)])))
    assert len(history.raw([1], Period(-(2**62), 2**62))) == 1


@pytest.mark.parametrize("age_us", [1, 2 * HOUR_US, 40 * HOUR_US, 2000 * HOUR_US])
def test_the_state_at_a_periods_start_is_found_however_old_it_is(history, numbers, texts, age_us):
    history.commit(
        CommitBlock(
            points=numbers([(1, -age_us, 1.0), (1, -age_us - 5, 0.0), (1, 0, 9.0), (2, -1, 2.0), (3, 5, 3.0)]),
            texts=texts([(4, -age_us, "RUN"), (4, 0, "STOP")]),
        )
    )
    before, texts_before = history.last_before([1, 2, 3, 4], START_US)
    assert before.value.tolist() == [1.0, 2.0]
    assert texts_before.value.to_pylist() == ["RUN"]


def test_the_state_is_told_as_it_was_known(history, numbers):
    history.commit(CommitBlock(points=numbers([(1, 0, 1.0)])))
    barrier = history.barrier_us()
    history.commit(CommitBlock(points=numbers([(1, 1, 2.0)])))
    assert history.last_before([1], START_US + 9, known_at_us=barrier)[0].value.tolist() == [1.0]
    assert history.last_before([1], START_US + 9)[0].value.tolist() == [2.0]


def test_the_extent_of_a_series(history, numbers, texts):
    history.commit(CommitBlock(points=numbers([(1, 3, 0.0), (1, 9, 0.0)]), texts=texts([(2, 4, "RUN")])))
    assert history.extent(1) == Period(START_US + 3, START_US + 10)
    assert history.extent(2) == Period(START_US + 4, START_US + 5)
    assert history.extent(3) is None


def test_downsampling_agrees_with_numpy(history, numbers):
    random = np.random.default_rng(1)
    time = np.unique(random.integers(0, 1_000_003, 4000))
    value = random.normal(20, 5, len(time))
    value[random.random(len(time)) < 0.05] = np.nan
    value[random.random(len(time)) < 0.02] = np.inf
    quality = random.choice([0, 1, 2], len(time), p=[0.8, 0.1, 0.1])
    quality[(time > 300_000) & (time < 340_000)] = 2
    rows = list(zip([1] * len(time), time.tolist(), value.tolist(), quality.tolist(), strict=True))
    rows = [row for row in rows if not 600_000 < row[1] < 660_000]
    history.commit(CommitBlock(points=numbers([*rows, (2, 5, 1e9)])))
    kept = np.array([row[1:] for row in rows])

    got = history.downsample(1, Period(START_US, START_US + 1_000_003), 50)

    assert got.width_us == 20_001
    bucket = kept[:, 0].astype(np.int64) // got.width_us
    assert got.start_us.tolist() == [START_US + b * got.width_us for b in np.unique(bucket)]
    assert 50 > len(got) > 40  # the silent stretch leaves no buckets
    for place, each in enumerate(np.unique(bucket)):
        of_bucket = kept[bucket == each]
        usable = of_bucket[np.isfinite(of_bucket[:, 1]) & (of_bucket[:, 2] <= 1), 1]
        assert got.count[place] == len(of_bucket)
        assert got.good_count[place] == (of_bucket[:, 2] == 0).sum()
        want = [usable.min(), usable.max(), usable.mean(), usable[0], usable[-1]] if len(usable) else [np.nan] * 5
        shown = [got.min[place], got.max[place], got.mean[place], got.first[place], got.last[place]]
        np.testing.assert_allclose(shown, want, rtol=1e-12)
    assert np.isnan(got.min).any()


def test_downsampling_into_no_bucket_is_refused(history):
    with pytest.raises(ValueError, match="at least one bucket"):
        history.downsample(1, DAY, 0)


def test_an_export_holds_what_raw_tells_and_appears_whole(history, numbers, texts, tmp_path):
    two_months = Period(START_US, START_US + 60 * 24 * HOUR_US)
    history.commit(
        CommitBlock(
            points=numbers([(1, 0, 1.5, 0, 7), (1, 50 * 24 * HOUR_US, math.nan, 2), (2, 1, 2.0), (9, 1, 0.0)]),
            texts=texts([(3, 2, "运行"), (3, 3, None)]),
        )
    )
    file = tmp_path / "export.parquet"
    assert history.export_file([3, 2, 1], two_months, file) == 5
    table = pq.read_table(file)
    assert table.column_names == ["series", "source_time", "received_time", "value", "text_value", "quality", "code"]
    assert table.column("series").to_pylist() == [1, 1, 2, 3, 3]
    assert table.column("text_value").to_pylist() == [None, None, None, "运行", None]
    assert table.column("code").to_pylist() == [7, 0, 0, 0, 0]
    assert table.column("value").null_count == 2
    assert str(table.schema.field("source_time").type) == "timestamp[us, tz=UTC]"
    assert [each.name for each in tmp_path.iterdir() if "export" in each.name] == ["export.parquet"]


def test_every_form_of_an_export_says_the_same(history, numbers, texts, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "PAGE_ROWS", 7)
    rows = [(1, step, step / 8) for step in range(30)]
    history.commit(CommitBlock(points=numbers([*rows, (2, 3, math.nan, 2)]), texts=texts([(3, 2, 'a "b", 运行')])))
    files = {form: tmp_path / f"export.{form}" for form in ExportFormat}
    assert {history.export_file([1, 2, 3], DAY, file, form) for form, file in files.items()} == {32}
    tables = [
        pq.read_table(files[ExportFormat.PARQUET]).cast(SCHEMA),
        pa.ipc.open_file(files[ExportFormat.ARROW]).read_all(),
        pa.ipc.open_stream(files[ExportFormat.ARROWS]).read_all(),
    ]
    assert all(table.schema == SCHEMA for table in tables)
    assert len({str(table.to_pylist()) for table in tables}) == 1
    with files[ExportFormat.CSV].open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [float(line["value"]) for line in lines[:30]] == [row[2] for row in rows]
    assert lines[0]["source_time"] == "2026-09-21 14:13:20.000000Z"
    assert (lines[30]["value"], lines[30]["quality"]) == ("nan", "2")
    assert (lines[31]["value"], lines[31]["text_value"]) == ("", 'a "b", 运行')
    streamed = b"".join(history.export([1, 2, 3], DAY, ExportFormat.CSV))
    assert streamed == files[ExportFormat.CSV].read_bytes()


def test_an_export_of_nothing_is_an_empty_file_with_all_columns(history, tmp_path):
    assert history.export_file([1], DAY, tmp_path / "none.parquet") == 0
    assert pq.read_table(tmp_path / "none.parquet").num_columns == 7


def test_an_export_that_fails_leaves_the_old_file(history, numbers, tmp_path):
    history.commit(CommitBlock(points=numbers([(1, 0, 1.0)])))
    file = tmp_path / "export.parquet"
    history.export_file([1], DAY, file)
    before = file.read_bytes()
    history.close()
    with pytest.raises(StoreUnavailable):
        history.export_file([1], DAY, file)
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if "export" in each.name] == ["export.parquet"]


def test_many_threads_read_while_one_writes(history, numbers):
    history.commit(CommitBlock(points=numbers([(1, 0, 0.0)])))

    def write():
        for step in range(1, 40):
            history.commit(CommitBlock(points=numbers([(1, step, float(step)), (2, step, 0.0)])))

    def read(_):
        rows = history.raw([1], DAY)
        assert rows.value.tolist() == list(range(len(rows)))
        return len(rows)

    with ThreadPoolExecutor(6) as pool:
        writing = pool.submit(write)
        counts = list(pool.map(read, range(60)))
        writing.result()
    assert max(counts) > 1
    assert len(history.raw([1], DAY)) == 40
