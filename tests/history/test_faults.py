"""Killed processes, full disks and cut connections: what was acknowledged is there once, the rest may be sent again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from millmark.history import CommitBlock, History, HistorySettings, QuarantinedReading, StoreUnavailable
from millmark.history.rollups import Rollups
from millmark.history.schema import migrate
from millmark.history.store import Connection, Store
from millmark.history.writer import Writer
from millmark.model import Period

pytestmark = pytest.mark.faults

START_US = 1_790_000_000_000_000
ALL_TIME = Period(0, 2**52)
SCRIPT = Path(__file__).with_name("committing_process.py")
ROWS, TEXTS = 40, 10


def test_five_kills_lose_nothing_and_double_nothing(tmp_path, open_history):
    folder, chance = tmp_path / "history", np.random.default_rng(5)
    acknowledged: dict[int, int] = {}
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, SCRIPT, folder, str(len(acknowledged))], stdout=subprocess.PIPE, text=True
        )
        with process:
            for _ in range(chance.integers(1, 10)):
                receipt = json.loads(process.stdout.readline())
                acknowledged[receipt["block"]] = receipt["received"]
            time.sleep(chance.random() * 0.03)
            os.kill(process.pid, signal.SIGKILL)
            for line in process.stdout:  # receipts printed before the kill, read after it
                if line.endswith("\n"):
                    receipt = json.loads(line)
                    acknowledged[receipt["block"]] = receipt["received"]
    assert sorted(acknowledged) == list(range(len(acknowledged)))

    history = open_history()
    blocks = len(acknowledged)
    values = history.raw(range(ROWS), ALL_TIME).value
    stored = dict(zip(*np.unique(values, return_counts=True), strict=True))
    texts = history.raw_text(range(1000, 1000 + TEXTS), ALL_TIME).value.value_counts().to_pylist()
    texts_stored = {each["values"]: each["counts"] for each in texts}
    conflicts = np.unique(history.conflicts(limit=100_000)[0].source_time_us, return_counts=True)
    quarantined = history.quarantine(100_000)
    for number in range(blocks):
        assert stored[float(number)] == ROWS
        assert texts_stored[f"block {number}"] == TEXTS
        assert START_US + number * 1_000_000 in conflicts[0]
        assert sum(each.source_time_us == START_US + number for each in quarantined) == 2
    assert max(stored.values()) == ROWS
    assert max(texts_stored.values()) == TEXTS
    assert conflicts[1].max() == 1
    assert len(set(quarantined)) == len(quarantined)
    assert max(history.raw([0], ALL_TIME).received_time_us) >= max(acknowledged.values())


class CutConnection(Connection):
    """The connection of a store, cut at the n-th insert: before it reaches the store, or just after."""

    def __init__(self, whole: Connection, cut_at: int, reached: bool) -> None:
        super().__init__(whole._client, whole._open_insertion)
        self.cut_at, self.reached = cut_at, reached

    def insert(self, table: str, rows: pa.Table) -> None:
        self.cut_at -= 1
        if self.cut_at == 0 and not self.reached:
            raise StoreUnavailable("the wire was cut before the insert")
        super().insert(table, rows)
        if self.cut_at == 0:
            raise StoreUnavailable("the wire was cut before the answer")


@pytest.mark.parametrize("reached", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("cut_at", [1, 2, 3, 4])
@pytest.mark.parametrize("restarted", [False, True], ids=["same writer", "new writer"])
def test_a_commit_cut_anywhere_can_be_repeated(
    tmp_path, clock, numbers, texts, cut_at: int, reached: bool, restarted: bool
):
    block = CommitBlock(
        points=numbers([(1, 0, 1.0), (1, 70 * 86_400_000_000, 2.0), (1, 0, 9.0)]),
        texts=texts([(2, 0, "RUN"), (2, 0, "STOP")]),
        quarantine=(QuarantinedReading(0, "g", "a", "m", None, "x", "unparsable", ""),),
    )
    settings = HistorySettings(path=tmp_path / "history")
    store = Store(settings)
    migrate(store.writer, clock())
    rollups = Rollups(store.rollups)
    rollups.restore()
    writer = Writer(CutConnection(store.writer, cut_at, reached), clock, rollups)
    with pytest.raises(StoreUnavailable):
        writer.commit(block)
    barrier = writer.barrier_us()
    if restarted:
        rollups = Rollups(store.rollups)
        rollups.restore()
        writer = Writer(store.writer, clock, rollups)
    receipt, again = writer.commit(block), writer.commit(block)
    history = History(store, writer, rollups, settings)

    assert receipt.received_time_us > barrier
    assert (again.stored, again.conflicts, again.quarantined) == (0, 0, 0)
    assert history.raw([1], ALL_TIME).value.tolist() == [1.0, 2.0]
    assert history.raw_text([2], ALL_TIME).value.to_pylist() == ["RUN"]
    assert [len(each) for each in history.conflicts()] == [1, 1]
    assert history.quarantine_counts() == {"unparsable": 1}
    history.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = tmp_path / "small-disk"
    mount.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mount], check=False, capture_output=True)
    if done.returncode:
        pytest.skip(f"this machine does not let root mount a tmpfs: {done.stderr.decode().strip()}")
    yield mount
    subprocess.run(["umount", "-l", mount], check=True)


def test_a_full_disk_refuses_commits_keeps_answering_and_recovers_by_itself(small_disk, clock, numbers):
    history = History.open(HistorySettings(path=small_disk / "history"), now_us=clock)
    noise = np.random.default_rng(3)
    filler = small_disk / "filler"

    def block(number: int) -> CommitBlock:
        rows = [(1, number * 2000 + place, value) for place, value in enumerate(noise.random(2000).tolist())]
        return CommitBlock(points=numbers(rows))

    def commit_until_refused(first: int) -> tuple[int, CommitBlock]:
        for number in range(first, 100):
            offered = block(number)
            try:
                history.commit(offered)
            except StoreUnavailable as error:
                assert re.search("space|reserve", str(error))  # noqa: PT017 - which of the commits fails is open
                return number, offered
        pytest.fail("the small disk never became full")

    try:
        for number in range(3):
            history.commit(block(number))
        free = os.statvfs(small_disk)
        filler.write_bytes(b"\0" * max(0, free.f_bavail * free.f_frsize - 30_000))

        acknowledged, refused = commit_until_refused(3)
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                history.commit(refused)
        assert len(history.raw([1], ALL_TIME)) >= acknowledged * 2000

        filler.unlink()
        receipt = history.commit(refused)
        assert receipt.stored + receipt.duplicates == 2000
        assert receipt.conflicts == 0
        assert len(history.raw([1], ALL_TIME)) == (acknowledged + 1) * 2000
        assert np.all(np.diff(history.raw([1], ALL_TIME).source_time_us) > 0)
    finally:
        history.close()
