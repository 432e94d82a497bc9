"""The door: everything any machine brings passes here, is written in blocks, and only then acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic

from millmark.history import History
from millmark.intake.arrivals import Arrivals
from millmark.intake.bindings import Bindings
from millmark.intake.block import BlockBuilder
from millmark.intake.committer import Committer
from millmark.intake.contribution import Contribution, Source, SubmitReceipt
from millmark.intake.engineering_unit import EngineeringUnits
from millmark.intake.errors import IntakeError, IntakeStopped
from millmark.intake.latest import LatestValues
from millmark.intake.live import LiveSubscription
from millmark.intake.quotas import Quotas
from millmark.intake.settings import IntakeSettings
from millmark.intake.stats import IntakeCounters, IntakeStats
from millmark.model import PointBatch, ReadingBatch, TextBatch, UnitSystem
from millmark.registry import Registry
from millmark.wire.readings import MetricTraits, ReadingFault


class Intake:
    """Belongs to one event loop; `latest_of` and `stats` may be called from any thread.

    What `submit` returned for, and what a device was acknowledged, survives a power cut. Everything else is still with
    whom it came from.
    """

    def __init__(
        self,
        history: History,
        registry: Registry,
        *,
        now_us: Callable[[], int],
        settings: IntakeSettings | None = None,
        units: UnitSystem | None = None,
    ) -> None:
        self.now_us = now_us
        self.counters = IntakeCounters()
        self._history = history
        self._settings = settings or IntakeSettings()
        self._bindings = Bindings(registry, EngineeringUnits(units or UnitSystem()), self._settings, now_us)
        self._builder = BlockBuilder(self._bindings, self._settings, now_us)
        self._arrivals = Arrivals(
            block_points=self._settings.block_points,
            pending_points=self._settings.pending_points,
            monotonic=monotonic,
        )
        self.quotas = Quotas(self._settings.quota, monotonic)
        self._registry = registry
        self._latest = LatestValues()
        self._subscriptions: set[LiveSubscription] = set()
        self._on_refusal: list[Callable[[], None]] = []
        self._committer: Committer | None = None
        self._running: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Restores the latest values from the history and begins to commit."""
        from millmark.intake.warming import warm_up

        self._warming = asyncio.create_task(asyncio.to_thread(warm_up), name="millmark-warm-up")
        self._latest.restore(*await asyncio.to_thread(self._history.latest))
        self.quotas.set_all(await asyncio.to_thread(self._registry.gateway_quotas))
        self._committer = Committer(
            self._history,
            self._builder,
            self._arrivals,
            self.counters,
            self._settings,
            on_fresh=self._publish,
            on_refusal=self._hang_up,
        )
        self._running = asyncio.create_task(self._committer.run(), name="millmark-committer")

    async def stop(self) -> None:
        """Commits what has arrived, if the store answers, and tells everybody else that it was not taken."""
        if self._committer is None or self._running is None:
            return
        self._committer.stop()
        await self._running
        self._running = None
        await self.warmed()
        for subscription in tuple(self._subscriptions):
            subscription.close()

    async def warmed(self) -> None:
        """Returns once all that is compiled is loaded, about a second after the start; whoever reads a device's bytes
        on the event loop waits for it, so that nothing there ever waits for a compiler."""
        if self._warming is not None:
            await asyncio.shield(self._warming)

    async def submit(
        self, readings: ReadingBatch, traits: Mapping[tuple[str, str], MetricTraits] | None = None
    ) -> SubmitReceipt:
        """Returns when the readings are durable, however long the store takes.

        Raises `IntakeStopped` when the platform goes down first and `NotCommitted` when these readings cannot be
        written; neither stores half a batch for good: bringing it again is always right.
        """
        return await self.submit_all(readings.gateway, (readings,), traits=traits)

    async def submit_all(
        self,
        gateway: str,
        batches: Sequence[ReadingBatch],
        faults: Sequence[ReadingFault] = (),
        traits: Mapping[tuple[str, str], MetricTraits] | None = None,
    ) -> SubmitReceipt:
        """`submit` for what a gateway brought in one go: batches of numbers and texts, and values set aside already."""
        self._check_running()
        await self._arrivals.room()
        # Whoever waited for room may have waited until the platform stopped.
        self._check_running()
        outcome: asyncio.Future[SubmitReceipt | IntakeError] = asyncio.get_running_loop().create_future()

        def done(result: SubmitReceipt | IntakeError) -> None:
            if not outcome.done():
                outcome.set_result(result)

        self._arrivals.add(Contribution(gateway, batches, done, faults, traits or {}))
        result = await outcome
        if isinstance(result, IntakeError):
            raise result
        return result

    def read_registry_again(self) -> None:
        """What is not known of gateways and series is looked up again at the next reading that needs it."""
        self._bindings.read_again()

    def announce(self, source: Source, readings: int) -> None:
        """A source has gathered this many more readings and wants to be asked for them."""
        self._arrivals.announce(source, readings)

    @property
    def is_full(self) -> bool:
        """Whether as much waits for a commit as may; sources stop reading then."""
        return self._arrivals.is_full

    @property
    def is_degraded(self) -> bool:
        """Whether the store refuses just now; `stats().degraded` says why."""
        return self.counters.degraded is not None

    def keep_from(self, time_us: int) -> None:
        """Readings from before this moment are ancient from now on: what was there is no longer kept."""
        self._builder.keep_from(time_us)

    def latest_of(self, series_ids: Sequence[int]) -> tuple[PointBatch, TextBatch]:
        """The newest value, by source time, of each of these series that has one."""
        return self._latest.of(series_ids)

    def subscribe(self, series_ids: Iterable[int] | None = None) -> LiveSubscription:
        """Updates of these series, or of all, from now on; close it, or use it as an async context."""
        subscription = LiveSubscription(series_ids, self._subscriptions.discard)
        self._subscriptions.add(subscription)
        return subscription

    def stats(self) -> IntakeStats:
        return self.counters.snapshot(pending_points=self._arrivals.pending, waiting_since=self._arrivals.first_at)

    def when_refused(self, hang_up: Callable[[], None]) -> None:
        """`hang_up` is called each time the store has refused for so long that senders should keep what they have."""
        self._on_refusal.append(hang_up)

    def _check_running(self) -> None:
        if self._running is None or self._running.done():
            raise IntakeStopped("the door is not open: the platform is starting or stopping; send again later")

    def _publish(self, points: PointBatch, texts: TextBatch) -> None:
        self._latest.update(points, texts)
        for subscription in tuple(self._subscriptions):
            subscription.offer(points, texts)

    def _hang_up(self) -> None:
        for hang_up in self._on_refusal:
            hang_up()
