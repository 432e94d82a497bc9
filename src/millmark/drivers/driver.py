"""What every driver is: something that runs until cancelled, delivers columns, and says how it fares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from millmark.drivers.config import TagDeclaration
from millmark.model import ReadingBatch

Deliver: TypeAlias = Callable[[ReadingBatch], Awaitable[None]]
"""Returns when the batch is stored; raising means that it is not, and the driver keeps it and tries again."""

LastStored: TypeAlias = Callable[[], Awaitable[Mapping[tuple[str, str], int]]]
"""Source time of the newest stored reading of each (asset, metric) of the gateway; a driver asks once, at its start."""


class DriverState(StrEnum):
    """`failed` is for what waiting cannot mend, such as a missing file; the supervisor still tries again."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RETRYING = "retrying"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BadTag:
    """A tag that gives no good value now: which, where in the device, the status code and what it means."""

    asset: str
    metric: str
    address: str
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class DriverStatus:
    """How a driver fares, for people. Times are UTC microseconds, None where nothing has happened yet."""

    name: str
    kind: str
    endpoint: str
    state: DriverState = DriverState.CONNECTING
    state_since_us: int | None = None
    last_error: str | None = None
    last_error_us: int | None = None
    readings_delivered: int = 0
    last_delivery_us: int | None = None
    bad_tags: tuple[BadTag, ...] = ()
    notes: tuple[str, ...] = ()


OnStatus: TypeAlias = Callable[[DriverStatus], None]


class Driver(Protocol):
    """A machine's reader. `run` ends only by cancellation or by an error it cannot mend itself."""

    @property
    def status(self) -> DriverStatus: ...

    @property
    def declared(self) -> tuple[TagDeclaration, ...]: ...

    async def run(self, deliver: Deliver) -> None: ...
