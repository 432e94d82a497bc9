"""What kinds of packets there are, and in which version of the protocol they are written."""

from __future__ import annotations

from enum import IntEnum


class PacketType(IntEnum):
    """MQTT 3.1.1, clause 2.2.1; `AUTH` since MQTT 5, clause 2.1.2."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


class Version(IntEnum):
    """The protocol level as a CONNECT names it (clause 3.1.2.2 of either standard)."""

    V3_1_1 = 4
    V5 = 5
