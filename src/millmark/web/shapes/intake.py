"""The door for machine data: what came in, what was set aside, and who brings it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from millmark.web.shapes.shape import Shape, TimeUs


class IntakeCounts(Shape):
    """Counts since the platform's start, but `points_in_history`, which counts the store.

    Latencies are from the first arrival in a block to its acknowledgement, over the last 256 blocks.
    """

    points_in_history: int | None
    points_stored: int
    duplicates: int
    conflicts: int
    bad_packets: int
    refused_connections: int
    connections: int
    pending_points: int
    failed_commits: int
    rebirths_requested: int
    sequence_gaps: int
    last_commit_us: TimeUs | None
    commit_latency_median_us: int | None
    commit_latency_p99_us: int | None


class ReasonCount(Shape):
    reason: str
    count: int


class BadTagView(Shape):
    """A tag that gives no good value now."""

    asset: str
    metric: str
    address: str
    code: int
    reason: str


class DriverView(Shape):
    """How a device connection fares, from the machine to the store; `name` is its gateway."""

    name: str
    kind: str
    endpoint: str
    state: Literal["connecting", "connected", "retrying", "failed"]
    state_since_us: TimeUs | None
    last_error: str | None
    last_error_us: TimeUs | None
    readings_delivered: int
    last_delivery_us: TimeUs | None
    buffered: int
    buffer_limit: int
    held_back: bool
    restarts: int
    bad_tags: list[BadTagView]
    notes: list[str]


class IntakeState(Shape):
    """`detail` says why nothing is stored just now, when `status` is degraded."""

    status: Literal["ok", "degraded"]
    detail: str | None
    counts: IntakeCounts
    quarantine: list[ReasonCount]
    drivers: list[DriverView]


class QuarantineRow(Shape):
    received_time_us: TimeUs
    gateway: str
    asset: str
    metric: str
    source_time_us: TimeUs | None
    value: str
    reason: str
    detail: str


class QuarantineList(Shape):
    rows: list[QuarantineRow]


class GatewayView(Shape):
    id: str
    root: str
    kind: Literal["mqtt", "opcua", "modbus", "replay"]
    may_register: bool
    has_key: bool
    created_us: TimeUs


class GatewayList(Shape):
    gateways: list[GatewayView]


class NewGateway(Shape):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    root: str = Field(min_length=1, max_length=500)
    may_register: bool = False


class GatewayKey(Shape):
    """Shown once; the platform keeps only its hash."""

    id: str
    key: str
