"""Sparkplug edge nodes that publish as fast as they are acknowledged and hand over everything in the end.

Message n of a node is the same however often it is sent: its time is `start_ms + n`, metric m has the value n + m. A
node that loses its connection comes back, is born again and sends every message that was not acknowledged.
"""

from __future__ import annotations

import asyncio
import struct
import threading
import time
from dataclasses import dataclass, field

import numpy as np
from tests.faults.raw_device import connect, length, text

METRICS = 10
WINDOW = 4_000
CHUNK = 500
_PUBACK = 0x40


def varint(number: int) -> bytes:
    return length(number)


def metric(alias: int, time_ms: int, value: float, name: str = "") -> bytes:
    """One metric of the payload (Sparkplug 3.0, 6.4.1): name and data type only in a birth."""
    body = (b"\x0a" + varint(len(name)) + name.encode() if name else b"") + b"\x10" + varint(alias)
    body += b"\x18" + varint(time_ms) + (b"\x20\x0a" if name else b"") + b"\x69" + struct.pack("<d", value)
    return b"\x12" + varint(len(body)) + body


def sequence(number: int) -> bytes:
    """The `seq` field in two bytes, also below 128, so that all messages are equally long."""
    return bytes([0x18, number & 0x7F | 0x80, number >> 7])


@dataclass
class Layout:
    """A data message whose changing bytes are patched in columns."""

    topic: str
    start_ms: int
    template: np.ndarray = field(init=False)
    packet_id: int = field(init=False)
    times: list[int] = field(init=False)
    values: list[int] = field(init=False)
    seq: int = field(init=False)

    def __post_init__(self) -> None:
        assert len(varint(self.start_ms)) == len(varint(self.start_ms + 10**9)) == 6
        payload = b"\x08" + varint(self.start_ms)
        times, values = [1], []
        for number in range(METRICS):
            whole = metric(number, self.start_ms, 0.0)
            times.append(len(payload) + len(whole) - 15)
            values.append(len(payload) + len(whole) - 8)
            payload += whole
        payload += sequence(0)
        head = text(self.topic) + b"\x00\x00"
        body = head + payload
        packet = b"\x32" + length(len(body)) + body
        before = len(packet) - len(payload)
        self.template = np.frombuffer(packet, np.uint8)
        self.packet_id = before - 2
        self.times = [before + place for place in times]
        self.values = [before + place for place in values]
        self.seq = len(packet) - 2

    def messages(self, first: int, count: int, first_seq: int) -> tuple[bytes, np.ndarray]:
        """`count` packets from number `first` on, and their packet ids."""
        numbers = np.arange(first, first + count, dtype=np.int64)
        rows = np.tile(self.template, (count, 1))
        ids = (numbers % 65_535 + 1).astype(np.uint16)
        rows[:, self.packet_id], rows[:, self.packet_id + 1] = ids >> 8, ids & 0xFF
        times = numbers + self.start_ms
        for place in self.times:
            for digit in range(6):
                rest = times >> (7 * digit)
                rows[:, place + digit] = (rest & 0x7F) | (0x80 if digit < 5 else 0)
        for number, place in enumerate(self.values):
            rows[:, place : place + 8] = (numbers + number).astype("<f8").view(np.uint8).reshape(count, 8)
        seq = (first_seq + np.arange(count)) % 256
        rows[:, self.seq], rows[:, self.seq + 1] = (seq & 0x7F) | 0x80, seq >> 7
        return rows.tobytes(), ids


class EdgeNode:
    """One gateway's connection; `acknowledged` messages from 0 on are the platform's, for good."""

    def __init__(self, port: int, gateway: str, key: str, start_ms: int) -> None:
        self.gateway = gateway
        self.start_ms = start_ms
        self.acknowledged = 0
        self.sessions = 0
        self._port = port
        self._key = key
        self._layout = Layout(f"spBv1.0/plant/DDATA/{gateway}/press", start_ms)

    async def run(self, stopping: threading.Event) -> None:
        """Publishes until told to stop, then until everything that was sent is acknowledged."""
        self._sent = 0
        while not stopping.is_set() or self.acknowledged < self._sent:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            try:
                await self._session(reader, writer, stopping)
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.05)
            finally:
                writer.close()

    async def _session(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stopping: threading.Event
    ) -> None:
        writer.write(connect(self.gateway, self.gateway, self._key, 60))
        answer = await reader.readexactly(4)
        if answer[3] != 0:
            await asyncio.sleep(0.2)
            return
        self.sessions += 1
        writer.write(self._births())
        furthest = max(self._sent, self.acknowledged)
        # Ids wait in order: the listener acknowledges in the order of arrival [MQTT-4.6.0-2].
        position, waiting = self.acknowledged, np.zeros(0, np.uint16)
        rest = b""
        while not (stopping.is_set() and position >= furthest and not len(waiting)):
            may_send = not stopping.is_set() or position < furthest
            if may_send and len(waiting) + CHUNK <= WINDOW:
                count = CHUNK if not stopping.is_set() else min(CHUNK, furthest - position)
                packets, ids = self._layout.messages(position, count, 2 + position - self._session_start)
                writer.write(packets)
                position += count
                furthest = self._sent = max(self._sent, position)
                waiting = np.concatenate([waiting, ids])
                if len(waiting) + CHUNK <= WINDOW:
                    await asyncio.sleep(0)
                    continue
            await writer.drain()
            data = await reader.read(1 << 16)
            if not data:
                raise asyncio.IncompleteReadError(b"", 1)
            whole = len(rest + data) // 4 * 4
            answers = np.frombuffer((rest + data)[:whole], np.uint8).reshape(-1, 4)
            rest = (rest + data)[whole:]
            answered = answers[:, 2].astype(np.uint16) << 8 | answers[:, 3]
            assert np.all(answers[:, 0] == _PUBACK), "something else than acknowledgements came"
            assert np.array_equal(answered, waiting[: len(answered)]), "acknowledgements came out of order"
            waiting = waiting[len(answered) :]
            self.acknowledged += len(answered)

    def _births(self) -> bytes:
        """The same two births every time: they carry the state before message 0."""
        self._session_start = self.acknowledged
        born_ms = self.start_ms - 1
        node = b"\x08" + varint(born_ms) + sequence(0)
        device = b"\x08" + varint(born_ms)
        device += b"".join(metric(number, born_ms, -1.0, f"m{number}") for number in range(METRICS)) + sequence(1)
        packets = b""
        for topic, payload in ((f"NBIRTH/{self.gateway}", node), (f"DBIRTH/{self.gateway}/press", device)):
            body = text(f"spBv1.0/plant/{topic}") + payload
            packets += b"\x30" + length(len(body)) + body
        return packets


class Load:
    """Edge nodes in a thread of their own."""

    def __init__(self, port: int, keys: dict[str, str]) -> None:
        start_ms = time.time_ns() // 1_000_000 - 30 * 86_400_000
        self.nodes = [EdgeNode(port, gateway, key, start_ms) for gateway, key in keys.items()]
        self._stopping = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def acknowledged_points(self) -> int:
        return sum(node.acknowledged for node in self.nodes) * METRICS

    def finish(self, within_s: float = 120.0) -> None:
        """Stops publishing and waits until everything is acknowledged."""
        self._stopping.set()
        self._thread.join(within_s)
        assert not self._thread.is_alive(), "the nodes could not hand over everything in time"
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        async def all_of_them() -> None:
            await asyncio.gather(*(node.run(self._stopping) for node in self.nodes))

        try:
            asyncio.run(all_of_them())
        except BaseException as error:
            self._error = error
            raise
