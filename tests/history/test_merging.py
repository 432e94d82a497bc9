"""Merges take what is left of the processor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import json, os, sys
from pathlib import Path
from millmark.history import History, HistorySettings

os.nice(int(sys.argv[2]))
history = History.open(HistorySettings(path=Path(sys.argv[1])), now_us=lambda: 1)
threads = list(Path("/proc/self/task").glob("*"))
merging = [int(thread.name) for thread in threads if (thread / "comm").read_text().strip() == "MergeMutate"]
nice = [os.getpriority(os.PRIO_PROCESS, number) for number in (os.getpid(), *merging)]
history.close()
print(json.dumps(nice))
"""


@pytest.mark.parametrize("given", [0, 3])
def test_the_threads_that_merge_give_way_to_all_others(tmp_path: Path, given: int) -> None:
    """Also in a process that was itself started to give way; below 19 there is nothing."""
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path), str(given)]
    others, *merging = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    assert others == min(os.getpriority(os.PRIO_PROCESS, 0) + given, 19)
    assert merging
    assert set(merging) == {min(others + 15, 19)}
