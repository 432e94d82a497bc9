"""Works on plans one after the other, each in a process of its own, and keeps what it hears of them."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, Queue
from typing import IO, Any, Final

from millmark.region.coverage.assembling import Assembled, told
from millmark.region.coverage.child import encoded, solution_of
from millmark.region.coverage.plan_book import PlanBook, PlanState
from millmark.region.coverage.solving import Limits, Solution

log = logging.getLogger(__name__)

_BEAT_S: Final = 1.0
_GRACE_S: Final = 60.0
"""How long past its own limit a process may take to read, reduce and check before it is ended."""

_STATES: Final[dict[str, PlanState]] = {"infeasible": "infeasible", "cancelled": "cancelled"}


class PlanRunner:
    """Ends its processes when it is closed."""

    def __init__(self, plans: PlanBook) -> None:
        self._plans = plans
        self._stopping = threading.Event()
        self._turns = ThreadPoolExecutor(1, "coverage plans")
        self._waiting: dict[int, Future[None]] = {}

    def take(self, plan_id: int, work: Assembled, limits: Limits) -> None:
        """Solves the plan when its turn comes."""
        self._waiting = {number: future for number, future in self._waiting.items() if not future.done()}
        self._waiting[plan_id] = self._turns.submit(self._solve, plan_id, work, limits)

    def wait(self, plan_id: int, timeout_s: float | None = None) -> None:
        """Until the plan is over, as far as this process works on it."""
        if (future := self._waiting.get(plan_id)) is not None:
            future.result(timeout_s)

    def close(self) -> None:
        self._stopping.set()
        self._turns.shutdown(wait=True, cancel_futures=True)

    def _solve(self, plan_id: int, work: Assembled, limits: Limits) -> None:
        try:
            if not self._plans.start(plan_id):
                return
            solution = self._solution(plan_id, work, limits)
            if solution is None:
                state: PlanState = "interrupted" if self._stopping.is_set() else "failed"
                self._plans.finish(plan_id, state, None)
                return
            state = _STATES.get(solution.status, "done" if solution.choice is not None else "failed")
            self._plans.finish(plan_id, state, told(work, solution))
        except Exception:
            # A plan's trouble is told in the plan and in the log; the next one has its turn.
            log.exception("the coverage plan %s failed", plan_id)
            self._plans.finish(plan_id, "failed", None)

    def _solution(self, plan_id: int, work: Assembled, limits: Limits) -> Solution | None:
        """What the process told, None where it told nothing, was cancelled or had to be ended."""
        command = [sys.executable, "-m", "millmark.region.coverage.child"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
            lines: Queue[bytes | None] = Queue()
            listening = threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True)
            listening.start()
            try:
                _hand_over(process.stdin, encoded(work.problem, limits))
                return self._heard(plan_id, lines, limits)
            finally:
                if process.poll() is None:
                    process.kill()
                listening.join(5)

    def _heard(self, plan_id: int, lines: Queue[bytes | None], limits: Limits) -> Solution | None:
        beats_left = int((limits.seconds + _GRACE_S) / _BEAT_S)
        latest: dict[str, Any] | None = None
        while beats_left > 0 and not self._stopping.is_set():
            try:
                line = lines.get(timeout=_BEAT_S)
            except Empty:
                beats_left -= 1
                self._tell_of_those_waiting(plan_id)
                if not self._plans.beat(plan_id, latest):
                    return None
                continue
            if line is None:
                return None
            word = json.loads(line)
            if "solution" in word:
                return solution_of(word["solution"])
            is_new_stage = latest is None or latest["stage"] != word["progress"]["stage"]
            latest = word["progress"]
            if is_new_stage and not self._plans.beat(plan_id, latest):
                return None
        return None

    def _tell_of_those_waiting(self, running: int) -> None:
        """A plan that is not heard of counts as interrupted; those that wait for their turn are not."""
        for plan_id, future in list(self._waiting.items()):
            if plan_id != running and not future.done():
                self._plans.beat(plan_id)


def _hand_over(way_in: IO[bytes] | None, content: bytes) -> None:
    if way_in is None:
        return
    try:
        way_in.write(content)
        way_in.close()
    except BrokenPipeError:
        log.warning("the process of a coverage plan ended before it had read its problem")


def _listen(way_out: IO[bytes] | None, lines: Queue[bytes | None]) -> None:
    for line in way_out or ():
        lines.put(line)
    lines.put(None)
