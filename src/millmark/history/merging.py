"""Merging is work that can wait; commits and questions cannot."""

from __future__ import annotations

import os
from pathlib import Path

_THREADS = Path("/proc/self/task")
_MERGING = "MergeMutate"
_NICE = 15
"""Little beside threads at 0, which is what all others have, and not nothing: merges never stand still."""


def let_merges_wait() -> None:
    """Gives the embedded engine's merging threads what processor time nobody else wants.

    Under full load merges would take half of it and acknowledgements wait for them. The engine's own setting for this
    needs a privilege (CAP_SYS_NICE); lowering a thread's own priority needs none. On a system without /proc all stays
    as it is.
    """
    for thread in _THREADS.glob("*"):
        try:
            if (thread / "comm").read_text(encoding="utf-8").strip() == _MERGING:
                number = int(thread.name)
                os.setpriority(os.PRIO_PROCESS, number, max(_NICE, os.getpriority(os.PRIO_PROCESS, number)))
        except OSError:
            # The thread has ended meanwhile, or may not be changed: the engine works as well, if less evenly.
            continue
