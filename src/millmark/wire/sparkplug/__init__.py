"""Sparkplug B (Eclipse Sparkplug Specification 3.0.0), without sockets."""

from millmark.wire.sparkplug.datatypes import MistypedValue, SparkplugType, ValueField, typed_value
from millmark.wire.sparkplug.encoding import (
    BDSEQ_METRIC,
    REBIRTH_METRIC,
    Metric,
    bdseq_metric,
    encode_payload,
    rebirth_command,
)
from millmark.wire.sparkplug.payload import Payload, decode_payload
from millmark.wire.sparkplug.quality import NO_COMMUNICATION_CODE
from millmark.wire.sparkplug.rebirth import RebirthBackoff
from millmark.wire.sparkplug.session import EdgeNodeSession, SessionCounts
from millmark.wire.sparkplug.topic import NAMESPACE, MessageType, SparkplugTopic, parse_topic

__all__ = [
    "BDSEQ_METRIC",
    "NAMESPACE",
    "NO_COMMUNICATION_CODE",
    "REBIRTH_METRIC",
    "EdgeNodeSession",
    "MessageType",
    "Metric",
    "MistypedValue",
    "Payload",
    "RebirthBackoff",
    "SessionCounts",
    "SparkplugTopic",
    "SparkplugType",
    "ValueField",
    "bdseq_metric",
    "decode_payload",
    "encode_payload",
    "parse_topic",
    "rebirth_command",
    "typed_value",
]
