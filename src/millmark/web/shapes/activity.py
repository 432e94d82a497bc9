"""What the door did lately, of all and of each gateway, for charts."""

from __future__ import annotations

from typing import Literal

from millmark.web.shapes.enterprises import SeriesView
from millmark.web.shapes.shape import Finite, Shape, TimeUs


class ActivityRows(Shape):
    """Rows in the order of time, `step_s` apart while the platform ran. Each of `columns` has a value for every entry
    of `times_us`, null where nothing was known: a step without a commit has no latency."""

    step_s: int
    times_us: list[TimeUs]
    columns: dict[str, list[Finite]]


class GatewayActivityView(Shape):
    """How a gateway fares. Rates are over the last 5 s. `lag_us` is from the newest time it gave to a reading until
    now, `latency_us` the longest wait for an acknowledgement lately, counts are since the platform's start; null where
    it was not heard since. `recorded` says whether its last hour can be asked for."""

    id: str
    root: str
    kind: Literal["mqtt", "opcua", "modbus", "replay"]
    may_register: bool
    has_key: bool
    points_per_s: float
    quarantined_per_s: float
    bytes_per_s: float
    lag_us: int | None
    latency_us: int | None
    points: int
    quarantined: int
    bytes_in: int
    packets_in: int
    connections: int
    last_heard_us: TimeUs | None
    recorded: bool


class GatewayActivityList(Shape):
    """The slowest first: by lag among those that were heard in the last five minutes, then those that were silent for
    longest, then those never heard. `total` is how many there are beyond `limit`."""

    gateways: list[GatewayActivityView]
    total: int


class GatewaySeries(Shape):
    """A series that a gateway brings, with the time of its newest point."""

    series: SeriesView
    latest_us: TimeUs | None


class GatewayDetail(Shape):
    """`series` are at most 1000, `series_total` is how many there are."""

    gateway: GatewayActivityView
    rows: ActivityRows
    series: list[GatewaySeries]
    series_total: int
