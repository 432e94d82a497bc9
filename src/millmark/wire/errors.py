"""What can be wrong with bytes from outside; each error says where and against which rule."""

from __future__ import annotations


class WireError(ValueError):
    """Base of everything this room raises about bytes it was given."""


class ProtocolError(WireError):
    """An MQTT packet that breaks the standard; the connection it came on must be closed (MQTT 3.1.1 [MQTT-4.8.0-1],
    MQTT 5 [MQTT-4.13.1-1]).

    `offset` counts bytes from the packet's first byte; `clause` is a conformance statement such as `MQTT-3.1.2-3`, or
    a section number where the standard gives the rule no name. `reason` is the MQTT 5 reason code to close with: 0x81
    for a malformed packet, 0x82 for one that breaks the protocol, or a closer one.
    """

    def __init__(self, packet: str, offset: int, clause: str, problem: str, reason: int = 0x81) -> None:
        super().__init__(f"{packet} at byte {offset}: {problem} [{clause}]")
        self.reason = reason
        self.packet = packet
        self.offset = offset
        self.clause = clause
        self.problem = problem


class UnacceptableProtocolLevel(ProtocolError):
    """A CONNECT of another version than 3.1.1 and 5; answered with CONNACK code 1 before the close [MQTT-3.1.2-2]."""


class ClientIdentifierRejected(ProtocolError):
    """An empty client id together with a kept session; answered with CONNACK code 2 [MQTT-3.1.3-8]."""


class PayloadError(WireError):
    """A payload that cannot be read as what its topic says; `offset` counts bytes from the payload's start."""

    def __init__(self, payload: str, offset: int, problem: str) -> None:
        super().__init__(f"{payload} at byte {offset}: {problem}")
        self.payload = payload
        self.offset = offset
        self.problem = problem


class InvalidTopic(WireError):
    """A topic that does not follow the namespace it claims to belong to."""
