"""What the operating system says of this process."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProcessState:
    resident_bytes: int
    cpu_s: float
    open_files: int
    most_files: int
    threads: int


def process_state() -> ProcessState:
    """Resident memory, processor time since the start, and the files and threads that are open now (Linux)."""
    status = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines() if ":" in line
    )
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return ProcessState(
        resident_bytes=int(status["VmRSS"].split()[0]) * 1024,
        cpu_s=usage.ru_utime + usage.ru_stime,
        open_files=len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - iterating paths would open them
        most_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        threads=int(status["Threads"]),
    )
