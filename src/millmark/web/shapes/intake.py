"""The door for machine data: what came in, what was set aside, and who brings it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from millmark.web.shapes.shape import Shape, TimeUs


class IntakeCounts(Shape):
    """Counts since the platform's start, but `points_in_history`, which counts the store.

    Latencies are from the first arrival in a block to its acknowledgement, over the last 256 blocks.
    `oldest_pending_us` is how long the oldest reading that is not durable yet has waited.
    """

    points_in_history: int | None
    points_stored: int
    duplicates: int
    conflicts: int
    bad_packets: int
    refused_connections: int
    connections: int
    bytes_in: int
    packets_in: int
    pending_points: int
    oldest_pending_us: int
    blocks: int
    failed_commits: int
    rebirths_requested: int
    sequence_gaps: int
    last_commit_us: TimeUs | None
    commit_latency_median_us: int | None
    commit_latency_p99_us: int | None


class ProtocolCount(Shape):
    protocol: str
    connections: int


class StoredTable(Shape):
    table: str
    parts: int
    rows: int
    disk_bytes: int


class StoreView(Shape):
    """The engine as it was at most 15 s ago. `most_parts` is the largest number of parts in one partition: it grows
    when merges do not keep up with inserts. `free_bytes` is what the engine's disk still has."""

    tables: list[StoredTable]
    most_parts: int
    merges: int
    longest_merge_s: float
    free_bytes: int
    total_bytes: int


class SealingView(Shape):
    """`due_days` are days of sites that are over and were not sealed in the last round."""

    sealed_days: int
    due_days: int
    failures: int
    last_round_us: TimeUs | None


class ReasonCount(Shape):
    """Distinct readings set aside for a reason; `waiting` of them were not replayed yet."""

    reason: str
    count: int
    waiting: int


class QuarantineCountRow(Shape):
    gateway: str
    reason: str
    count: int
    waiting: int


class QuarantineCounts(Shape):
    rows: list[QuarantineCountRow]


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
    protocols: list[ProtocolCount]
    memory_bytes: int
    rollup_lag_us: int
    store: StoreView | None
    sealing: SealingView
    quarantine: list[ReasonCount]
    drivers: list[DriverView]


class QuarantineQuery(Shape):
    """Which readings are asked for; what is not given does not narrow. `waiting` ones were not replayed yet,
    `replayable` ones are kept without loss."""

    limit: int = Field(default=100, ge=1, le=1000)
    reason: str | None = None
    gateway: str | None = None
    asset: str | None = None
    metric: str | None = None
    received_from_us: TimeUs | None = None
    received_until_us: TimeUs | None = None
    waiting: bool | None = None
    replayable: bool | None = None


class QuarantineRow(Shape):
    """`replayable` readings are kept without loss; `outcome` tells what became of one that was replayed."""

    id: str
    received_time_us: TimeUs
    gateway: str
    asset: str
    metric: str
    source_time_us: TimeUs | None
    value: str
    reason: str
    detail: str
    replayable: bool
    replayed_us: TimeUs | None
    outcome: Literal["stored", "set_aside_again"] | None


class QuarantineList(Shape):
    rows: list[QuarantineRow]


class QuarantineReplayOrder(Shape):
    """Which readings to bring to the door again; what is not given does not narrow. At most `limit`, the last received
    first; replayed ones are passed over, so repeating the order goes on with the rest."""

    reason: str | None = None
    gateway: str | None = None
    asset: str | None = None
    metric: str | None = None
    ids: list[Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]] = Field(default=[], max_length=1000)
    limit: int = Field(default=10_000, ge=1, le=50_000)


class QuarantineReplayResult(Shape):
    """`stored` readings are in the history now, or were already. `refused` ones stay as they are, `moved` ones were set
    aside for another reason than before; both by reason."""

    stored: int
    refused: dict[str, int]
    moved: dict[str, int]


class GatewayView(Shape):
    id: str
    root: str
    kind: Literal["mqtt", "opcua", "modbus", "replay"]
    may_register: bool
    has_key: bool
    may_be_written: bool
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
