"""The short way of plain Sparkplug data: from the receive buffer into the columns in one compiled pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from millmark.intake.mqtt.acknowledgements import Acknowledgements
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.model.batch import U8
from millmark.wire.sparkplug import publish_kernel as kernel
from millmark.wire.sparkplug.data_tables import DataTables

_SMALLEST_MESSAGE = 20
"""Bytes; a PUBLISH on a Sparkplug topic is hardly shorter, and if many are the arrays grow."""

_USUAL_READING = 24
"""Bytes that a metric with alias, time and a floating-point value takes."""


class DataLane:
    """One connection's. What its tables know was learnt from messages that went the long way, by the codec."""

    __slots__ = ("_acks", "_is_v5", "_messages", "_packet_bytes")

    def __init__(self, messages: GatewayMessages, acks: Acknowledgements, *, level: int, packet_bytes: int) -> None:
        self._messages = messages
        self._acks = acks
        self._is_v5 = level >= 5
        self._packet_bytes = packet_bytes
        messages.has_lane = True

    def take(self, memory: U8, start: int, end: int) -> int:
        """Reads as many whole PUBLISH packets at the front of `memory[start:end]` as it can, and returns where the
        next packet starts.

        Their readings are in the messages' columns then, and the identifiers of those at QoS 1 in the
        acknowledgements. It stops before a packet that is not whole and before one that is not for it: another type,
        QoS 2, RETAIN or properties, a topic without a live birth, whatever is odd about its payload.
        """
        tables = self._messages.tables
        if tables is None:
            return start
        tables.refresh()
        if tables.is_empty:
            return start
        share = 1
        while start < end and memory[start] & 0xF0 == 0x30:
            start, outcome = self._pass(tables, memory, start, end, share)
            if outcome != kernel.OUTCOME_FULL:
                break
            share *= 2
        return start

    def _pass(self, tables: DataTables, memory: U8, start: int, end: int, share: int) -> tuple[int, int]:
        """One pass, with room for `share` times the usual number of rows; (where it ended, why it did)."""
        columns, size = self._messages.columns, end - start
        rows, texts = columns.number_rows(), columns.text_rows()
        rows.reserve(share * size // _USUAL_READING + 1)
        if share > 1:
            texts.reserve(share * size // _USUAL_READING, size)
        packet_ids = np.empty(share * size // _SMALLEST_MESSAGE + 1, np.uint16)
        state: NDArray[np.int64] = np.zeros(kernel.STATE_COLUMNS, np.int64)
        state[kernel.ROWS], state[kernel.TEXT_ROWS] = rows.count, texts.count
        state[kernel.TEXT_BYTES] = texts.content_count
        state[kernel.CLOCK_US], state[kernel.LAST_US] = self._messages.clock_us(), self._messages.last_us
        state[kernel.IS_V5], state[kernel.MOST_BYTES] = self._is_v5, self._packet_bytes
        start = int(
            kernel.scan(
                memory,
                start,
                end,
                tables.pool,
                tables.topic_slots,
                tables.topics,
                tables.alias_slots,
                tables.name_slots,
                tables.metrics,
                tables.nodes,
                rows.tag,
                rows.time_us,
                rows.value,
                rows.quality,
                rows.code,
                texts.tag,
                texts.time_us,
                texts.end,
                texts.quality,
                texts.code,
                texts.content,
                packet_ids,
                state,
            )
        )
        rows.count, texts.count, texts.content_count = state[: kernel.PACKET_IDS].tolist()
        self._messages.last_us = int(state[kernel.LAST_US])
        self._acks.pubacks(packet_ids[: state[kernel.PACKET_IDS]])
        self._messages.note_packets(int(state[kernel.MESSAGES]))
        messages, repeated, gaps = state[[kernel.MESSAGES, kernel.REPEATED, kernel.GAPS]].tolist()
        if messages:
            self._messages.note_passed(messages, repeated=repeated, gaps=gaps)
        return start, int(state[kernel.OUTCOME])
