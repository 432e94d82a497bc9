"""The real command, run as a process over a state folder, alone or beside a platform that runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MILLMARK = [sys.executable, "-c", "from millmark.cli import main; main()"]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Folder:
    """A state folder and the environment that commands over it run in."""

    path: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> Outcome:
        done = subprocess.run(
            [*MILLMARK, *arguments, "--data", str(self.path)],
            capture_output=True,
            text=True,
            timeout=100,
            env=dict(self.environment),
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def start(self) -> subprocess.Popen[str]:
        """`millmark up`, once it has said where its console is."""
        process = subprocess.Popen(
            [*MILLMARK, "up", "--data", str(self.path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(self.environment),
        )
        access = self.path / "run" / "local.json"
        deadline = time.monotonic() + 60
        while not access.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                out, err = process.communicate()
                pytest.fail(f"the platform did not start:\n{out}\n{err}")
            time.sleep(0.1)
        return process


def end(process: subprocess.Popen[str]) -> Outcome:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return Outcome(process.returncode, out, err)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MILLMARK_")} | {
        "MILLMARK_WEB__PORT": "0",
        "MILLMARK_MQTT__PORT": "0",
    }
    return Folder(tmp_path / "state", environment)


@pytest.fixture
def running(folder: Folder) -> Iterator[Folder]:
    process = folder.start()
    try:
        yield folder
    finally:
        if process.poll() is None:
            end(process)
