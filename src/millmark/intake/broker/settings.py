"""Where an outside broker is, who the platform is there, and what it asks for."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from millmark.wire.mqtt import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTls:
    """`ca_file` is trusted instead of the machine's own authorities; certificate and key are the platform's own."""

    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Raises `OSError` (an `SSLError` is one) for files that cannot be read or are none of what they should be."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.certificate_file is not None:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """`group` shares the subscriptions with other subscribers of that name. `receive_maximum` is how many messages may
    be under way unacknowledged (MQTT 5; with 3.1.1 the broker's own limit holds). `host_id` None makes the platform no
    Sparkplug host application there. `sparkplug_gateway` says which gateway an edge node is."""

    host: str
    port: int
    client_id: str
    version: Version = Version.V5
    filters: tuple[str, ...] = ("spBv1.0/#", "millmark/#")
    group: str | None = None
    qos: int = 1
    user_name: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: BrokerTls | None = None
    keep_alive_s: int = 30
    session_s: int = 86_400
    receive_maximum: int = 10_000
    packet_bytes: int = 1 << 20
    unacknowledged_bytes: int = 64 << 20
    host_id: str | None = "millmark"
    sparkplug_gateway: str = "{node}"
    retry_first_s: float = 1.0
    retry_longest_s: float = 60.0

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def shared_filters(self) -> tuple[str, ...]:
        """The filters as they are subscribed to."""
        if self.group is None:
            return self.filters
        return tuple(f"$share/{self.group}/{each}" for each in self.filters)
