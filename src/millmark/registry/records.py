"""What the registry hands out: frozen values, free of any database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

from millmark.model import AssetLevel, AssetPath, DataType, Origin, SeriesRole
from millmark.registry.attributes import (
    AttributeValue,
    StateTime,
    planned_run_time_per_item_s,
    state_times,
)

JsonValue: TypeAlias = "str | int | float | bool | dict[str, JsonValue] | list[JsonValue] | None"

_NO_ATTRIBUTES: Mapping[str, AttributeValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A legal entity, or the placeholder of one that is named in a document but not identified yet.

    `credit_code` is its unified social credit code (GB 32100-2015); placeholders and demonstration enterprises have
    none. `area_code` is an administrative division (GB/T 2260), `industry_code` a class of GB/T 4754.
    """

    id: int
    slug: str
    name_zh: str
    name_en: str
    credit_code: str | None
    is_placeholder: bool
    is_demonstration: bool
    area_code: str
    industry_code: str | None
    created_us: int

    @property
    def path(self) -> AssetPath:
        return AssetPath((self.slug,))


@dataclass(frozen=True, slots=True)
class Site:
    """A place where an enterprise works; its days are the calendar days of `time_zone`."""

    id: int
    enterprise_id: int
    slug: str
    name_zh: str
    name_en: str
    area_code: str
    time_zone: str
    path: AssetPath

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Asset:
    """A node of the equipment hierarchy.

    `counts_as_equipment` is the enterprise's declaration that this node is one machine in its equipment list; a node
    that registered itself does not count until somebody says so. It is in service in the half-open span from
    `in_service_from_us` to `in_service_until_us`; None is open.
    """

    id: int
    path: AssetPath
    level: AssetLevel
    name_zh: str
    name_en: str
    enterprise_id: int
    site_id: int | None
    counts_as_equipment: bool
    in_service_from_us: int | None
    in_service_until_us: int | None
    attributes: Mapping[str, AttributeValue] = field(default_factory=lambda: _NO_ATTRIBUTES)

    @property
    def state_times(self) -> Mapping[str, StateTime]:
        """What each state of the machine counts as (see `registry.attributes`)."""
        return state_times(self.attributes)

    @property
    def planned_run_time_per_item_s(self) -> float | None:
        """Planned run time per item in seconds (PRI of ISO 22400-2), if it was declared."""
        return planned_run_time_per_item_s(self.attributes)

    def in_service_at(self, time_us: int) -> bool:
        started = self.in_service_from_us is None or self.in_service_from_us <= time_us
        return started and (self.in_service_until_us is None or time_us < self.in_service_until_us)


class GatewayKind(StrEnum):
    """How a gateway's readings come in."""

    MQTT = "mqtt"
    OPCUA = "opcua"
    MODBUS = "modbus"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Something that brings readings for the assets below `root`: a device connection, a driver, an edge node.

    `may_register` lets metrics that are not known yet become series. `key_hash` is never shown to anybody.
    """

    id: str
    root: AssetPath
    kind: GatewayKind
    may_register: bool
    key_hash: str | None = field(repr=False)
    created_us: int

    @property
    def has_key(self) -> bool:
        return self.key_hash is not None


@dataclass(frozen=True, slots=True)
class GatewayQuota:
    """How much a gateway may bring, through all doors together; None is no limit of its own."""

    points_per_s: float | None = None
    bytes_per_s: int | None = None
    series: int | None = None
    """How many series it may register by itself."""


@dataclass(frozen=True, slots=True)
class WriteGrant:
    """Values may be written to the machines of this gateway; `granted_by` is the name of the account that said so."""

    gateway_id: str
    granted_by: str
    granted_us: int


@dataclass(frozen=True, slots=True)
class SeriesDeclaration:
    """What a gateway says of a series it brings; `relative_asset` is below the gateway's root, "" the root itself.

    Without a `role` an existing series keeps its role and rollover, and a new one is a signal; without an `origin` an
    existing one keeps it, and a new one comes from a machine.
    """

    relative_asset: str
    metric: str
    unit: str = "1"
    data_type: DataType = DataType.FLOAT
    role: SeriesRole | None = None
    origin: Origin | None = None
    rollover: float | None = None
