"""Sparkplug B (Eclipse Sparkplug Specification 3.0.0), without sockets."""

from millmark.wire.sparkplug.births import KnownMetric
from millmark.wire.sparkplug.commanding import WrittenValue
from millmark.wire.sparkplug.data_sets import DataSet
from millmark.wire.sparkplug.datatypes import MistypedValue, SparkplugType, ValueField, type_name, typed_value
from millmark.wire.sparkplug.encoding import (
    BDSEQ_METRIC,
    REBIRTH_METRIC,
    Metric,
    MetricValue,
    TemplateValue,
    bdseq_metric,
    encode_payload,
    rebirth_command,
)
from millmark.wire.sparkplug.host_state import (
    HostState,
    is_state_topic,
    legacy_state_payload,
    read_state,
    state_payload,
    state_topic,
)
from millmark.wire.sparkplug.payload import Payload, decode_payload
from millmark.wire.sparkplug.properties import Properties
from millmark.wire.sparkplug.quality import NO_COMMUNICATION_CODE
from millmark.wire.sparkplug.rebirth import RebirthBackoff
from millmark.wire.sparkplug.session import EdgeNodeSession, SessionCounts
from millmark.wire.sparkplug.texts import LONGEST_TEXT
from millmark.wire.sparkplug.topic import NAMESPACE, MessageType, SparkplugTopic, parse_topic

__all__ = [
    "BDSEQ_METRIC",
    "LONGEST_TEXT",
    "NAMESPACE",
    "NO_COMMUNICATION_CODE",
    "REBIRTH_METRIC",
    "DataSet",
    "EdgeNodeSession",
    "HostState",
    "KnownMetric",
    "MessageType",
    "Metric",
    "MetricValue",
    "MistypedValue",
    "Payload",
    "Properties",
    "RebirthBackoff",
    "SessionCounts",
    "SparkplugTopic",
    "SparkplugType",
    "TemplateValue",
    "ValueField",
    "WrittenValue",
    "bdseq_metric",
    "decode_payload",
    "encode_payload",
    "is_state_topic",
    "legacy_state_payload",
    "parse_topic",
    "read_state",
    "rebirth_command",
    "state_payload",
    "state_topic",
    "type_name",
    "typed_value",
]
