"""Merging is work that can wait; commits and questions cannot."""

from __future__ import annotations

import os
from pathlib import Path

_THREADS = Path("/proc/self/task")
_MERGING = "MergeMutate"
_FURTHER, _LOWEST = 15, 19
"""So far below the other threads, whatever the process itself was started with: little, and not nothing, for merges
never stand still."""


def let_merges_wait() -> None:
    """Gives the embedded engine's merging threads what processor time nobody else wants.

    Under full load merges would take half of it and acknowledgements wait for them. The engine's own setting for this
    needs a privilege (CAP_SYS_NICE); lowering a thread's own priority needs none. On a system without /proc all stays
    as it is.
    """
    nice = min(os.getpriority(os.PRIO_PROCESS, 0) + _FURTHER, _LOWEST)
    for thread in _THREADS.glob("*"):
        try:
            if (thread / "comm").read_text(encoding="utf-8").strip() == _MERGING:
                number = int(thread.name)
                os.setpriority(os.PRIO_PROCESS, number, max(nice, os.getpriority(os.PRIO_PROCESS, number)))
        except OSError:
            # The thread has ended meanwhile, or may not be changed: the engine works as well, if less evenly.
            continue
