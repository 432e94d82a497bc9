"""The tables of the settings file, one class each, with what each key means, its default and its bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from millmark.drivers.config import DriverConfig, ModbusConfig, OpcUaConfig, ReplayConfig
from millmark.edge import EdgeSettings
from millmark.history import HistorySettings, Retention
from millmark.intake import IntakeSettings, LineProtocolSettings, MqttLimits
from millmark.model import utc_us
from millmark.observability import LogSettings
from millmark.programmes.documents import FileLimits
from millmark.registry import GatewayQuota
from millmark.settings.broker_table import BrokerTable
from millmark.settings.table import Table
from millmark.settings.tls_table import ServerTlsTable
from millmark.wire.line_protocol import LineNaming

SECOND_US = 1_000_000
MEBIBYTE = 1 << 20

Port = Annotated[int, Field(ge=0, le=65_535)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Host = Annotated[str, Field(min_length=1)]


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except ArgumentError:
        # The text is not repeated: it may carry a password.
        raise ValueError(
            "expected a URL such as sqlite:///registry.sqlite or postgresql+psycopg://user@host/name"
        ) from None
    kind = url.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise ValueError(f"the registry is kept in sqlite or postgresql, not in {kind}")
    if kind == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("a registry in memory would forget which series its points belong to; name a file")
    return text


class NodeTable(Table):
    """This node. Its signing key is made at the first start; a passphrase, if any, comes from outside this file."""

    demonstration: bool = False
    key_file: Path = Path("keys/node-ed25519.pem")
    key_passphrase_env: str | None = None
    key_passphrase_file: Path | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.key_passphrase_env is not None and self.key_passphrase_file is not None:
            raise ValueError("give key_passphrase_env or key_passphrase_file, not both")
        return self


class WebTable(Table):
    """Where the console and the API answer, and how long a sign-in lasts."""

    host: Host = "127.0.0.1"
    port: Port = 8480
    next_free_port: bool = False
    session_hours: Annotated[float, Field(gt=0, le=24 * 30)] = 12.0
    idle_hours: Annotated[float, Field(gt=0, le=24 * 30)] = 2.0
    tls: ServerTlsTable | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.idle_hours > self.session_hours:
            raise ValueError(
                f"idle_hours ({self.idle_hours}) must not be longer than session_hours ({self.session_hours})"
            )
        return self

    @property
    def session_us(self) -> int:
        return round(self.session_hours * 3_600 * SECOND_US)

    @property
    def idle_us(self) -> int:
        return round(self.idle_hours * 3_600 * SECOND_US)


class LogTable(Table):
    """How the platform's log is written. `level` holds for the platform's own lines."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "warning"

    def settings(self) -> LogSettings:
        return LogSettings(self.format, self.level)


class MetricsTable(Table):
    """What a Prometheus server may ask. Without a token only those who may sign in as administrators can."""

    token_file: Path | None = None
    gateways: Annotated[int, Field(ge=1, le=1_000)] = 20


_LIMITS = MqttLimits()


class MqttTable(Table):
    """The platform's own MQTT listener for devices and Sparkplug edge nodes."""

    enabled: bool = True
    host: Host = "127.0.0.1"
    port: Port = 1883
    next_free_port: bool = False
    packet_bytes: Annotated[int, Field(ge=1_024, le=256 * MEBIBYTE)] = _LIMITS.packet_bytes
    connections: Count = _LIMITS.connections
    connect_within_s: Seconds = _LIMITS.connect_within_s
    unacknowledged: Count = _LIMITS.unacknowledged
    subscriptions: Count = _LIMITS.subscriptions
    outgoing_in_flight: Annotated[int, Field(ge=1, le=65_535)] = _LIMITS.outgoing_in_flight
    queued_messages: Count = _LIMITS.queued_messages
    queued_s: Seconds = _LIMITS.queued_s
    session_expiry_s: Annotated[int, Field(ge=0, le=31_622_400)] = _LIMITS.session_expiry_s
    sessions_kept: Annotated[int, Field(ge=0, le=1_000_000)] = _LIMITS.sessions_kept
    receive_maximum: Annotated[int, Field(ge=1, le=65_535)] = _LIMITS.receive_maximum
    topic_aliases: Annotated[int, Field(ge=0, le=65_535)] = _LIMITS.topic_aliases
    keep_alive_s: Annotated[int, Field(ge=1, le=65_535)] = _LIMITS.keep_alive_s
    unread_within_s: Seconds = _LIMITS.unread_within_s
    retained_messages: Annotated[int, Field(ge=0, le=1_000_000)] = _LIMITS.retained_messages
    retained_bytes: Annotated[int, Field(ge=0, le=4_096 * MEBIBYTE)] = _LIMITS.retained_bytes
    host_id: Annotated[str, Field(pattern=r"^[^/+#\x00]+$")] = _LIMITS.host_id
    tls: ServerTlsTable | None = None

    def limits(self) -> MqttLimits:
        return MqttLimits(**self.model_dump(exclude={"enabled", "host", "port", "next_free_port", "tls"}))


