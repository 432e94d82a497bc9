"""The platform's numbers as Prometheus metrics, gathered anew for each scrape.

Names and units follow the Prometheus naming rules: base units, `_total` for counts since the start. Labels are bounded:
routes, reasons, tables, and of gateways the most active and the slowest.
"""

from __future__ import annotations

import platform as machine
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from millmark import __version__
from millmark.edge import EdgeAgent
from millmark.history import EngineState, RollupState
from millmark.intake import Intake, IntakeStats, MqttListener, plain_counts
from millmark.intake.broker import BrokerStatus
from millmark.model import HistogramCounts
from millmark.model.period import SECOND_US
from millmark.observability.process_state import process_state
from millmark.observability.recorder import GatewayActivity
from millmark.observability.requests import RequestTimes
from millmark.observability.watch import PlatformWatch, SealingState

OTHERS: Final = "(other)"
"""The label of all gateways that are not told apart; no gateway can be called so."""


class PlatformMetrics(Collector):
    """Collects from the parts at each scrape; `gateways` is how many of them are told apart by each of two orders:
    the most points a second, and the longest lag."""

    def __init__(
        self,
        intake: Intake,
        agent: EdgeAgent,
        watch: PlatformWatch,
        requests: RequestTimes,
        *,
        now_us: Callable[[], int],
        listener: Callable[[], MqttListener | None] = lambda: None,
        brokers: Callable[[], Sequence[BrokerStatus]] = tuple,
        gateways: int = 20,
    ) -> None:
        self._intake = intake
        self._agent = agent
        self._watch = watch
        self._requests = requests
        self._now_us = now_us
        self._listener = listener
        self._brokers = brokers
        self._gateways = gateways
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics in the text format that the `Accept` header asks for, and its media type."""
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type

    def collect(self) -> Iterator[Metric]:
        stats = self._intake.stats()
        yield from _build()
        yield from _process()
        yield from _intake(stats)
        yield from self._mqtt()
        yield from self._outside_brokers()
        yield from self._by_gateway()
        yield from self._drivers()
        yield from _engine(self._watch.engine)
        yield from _rollups(self._watch.rollups)
        yield from _sealing(self._watch.sealing)
        yield from self._http()

    def describe(self) -> Iterable[Metric]:
        """Nothing: names are known at the scrape, and nobody else registers here."""
        return ()

    def _by_gateway(self) -> Iterator[Metric]:
        now_us = self._now_us()
        activity = self._watch.recorder.activity()
        shown, others = chosen(activity, self._gateways)
        rows = {one.gateway: one for one in shown}
        rate = _gauge("gateway_points_per_second", "Points a second that a gateway brought lately.", ["gateway"])
        lag = _gauge("gateway_lag_seconds", "From the newest time a gateway gave to a reading until now.", ["gateway"])
        latency = _gauge("gateway_ack_latency_seconds", "Longest wait for an acknowledgement lately.", ["gateway"])
        aside = _gauge("gateway_quarantined", "Readings of a gateway set aside since the start.", ["gateway"])
        inwards = _gauge("gateway_bytes_per_second", "Bytes a second that came from a gateway lately.", ["gateway"])
        silent = _gauge("gateway_silent_seconds", "Time since a gateway was last heard.", ["gateway"])
        links = _gauge("gateway_connections", "Connections of a gateway that are open.", ["gateway"])
        for name, one in rows.items():
            rate.add_metric([name], one.points_per_s)
            inwards.add_metric([name], one.bytes_per_s)
            aside.add_metric([name], one.quarantined)
            links.add_metric([name], one.connections)
            if one.lag_us is not None:
                lag.add_metric([name], one.lag_us / SECOND_US)
            if one.latency_us is not None:
                latency.add_metric([name], one.latency_us / SECOND_US)
            if one.last_heard_us is not None:
                silent.add_metric([name], max(0, now_us - one.last_heard_us) / SECOND_US)
        if others:
            rate.add_metric([OTHERS], sum(one.points_per_s for one in others))
            inwards.add_metric([OTHERS], sum(one.bytes_per_s for one in others))
            aside.add_metric([OTHERS], sum(one.quarantined for one in others))
            links.add_metric([OTHERS], sum(one.connections for one in others))
        held_back = "Gateways that are over their quota just now, and are not read."
        yield _gauge("gateways_over_quota", held_back, value=len(self._intake.quotas.held_back()))
        yield _gauge("gateways_heard", "Gateways that were heard since the start.", value=len(activity))
        yield from (rate, lag, latency, aside, inwards, silent, links)

    def _mqtt(self) -> Iterator[Metric]:
        listener = self._listener()
        sessions = "MQTT sessions whose clients are away and may come back to them."
        yield _gauge("mqtt_kept_sessions", sessions, value=0 if listener is None else listener.kept_sessions)
        retained = 0 if listener is None else listener.retained_messages
        yield _gauge("mqtt_retained_messages", "MQTT messages that are retained.", value=retained)

    def _outside_brokers(self) -> Iterator[Metric]:
        up = _gauge("broker_connected", "Whether an outside broker hands on messages (1) or not (0).", ["broker"])
        messages = _counter("broker_messages", "Messages that an outside broker handed on.", ["broker"])
        ignored = _counter(
            "broker_ignored_messages",
            "Those among them that are nobody's readings: commands, states, retained ones.",
            ["broker"],
        )
        waiting = _gauge("broker_unacknowledged_messages", "Those that wait for their commit.", ["broker"])
        for one in self._brokers():
            up.add_metric([one.address], one.is_connected)
            messages.add_metric([one.address], one.messages)
            ignored.add_metric([one.address], one.ignored)
            waiting.add_metric([one.address], one.unacknowledged)
        yield from (up, messages, ignored, waiting)

    def _drivers(self) -> Iterator[Metric]:
        now_us = self._now_us()
        up = _gauge("driver_connected", "Whether a driver is connected to its machine (1) or not (0).", ["driver"])
        buffered = _gauge("driver_buffered_readings", "Readings of a driver that wait for the store.", ["driver"])
        oldest = _gauge("driver_oldest_buffered_seconds", "How long the oldest of them has waited.", ["driver"])
        restarts = _counter("driver_restarts", "How often a driver broke down and began again.", ["driver"])
        delivered = _counter("driver_readings_delivered", "Readings of a driver that were stored.", ["driver"])
        for one in self._agent.statuses():
            up.add_metric([one.name], one.state.value == "connected")
            buffered.add_metric([one.name], one.buffered)
            since = one.oldest_buffered_us
            oldest.add_metric([one.name], 0 if since is None else max(0, now_us - since) / SECOND_US)
            restarts.add_metric([one.name], one.restarts)
            delivered.add_metric([one.name], one.readings_delivered)
        yield from (up, buffered, oldest, restarts, delivered)

    def _http(self) -> Iterator[Metric]:
        labels = ["method", "route", "status"]
        times = _histogram("http_request_duration_seconds", "Time to answer a request, by route.", labels)
        for kind, counts in self._requests.counts().items():
            _add(times, [kind.method, kind.route, kind.status], counts)
        yield times


def chosen(activity: Mapping[str, GatewayActivity], most: int) -> tuple[list[GatewayActivity], list[GatewayActivity]]:
    """The gateways that are told apart, and all others."""
    everyone = list(activity.values())
    busiest = sorted(everyone, key=lambda one: (-one.points_per_s, one.gateway))[:most]
    slowest = sorted(everyone, key=lambda one: (-(one.lag_us or 0), one.gateway))[:most]
    shown = {one.gateway: one for one in (*busiest, *slowest)}
    return list(shown.values()), [one for one in everyone if one.gateway not in shown]


def _build() -> Iterator[Metric]:
    info = InfoMetricFamily("millmark_build", "The running release.")
    info.add_metric([], {"version": __version__, "python": machine.python_version()})
    yield info


def _process() -> Iterator[Metric]:
    state = process_state()
    yield _gauge("memory_resident_bytes", "Resident memory of the process.", value=state.resident_bytes)
    yield _counter("cpu_seconds", "Processor time that the process took.", value=state.cpu_s)
    yield _gauge("open_files", "Files and sockets that are open.", value=state.open_files)
    yield _gauge("open_files_limit", "How many may be.", value=state.most_files)
    yield _gauge("threads", "Threads of the process.", value=state.threads)


def _intake(stats: IntakeStats) -> Iterator[Metric]:
    for one in plain_counts():
        yield _counter(f"intake_{one.name}", one.metadata["meaning"], value=stats.counts[one.name])
    aside = _counter("intake_quarantined", "Readings that were set aside, by reason.", ["reason"])
    for reason, count in sorted(stats.quarantined.items()):
        aside.add_metric([reason], count)
    yield aside
    edge_nodes = _counter("intake_sparkplug", "What Sparkplug edge nodes did beyond plain data, by kind.", ["kind"])
    for kind, count in sorted(stats.sparkplug.items()):
        edge_nodes.add_metric([kind], count)
    yield edge_nodes
    by_protocol = _gauge("intake_protocol_connections", "Open connections by protocol.", ["protocol"])
    for protocol, count in sorted(stats.connections_by_protocol.items()):
        by_protocol.add_metric([protocol], count)
    yield by_protocol
    yield _gauge("intake_connections", "Devices that are connected.", value=stats.connections)
    yield _gauge("intake_pending_points", "Readings in memory that are not durable yet.", value=stats.pending_points)
    waited = "How long the oldest of them has waited."
    yield _gauge("intake_oldest_pending_seconds", waited, value=stats.oldest_pending_us / SECOND_US)
    degraded = "Whether the store refuses just now (1), so that nothing is acknowledged."
    yield _gauge("intake_degraded", degraded, value=stats.degraded is not None)
    if stats.last_commit_us is not None:
        at = stats.last_commit_us / SECOND_US
        yield _gauge("intake_last_commit_timestamp_seconds", "When the last block became durable.", value=at)
    meaning = "From the first arrival in a block to its acknowledgement."
    latency = _histogram("intake_commit_latency_seconds", meaning)
    _add(latency, [], stats.commit_latency, scale=1 / SECOND_US)
    yield latency
    sizes = _histogram("intake_block_points", "Readings in a block.")
    _add(sizes, [], stats.block_points)
    yield sizes


def _engine(state: EngineState | None) -> Iterator[Metric]:
    if state is None:
        return
    parts = _gauge("history_parts", "Active parts of a table.", ["table"])
    rows = _gauge("history_rows", "Rows in the active parts of a table.", ["table"])
    disk = _gauge("history_disk_bytes", "Bytes on disk of the active parts of a table.", ["table"])
    for name, table in state.tables.items():
        parts.add_metric([name], table.parts)
        rows.add_metric([name], table.rows)
        disk.add_metric([name], table.disk_bytes)
    yield from (parts, rows, disk)
    most = "The most parts in one partition; it grows when merges do not keep up."
    yield _gauge("history_partition_parts_max", most, value=state.most_parts)
    yield _gauge("history_merges", "Merges under way.", value=state.merges)
    yield _gauge("history_merge_longest_seconds", "How long the longest of them has run.", value=state.longest_merge_s)
    yield _gauge("history_disk_free_bytes", "What the engine's disk still has.", value=state.free_bytes)
    yield _gauge("history_disk_size_bytes", "How large the engine's disk is.", value=state.total_bytes)


def _rollups(state: RollupState) -> Iterator[Metric]:
    meaning = "Received time after the last checkpoint of the rollups; reading them is exact all the same."
    yield _gauge("rollup_lag_seconds", meaning, value=state.unsaved_us / SECOND_US)
    yield _gauge("rollup_waiting_rows", "Closed buckets that wait to be written.", value=state.waiting_rows)
    yield _gauge("rollup_late_hours", "Hours that late points made wait to be folded again.", value=state.late_hours)


def _sealing(state: SealingState) -> Iterator[Metric]:
    yield _counter("sealing_days", "Days of sites that were sealed.", value=state.sealed_days)
    yield _counter("sealing_failures", "Sites whose days could not be sealed in a round.", value=state.failures)
    yield _gauge("sealing_due_days", "Days that are over and not sealed after the last round.", value=state.due_days)
    if state.last_round_us is not None:
        at = state.last_round_us / SECOND_US
        yield _gauge("sealing_last_round_timestamp_seconds", "When the last round ended.", value=at)


def _gauge(
    name: str, meaning: str, labels: Sequence[str] | None = None, *, value: float | None = None
) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"millmark_{name}", meaning, value=value, labels=labels)


def _counter(
    name: str, meaning: str, labels: Sequence[str] | None = None, *, value: float | None = None
) -> CounterMetricFamily:
    return CounterMetricFamily(f"millmark_{name}", meaning, value=value, labels=labels)


def _histogram(name: str, meaning: str, labels: Sequence[str] | None = None) -> HistogramMetricFamily:
    return HistogramMetricFamily(f"millmark_{name}", meaning, labels=labels)


def _add(family: HistogramMetricFamily, labels: Sequence[str], counts: HistogramCounts, scale: float = 1.0) -> None:
    bounds = [*(str(round(bound * scale, 9)) for bound in counts.bounds), "+Inf"]
    family.add_metric(labels, list(zip(bounds, accumulate(counts.counts), strict=True)), counts.total * scale)
