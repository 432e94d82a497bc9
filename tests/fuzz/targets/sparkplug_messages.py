"""How one input stands for several Sparkplug messages: cut at FF FE, the first byte says of what kind each is."""

from __future__ import annotations

from collections.abc import Iterator

from millmark.wire.sparkplug import MessageType, SparkplugTopic

KINDS = (
    MessageType.NBIRTH,
    MessageType.DBIRTH,
    MessageType.NDATA,
    MessageType.DDATA,
    MessageType.DDEATH,
    MessageType.NDEATH,
)
DEVICES = ("press", "lathe")
MOST = 64


def messages(data: bytes) -> Iterator[tuple[SparkplugTopic, bool, bytes]]:
    """(topic, a choice for the target, payload)."""
    for message in data.split(b"\xff\xfe")[:MOST]:
        if message:
            kind = KINDS[message[0] % len(KINDS)]
            device = DEVICES[message[0] >> 7] if kind.is_of_device else None
            yield SparkplugTopic("plant", kind, "edge", device), bool(message[0] >> 6 & 1), message[1:]
