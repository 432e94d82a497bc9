"""The control packets of MQTT 3.1.1 and 5 as values (clause 3 of either standard).

One set of packets serves both versions: MQTT 3.1.1 writes neither properties nor, outside of CONNACK and SUBACK, reason
codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, TypeAlias

from millmark.wire.mqtt.packet_type import Version
from millmark.wire.mqtt.properties import NO_PROPERTIES, Properties


class ConnectReturnCode(IntEnum):
    """What a CONNACK of MQTT 3.1.1 says (clause 3.2.2.3); one of MQTT 5 carries a `ReasonCode`."""

    ACCEPTED = 0
    UNACCEPTABLE_PROTOCOL_LEVEL = 1
    IDENTIFIER_REJECTED = 2
    SERVER_UNAVAILABLE = 3
    BAD_USER_NAME_OR_PASSWORD = 4
    NOT_AUTHORIZED = 5


SUBSCRIPTION_REFUSED = 0x80


@dataclass(frozen=True, slots=True)
class Will:
    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Connect:
    """`clean_start` is the clean session flag of MQTT 3.1.1. `keep_alive_s` of 0 turns the keep-alive off (clause
    3.1.2.10)."""

    client_id: str
    clean_start: bool = True
    keep_alive_s: int = 60
    will: Will | None = None
    user_name: str | None = None
    password: bytes | None = None
    version: Version = Version.V3_1_1
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Connack:
    """`return_code` is a `ConnectReturnCode` in MQTT 3.1.1 and a `ReasonCode` in MQTT 5; 0 accepts in both."""

    session_present: bool
    return_code: int
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Publish:
    """`packet_id` is None exactly at QoS 0. `topic` is empty where an alias that was sent before stands for it."""

    topic: str
    payload: bytes
    qos: int = 0
    packet_id: int | None = None
    retain: bool = False
    dup: bool = False
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Puback:
    packet_id: int
    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pubrec:
    packet_id: int
    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pubrel:
    packet_id: int
    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pubcomp:
    packet_id: int
    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


class RetainHandling(IntEnum):
    """Which retained messages a new subscription brings (MQTT 5, clause 3.8.3.1)."""

    SEND = 0
    SEND_IF_NEW = 1
    DO_NOT_SEND = 2


class Subscription(NamedTuple):
    """A topic filter and what is asked for it; all behind `qos` is always the default in MQTT 3.1.1."""

    topic_filter: str
    qos: int = 0
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: RetainHandling = RetainHandling.SEND


@dataclass(frozen=True, slots=True)
class Subscribe:
    packet_id: int
    filters: tuple[Subscription, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Suback:
    packet_id: int
    return_codes: tuple[int, ...]
    """Per topic filter the granted QoS, or why there is none: `SUBSCRIPTION_REFUSED`, or a `ReasonCode` in MQTT 5."""
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    packet_id: int
    filters: tuple[str, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Unsuback:
    """`reason_codes` is empty in MQTT 3.1.1."""

    packet_id: int
    reason_codes: tuple[int, ...] = ()
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pingreq:
    pass


@dataclass(frozen=True, slots=True)
class Pingresp:
    pass


@dataclass(frozen=True, slots=True)
class Disconnect:
    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Auth:
    """A step of an enhanced authentication (MQTT 5, clause 4.12)."""

    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


Packet: TypeAlias = (
    Connect
    | Connack
    | Publish
    | Puback
    | Pubrec
    | Pubrel
    | Pubcomp
    | Subscribe
    | Suback
    | Unsubscribe
    | Unsuback
    | Pingreq
    | Pingresp
    | Disconnect
    | Auth
)
