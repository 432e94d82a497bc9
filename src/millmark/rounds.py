"""What a running platform does by the clock: seals days that are over, runs the errands of each round, escalates."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date as calendar_date
from zoneinfo import ZoneInfo

from millmark.evidence import SealBook
from millmark.evidence.nodes import RegionLink, RegionUnreachable, WitnessBook
from millmark.model import Period
from millmark.model.period import SECOND_US, utc_datetime
from millmark.observability.watch import SealingState
from millmark.programmes.proof import OwnAnswers
from millmark.registry import DatabaseUnavailable, Registry
from millmark.retaining import Retainer

log = logging.getLogger(__name__)

SEAL_AFTER_MIDNIGHT_US = 120_000_000
SEAL_AT_LEAST_EVERY_S = 900.0
SEAL_AGAIN_AFTER_TROUBLE_S = 60.0
ESCALATE_EVERY_S = 3600.0
RECENT_DAYS = 3


@dataclass(frozen=True)
class Rounds:
    """Runs in threads of its own, so readings come in meanwhile as ever; ending it waits for what is in hand.

    `errands` follow each round of sealing, `escalations` come every hour; trouble with one keeps no other from its
    turn. `stopping` says that the platform goes down.
    """

    registry: Registry
    seals: SealBook
    witness: WitnessBook
    retainer: Retainer
    state: SealingState
    errands: Sequence[Callable[[], object]]
    escalations: Sequence[Callable[[], object]]
    stopping: Callable[[], bool]
    now_us: Callable[[], int]

    def start(self, started: AsyncExitStack) -> None:
        """Begins, until `started` is closed."""
        for work, name in ((self._seal_for_ever(), "seal due days"), (self._escalate_for_ever(), "escalate")):
            started.push_async_callback(ended, asyncio.create_task(work, name=name))

    def seal_due(self, recent_days: int | None) -> None:
        """Seals days that are over, then amends the latest `recent_days` of each site, or all of its sealed days."""
        still_due = 0
        for site in self.registry.sites():
            due = []
            try:
                due = self.seals.due_days(site.id)
                while due:
                    if self.stopping():
                        return
                    self.seals.seal_day(site.id, due[0])
                    del due[0]
                    self.state.sealed_days += 1
                self.witness.see_own(self.seals.seals(site.id))
                sealed = sorted({seal.date for seal in self.seals.seals(site.id)}, reverse=True)
                for day in sealed[:recent_days]:
                    if self.stopping():
                        return
                    self.seals.amend(site.id, day)
                self.witness.see_own(self.seals.seals(site.id))
            except Exception:
                # The supervisor of sealing: one site's trouble must not keep the others' days open, nor end the task.
                log.exception("days of %s could not be sealed; the next round tries again", site.path)
                self.state.failures += 1
            still_due += len(due)
        self.state.due_days, self.state.last_round_us = still_due, self.now_us()
        for errand in self.errands:
            try:
                errand()
            except Exception:
                # Again the supervisor: trouble with one errand must keep neither the others nor tomorrow's days.
                log.exception("a part of the round of sealing failed; the next round tries again")

    async def _seal_for_ever(self) -> None:
        """Seals what is due at the start and soon after each site's midnight, and late rows every few minutes."""
        amended_on: calendar_date | None = None
        thread = ThreadPoolExecutor(1, "sealing")
        try:
            while True:
                pause_s = SEAL_AGAIN_AFTER_TROUBLE_S
                try:
                    today = utc_datetime(self.now_us()).date()
                    recent = None if amended_on != today else RECENT_DAYS
                    await asyncio.get_running_loop().run_in_executor(thread, self.seal_due, recent)
                    if recent is None:
                        await asyncio.get_running_loop().run_in_executor(thread, self._let_go)
                    amended_on = today
                    pause_s = self._seconds_to_next_sealing()
                except Exception:
                    # A database that is away for a moment must not end a task that nobody would miss until much later.
                    log.exception("a round of sealing failed; the next one is tried in %s s", pause_s)
                await asyncio.sleep(pause_s)
        finally:
            await asyncio.to_thread(thread.shutdown)

    def _let_go(self) -> None:
        """Once a day, after sealing, what is past its time goes."""
        try:
            self.retainer.let_go()
        except Exception:
            # As with sealing: trouble today must not end the task that also runs tomorrow.
            log.exception("what is past its time could not be dropped; tomorrow's round tries again")

    def _seconds_to_next_sealing(self) -> float:
        now = self.now_us()
        midnights = [_next_midnight_us(now, site.zone) + SEAL_AFTER_MIDNIGHT_US for site in self.registry.sites()]
        until_next = min(((moment - now) / SECOND_US for moment in midnights), default=SEAL_AT_LEAST_EVERY_S)
        return min(until_next, SEAL_AT_LEAST_EVERY_S)

    async def _escalate_for_ever(self) -> None:
        """Takes the steps of escalation that are due, as the rule; each is written down with its time."""
        thread = ThreadPoolExecutor(1, "escalation")
        try:
            while True:
                await asyncio.get_running_loop().run_in_executor(thread, self._escalate)
                await asyncio.sleep(ESCALATE_EVERY_S)
        finally:
            await asyncio.to_thread(thread.shutdown)

    def _escalate(self) -> None:
        try:
            for step in self.escalations:
                step()
        except DatabaseUnavailable as error:
            log.warning("what is overdue cannot be escalated now; tried again in an hour: %s", error)


@dataclass(frozen=True)
class RegionErrand:
    """A node tells its region the seals it made, and answers the challenges of its claims where `answers_itself`."""

    registry: Registry
    seals: SealBook
    region: RegionLink
    own_answers: OwnAnswers | None
    answers_itself: bool

    def __call__(self) -> None:
        """Seals leave on the day they are made, so that others hold them; a region that is away is told next time."""
        try:
            for site in self.registry.sites():
                if alarms := self.region.tell(self.seals.seals(site.id)):
                    log.error("the region holds other seals of %s than this node has: %s alarms", site.path, alarms)
            self._answer()
        except RegionUnreachable as error:
            log.warning("the region was not told of all seals: %s; the next round tries again", error)

    def _answer(self) -> None:
        """Where the settings do not let the node answer, challenges wait in sight."""
        if self.own_answers is None:
            return
        if not self.answers_itself:
            if waiting := [one.id for one, _ in self.own_answers.waiting()]:
                log.warning("claims of this node are challenged and wait for their rows: challenges %s", waiting)
            return
        for one in self.own_answers.round():
            if one.kept is not None:
                log.warning("challenge %s of claim %s waits for a person: %s", one.challenge_id, one.claim_id, one.kept)
            else:
                log.info("challenge %s of claim %s was answered: %s", one.challenge_id, one.claim_id, one.outcome)


async def ended(task: asyncio.Task[None]) -> None:
    """Ends a task and waits until it has ended, however."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _next_midnight_us(now_us: int, zone: ZoneInfo) -> int:
    today = utc_datetime(now_us).astimezone(zone).date()
    return Period.of_day(today, zone).end_us
