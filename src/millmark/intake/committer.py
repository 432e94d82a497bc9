"""The one writer: block after block, retried while the store refuses, acknowledged when durable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from millmark.history import CommitReceipt, History, StoreUnavailable
from millmark.intake.arrivals import Arrivals
from millmark.intake.block import BlockBuilder, GatheredBlock
from millmark.intake.contribution import Contribution, SubmitReceipt
from millmark.intake.errors import IntakeError, IntakeStopped, NotCommitted
from millmark.intake.settings import IntakeSettings
from millmark.intake.stats import IntakeCounters
from millmark.model import PointBatch, TextBatch
from millmark.registry import DatabaseUnavailable

_log = logging.getLogger(__name__)


class Committer:
    """Runs on the event loop; building and committing a block happen in one thread of its own.

    A store that refuses (full disk, lost server) degrades the door: the block is kept and tried again, nothing is
    acknowledged, arrivals stop at their bound, and all goes on by itself once the store answers.
    """

    def __init__(
        self,
        history: History,
        builder: BlockBuilder,
        arrivals: Arrivals,
        counters: IntakeCounters,
        settings: IntakeSettings,
        *,
        on_fresh: Callable[[PointBatch, TextBatch], None],
        on_refusal: Callable[[], None],
    ) -> None:
        self._history = history
        self._builder = builder
        self._arrivals = arrivals
        self._counters = counters
        self._settings = settings
        self._on_fresh = on_fresh
        self._on_refusal = on_refusal
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="millmark-commit")
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Commits until `stop`; what has arrived by then is still committed if the store answers."""
        try:
            while not self._stopping.is_set():
                await self._first_of(self._arrivals.window(self._settings.window_s))
                await self._commit_arrivals()
            await self._commit_arrivals()
        finally:
            self._thread.shutdown(wait=True)

    def stop(self) -> None:
        self._stopping.set()

    async def _first_of(self, wait: Coroutine[object, object, object]) -> None:
        """Waits for something, or for the stop."""
        tasks = {asyncio.ensure_future(wait), asyncio.ensure_future(self._stopping.wait())}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _commit_arrivals(self) -> None:
        began = self._arrivals.first_at
        contributions = self._arrivals.collect()
        if not contributions:
            return
        self._counters.waiting_since = began
        await self._commit(contributions)
        self._counters.committed(self._waited_us(), sum(map(len, contributions)))
        self._counters.waiting_since = None

    async def _commit(self, contributions: Sequence[Contribution]) -> None:
        try:
            gathered, receipt = await self._written(contributions)
        except IntakeStopped as error:
            self._give_back(contributions, error)
        except Exception as error:  # noqa: BLE001  # see below
            # Supervisor boundary: whatever one block holds, the door stays open. The block is taken apart so that
            # only the contribution at fault goes back to whom it came from.
            self._counters.failed_commits += 1
            if len(contributions) == 1:
                _log.exception("readings of gateway %r could not be written", contributions[0].gateway)
                self._give_back(contributions, NotCommitted(f"the readings could not be written: {error}"))
                return
            for contribution in contributions:
                await self._commit([contribution])
        else:
            self._settle(contributions, gathered, receipt)

    async def _written(self, contributions: Sequence[Contribution]) -> tuple[GatheredBlock, CommitReceipt | None]:
        """Builds and commits a block, again and again while the store refuses."""
        delay, refused_since = self._settings.retry_first_s, monotonic()
        has_hung_up = False
        while True:
            try:
                written = await asyncio.get_running_loop().run_in_executor(self._thread, self._write, contributions)
            except (StoreUnavailable, DatabaseUnavailable) as error:
                self._degrade(error)
            else:
                self._recover()
                return written
            if not has_hung_up and monotonic() - refused_since >= self._settings.hang_up_after_s:
                has_hung_up = True
                self._on_refusal()
            if self._stopping.is_set():
                raise IntakeStopped("the platform stopped while its store did not answer; send these readings again")
            await self._first_of(asyncio.sleep(delay))
            delay = min(delay * 2, self._settings.retry_longest_s)

    def _write(self, contributions: Sequence[Contribution]) -> tuple[GatheredBlock, CommitReceipt | None]:
        gathered = self._builder.build(contributions)
        block = gathered.block
        if not (len(block.points) or len(block.texts) or block.quarantine):
            return gathered, None
        return gathered, self._history.commit(block)

    def _settle(
        self, contributions: Sequence[Contribution], gathered: GatheredBlock, receipt: CommitReceipt | None
    ) -> None:
        if receipt is not None:
            self._count(gathered, receipt)
            self._on_fresh(receipt.fresh, receipt.fresh_texts)
        if gathered.transient is not None:
            self._on_fresh(*gathered.transient)
        received_us = 0 if receipt is None else receipt.received_time_us
        latency_us = self._waited_us()
        counts = zip(contributions, gathered.accepted, gathered.quarantined, strict=True)
        set_aside, told = gathered.block.quarantine, 0
        for contribution, accepted, quarantined in counts:
            if receipt is not None:
                self._counters.gateway(contribution.gateway).settled(
                    contribution.batches,
                    accepted=accepted,
                    quarantined=quarantined,
                    received_us=received_us,
                    latency_us=latency_us,
                )
            own = set_aside[told : told + quarantined]
            told += quarantined
            self._finish(contribution, SubmitReceipt(received_us, accepted, quarantined, own))

    def _waited_us(self) -> int:
        """How long the first arrival of the block in hand has waited."""
        since = self._counters.waiting_since
        return 0 if since is None else round((monotonic() - since) * 1e6)

    def _count(self, gathered: GatheredBlock, receipt: CommitReceipt) -> None:
        counters = self._counters
        counters.blocks += 1
        counters.points_stored += receipt.stored
        counters.duplicates += receipt.duplicates
        counters.conflicts += receipt.conflicts
        counters.last_commit_us = receipt.received_time_us
        counters.quarantined.update(reading.reason for reading in gathered.block.quarantine)

    def _give_back(self, contributions: Sequence[Contribution], error: IntakeError) -> None:
        for contribution in contributions:
            self._finish(contribution, error)

    def _finish(self, contribution: Contribution, outcome: SubmitReceipt | IntakeError) -> None:
        self._arrivals.release(contribution)
        contribution.done(outcome)

    def _degrade(self, error: Exception) -> None:
        self._counters.failed_commits += 1
        if self._counters.degraded is None:
            _log.error("nothing can be stored, so nothing is acknowledged; trying again: %s", error)
        self._counters.degraded = str(error)

    def _recover(self) -> None:
        if self._counters.degraded is not None:
            _log.warning("the store answers again; the door is open")
            self._counters.degraded = None
