"""MQTT 3.1.1 (OASIS Standard, 29 October 2014) and MQTT 5 (OASIS Standard, 7 March 2019), without sockets."""

from millmark.wire.mqtt.client import MqttClient
from millmark.wire.mqtt.client_events import (
    Connected,
    Disconnected,
    Event,
    Message,
    Published,
    Refused,
    Subscribed,
    Unsubscribed,
)
from millmark.wire.mqtt.decoding import decode_packet
from millmark.wire.mqtt.encoding import encode_packet
from millmark.wire.mqtt.opening import connect_version
from millmark.wire.mqtt.packet_type import PacketType, Version
from millmark.wire.mqtt.packets import (
    SUBSCRIPTION_REFUSED,
    Auth,
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    RetainHandling,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Will,
)
from millmark.wire.mqtt.properties import NO_PROPERTIES, Properties
from millmark.wire.mqtt.reason_codes import ReasonCode
from millmark.wire.mqtt.stream import Frame, PacketStream, read_frame
from millmark.wire.mqtt.topics import SharedFilter, filter_fault, is_shared, shared_filter, topic_fault, topic_matches

__all__ = [
    "NO_PROPERTIES",
    "SUBSCRIPTION_REFUSED",
    "Auth",
    "Connack",
    "Connect",
    "ConnectReturnCode",
    "Connected",
    "Disconnect",
    "Disconnected",
    "Event",
    "Frame",
    "Message",
    "MqttClient",
    "Packet",
    "PacketStream",
    "PacketType",
    "Pingreq",
    "Pingresp",
    "Properties",
    "Puback",
    "Pubcomp",
    "Publish",
    "Published",
    "Pubrec",
    "Pubrel",
    "ReasonCode",
    "Refused",
    "RetainHandling",
    "SharedFilter",
    "Suback",
    "Subscribe",
    "Subscribed",
    "Subscription",
    "Unsuback",
    "Unsubscribe",
    "Unsubscribed",
    "Version",
    "Will",
    "connect_version",
    "decode_packet",
    "encode_packet",
    "filter_fault",
    "is_shared",
    "read_frame",
    "shared_filter",
    "topic_fault",
    "topic_matches",
]
