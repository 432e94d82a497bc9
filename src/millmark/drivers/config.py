"""What a driver is told: its gateway, the device it reads, and each tag with its place, unit and meaning.

Every table is frozen and refuses keys it does not know, so that a misspelt key is an error instead of a default.
`loading.py` turns these errors into sentences that name file, table and key.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from millmark.model import AssetPath, DataType, Origin, SeriesRole


def _relative_asset(text: str) -> str:
    if text:
        AssetPath.parse(text)
    return text


def _asset_path(text: str) -> str:
    return str(AssetPath.parse(text))


def _metric_name(text: str) -> str:
    if text != text.strip() or not text.isprintable():
        raise ValueError(f"a metric is named by printable text without blanks at its edges, not {text!r}")
    return text


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no IANA time zone; examples: UTC, Asia/Shanghai")
    return name


def _opc_endpoint(url: str) -> str:
    if not url.startswith("opc.tcp://"):
        raise ValueError(f"an OPC UA endpoint starts with opc.tcp://, not {url!r}")
    if "@" in url.removeprefix("opc.tcp://").split("/", 1)[0]:
        raise ValueError("the endpoint must not carry user or password; use user and password_env or password_file")
    return url


RelativeAsset = Annotated[str, AfterValidator(_relative_asset)]
RootPath = Annotated[str, AfterValidator(_asset_path)]
MetricName = Annotated[str, Field(min_length=1), AfterValidator(_metric_name)]
GatewayName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Table(BaseModel):
    """One table of a driver's settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TagDeclaration(Table):
    """One measured quantity: where it belongs below the gateway's root, and how its values are to be read.

    `asset` is relative to the gateway's root ("" is the root itself); `unit` is a UCUM code; `rollover` the value at
    which a counter starts again at 0.
    """

    asset: RelativeAsset = ""
    metric: MetricName
    unit: str = "1"
    data_type: DataType = DataType.FLOAT
    role: SeriesRole = SeriesRole.SIGNAL
    origin: Origin = Origin.MACHINE
    rollover: Annotated[float, Field(gt=0)] | None = None

    @property
    def name(self) -> str:
        """`asset:metric`, as statuses and errors call the tag."""
        return f"{self.asset}:{self.metric}"


class BackOff(Table):
    """Waiting times between attempts: doubled from `first_s` up to `longest_s`, each scattered by up to a third."""

    first_s: Seconds = 1.0
    longest_s: Seconds = 60.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.longest_s < self.first_s:
            raise ValueError("longest_s must not be shorter than first_s")
        return self


class Connection(Table):
    """What every driver has: the gateway its readings come in under, and the asset that gateway stands at."""

    gateway: GatewayName
    root: RootPath
    back_off: BackOff = BackOff()


class OpcUaTag(TagDeclaration):
    """`node` is an OPC UA node id as text (OPC 10000-6, clause 5.3.1.10), by namespace URI where possible:
    `nsu=urn:vendor:line;s=Press1.State`. Without a namespace the connection's `namespace` is meant."""

    node: Annotated[str, Field(min_length=1)]
    sampling_interval_ms: Annotated[float, Field(ge=0)] | None = None


class OpcUaSecurity(Table):
    """A secure channel: policy, mode, our certificate and key, and the server's certificate if it is pinned."""

    policy: Literal["Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"] = "Basic256Sha256"
    mode: Literal["Sign", "SignAndEncrypt"] = "SignAndEncrypt"
    certificate: Path
    private_key: Path
    server_certificate: Path | None = None
    application_uri: str = "urn:millmark:edge"


class OpcUaBackfill(Table):
    """History to read after each (re)connect: from the last stored time on, or `first_span_h` hours at first."""

    first_span_h: Annotated[float, Field(ge=0, le=24 * 400)] = 48.0
    values_per_request: Annotated[int, Field(ge=1, le=100_000)] = 5_000


