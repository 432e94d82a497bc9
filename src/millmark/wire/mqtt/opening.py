"""The packets that open a connection, CONNECT and CONNACK (clauses 3.1 and 3.2), from their bytes."""

from __future__ import annotations

from millmark.wire.errors import ClientIdentifierRejected, UnacceptableProtocolLevel
from millmark.wire.mqtt.packet_type import Version
from millmark.wire.mqtt.packets import Connack, Connect, ConnectReturnCode, Will
from millmark.wire.mqtt.properties import NO_PROPERTIES, Properties
from millmark.wire.mqtt.reader import PacketReader
from millmark.wire.mqtt.reason_codes import ALLOWED_REASONS, ReasonCode
from millmark.wire.mqtt.topics import topic_fault

_NAME = b"MQTT"
_LEVEL_OFFSET = 6
_RESERVED, _CLEAN_START, _WILL, _WILL_RETAIN, _PASSWORD, _USER_NAME = 0x01, 0x02, 0x04, 0x20, 0x40, 0x80


def connect_version(body: bytes) -> Version | None:
    """The version a CONNECT's body speaks, however broken the rest of it, so that it can be answered in the same."""
    if body[2:_LEVEL_OFFSET] != _NAME or len(body) <= _LEVEL_OFFSET or body[_LEVEL_OFFSET] not in set(Version):
        return None
    return Version(body[_LEVEL_OFFSET])


def read_connect(reader: PacketReader) -> Connect:
    name = reader.binary("protocol name", "MQTT-3.1.2-1")
    if name != _NAME:
        raise reader.fault(
            "MQTT-3.1.2-1",
            f"the protocol name is {name[:16]!r}, not 'MQTT'",
            at=0,
            reason=ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
        )
    reader.version = _level(reader)
    flags = _connect_flags(reader)
    keep_alive_s = reader.uint16("keep-alive", "3.1.2.10")
    properties = reader.properties()
    client_id = _client_id(reader, clean_start=bool(flags & _CLEAN_START))
    will = _will(flags, reader) if flags & _WILL else None
    user_clause = reader.clause("MQTT-3.1.2-19", "MQTT-3.1.2-17")
    password_clause = reader.clause("MQTT-3.1.2-21", "MQTT-3.1.2-19")
    return Connect(
        client_id,
        bool(flags & _CLEAN_START),
        keep_alive_s,
        will,
        reader.text("user name", user_clause) if flags & _USER_NAME else None,
        reader.binary("password", password_clause) if flags & _PASSWORD else None,
        reader.version,
        properties,
    )


def _level(reader: PacketReader) -> Version:
    offset = reader.offset
    level = reader.byte("protocol level", "MQTT-3.1.2-2")
    if level not in set(Version):
        raise UnacceptableProtocolLevel(
            "CONNECT",
            offset,
            "MQTT-3.1.2-2",
            f"protocol level {level} is neither MQTT 3.1.1 (level 4) nor MQTT 5 (level 5)",
            ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
        )
    return Version(level)


def _connect_flags(reader: PacketReader) -> int:
    start = reader.position
    flags = reader.byte("connect flags", "3.1.2.3")
    will_qos = (flags >> 3) & 0b11
    has_will, has_user = bool(flags & _WILL), bool(flags & _USER_NAME)
    broken = (
        (flags & _RESERVED, "MQTT-3.1.2-3", "MQTT-3.1.2-3", "the reserved connect flag is set"),
        (not has_will and will_qos, "MQTT-3.1.2-13", "MQTT-3.1.2-11", "a will QoS is given without a will"),
        (will_qos == 3, "MQTT-3.1.2-14", "MQTT-3.1.2-12", "the will QoS is 3"),
        (
            not has_will and flags & _WILL_RETAIN,
            "MQTT-3.1.2-15",
            "MQTT-3.1.2-13",
            "will retain is set without a will",
        ),
        # MQTT 5 lets a password stand alone (clause 3.1.2.9).
        (
            not reader.is_v5 and not has_user and flags & _PASSWORD,
            "MQTT-3.1.2-22",
            "",
            "a password is given without a user name",
        ),
    )
    for is_broken, v3, v5, problem in broken:
        if is_broken:
            raise reader.fault(reader.clause(v3, v5), problem, at=start)
    return flags


def _client_id(reader: PacketReader, *, clean_start: bool) -> str:
    offset = reader.offset
    client_id = reader.text("client identifier", "MQTT-3.1.3-3")
    if not client_id and not clean_start and not reader.is_v5:
        raise ClientIdentifierRejected(
            "CONNECT",
            offset,
            "MQTT-3.1.3-8",
            "an empty client identifier needs a clean session",
            ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
        )
    return client_id


def _will(flags: int, reader: PacketReader) -> Will:
    properties = reader.properties(of_will=True)
    check_response_topic(reader, properties)
    start = reader.position
    topic = reader.text("will topic", "MQTT-3.1.2-9")
    if fault := topic_fault(topic):
        raise reader.fault(*fault, at=start + 2, reason=ReasonCode.TOPIC_NAME_INVALID)
    payload = reader.binary("will message", "MQTT-3.1.2-9")
    return Will(topic, payload, (flags >> 3) & 0b11, bool(flags & _WILL_RETAIN), properties)


def check_response_topic(reader: PacketReader, properties: Properties) -> None:
    """A response topic is a topic name, without wildcards."""
    if properties is NO_PROPERTIES or properties.response_topic is None:
        return
    if fault := topic_fault(properties.response_topic):
        raise reader.fault("MQTT-3.3.2-14", fault[1], reason=ReasonCode.PROTOCOL_ERROR)


def read_connack(reader: PacketReader) -> Connack:
    clause = reader.clause("3.2.2.1", "MQTT-3.2.2-1")
    acknowledge_flags = reader.byte("acknowledge flags", clause)
    if acknowledge_flags > 1:
        raise reader.fault(clause, "reserved acknowledge flags are set", at=0)
    clause = reader.clause("3.2.2.3", "MQTT-3.2.2-8")
    code = reader.byte("return code", clause)
    if code not in (ALLOWED_REASONS[reader.kind] if reader.is_v5 else set(ConnectReturnCode)):
        raise reader.fault(clause, f"return code {code} is reserved", at=1)
    return Connack(bool(acknowledge_flags), code, reader.properties())
