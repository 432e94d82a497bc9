"""What the door counts since it opened."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True)
class IntakeStats:
    """`degraded` says why nothing is committed just now, or is None. Latencies are from the first arrival in a block
    to its acknowledgement, over the last 256 blocks; None before the first."""

    points_stored: int
    duplicates: int
    conflicts: int
    quarantined: Mapping[str, int]
    bad_packets: int
    refused_connections: int
    connections: int
    pending_points: int
    blocks: int
    failed_commits: int
    last_commit_us: int | None
    commit_latency_median_us: int | None
    commit_latency_p99_us: int | None
    rebirths_requested: int
    repeated_sequences: int
    sequence_gaps: int
    skipped_metrics: int
    degraded: str | None


@dataclass(slots=True)
class IntakeCounters:
    """The running counts behind `IntakeStats`; changed on the event loop only, read from anywhere."""

    points_stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    bad_packets: int = 0
    refused_connections: int = 0
    connections: int = 0
    blocks: int = 0
    failed_commits: int = 0
    last_commit_us: int | None = None
    latencies_us: deque[int] = field(default_factory=lambda: deque(maxlen=256))
    rebirths_requested: int = 0
    repeated_sequences: int = 0
    sequence_gaps: int = 0
    skipped_metrics: int = 0
    degraded: str | None = None

    def snapshot(self, *, pending_points: int) -> IntakeStats:
        latencies = np.array(list(self.latencies_us), np.int64)
        return IntakeStats(
            points_stored=self.points_stored,
            duplicates=self.duplicates,
            conflicts=self.conflicts,
            quarantined=dict(self.quarantined),
            bad_packets=self.bad_packets,
            refused_connections=self.refused_connections,
            connections=self.connections,
            pending_points=pending_points,
            blocks=self.blocks,
            failed_commits=self.failed_commits,
            last_commit_us=self.last_commit_us,
            commit_latency_median_us=int(np.median(latencies)) if len(latencies) else None,
            commit_latency_p99_us=int(np.percentile(latencies, 99)) if len(latencies) else None,
            rebirths_requested=self.rebirths_requested,
            repeated_sequences=self.repeated_sequences,
            sequence_gaps=self.sequence_gaps,
            skipped_metrics=self.skipped_metrics,
            degraded=self.degraded,
        )
