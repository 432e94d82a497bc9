"""One compiled pass over a receive buffer: where the topics and payloads of plain PUBLISH packets lie."""

from __future__ import annotations

from millmark.model.batch import I64, U8
from millmark.model.compiled import compiled

TOPIC_START, TOPIC_END, PAYLOAD_END, PACKET_ID = 0, 1, 2, 3
"""A payload begins at `PAYLOAD_START`; a packet identifier is 0 at QoS 0."""
PAYLOAD_START = 4
SPAN_COLUMNS = 5

_PUBLISH, _TYPE_BITS, _QOS_BITS, _RETAIN = 0x30, 0xF0, 0x06, 0x01
_QOS_1 = 0x02
_LENGTH_BYTES = 4


@compiled
def publish_spans(
    memory: U8, start: int, end: int, prefix: U8, is_v5: bool, most_bytes: int, spans: I64
) -> tuple[int, int]:
    """Reads whole PUBLISH packets on topics that begin with `prefix`, at QoS 0 or 1, without RETAIN and, in MQTT 5,
    without properties; stops before the first other one, or when `spans` are full.

    Returns how many, and where the next packet starts.
    """
    count = 0
    while count < len(spans) and start < end:
        first = memory[start]
        if first & _TYPE_BITS != _PUBLISH or first & _RETAIN or first & _QOS_BITS > _QOS_1:
            break
        length, at, shift, is_whole = 0, start + 1, 0, False
        while at < end and shift < 7 * _LENGTH_BYTES:
            digit = int(memory[at])
            length |= (digit & 0x7F) << shift
            at += 1
            shift += 7
            if digit < 0x80:
                is_whole = True
                break
        after = at + length
        if not is_whole or after > end or after - start > most_bytes or length < 2:
            break
        topic = at + 2
        topic_end = topic + (int(memory[at]) << 8 | int(memory[at + 1]))
        payload, packet_id = topic_end, 0
        if first & _QOS_BITS:
            payload += 2
        if is_v5:
            payload += 1
        if payload > after or topic_end - topic < len(prefix):
            break
        if first & _QOS_BITS:
            packet_id = int(memory[topic_end]) << 8 | int(memory[topic_end + 1])
            if packet_id == 0:
                break
        if is_v5 and memory[payload - 1] != 0:
            break
        is_ours = True
        for index in range(len(prefix)):
            if memory[topic + index] != prefix[index]:
                is_ours = False
                break
        if not is_ours:
            break
        spans[count, TOPIC_START] = topic
        spans[count, TOPIC_END] = topic_end
        spans[count, PAYLOAD_START] = payload
        spans[count, PAYLOAD_END] = after
        spans[count, PACKET_ID] = packet_id
        count += 1
        start = after
    return count, start
