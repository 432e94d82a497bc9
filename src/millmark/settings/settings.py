"""What a platform is built from: each room's own settings, resolved and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from millmark.drivers.config import DriverConfig
from millmark.edge import EdgeSettings
from millmark.history import HistorySettings
from millmark.intake import IntakeSettings, LineProtocolSettings
from millmark.intake.broker import BrokerSettings
from millmark.observability import LogSettings
from millmark.settings.tables import MqttTable, SettingsFile, WebTable


@dataclass(frozen=True, slots=True)
class Settings:
    """`data` is the state folder and `file` its settings file, whether that exists or not; all paths are absolute.

    `tables` is the file as it was written, with its defaults. `city_pack` is a shipped pack's name or a folder.
    """

    data: Path
    file: Path
    tables: SettingsFile
    demonstration: bool
    key_file: Path
    key_passphrase: str | None = field(repr=False)
    database_url: str = field(repr=False)
    history: HistorySettings
    intake: IntakeSettings
    line_protocol: LineProtocolSettings
    edge: EdgeSettings
    web: WebTable
    log: LogSettings
    metrics_gateways: int
    scrape_token: str | None = field(repr=False)
    mqtt: MqttTable
    brokers: tuple[BrokerSettings, ...]
    city_pack: str
    drivers: tuple[DriverConfig, ...]
