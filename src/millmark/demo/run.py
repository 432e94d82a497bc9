"""`millmark demo`: simulated machines, the platform and a sample city in one process tree."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn, Self
from zoneinfo import ZoneInfo

import httpx

from millmark.demo.factories import TIME_ZONE
from millmark.demo.outcome import Demonstration, DemonstrationFailed, LocalApi, Outcome
from millmark.demo.ports import LOOPBACK, NoPort, Port, choose_ports, usual_ports
from millmark.demo.processes import Child, ChildFailed, wait_for_file
from millmark.demo.seed import KEY_FILE, SignIn
from millmark.demo.seeded_platform import SIGN_IN_FILE
from millmark.web.local import access_file, read

DEFAULT_FOLDER: Final = Path("millmark-demo")
_READY_WITHIN_S: Final = 120.0
_DATA_WITHIN_S: Final = 75.0
_WATCH_S: Final = 1.0
_INTERRUPTED: Final = 130

Tell = Callable[[str], None]


class Interrupted(Exception):
    """Somebody asked the demo to end."""


def main(*, data: Path | None, once: bool, as_json: bool) -> int:
    """Runs the demonstration; returns the exit code. With `once` it ends by itself when everything has been shown."""
    folder = (data or DEFAULT_FOLDER).resolve()
    # A program that reads the JSON gets nothing but JSON on standard output.
    tell = _to_stderr if as_json else _to_stdout
    try:
        with _interruptible(), DemoProcesses(folder, tell) as demo:
            if once:
                outcome = demo.show()
                if as_json:
                    _to_stdout(json.dumps(outcome.as_json(), ensure_ascii=False))
            else:
                demo.stay()
    except Interrupted:
        tell("stopped; the next start continues where this one stood")
        return _INTERRUPTED if once else 0
    except (ChildFailed, DemonstrationFailed, httpx.HTTPError, OSError, NoPort) as error:
        _to_stderr(f"error: {error}")
        return 1
    return 0


class DemoProcesses:
    """The demo's process tree: entering starts it, leaving ends it, machines first."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder = folder
        self._tell = tell
        self._started = time.monotonic()
        self._children: list[Child] = []
        self._url = ""

    def __enter__(self) -> Self:
        self._refuse_a_second_one()
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_reason: object) -> None:
        self._stop()

    def show(self) -> Outcome:
        """Waits until everything has been shown once. Raises `DemonstrationFailed` when it cannot be."""
        with LocalApi.of(self._folder) as api:
            demonstration = Demonstration(api, _yesterday(), tell=self._tell, check=self._check)
            outcome = Outcome(
                **demonstration.run(_DATA_WITHIN_S),
                seconds=round(time.monotonic() - self._started, 1),
                platform_memory_mb=round(self._platform.memory_mb(), 1),
                url=self._url,
            )
        if not outcome.claim["verified"]:
            failed = [check for check in outcome.claim["checks"] if not check["ok"]]
            raise DemonstrationFailed(f"the claim was not verified: {failed}")
        self._tell(
            f"shown after {outcome.seconds} s: {len(outcome.figures)} figures, OEE {outcome.oee['value']:.1%}, "
            f"a sealed day, a verified claim, {outcome.points_in_history} points"
        )
        return outcome

    def stay(self) -> NoReturn:
        """Says where to look, shows everything in the background, and runs until it is interrupted."""
        shows = threading.Thread(target=self._show_quietly, daemon=True)
        shows.start()
        while True:
            self._check()
            time.sleep(_WATCH_S)

    def _show_quietly(self) -> None:
        try:
            self.show()
        except (ChildFailed, DemonstrationFailed, httpx.HTTPError) as error:
            self._tell(f"the demonstration's claims are not there yet: {error}")

    def _refuse_a_second_one(self) -> None:
        access = read(self._folder)
        if access is not None and Path(f"/proc/{access.pid}").exists():
            raise DemonstrationFailed(
                f"a platform already runs on {self._folder}, at {access.url}; use that one, end it, or name another "
                "folder with --data"
            )

    def _start(self) -> None:
        ports = choose_ports(usual_ports(os.environ))
        for port in ports.values():
            if port.moved:
                self._tell(f"port {port.usual} is taken: {port.purpose} listens on {port.number}")
        self._url = f"http://{LOOPBACK}:{ports['web'].number}"
        self._tell(f"preparing {self._folder} …")
        sign_in = self._start_platform(ports)
        self._start_machines(ports)
        self._announce(sign_in)

    def _start_platform(self, ports: dict[str, Port]) -> SignIn:
        access, sign_in = access_file(self._folder), self._folder / SIGN_IN_FILE
        for left_behind in (access, sign_in):
            left_behind.unlink(missing_ok=True)
        arguments = [word for port in ports.values() for word in (f"--{port.purpose}", str(port.number))]
        self._platform = self._child(
            "platform", "millmark.demo.seeded_platform", "--data", str(self._folder), *arguments
        )
        wait_for_file(access, self._platform, _READY_WITHIN_S)
        try:
            return SignIn(**json.loads(sign_in.read_text("utf-8")))
        finally:
            sign_in.unlink()

    def _start_machines(self, ports: dict[str, Port]) -> None:
        self._child(
            "machines",
            "millmark.demo.simulators",
            *("--state", str(self._folder / "simulators")),
            *("--opcua-port", str(ports["opcua"].number)),
            *("--modbus-port", str(ports["modbus"].number)),
            *("--mqtt", f"{LOOPBACK}:{ports['mqtt'].number}"),
            *("--key-file", str(self._folder / KEY_FILE)),
        )

    def _child(self, name: str, module: str, *arguments: str) -> Child:
        child = Child(name, module, list(arguments), self._folder / "logs" / f"{name}.log")
        self._children.append(child)
        return child

    def _announce(self, sign_in: SignIn) -> None:
        password = sign_in.password or "the password you chose"
        self._tell("")
        self._tell(f"  open     {self._url}")
        self._tell(f"  sign in  {sign_in.account} / {password}")
        self._tell("  end      Ctrl-C")
        self._tell("")

    def _check(self) -> None:
        for child in self._children:
            child.check()

    def _stop(self) -> None:
        for child in reversed(self._children):
            child.stop()


def _yesterday() -> date:
    """The demonstration sites' last whole day."""
    return datetime.now(ZoneInfo(TIME_ZONE)).date() - timedelta(days=1)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Turns Ctrl-C and SIGTERM into `Interrupted`, once; a second one while stopping is not heard."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise Interrupted

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _to_stdout(line: str) -> None:
    sys.stdout.write(line + os.linesep)
    sys.stdout.flush()


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + os.linesep)
    sys.stderr.flush()