class HistoryTable(Table):
    """Where points are kept: in a folder of this machine, or on a ClickHouse server at `url`."""

    path: Path | None = None
    url: Annotated[Annotated[str, Field(pattern=r"^https?://")] | None, Field(repr=False)] = None
    cluster: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] | None = None
    readers: Annotated[int, Field(ge=1, le=64)] = 2
    threads: Annotated[int, Field(ge=1, le=256)] = 2
    query_memory_mb: Annotated[int, Field(ge=64, le=1_000_000)] = 512
    cache_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 32

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.path is not None and self.url is not None:
            raise ValueError("give path (a folder of this machine) or url (a ClickHouse server), not both")
        if self.cluster is not None and self.url is None:
            raise ValueError("cluster needs url, the address of one of its servers")
        return self

    def store(self, data: Path) -> HistorySettings:
        """What the history room is opened with; without path and url it lives in the state folder."""
        return HistorySettings(
            path=None if self.url is not None else self.path or data / "history",
            url=self.url,
            cluster=self.cluster,
            readers=self.readers,
            threads=self.threads,
            query_memory_bytes=self.query_memory_mb * MEBIBYTE,
            cache_bytes=self.cache_mb * MEBIBYTE,
        )


Days = Annotated[int, Field(ge=31, le=36_525)]


class RetentionTable(Table):
    """For how long the history keeps what, in whole months past these days; without a number for ever."""

    raw_days: Days | None = None
    text_days: Days | None = None
    minute_days: Days | None = None
    hour_days: Days | None = None
    day_days: Days | None = None
    quarantine_days: Days | None = None
    drop_claimed: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        self.policy()
        return self

    def policy(self) -> Retention:
        return Retention(**self.model_dump(exclude={"drop_claimed"}))


class RegistryTable(Table):
    """Where what exists is kept: SQLite by default, PostgreSQL by URL."""

    url: Annotated[str, AfterValidator(_database_url), Field(repr=False)] = "sqlite:///registry.sqlite"

    def address(self, data: Path) -> str:
        """The database's URL, a relative SQLite file taken from the state folder."""
        url = make_url(self.url)
        if url.get_backend_name() == "sqlite" and url.database is not None:
            url = url.set(database=str((data / url.database).absolute()))
        return url.render_as_string(hide_password=False)


_DOOR = IntakeSettings()


class IntakeTable(Table):
    """How arrivals are gathered, bounded and refused."""

    window_s: Annotated[float, Field(gt=0, le=10)] = _DOOR.window_s
    block_points: Count = _DOOR.block_points
    pending_points: Count = _DOOR.pending_points
    future_limit_s: Annotated[float, Field(gt=0, le=86_400 * 366)] = _DOOR.future_limit_us / SECOND_US
    ancient_before: date = date(2000, 1, 1)
    retry_first_s: Seconds = _DOOR.retry_first_s
    retry_longest_s: Seconds = _DOOR.retry_longest_s
    hang_up_after_s: Seconds = _DOOR.hang_up_after_s
    series_per_gateway: Count = _DOOR.series_per_gateway

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.block_points > self.pending_points:
            raise ValueError(f"block_points ({self.block_points}) must fit into pending_points ({self.pending_points})")
        if self.retry_first_s > self.retry_longest_s:
            raise ValueError("retry_longest_s must not be shorter than retry_first_s")
        return self

    def door(self) -> IntakeSettings:
        own = self.model_dump(exclude={"future_limit_s", "ancient_before"})
        return IntakeSettings(
            **own,
            future_limit_us=round(self.future_limit_s * SECOND_US),
            ancient_before_us=utc_us(datetime.combine(self.ancient_before, time(), tzinfo=UTC)),
        )


_LINES = LineProtocolSettings()


class LineProtocolTable(Table):
    """Writes of line protocol over HTTP, and how what they bring is named."""

    body_mb: Annotated[int, Field(ge=1, le=1_024)] = _LINES.body_bytes // MEBIBYTE
    in_flight_mb: Annotated[int, Field(ge=1, le=65_536)] = _LINES.in_flight_bytes // MEBIBYTE
    wait_s: Seconds = _LINES.wait_s
    asset_tags: tuple[Annotated[str, Field(min_length=1)], ...] = _LINES.naming.asset_tags
    ignored_tags: tuple[Annotated[str, Field(min_length=1)], ...] = _LINES.naming.ignored_tags

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.body_mb > self.in_flight_mb:
            raise ValueError(f"a body ({self.body_mb} MB) must fit into in_flight_mb ({self.in_flight_mb} MB)")
        if both := sorted({*self.asset_tags} & {*self.ignored_tags}):
            raise ValueError(f"{', '.join(both)} cannot both name an asset and be ignored")
        return self

    def door(self) -> LineProtocolSettings:
        return LineProtocolSettings(
            body_bytes=self.body_mb * MEBIBYTE,
            in_flight_bytes=self.in_flight_mb * MEBIBYTE,
            wait_s=self.wait_s,
            naming=LineNaming(self.asset_tags, self.ignored_tags),
        )


