"""A folder serves one process, survives restarts, and says so when it cannot be opened."""

from __future__ import annotations

import subprocess
import sys

import pyarrow as pa
import pytest

from millmark.history import CommitBlock, History, HistoryBusy, HistorySettings, SchemaTooNew
from millmark.history.store import Store
from millmark.model import Period

START_US = 1_790_000_000_000_000
DAY = Period(START_US, START_US + 86_400_000_000)


def test_a_second_process_is_told_which_folder_is_taken(history, tmp_path):
    script = (
        "import sys; from pathlib import Path; from millmark.history import *\n"
        "try: History.open(HistorySettings(path=Path(sys.argv[1])), now_us=lambda: 0)\n"
        "except HistoryBusy as error: print(error)"
    )
    folder = tmp_path / "history"
    told = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True, check=True).stdout
    assert str(folder) in told
    assert "open already" in told


def test_a_process_that_opens_two_folders_is_told_why_it_cannot(history, clock, tmp_path):
    with pytest.raises(HistoryBusy, match="serves one folder a process"):
        History.open(HistorySettings(path=tmp_path / "other"), now_us=clock)
    assert history.point_count() == 0


def test_what_was_stored_is_there_after_a_restart_and_still_recognised(history, open_history, numbers, texts):
    block = CommitBlock(
        points=numbers([(1, 0, 1.0), (2, 40 * 86_400_000_000, 2.0), (1, 5, 3.0)]), texts=texts([(3, 0, "RUN")])
    )
    history.commit(block)
    history.close()
    reopened = open_history()
    assert reopened.raw([1], DAY).value.tolist() == [1.0, 3.0]
    receipt = reopened.commit(block)
    assert (receipt.stored, receipt.duplicates) == (0, 4)
    assert reopened.point_count() == 4


def test_a_folder_of_a_newer_release_is_left_alone(history, open_history, tmp_path):
    history.close()
    store = Store(HistorySettings(path=tmp_path / "history"))
    store.writer.insert(
        "schema_migrations",
        pa.table(
            {
                "version": pa.array([9999], pa.uint32()),
                "name": ["from_the_future"],
                "applied_time": pa.array([START_US], pa.timestamp("us", tz="UTC")),
            }
        ),
    )
    store.close()
    with pytest.raises(SchemaTooNew, match="9999"):
        open_history()


def test_each_migration_is_recorded_once(history, open_history, tmp_path):
    history.close()
    open_history().close()
    store = Store(HistorySettings(path=tmp_path / "history"))
    versions = store.query("SELECT version, name FROM millmark.schema_migrations ORDER BY version").to_pylist()
    store.close()
    assert [row["version"] for row in versions] == sorted({row["version"] for row in versions})
    assert versions[0] == {"version": 1, "name": "history"}


@pytest.mark.parametrize("wrong", [{}, {"path": "x", "url": "http://db"}])
def test_settings_name_one_place(wrong):
    with pytest.raises(ValueError, match="either a folder"):
        HistorySettings(**wrong)
