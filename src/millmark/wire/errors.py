"""What can be wrong with bytes from outside; each error says where and against which rule."""

from __future__ import annotations


class WireError(ValueError):
    """Base of everything this room raises about bytes it was given."""


class ProtocolError(WireError):
    """An MQTT packet that breaks MQTT 3.1.1; the connection it came on must be closed [MQTT-4.8.0-1].

    `offset` counts bytes from the packet's first byte; `clause` is a conformance statement such as `MQTT-3.1.2-3`, or
    a section number where the standard gives the rule no name.
    """

    def __init__(self, packet: str, offset: int, clause: str, problem: str) -> None:
        super().__init__(f"{packet} at byte {offset}: {problem} [{clause}]")
        self.packet = packet
        self.offset = offset
        self.clause = clause
        self.problem = problem


class UnacceptableProtocolLevel(ProtocolError):
    """A CONNECT of another MQTT version; it is answered with CONNACK code 1 before the close [MQTT-3.1.2-2]."""


class ClientIdentifierRejected(ProtocolError):
    """An empty client id together with a kept session; answered with CONNACK code 2 [MQTT-3.1.3-8]."""


class UnsupportedQos(ProtocolError):
    """A PUBLISH at QoS 2. Points carry their identity, so QoS 1 already stores each exactly once."""


class PayloadError(WireError):
    """A payload that cannot be read as what its topic says; `offset` counts bytes from the payload's start."""

    def __init__(self, payload: str, offset: int, problem: str) -> None:
        super().__init__(f"{payload} at byte {offset}: {problem}")
        self.payload = payload
        self.offset = offset
        self.problem = problem


class InvalidTopic(WireError):
    """A topic that does not follow the namespace it claims to belong to."""
