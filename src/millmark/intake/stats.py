"""What the door counts since it opened."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from time import monotonic
from typing import Any

import numpy as np

from millmark.intake.gateway_counters import GatewayCounters
from millmark.model import Histogram, HistogramCounts
from millmark.wire.sparkplug import SessionCounts

LATENCY_BOUNDS_US = tuple(
    round(seconds * 1e6)
    for seconds in (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60)
)
"""From a commit that finds an idle disk to one that waits for the store to come back."""

BLOCK_BOUNDS = tuple(step * 10**power for power in range(7) for step in (1, 3))[:-1]

MOST_GATEWAYS = 20_000
"""More are not told apart; a platform with more gateways still counts them all together."""


def counted(meaning: str) -> int:
    """A count since the start, with what it means in one sentence: it becomes a metric under its own name."""
    return field(default=0, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class IntakeStats:
    """`degraded` says why nothing is committed just now, or is None. Latencies are from the first arrival in a block
    to its acknowledgement, over the last 256 blocks; None before the first. `oldest_pending_us` is how long the oldest
    reading that is not durable yet has waited. `counts` has every plain count by its name."""

    points_stored: int
    duplicates: int
    conflicts: int
    quarantined: Mapping[str, int]
    bad_packets: int
    refused_connections: int
    connections: int
    connections_by_protocol: Mapping[str, int]
    bytes_in: int
    packets_in: int
    pending_points: int
    oldest_pending_us: int
    blocks: int
    failed_commits: int
    last_commit_us: int | None
    commit_latency_median_us: int | None
    commit_latency_p99_us: int | None
    commit_latency: HistogramCounts
    block_points: HistogramCounts
    rebirths_requested: int
    repeated_sequences: int
    sequence_gaps: int
    skipped_metrics: int
    degraded: str | None
    counts: Mapping[str, int]
    sparkplug: Mapping[str, int]
    """What edge nodes did beyond plain data, by name (`SessionCounts`); what was passed over as `skipped_<kind>`."""


@dataclass(slots=True)
class IntakeCounters:
    """The running counts behind `IntakeStats`; changed on the event loop only, read from anywhere."""

    points_stored: int = counted("Points that became canonical.")
    duplicates: int = counted("Points that were there already and not stored again.")
    conflicts: int = counted("Points that contradicted a canonical one and are kept beside it.")
    quarantined: Counter[str] = field(default_factory=Counter)
    bad_packets: int = counted("Packets that broke the protocol; each closed its connection.")
    refused_connections: int = counted("Connections that were not let in: wrong key, unknown gateway, or no room.")
    held_back: int = counted("Times that a connection was not read for a while because its gateway was over its quota.")
    connections: int = 0
    connections_by_protocol: Counter[str] = field(default_factory=Counter)
    undelivered: int = counted("Messages to live consumers that were dropped: away at QoS 0, or too many waiting.")
    bytes_in: int = counted("Bytes received from devices.")
    packets_in: int = counted("Packets and requests received from devices.")
    blocks: int = counted("Blocks that were committed.")
    failed_commits: int = counted("Attempts to commit that the store or the registry refused.")
    last_commit_us: int | None = None
    waiting_since: float | None = None
    latencies_us: deque[int] = field(default_factory=lambda: deque(maxlen=256))
    commit_latency: Histogram = field(default_factory=lambda: Histogram(LATENCY_BOUNDS_US))
    block_points: Histogram = field(default_factory=lambda: Histogram(BLOCK_BOUNDS))
    rebirths_requested: int = counted("Sparkplug edge nodes that were asked for a new birth.")
    repeated_sequences: int = counted("Sparkplug messages that repeated a sequence number.")
    sequence_gaps: int = counted("Gaps in Sparkplug sequence numbers.")
    skipped_metrics: int = counted("Sparkplug metrics that hold nothing to store.")
    sparkplug: SessionCounts = field(default_factory=SessionCounts)
    degraded: str | None = None
    gateways: dict[str, GatewayCounters] = field(default_factory=dict)

    def gateway(self, name: str) -> GatewayCounters:
        """The counts of one gateway; ask for it only once the gateway has proved who it is, so that strangers add
        nothing here."""
        found = self.gateways.get(name)
        if found is None:
            found = GatewayCounters()
            if len(self.gateways) < MOST_GATEWAYS:
                self.gateways[name] = found
        return found

    def committed(self, latency_us: int, points: int) -> None:
        """A block became durable and was acknowledged, so long after the first arrival in it."""
        self.latencies_us.append(latency_us)
        self.commit_latency.observe(latency_us)
        self.block_points.observe(points)

    def snapshot(self, *, pending_points: int, waiting_since: float | None = None) -> IntakeStats:
        """`waiting_since` is the monotonic time of the oldest arrival that was not gathered yet."""
        latencies = np.array(list(self.latencies_us), np.int64)
        counts = {one.name: int(getattr(self, one.name)) for one in plain_counts()}
        oldest = min((since for since in (waiting_since, self.waiting_since) if since is not None), default=None)
        return IntakeStats(
            points_stored=self.points_stored,
            duplicates=self.duplicates,
            conflicts=self.conflicts,
            quarantined=dict(self.quarantined),
            bad_packets=self.bad_packets,
            refused_connections=self.refused_connections,
            connections=self.connections,
            connections_by_protocol=dict(self.connections_by_protocol),
            bytes_in=self.bytes_in,
            packets_in=self.packets_in,
            pending_points=pending_points,
            oldest_pending_us=0 if oldest is None else max(0, round((monotonic() - oldest) * 1e6)),
            blocks=self.blocks,
            failed_commits=self.failed_commits,
            last_commit_us=self.last_commit_us,
            commit_latency_median_us=int(np.median(latencies)) if len(latencies) else None,
            commit_latency_p99_us=int(np.percentile(latencies, 99)) if len(latencies) else None,
            commit_latency=self.commit_latency.counts(),
            block_points=self.block_points.counts(),
            rebirths_requested=self.rebirths_requested,
            repeated_sequences=self.repeated_sequences,
            sequence_gaps=self.sequence_gaps,
            skipped_metrics=self.skipped_metrics,
            degraded=self.degraded,
            counts=counts,
            sparkplug=self.sparkplug.by_name(),
        )


def plain_counts() -> list[Field[Any]]:
    """The fields of `IntakeCounters` that are counts since the start, each with its meaning."""
    return [one for one in fields(IntakeCounters) if "meaning" in one.metadata]
