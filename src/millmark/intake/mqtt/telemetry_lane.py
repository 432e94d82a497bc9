"""The short way of JSON telemetry: the messages of a receive buffer, found by a compiled pass, are read together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from millmark.intake.mqtt.acknowledgements import Acknowledgements
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.mqtt.publish_lane import PublishLane
from millmark.model.batch import I64, U8
from millmark.wire.json_telemetry import PREFIX
from millmark.wire.mqtt import publish_spans_kernel as kernel

_AT_ONCE = 8_192
_SMALLEST_MESSAGE = 16


class TelemetryLane:
    """One connection's. The first message on a topic goes the long way, which checks the topic."""

    __slots__ = ("_acks", "_is_v5", "_messages", "_packet_bytes", "_prefix")

    def __init__(self, messages: GatewayMessages, acks: Acknowledgements, *, level: int, packet_bytes: int) -> None:
        self._messages = messages
        self._acks = acks
        self._is_v5 = level >= 5
        self._packet_bytes = packet_bytes
        self._prefix: U8 = np.frombuffer(f"{PREFIX}/".encode(), np.uint8)

    def take(self, memory: U8, start: int, end: int) -> int:
        """See `PublishLane`."""
        while start < end and memory[start] & 0xF0 == 0x30:
            spans: I64 = np.empty(
                (min((end - start) // _SMALLEST_MESSAGE + 1, _AT_ONCE), kernel.SPAN_COLUMNS), np.int64
            )
            count, after = kernel.publish_spans(
                memory, start, end, self._prefix, self._is_v5, self._packet_bytes, spans
            )
            taken = self._read(memory, start, spans[:count])
            if taken < count:
                # A topic that is new here; its message goes the long way.
                return start if not taken else int(spans[taken - 1, kernel.PAYLOAD_END])
            if not count or after == start:
                return start
            start = after
        return start

    def _read(self, memory: U8, start: int, spans: I64) -> int:
        """Reads the messages up to the first on a topic that is not known yet; returns how many."""
        if not len(spans):
            return 0
        content = memory[start : int(spans[-1, kernel.PAYLOAD_END])].tobytes()
        assets: list[str] = []
        payloads: list[bytes] = []
        known = self._messages.telemetry_topics
        for topic, topic_end, payload_end, _, payload in (spans - _shift(start)).tolist():
            asset = known.get(content[topic:topic_end])
            if asset is None:
                break
            assets.append(asset)
            payloads.append(content[payload:payload_end])
        self._messages.read_telemetry(assets, payloads)
        self._acknowledge(spans[: len(assets), kernel.PACKET_ID])
        return len(assets)

    def _acknowledge(self, packet_ids: NDArray[np.int64]) -> None:
        owed = packet_ids[packet_ids != 0]
        self._acks.pubacks(owed)


class Lanes:
    """Several lanes as one: each takes what it can, as long as one of them gets on."""

    __slots__ = ("_lanes",)

    def __init__(self, *lanes: PublishLane) -> None:
        self._lanes = lanes

    def take(self, memory: U8, start: int, end: int) -> int:
        """See `PublishLane`."""
        before = -1
        while before != start:
            before = start
            for lane in self._lanes:
                start = lane.take(memory, start, end)
        return start


def _shift(start: int) -> I64:
    """What makes positions in the memory positions in a copy of it; identifiers stay."""
    shift = np.full(kernel.SPAN_COLUMNS, start, np.int64)
    shift[kernel.PACKET_ID] = 0
    return shift