class OpcUaConfig(Connection):
    """An OPC UA server, read by subscription (OPC 10000-4, clauses 5.13 and 5.14)."""

    kind: Literal["opcua"] = "opcua"
    endpoint: Annotated[str, AfterValidator(_opc_endpoint)]
    namespace: str | None = None
    publishing_interval_ms: Annotated[float, Field(ge=10, le=3_600_000)] = 500.0
    sampling_interval_ms: Annotated[float, Field(ge=0, le=3_600_000)] = 250.0
    queue_size: Annotated[int, Field(ge=2, le=100_000)] = 100
    items_per_request: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    request_timeout_s: Seconds = 10.0
    keep_alive_s: Seconds = 10.0
    retry_bad_tags_s: Seconds = 60.0
    user: str | None = None
    password_env: str | None = None
    password_file: Path | None = None
    security: OpcUaSecurity | None = None
    backfill: OpcUaBackfill | None = None
    tags: Annotated[tuple[OpcUaTag, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_repeated(self.tags)
        if self.user is not None and (self.password_env is None) == (self.password_file is None):
            raise ValueError("user needs exactly one of password_env and password_file")
        if self.user is None and (self.password_env or self.password_file):
            raise ValueError("password_env and password_file mean nothing without user")
        return self

    @property
    def declared(self) -> tuple[TagDeclaration, ...]:
        return self.tags


class RegisterKind(StrEnum):
    """The four tables of a Modbus device (Modbus Application Protocol V1.1b3, clause 4.3)."""

    HOLDING = "holding"
    INPUT = "input"
    COIL = "coil"
    DISCRETE = "discrete"

    @property
    def is_bits(self) -> bool:
        return self in (RegisterKind.COIL, RegisterKind.DISCRETE)


class RegisterType(StrEnum):
    """How the registers of a tag make a value; `bit` is one bit of a register, `bool` a coil or a whole register."""

    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BOOL = "bool"
    BIT = "bit"
    STRING = "string"


class Order(StrEnum):
    """`big` puts the most significant part first, as the Modbus specification does within a register."""

    BIG = "big"
    LITTLE = "little"


class ModbusRegister(TagDeclaration):
    """One value in a register map. `address` counts from zero, as on the wire (40001 of a manual is holding 0).

    `byte_order` is within a register, `word_order` between the registers of one value. The delivered value is
    raw * scale + offset. `asset` is relative to the device's asset.
    """

    kind: RegisterKind = RegisterKind.HOLDING
    address: Annotated[int, Field(ge=0, le=65_535)]
    type: RegisterType = RegisterType.UINT16
    byte_order: Order = Order.BIG
    word_order: Order = Order.BIG
    bit: Annotated[int, Field(ge=0, le=15)] | None = None
    length: Annotated[int, Field(ge=1, le=125)] | None = None
    scale: float = 1.0
    offset: float = 0.0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.kind.is_bits and self.type is not RegisterType.BOOL:
            raise ValueError(f"a {self.kind} holds one bit: its type is bool, not {self.type}")
        if (self.type is RegisterType.BIT) != (self.bit is not None):
            raise ValueError("type = 'bit' needs bit = 0..15, and no other type has one")
        if (self.type is RegisterType.STRING) != (self.length is not None):
            raise ValueError("type = 'string' needs length = number of registers, and no other type has one")
        if (self.type is RegisterType.STRING) != (self.data_type is DataType.TEXT):
            raise ValueError("type = 'string' and data_type = 'text' go together")
        if self.address + self.width > 65_536:
            raise ValueError(f"address {self.address} and {self.width} registers reach beyond the last address, 65535")
        return self

    @property
    def width(self) -> int:
        """Registers (or bits, of a coil or discrete input) the value takes."""
        if self.type is RegisterType.STRING:
            return self.length or 1
        return _WIDTHS.get(self.type, 1)


_WIDTHS = {
    RegisterType.INT32: 2,
    RegisterType.UINT32: 2,
    RegisterType.FLOAT32: 2,
    RegisterType.INT64: 4,
    RegisterType.UINT64: 4,
    RegisterType.FLOAT64: 4,
}


class ModbusDevice(Table):
    """A unit behind the gateway. Its registers are its own, those of the `map` it names, or both.

    A device's place in the plant is free of its place on the line: many assets may share a unit and the other way
    round, since each register names its asset.
    """

    unit_id: Annotated[int, Field(ge=0, le=255)] = 1
    asset: RelativeAsset = ""
    map: str | None = None
    poll_interval_s: Seconds | None = None
    timeout_s: Seconds | None = None
    registers: tuple[ModbusRegister, ...] = ()


class ModbusConfig(Connection):
    """A Modbus TCP server or gateway: one connection, its units, and how long requests may be and take.

    `maps` are register maps shared by devices of one model, so that three hundred meters need one map.
    `max_gap` is how many unwanted registers a read may carry to save a request.
    """

    kind: Literal["modbus"] = "modbus"
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 502
    poll_interval_s: Seconds = 1.0
    timeout_s: Seconds = 3.0
    max_registers: Annotated[int, Field(ge=1, le=125)] = 125
    max_bits: Annotated[int, Field(ge=1, le=2_000)] = 2_000
    max_gap: Annotated[int, Field(ge=0, le=124)] = 16
    retry_bad_tags_s: Seconds = 60.0
    maps: dict[str, tuple[ModbusRegister, ...]] = Field(default_factory=dict)
    devices: Annotated[tuple[ModbusDevice, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        for device in self.devices:
            if device.map is not None and device.map not in self.maps:
                raise ValueError(f"unit {device.unit_id} names the map {device.map!r}; there is {sorted(self.maps)}")
            if not self.registers_of(device):
                raise ValueError(f"unit {device.unit_id} has no registers to read")
            for register in self.registers_of(device):
                if register.width > (self.max_bits if register.kind.is_bits else self.max_registers):
                    raise ValueError(f"{register.name} takes {register.width} registers; one read may carry fewer")
        _refuse_repeated(self.declared)
        return self

    def registers_of(self, device: ModbusDevice) -> tuple[ModbusRegister, ...]:
        """All registers of a device, each with its asset relative to the gateway's root."""
        shared = self.maps[device.map] if device.map is not None else ()
        return tuple(
            register.model_copy(update={"asset": "/".join(part for part in (device.asset, register.asset) if part)})
            for register in (*shared, *device.registers)
        )

    @property
    def declared(self) -> tuple[TagDeclaration, ...]:
        return tuple(register for device in self.devices for register in self.registers_of(device))


class ReplayTag(TagDeclaration):
    """`column` of the recording becomes this tag. The delivered value is recorded * scale + offset."""

    column: Annotated[str, Field(min_length=1)]
    scale: float = 1.0
    offset: float = 0.0
    origin: Origin = Origin.RECORDING


class ReplayConfig(Connection):
    """A recording (Parquet or CSV) played as a machine, mapped on the wall clock.

    The recording's first row stands at `anchor` and the recording repeats for ever, so a restart continues where it
    stood. `closing_s` is the time between its last row and its next first one (its usual step when not given).
    `backfill_h` hours before the start are delivered at once; then the recording runs live.
    """

    kind: Literal["replay"] = "replay"
    file: Path
    time_column: Annotated[str, Field(min_length=1)]
    time_zone: TimeZone = "UTC"
    delimiter: Literal[",", ";", "\t"] = ","
    anchor: AwareDatetime
    closing_s: Seconds | None = None
    backfill_h: Annotated[float, Field(ge=0, le=24 * 400)] = 0.0
    tags: Annotated[tuple[ReplayTag, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_repeated(self.tags)
        return self

    @property
    def declared(self) -> tuple[TagDeclaration, ...]:
        return self.tags


DriverConfig = Annotated[OpcUaConfig | ModbusConfig | ReplayConfig, Field(discriminator="kind")]


def _refuse_repeated(tags: tuple[TagDeclaration, ...]) -> None:
    repeated = sorted(name for name, count in Counter(tag.name for tag in tags).items() if count > 1)
    if repeated:
        raise ValueError(f"each tag may be declared once; declared more often: {', '.join(repeated)}")
