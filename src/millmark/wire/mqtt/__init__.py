"""MQTT 3.1.1 (OASIS Standard, 29 October 2014), without sockets."""

from millmark.wire.mqtt.decoding import decode_packet
from millmark.wire.mqtt.encoding import encode_packet
from millmark.wire.mqtt.packets import (
    SUBSCRIPTION_REFUSED,
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Packet,
    PacketType,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
)
from millmark.wire.mqtt.stream import Frame, PacketStream, read_frame
from millmark.wire.mqtt.topics import filter_fault, topic_fault, topic_matches

__all__ = [
    "SUBSCRIPTION_REFUSED",
    "Connack",
    "Connect",
    "ConnectReturnCode",
    "Disconnect",
    "Frame",
    "Packet",
    "PacketStream",
    "PacketType",
    "Pingreq",
    "Pingresp",
    "Puback",
    "Publish",
    "Suback",
    "Subscribe",
    "Unsuback",
    "Unsubscribe",
    "Will",
    "decode_packet",
    "encode_packet",
    "filter_fault",
    "read_frame",
    "topic_fault",
    "topic_matches",
]
