"""The demo's child processes: the simulated machines and the platform, started together and ended cleanly."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import IO

STOP_TIMEOUT_S = 20.0


class ChildFailed(RuntimeError):
    """A child process ended by itself; the message holds the last lines it wrote."""


class Child:
    """A Python module running as a process of its own, writing to a log file."""

    def __init__(self, name: str, module: str, arguments: list[str], log: Path) -> None:
        self.name = name
        self._log_path = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log: IO[bytes] = log.open("wb")
        self._process = subprocess.Popen(  # noqa: S603 - our own module by its name, without a shell
            [sys.executable, "-m", "millmark.demo.child", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            # A Ctrl-C reaches the whole terminal group; only the parent may act on it, and stop the rest in order.
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        """Raise `ChildFailed` when the process is no longer running."""
        code = self._process.poll()
        if code is not None:
            tail = self._log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
            raise ChildFailed(f"{self.name} ended with code {code}; its log is {self._log_path}:\n" + "\n".join(tail))

    def stop(self) -> None:
        """End the process with SIGTERM; after `STOP_TIMEOUT_S` with SIGKILL. Safe to call twice."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._log.close()

    def memory_mb(self) -> float:
        """Resident memory now, in MB (10**6 bytes)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(resident.split()[1]) * 1024 / 1e6


def wait_for_file(path: Path, child: Child, timeout_s: float) -> None:
    """Wait until `path` exists, as long as `child` lives."""
    deadline = time.monotonic() + timeout_s
    while not path.exists():
        child.check()
        if time.monotonic() > deadline:
            raise ChildFailed(f"{child.name} did not become ready within {timeout_s:.0f} s ({path} is missing)")
        time.sleep(0.05)
