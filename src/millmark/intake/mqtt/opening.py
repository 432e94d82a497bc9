"""How a CONNECT is answered (clauses 3.1.4 and 3.2)."""

from __future__ import annotations

from millmark.intake.mqtt.peers import Refusal
from millmark.intake.mqtt.session import Session
from millmark.intake.settings import MqttLimits
from millmark.wire.errors import ClientIdentifierRejected, ProtocolError, UnacceptableProtocolLevel
from millmark.wire.mqtt import (
    Connack,
    Connect,
    ConnectReturnCode,
    Properties,
    ReasonCode,
    Version,
    encode_packet,
)

_MOST_IN_FLIGHT = 0xFFFF
_RETURN_CODES = {
    ReasonCode.BAD_USER_NAME_OR_PASSWORD: ConnectReturnCode.BAD_USER_NAME_OR_PASSWORD,
    ReasonCode.NOT_AUTHORIZED: ConnectReturnCode.NOT_AUTHORIZED,
    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID: ConnectReturnCode.IDENTIFIER_REJECTED,
}
"""What MQTT 3.1.1 can say of a refusal; for all else the server is not available."""


def accepted(connect: Connect, session: Session, limits: MqttLimits, *, was_there: bool) -> tuple[Connack, int]:
    """The CONNACK, and the keep-alive that holds from here on (s, 0 for none)."""
    if connect.version is Version.V3_1_1:
        return Connack(was_there, ConnectReturnCode.ACCEPTED), connect.keep_alive_s
    wishes = connect.properties
    keep_alive_s = min(connect.keep_alive_s or limits.keep_alive_s, limits.keep_alive_s)
    expires_s = int(session.expires_s)
    properties = Properties(
        session_expiry_s=expires_s if expires_s != (wishes.session_expiry_s or 0) else None,
        receive_maximum=limits.receive_maximum if limits.receive_maximum < _MOST_IN_FLIGHT else None,
        maximum_packet_size=limits.packet_bytes,
        topic_alias_maximum=limits.topic_aliases,
        assigned_client_id=None if connect.client_id else session.client_id,
        server_keep_alive_s=keep_alive_s if keep_alive_s != connect.keep_alive_s else None,
    )
    return Connack(was_there, ReasonCode.SUCCESS, properties), keep_alive_s


def refused(refusal: Refusal, connect: Connect) -> bytes:
    """The CONNACK to somebody who may not connect."""
    if connect.version is Version.V3_1_1:
        code = _RETURN_CODES.get(refusal.code, ConnectReturnCode.SERVER_UNAVAILABLE)
        return encode_packet(Connack(False, code))
    # The reason is sent whatever the client asked for: a CONNACK may carry it always [MQTT-3.1.2-29].
    return encode_packet(Connack(False, refusal.code, Properties(reason=refusal.reason)), Version.V5)


def refused_packet(error: ProtocolError, version: Version | None) -> bytes | None:
    """The CONNACK to a CONNECT that breaks the standard; None where the standard wants the end and no answer."""
    if isinstance(error, UnacceptableProtocolLevel):
        return encode_packet(Connack(False, ConnectReturnCode.UNACCEPTABLE_PROTOCOL_LEVEL))
    if isinstance(error, ClientIdentifierRejected):
        return encode_packet(Connack(False, ConnectReturnCode.IDENTIFIER_REJECTED))
    if version is Version.V5:
        return encode_packet(Connack(False, error.reason, Properties(reason=error.problem)), Version.V5)
    return None
