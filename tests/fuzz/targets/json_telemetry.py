"""JSON telemetry, with its topic."""

from __future__ import annotations

from contextlib import suppress

from millmark.wire.errors import InvalidTopic, PayloadError
from millmark.wire.json_telemetry import parse_telemetry_topic, read_telemetry
from millmark.wire.readings import ReadingColumns

NOW_US = 1_790_000_000_000_000


def run(data: bytes) -> None:
    columns = ReadingColumns("gw")
    topic, _, payload = data.partition(b"\0")
    with suppress(PayloadError):
        read_telemetry("press", data, columns, NOW_US)
    with suppress(InvalidTopic, PayloadError):
        parsed = parse_telemetry_topic(topic.decode("utf-8", "replace"))
        read_telemetry(parsed.asset, payload, columns, NOW_US)
    batches, _ = columns.take()
    assert len(batches) <= 2
