"""The properties of MQTT 5 (clause 2.2.2): what a packet may say beside its fixed fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import Enum, auto
from typing import Final, NamedTuple

from millmark.wire.mqtt.packet_type import PacketType

P = PacketType


class Kind(Enum):
    """How a property's value is written (clause 1.5)."""

    BYTE = auto()
    UINT16 = auto()
    UINT32 = auto()
    VARINT = auto()
    TEXT = auto()
    BINARY = auto()
    PAIR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """Every property of the standard; None, or an empty tuple, where the packet does not carry it.

    Intervals are in seconds, sizes in bytes. `user` and `subscription_identifiers` may come several times in one packet
    and keep their order.
    """

    payload_format: int | None = None
    message_expiry_s: int | None = None
    content_type: str | None = None
    response_topic: str | None = None
    correlation_data: bytes | None = None
    subscription_identifiers: tuple[int, ...] = ()
    session_expiry_s: int | None = None
    assigned_client_id: str | None = None
    server_keep_alive_s: int | None = None
    authentication_method: str | None = None
    authentication_data: bytes | None = None
    request_problem_information: int | None = None
    will_delay_s: int | None = None
    request_response_information: int | None = None
    response_information: str | None = None
    server_reference: str | None = None
    reason: str | None = None
    receive_maximum: int | None = None
    topic_alias_maximum: int | None = None
    topic_alias: int | None = None
    maximum_qos: int | None = None
    retain_available: int | None = None
    user: tuple[tuple[str, str], ...] = ()
    maximum_packet_size: int | None = None
    wildcard_subscription_available: int | None = None
    subscription_identifiers_available: int | None = None
    shared_subscription_available: int | None = None

    def given(self) -> Iterator[tuple[Property, object]]:
        """Each property that is there with its value, those that come several times once for each."""
        if self is NO_PROPERTIES:
            return
        for name, known in BY_NAME.items():
            value = getattr(self, name)
            if isinstance(value, tuple):
                yield from ((known, one) for one in value)
            elif value is not None:
                yield known, value

    def __bool__(self) -> bool:
        return self is not NO_PROPERTIES and self != NO_PROPERTIES


NO_PROPERTIES: Final = Properties()
"""Shared by all packets without any, so that these cost nothing."""

WILL = None
"""Stands for the properties of a will, which are a packet's within a packet."""


class Property(NamedTuple):
    """`least` and `most` bound a number; a value outside of them breaks the protocol, as does a second one."""

    identifier: int
    name: str
    kind: Kind
    packets: frozenset[PacketType | None]
    least: int = 0
    most: int = 0xFFFF_FFFF


_MESSAGE: frozenset[PacketType | None] = frozenset({P.PUBLISH, WILL})
_OPENING: frozenset[PacketType | None] = frozenset({P.CONNECT, P.CONNACK})
_ANSWER: frozenset[PacketType | None] = frozenset({P.CONNACK})
_AUTHENTICATION: frozenset[PacketType | None] = frozenset({P.CONNECT, P.CONNACK, P.AUTH})
_REASONED: frozenset[PacketType | None] = frozenset(
    {P.CONNACK, P.PUBACK, P.PUBREC, P.PUBREL, P.PUBCOMP, P.SUBACK, P.UNSUBACK, P.DISCONNECT, P.AUTH}
)
_ALL: frozenset[PacketType | None] = frozenset({*P, WILL} - {P.PINGREQ, P.PINGRESP})
_LARGEST_VARINT = 268_435_455

# Table 2-4.
_KNOWN = (
    Property(0x01, "payload_format", Kind.BYTE, _MESSAGE, most=1),
    Property(0x02, "message_expiry_s", Kind.UINT32, _MESSAGE),
    Property(0x03, "content_type", Kind.TEXT, _MESSAGE),
    Property(0x08, "response_topic", Kind.TEXT, _MESSAGE),
    Property(0x09, "correlation_data", Kind.BINARY, _MESSAGE),
    Property(
        0x0B,
        "subscription_identifiers",
        Kind.VARINT,
        frozenset({P.PUBLISH, P.SUBSCRIBE}),
        least=1,
        most=_LARGEST_VARINT,
    ),
    Property(0x11, "session_expiry_s", Kind.UINT32, frozenset({P.CONNECT, P.CONNACK, P.DISCONNECT})),
    Property(0x12, "assigned_client_id", Kind.TEXT, _ANSWER),
    Property(0x13, "server_keep_alive_s", Kind.UINT16, _ANSWER),
    Property(0x15, "authentication_method", Kind.TEXT, _AUTHENTICATION),
    Property(0x16, "authentication_data", Kind.BINARY, _AUTHENTICATION),
    Property(0x17, "request_problem_information", Kind.BYTE, frozenset({P.CONNECT}), most=1),
    Property(0x18, "will_delay_s", Kind.UINT32, frozenset({WILL})),
    Property(0x19, "request_response_information", Kind.BYTE, frozenset({P.CONNECT}), most=1),
    Property(0x1A, "response_information", Kind.TEXT, _ANSWER),
    Property(0x1C, "server_reference", Kind.TEXT, frozenset({P.CONNACK, P.DISCONNECT})),
    Property(0x1F, "reason", Kind.TEXT, _REASONED),
    Property(0x21, "receive_maximum", Kind.UINT16, _OPENING, least=1),
    Property(0x22, "topic_alias_maximum", Kind.UINT16, _OPENING),
    Property(0x23, "topic_alias", Kind.UINT16, frozenset({P.PUBLISH}), least=1),
    Property(0x24, "maximum_qos", Kind.BYTE, _ANSWER, most=1),
    Property(0x25, "retain_available", Kind.BYTE, _ANSWER, most=1),
    Property(0x26, "user", Kind.PAIR, _ALL),
    Property(0x27, "maximum_packet_size", Kind.UINT32, _OPENING, least=1),
    Property(0x28, "wildcard_subscription_available", Kind.BYTE, _ANSWER, most=1),
    Property(0x29, "subscription_identifiers_available", Kind.BYTE, _ANSWER, most=1),
    Property(0x2A, "shared_subscription_available", Kind.BYTE, _ANSWER, most=1),
)
BY_IDENTIFIER: dict[int, Property] = {known.identifier: known for known in _KNOWN}
BY_NAME: dict[str, Property] = {known.name: known for known in _KNOWN}
assert set(BY_NAME) == {field.name for field in fields(Properties)}  # noqa: S101  # the table names every field once
