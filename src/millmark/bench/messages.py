"""The forms in which the same points are sent: Sparkplug, JSON telemetry, line protocol."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from millmark.bench.plan import LoadPlan, MessageSource, Patch, Sensors, Template
from millmark.bench.sensors_kernel import (
    PACKET_ID,
    SEQ,
    TIME_DIGITS,
    TIME_VARINT,
    VALUE_DECIMAL,
    VALUE_DOUBLE,
)
from millmark.wire.mqtt import Publish, encode_packet
from millmark.wire.protobuf import varint
from millmark.wire.sparkplug import MessageType, Metric, SparkplugTopic, SparkplugType, bdseq_metric, encode_payload

GROUP = "bench"
# Numbers that stand for nothing else in a template, so that their bytes tell where to patch.
_TIME_MS, _PACKET_ID = 3_141_592_653_589, 0xFEFD
_VALUE = 2.718281828459045
_FIRST_LONG_SEQ = 128


def sparkplug_births(plan: LoadPlan, gateway: int, time_ms: int | None = None) -> list[bytes]:
    """NBIRTH and a DBIRTH of every device, with values of a moment: if none is given, before the first data message."""
    node = plan.gateway(gateway)
    if time_ms is None:
        time_ms = plan.start_ms - plan.period_ms
    births = [
        _sparkplug_packet(SparkplugTopic(GROUP, MessageType.NBIRTH, node), [bdseq_metric(0, time_ms)], time_ms, 0)
    ]
    for device in range(plan.devices_each):
        metrics = [
            Metric(0.0, SparkplugType.DOUBLE, name=plan.metric(number), alias=alias, time_ms=time_ms)
            for number, alias in enumerate(_aliases(plan, device))
        ]
        topic = SparkplugTopic(GROUP, MessageType.DBIRTH, node, plan.device(device))
        births.append(_sparkplug_packet(topic, metrics, time_ms, (device + 1) % 256))
    return births


def sparkplug_data(plan: LoadPlan, gateway: int) -> MessageSource:
    """DDATA at QoS 1: alias, time and a double for each metric."""
    templates = []
    for device in range(plan.devices_each):
        topic = SparkplugTopic(GROUP, MessageType.DDATA, plan.gateway(gateway), plan.device(device))
        metrics = [
            Metric(_VALUE, SparkplugType.DOUBLE, alias=alias, time_ms=_TIME_MS, sends_datatype=False)
            for alias in _aliases(plan, device)
        ]
        for seq in (0, _FIRST_LONG_SEQ):
            payload = encode_payload(metrics, timestamp_ms=_TIME_MS, seq=seq)
            packet = encode_packet(Publish(str(topic), payload, 1, _PACKET_ID))
            seq_at = len(packet) - len(varint(seq))
            patches: list[Patch] = [
                _packet_id_place(packet),
                *_places(packet, varint(_TIME_MS), TIME_VARINT),
                *_places(packet, struct.pack("<d", _VALUE), VALUE_DOUBLE),
                (seq_at, SEQ, 0),
            ]
            templates.append(Template(packet, patches))
    return MessageSource(plan, Sensors.of(plan, gateway), templates, variants=2, births=plan.devices_each + 1)


def json_data(plan: LoadPlan, gateway: int) -> MessageSource:
    """Telemetry at QoS 1: `{"ts":…,"values":{…}}`."""
    templates = []
    for device in range(plan.devices_each):
        values = ",".join(f'"{plan.metric(number)}":00.000' for number in range(plan.values_each))
        payload = f'{{"ts":{_TIME_MS},"values":{{{values}}}}}'.encode()
        topic = f"millmark/{plan.gateway(gateway)}/{plan.device(device)}"
        packet = encode_packet(Publish(topic, payload, 1, _PACKET_ID))
        patches: list[Patch] = [
            _packet_id_place(packet),
            *_places(packet, str(_TIME_MS).encode(), TIME_DIGITS),
            *_places(packet, b"00.000", VALUE_DECIMAL),
        ]
        templates.append(Template(packet, patches))
    return MessageSource(plan, Sensors.of(plan, gateway), templates)


def line_data(plan: LoadPlan, gateway: int) -> MessageSource:
    """A device's values as lines of one value each, in nanoseconds."""
    templates = []
    for device in range(plan.devices_each):
        place = f"plant,asset={plan.gateway(gateway)}/{plan.device(device)}"
        lines = [f"{place} {plan.metric(number)}=00.000 {_TIME_MS}000000\n" for number in range(plan.values_each)]
        content = "".join(lines).encode()
        patches: list[Patch] = [
            *_places(content, str(_TIME_MS).encode(), TIME_DIGITS),
            *_places(content, b"00.000", VALUE_DECIMAL),
        ]
        templates.append(Template(content, patches))
    return MessageSource(plan, Sensors.of(plan, gateway), templates)


def _sparkplug_packet(topic: SparkplugTopic, metrics: Sequence[Metric], time_ms: int, seq: int) -> bytes:
    return encode_packet(Publish(str(topic), encode_payload(metrics, timestamp_ms=time_ms, seq=seq), 0, None))


def _aliases(plan: LoadPlan, device: int) -> range:
    """Unique over the edge node."""
    first = device * plan.values_each
    return range(first, first + plan.values_each)


def _packet_id_place(packet: bytes) -> Patch:
    """It stands behind the topic, whose UTF-8 cannot hold such bytes, and before the payload."""
    return packet.index(_PACKET_ID.to_bytes(2, "big")), PACKET_ID, 0


def _places(content: bytes, sought: bytes, kind: int) -> list[Patch]:
    found: list[Patch] = []
    at = content.find(sought)
    while at >= 0:
        found.append((at, kind, len(found)))
        at = content.find(sought, at + len(sought))
    return found
