"""Servers that a benchmark starts beside itself, and what they take of the machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_READY_WITHIN_S = 120.0
_ENDS_WITHIN_S = 60.0
_LOG_TOLD = 2000


class ServerFailed(RuntimeError):
    """A server did not start, or ended; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running server."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def resident_mb(self) -> float:
        return _status_mb(self.process.pid, "VmRSS")

    @property
    def peak_mb(self) -> float:
        """The most resident memory since `forget_peak`."""
        return _status_mb(self.process.pid, "VmHWM")

    @property
    def cpu_s(self) -> float:
        """Processor time of all its threads so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def forget_peak(self) -> None:
        """`peak_mb` counts from now (proc(5), clear_refs, value 5)."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def failure(self, what: str) -> ServerFailed:
        told = self.log.read_text("utf-8", errors="replace")[-_LOG_TOLD:]
        return ServerFailed(f"{self.name} {what}; the end of its log:\n{told}")


@contextmanager
def child(
    name: str,
    command: Sequence[str],
    folder: Path,
    is_ready: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
) -> Iterator[Child]:
    """Runs a server until the block ends; raises `ServerFailed` when it does not come up."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    with log.open("ab") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder, env=environment
        )
    started = Child(name, process, log)
    try:
        deadline = time.monotonic() + _READY_WITHIN_S
        while not is_ready():
            if process.poll() is not None:
                raise started.failure(f"ended with {process.returncode}")
            if time.monotonic() > deadline:
                raise started.failure("did not start")
            time.sleep(0.02)
        yield started
    finally:
        _end(process)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def listens(port: int) -> bool:
    """Whether something takes connections at this loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _status_mb(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    kibibytes = next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))
    return kibibytes * 1024 / 1e6