class QuotaTable(Table):
    """What each gateway may bring, unless the registry says otherwise of it; nothing is dropped, it comes later."""

    points_per_s: Annotated[float, Field(gt=0)] | None = None
    bytes_per_s: Annotated[int, Field(gt=0)] | None = None

    def each(self) -> GatewayQuota:
        return GatewayQuota(self.points_per_s, self.bytes_per_s)


_EDGE = EdgeSettings()


class EdgeTable(Table):
    """How much the drivers of this node may hold back while the store does not take it."""

    buffer_readings: Count = _EDGE.buffer_readings
    readings_at_once: Count = _EDGE.readings_at_once
    flush_s: Seconds = _EDGE.flush_s

    def agent(self) -> EdgeSettings:
        return EdgeSettings(**self.model_dump())


_FILES = FileLimits()


class FilesTable(Table):
    """How much people may upload; what an enterprise's files are together is its quota."""

    file_mb: Annotated[int, Field(ge=1, le=1_024)] = _FILES.file_bytes // MEBIBYTE
    enterprise_mb: Annotated[int, Field(ge=1, le=1_000_000)] = _FILES.enterprise_bytes // MEBIBYTE
    spare_mb: Annotated[int, Field(ge=0, le=1_000_000)] = _FILES.spare_bytes // MEBIBYTE

    def limits(self) -> FileLimits:
        return FileLimits(self.file_mb * MEBIBYTE, self.enterprise_mb * MEBIBYTE, self.spare_mb * MEBIBYTE)


class WebhooksTable(Table):
    """Where webhooks may go; `allow_private` also lets them reach this machine and its network, and go over http."""

    enabled: bool = True
    allow_private: bool = False


class OfficeTable(Table):
    """Who issues official documents, in Chinese and English; by default the bureau of the region's city."""

    name_zh: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    name_en: Annotated[str, Field(min_length=1, max_length=120)] | None = None


class PublicTable(Table):
    """The pages that everybody may read: the licence of the open data, how long a page is kept, how much one address
    may ask."""

    licence: Annotated[str, Field(min_length=1, max_length=100)] = "CC BY 4.0"
    licence_url: Annotated[str, Field(min_length=1, max_length=200)] = "https://creativecommons.org/licenses/by/4.0/"
    cache_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 240


class RegionTable(Table):
    """The city this node speaks for: the name of a shipped pack, or a folder with a pack of its own.

    `policy_packs` is a folder with programmes and assessments of its own, each in `<id>/<edition>/`. `disclosure_rules`
    is the confidential file of the rules of disclosure control; none is `confidential/disclosure.toml` in the data.
    """

    pack: Annotated[str, Field(min_length=1)] = "xianning-reply"
    policy_packs: Path | None = None
    disclosure_rules: Path | None = None

    def city_pack(self, data: Path) -> str:
        """The name of a shipped pack, or the absolute path of a folder, told apart by its slash."""
        return str((data / self.pack).absolute()) if "/" in self.pack else self.pack


class WitnessTable(Table):
    """Who else holds this node's seals: the region whose platform is told of each on the day it is made."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None
    answer_challenges: bool = False
    answers_a_day: Annotated[int, Field(ge=1, le=1000)] = 20


class SettingsFile(Table):
    """The whole file. Tables with two brackets ([[opcua]]) may be there many times."""

    node: NodeTable = NodeTable()
    web: WebTable = WebTable()
    log: LogTable = LogTable()
    metrics: MetricsTable = MetricsTable()
    mqtt: MqttTable = MqttTable()
    history: HistoryTable = HistoryTable()
    retention: RetentionTable = RetentionTable()
    registry: RegistryTable = RegistryTable()
    intake: IntakeTable = IntakeTable()
    quota: QuotaTable = QuotaTable()
    line_protocol: LineProtocolTable = LineProtocolTable()
    edge: EdgeTable = EdgeTable()
    region: RegionTable = RegionTable()
    witness: WitnessTable = WitnessTable()
    files: FilesTable = FilesTable()
    webhooks: WebhooksTable = WebhooksTable()
    office: OfficeTable = OfficeTable()
    public: PublicTable = PublicTable()
    broker: tuple[BrokerTable, ...] = ()
    opcua: tuple[OpcUaConfig, ...] = ()
    modbus: tuple[ModbusConfig, ...] = ()
    replay: tuple[ReplayConfig, ...] = ()

    @property
    def connections(self) -> dict[str, tuple[DriverConfig, ...]]:
        """The device connections by the table they are declared in."""
        return {"opcua": self.opcua, "modbus": self.modbus, "replay": self.replay}
