"""The tables of the settings file that tell of brokers other than the platform's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from millmark.intake.broker import BrokerSettings, BrokerTls
from millmark.settings.table import Table
from millmark.wire.mqtt import Version, filter_fault

_VERSIONS = {"5": Version.V5, "3.1.1": Version.V3_1_1}
_PLAIN_PORT, _TLS_PORT = 1883, 8883


class BrokerTlsTable(Table):
    """How the connection to a broker is encrypted; an empty table trusts what this machine trusts."""

    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file belong together")
        return self


class BrokerTable(Table):
    """An MQTT broker that is not the platform's own, and what is read from it."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    version: Literal["5", "3.1.1"] = "5"
    client_id: Annotated[str, Field(min_length=1, max_length=200)] = "millmark"
    group: Annotated[str, Field(pattern=r"^[^/+#\x00]+$")] | None = None
    filters: Annotated[tuple[str, ...], Field(min_length=1)] = ("spBv1.0/#", "millmark/#")
    qos: Annotated[int, Field(ge=0, le=2)] = 1
    user: str | None = None
    password_env: str | None = None
    password_file: Path | None = None
    keep_alive_s: Annotated[int, Field(ge=1, le=65_535)] = 30
    session_hours: Annotated[float, Field(gt=0, le=24 * 365)] = 24.0
    receive_maximum: Annotated[int, Field(ge=1, le=65_535)] = 10_000
    packet_bytes: Annotated[int, Field(ge=1_024, le=256 << 20)] = 1 << 20
    host_id: Annotated[str, Field(pattern=r"^[^/+#\x00]*$")] = "millmark"
    sparkplug_gateway: Annotated[str, Field(min_length=1)] = "{node}"
    retry_first_s: Annotated[float, Field(gt=0, le=3_600)] = 1.0
    retry_longest_s: Annotated[float, Field(gt=0, le=86_400)] = 60.0
    tls: BrokerTlsTable | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.password_env is not None and self.password_file is not None:
            raise ValueError("give password_env or password_file, not both")
        if (self.password_env or self.password_file) and self.user is None:
            raise ValueError("a password needs a user")
        if self.retry_first_s > self.retry_longest_s:
            raise ValueError("retry_longest_s must not be shorter than retry_first_s")
        for each in self.filters:
            if fault := filter_fault(each, _VERSIONS[self.version]):
                raise ValueError(f"the filter {each!r} is none: {fault}")
            if each.startswith("$share/"):
                raise ValueError("give the name of a shared subscription as group, not in the filters")
        return self

    def settings(self, password: str | None) -> BrokerSettings:
        own_port = _PLAIN_PORT if self.tls is None else _TLS_PORT
        return BrokerSettings(
            host=self.host,
            port=self.port or own_port,
            client_id=self.client_id,
            version=_VERSIONS[self.version],
            filters=self.filters,
            group=self.group,
            qos=self.qos,
            user_name=self.user,
            password=password,
            tls=None if self.tls is None else BrokerTls(**dict(self.tls)),
            keep_alive_s=self.keep_alive_s,
            session_s=round(self.session_hours * 3_600),
            receive_maximum=self.receive_maximum,
            packet_bytes=self.packet_bytes,
            host_id=self.host_id or None,
            sparkplug_gateway=self.sparkplug_gateway,
            retry_first_s=self.retry_first_s,
            retry_longest_s=self.retry_longest_s,
        )
