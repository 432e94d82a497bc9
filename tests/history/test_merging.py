"""Merges take what is left of the processor."""

from __future__ import annotations

import os
from pathlib import Path

from millmark.history import History, HistorySettings


def test_the_threads_that_merge_give_way_to_all_others(tmp_path: Path) -> None:
    history = History.open(HistorySettings(path=tmp_path), now_us=lambda: 1)
    nice = {
        int(thread.name): (os.getpriority(os.PRIO_PROCESS, int(thread.name)), (thread / "comm").read_text().strip())
        for thread in Path("/proc/self/task").glob("*")
    }
    history.close()
    merging = [value for value, name in nice.values() if name == "MergeMutate"]
    assert merging
    assert min(merging) > nice[os.getpid()][0]
