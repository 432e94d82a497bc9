"""The command over a state folder, alone or beside a platform that runs in a process of its own.

Commands run in the test's own process, through the same entry point as the installed script: starting an interpreter
for each would take most of the time.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from millmark.cli.app import run

ANY_PORTS = {"MILLMARK_WEB__PORT": "0", "MILLMARK_MQTT__PORT": "0"}


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass(frozen=True)
class Folder:
    """A state folder, and how commands are run over it."""

    path: Path

    def run(self, *arguments: str) -> Outcome:
        return command(*arguments, "--data", str(self.path))

    def start(self) -> subprocess.Popen[str]:
        """`millmark up` as a process, once it answers."""
        process = subprocess.Popen(
            [sys.executable, "-m", "millmark.cli", "up", "--data", str(self.path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        access = self.path / "run" / "local.json"
        deadline = time.monotonic() + 100
        while not access.exists() or str(process.pid) not in access.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                out, err = process.communicate()
                pytest.fail(f"the platform did not start:\n{out}\n{err}")
            time.sleep(0.1)
        return process


def command(*arguments: str) -> Outcome:
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        mock.patch.object(sys, "argv", ["millmark", *arguments]),
        mock.patch.dict(os.environ, environment(), clear=True),
    ):
        try:
            run()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
    return Outcome(code, out.getvalue(), err.getvalue())


def environment() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MILLMARK_")} | ANY_PORTS


def end(process: subprocess.Popen[str]) -> Outcome:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return Outcome(process.returncode, out, err)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "state")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """A folder whose platform runs; one for all tests of a file."""
    folder = Folder(tmp_path_factory.mktemp("running") / "state")
    process = folder.start()
    try:
        yield folder
    finally:
        end(process)
