"""Sparkplug payloads, and the session of an edge node that sends them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from tests.fuzz.targets.sparkplug_messages import DEVICES, messages

from millmark.wire.errors import InvalidTopic, PayloadError
from millmark.wire.readings import ReadingColumns
from millmark.wire.sparkplug import (
    EdgeNodeSession,
    MistypedValue,
    WrittenValue,
    decode_payload,
    parse_topic,
    read_state,
)

NOW_US = 1_790_000_000_000_000
_WRITTEN: Sequence[WrittenValue] = (True, -1, 0.5, "AP8=", [1, 2])


def run(data: bytes) -> None:
    """An edge node's messages through a session, and commands to whatever it declared."""
    session, columns, transient = EdgeNodeSession("plant", "edge"), ReadingColumns("gw"), ReadingColumns("gw")
    session.transient = lambda: transient
    _whole_payload(data)
    for number, (topic, is_patient, content) in enumerate(messages(data)):
        session.reorder_us = 1_000_000 if is_patient else 0
        try:
            payload = decode_payload(content)
        except PayloadError:
            continue
        session.receive(topic, payload, columns, NOW_US + number)
    for asset in ("", *DEVICES):
        table = session.live_birth(asset)
        for known in table or ():
            _command(session, asset, known.name)
    session.lose_connection(columns, NOW_US + 1_000)
    for gathered in (columns, transient):
        batches, faults = gathered.take()
        assert len(batches) <= 2
        assert all(fault.detail for fault in faults)


def _whole_payload(data: bytes) -> None:
    read_state(data)
    with suppress(InvalidTopic):
        parse_topic(data.decode("utf-8", "replace"))
    try:
        payload = decode_payload(data)
    except PayloadError:
        return
    for row in range(len(payload)):
        payload.row(row)


def _command(session: EdgeNodeSession, asset: str, metric: str) -> None:
    for value in _WRITTEN:
        try:
            command = session.command(asset, metric, value, NOW_US // 1_000)
        except MistypedValue:
            continue
        assert command is not None
        assert decode_payload(command[1]).flaws == {}
