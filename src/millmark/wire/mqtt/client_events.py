"""What an MQTT client hears from its server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from millmark.wire.mqtt.packets import Connack, Publish
from millmark.wire.mqtt.properties import NO_PROPERTIES, Properties


@dataclass(frozen=True, slots=True)
class Connected:
    """The server takes the client; `session_present` says whether it still knows the client's subscriptions."""

    session_present: bool
    connack: Connack


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not take the client: a `ConnectReturnCode` in MQTT 3.1.1, a `ReasonCode` in MQTT 5."""

    code: int
    reason: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """A message for this client; above QoS 0 it is the server's until `MqttClient.acknowledge` is called with it."""

    publish: Publish
    connection: int = field(repr=False)

    @property
    def topic(self) -> str:
        return self.publish.topic

    @property
    def payload(self) -> bytes:
        return self.publish.payload


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The answer to the SUBSCRIBE of this packet identifier, a code for each of its filters."""

    packet_id: int
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    packet_id: int
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """The server has taken over a message of this client, or, from reason code 0x80 on, has refused it."""

    packet_id: int
    reason_code: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The server ends the connection and says why (MQTT 5)."""

    reason_code: int
    properties: Properties = NO_PROPERTIES


Event: TypeAlias = Connected | Refused | Message | Subscribed | Unsubscribed | Published | Disconnected
