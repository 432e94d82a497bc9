"""Looks at the platform every few seconds and keeps what it saw."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from millmark.history import EngineState, History, HistoryError, RollupState
from millmark.intake import Intake
from millmark.model.period import SECOND_US
from millmark.observability.process_state import process_state
from millmark.observability.recorder import FINE_STEP_S, IntakeRecorder

log = logging.getLogger(__name__)

ENGINE_EVERY_S: Final = 15.0


@dataclass(slots=True)
class SealingState:
    """How the sealing of days fares: counts since the start, the days that were still due after the last round, and
    when that ended."""

    sealed_days: int = 0
    failures: int = 0
    due_days: int = 0
    last_round_us: int | None = None


class PlatformWatch:
    """Takes the door's counts every 5 s and asks the engine every 15 s, in a thread. Nothing else asks the engine for
    its state, so however often somebody looks, the engine is not busier for it."""

    def __init__(
        self,
        intake: Intake,
        history: History,
        *,
        now_us: Callable[[], int],
    ) -> None:
        self.recorder = IntakeRecorder()
        self.sealing = SealingState()
        self._intake = intake
        self._history = history
        self._now_us = now_us
        self._engine: EngineState | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def engine(self) -> EngineState | None:
        """As it was when it answered last; None before the first answer."""
        return self._engine

    @property
    def rollups(self) -> RollupState:
        """How much of the rollups is in memory only, at this moment."""
        return self._history.rollup_state()

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._record_for_ever(), name="record the door's counts"),
            asyncio.create_task(self._ask_for_ever(), name="ask the engine for its state"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def record(self) -> None:
        """One step of the recording."""
        self.recorder.record(
            self._now_us(),
            self._intake.stats(),
            self._intake.counters.gateways,
            memory_bytes=process_state().resident_bytes,
            rollup_lag_s=self.rollups.unsaved_us / SECOND_US,
        )

    async def ask_engine(self) -> None:
        """Brings `engine` up to date; while the store does not answer it stays as it was."""
        try:
            self._engine = await asyncio.to_thread(self._history.engine_state)
        except HistoryError as error:
            log.warning("the engine does not tell its state: %s", error)

    async def _record_for_ever(self) -> None:
        while True:
            try:
                self.record()
            except Exception:
                # The supervisor of the recording: what cannot be watched must not end the watching.
                log.exception("the door's counts could not be recorded")
            await asyncio.sleep(FINE_STEP_S)

    async def _ask_for_ever(self) -> None:
        while True:
            try:
                await self.ask_engine()
            except Exception:
                # As above.
                log.exception("the engine's state could not be asked for")
            await asyncio.sleep(ENGINE_EVERY_S)
