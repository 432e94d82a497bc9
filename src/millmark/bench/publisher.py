"""Publishes at QoS 1 over several connections from one thread, as fast as the other side acknowledges.

Little is done in Python for a message: messages are made hundreds at a time by a compiled pass, and PUBACKs, which come
in the order of the messages (MQTT 3.1.1, clause 4.6), are counted by another.
"""

from __future__ import annotations

import selectors
import socket
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from millmark.bench.plan import MessageSource
from millmark.bench.sensors_kernel import read_pubacks
from millmark.model.batch import F64, I64, U8
from millmark.wire.mqtt import Connack, Connect, ConnectReturnCode, PacketStream, encode_packet

_BATCH = 250
"""Messages made and sent at a time; their acknowledgement is timed together, when the last of them is in."""
_RECEIVE_BYTES = 1 << 18
_PATIENCE_S = 60.0
_PACKET_IDS = 65_535


class PublishingFailed(RuntimeError):
    """The other side refused, hung up, or acknowledged something else than was sent."""


@dataclass(frozen=True, slots=True)
class Client:
    """How a connection signs in, what it sends before the clock runs, and then."""

    name: str
    key: str | None
    births: Sequence[bytes]
    messages: MessageSource


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """`seconds` from the first message to the last acknowledgement; all that was sent was acknowledged.

    `messages` counts all of each connection, those of the warm-up included, `timed_messages` those of the seconds.
    `waits_s` are times from making a message to its acknowledgement, each for `weights` messages.
    """

    seconds: float
    timed_messages: int
    messages: tuple[int, ...]
    waits_s: F64
    weights: I64

    def wait_ms(self, share: float) -> float:
        """The wait that this share of the messages did not exceed."""
        order = np.argsort(self.waits_s)
        reached = np.cumsum(self.weights[order])
        return float(self.waits_s[order][np.searchsorted(reached, share * reached[-1])]) * 1000


class _Line:
    """One connection: at most `window` messages are unacknowledged."""

    def __init__(self, client: Client, host: str, port: int, window: int) -> None:
        self.source = client.messages
        self.acknowledged = 0
        self._name = client.name
        self._window = window
        self._out = bytearray(_BATCH * self.source.longest)
        self._messages: U8 = np.frombuffer(self._out, np.uint8)
        self._to_send = memoryview(b"")
        self._received = bytearray(_RECEIVE_BYTES)
        self._acks: U8 = np.frombuffer(self._received, np.uint8)
        self._left = 0
        self._sent: deque[tuple[int, float]] = deque()
        self.waits: list[tuple[float, int]] = []
        self.socket = socket.create_connection((host, port), timeout=_PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sign_in(client)
        for birth in client.births:
            self.socket.sendall(birth)
        self.socket.setblocking(False)

    @property
    def wants_to_send(self) -> bool:
        return len(self._to_send) > 0

    def _sign_in(self, client: Client) -> None:
        password = None if client.key is None else client.key.encode()
        user_name = None if client.key is None else client.name
        self.socket.sendall(encode_packet(Connect(client.name, keep_alive_s=0, user_name=user_name, password=password)))
        stream = PacketStream(max_packet_size=1 << 16)
        while not (packets := list(stream.packets())):
            if not (received := self.socket.recv(4096)):
                raise PublishingFailed(f"{client.name}: the other side hung up instead of a CONNACK")
            stream.feed(received)
        if not isinstance(packets[0], Connack) or packets[0].return_code != ConnectReturnCode.ACCEPTED:
            raise PublishingFailed(f"{client.name}: not let in: {packets[0]}")

    def send(self, until: int | None) -> None:
        """Makes and sends what the window has room for, at most up to message `until`."""
        while True:
            if not self._to_send:
                room = self._window - (self.source.made - self.acknowledged)
                if until is not None:
                    room = min(room, until - self.source.made)
                    count = min(room, _BATCH)
                else:
                    count = _BATCH if room >= _BATCH else 0
                if count <= 0:
                    return
                made_at = perf_counter()
                size = self.source.fill(self._messages, count)
                self._sent.append((self.source.made, made_at))
                self._to_send = memoryview(self._out)[:size]
            try:
                self._to_send = self._to_send[self.socket.send(self._to_send) :]
            except BlockingIOError:
                return
            except OSError as error:
                raise PublishingFailed(f"{self._name}: {error}") from error

    def receive(self) -> None:
        try:
            size = self.socket.recv_into(memoryview(self._received)[self._left :])
        except BlockingIOError:
            return
        except OSError as error:
            raise PublishingFailed(f"{self._name}: {error}") from error
        if not size:
            raise PublishingFailed(f"{self._name}: the other side hung up")
        now = perf_counter()
        size += self._left
        count = read_pubacks(self._acks, size, self.acknowledged % _PACKET_IDS + 1)
        if count < 0:
            start = self._received[:16].hex(" ")
            raise PublishingFailed(f"{self._name}: expected PUBACKs in order, found {start}")
        self._left = size - count * 4
        self._acks[: self._left] = self._acks[count * 4 : size]
        self._count(count, now)

    def _count(self, count: int, now: float) -> None:
        self.acknowledged += count
        while self._sent and self._sent[0][0] <= self.acknowledged:
            end, made_at = self._sent.popleft()
            self.waits.append((now - made_at, end))


def publish(
    clients: Sequence[Client],
    host: str,
    port: int,
    *,
    seconds: float,
    window: int,
    between: Callable[[], None] | None = None,
) -> Published:
    """Sends for so many seconds and waits until all is acknowledged; a message of every device goes ahead untimed.

    `between` is called once when those are acknowledged. Raises `PublishingFailed`.
    """
    lines = [_Line(client, host, port, window) for client in clients]
    try:
        with selectors.DefaultSelector() as selector:
            for line in lines:
                selector.register(line.socket, selectors.EVENT_READ, line)
            turn = [line.source.plan.devices_each for line in lines]
            _run(selector, lines, deadline=None, until=turn)
            if between is not None:
                between()
            before = [line.acknowledged for line in lines]
            for line in lines:
                line.waits.clear()
            began = perf_counter()
            _run(selector, lines, deadline=began + seconds, until=None)
            _run(selector, lines, deadline=None, until=[line.source.made for line in lines])
            elapsed = perf_counter() - began
    finally:
        for line in lines:
            line.socket.close()
    waits = np.array([wait for line in lines for wait, _ in line.waits])
    ends = [np.array([end for _, end in line.waits], np.int64) for line in lines]
    weights = [np.diff(end, prepend=first) for end, first in zip(ends, before, strict=True)]
    return Published(
        seconds=elapsed,
        timed_messages=sum(line.acknowledged for line in lines) - sum(before),
        messages=tuple(line.acknowledged for line in lines),
        waits_s=waits,
        weights=np.concatenate(weights),
    )


def _run(
    selector: selectors.BaseSelector, lines: Sequence[_Line], *, deadline: float | None, until: Sequence[int] | None
) -> None:
    """Until the deadline, or until every line has that many acknowledged."""
    heard = perf_counter()
    while True:
        for number, line in enumerate(lines):
            line.send(None if until is None else until[number])
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.wants_to_send else 0)
            if selector.get_key(line.socket).events != events:
                selector.modify(line.socket, events, line)
        if deadline is not None and perf_counter() >= deadline:
            return
        if until is not None and all(line.acknowledged >= end for line, end in zip(lines, until, strict=True)):
            return
        ready = selector.select(0.2)
        for key, events in ready:
            if events & selectors.EVENT_READ:
                key.data.receive()
        if any(events & selectors.EVENT_READ for _, events in ready):
            heard = perf_counter()
        elif perf_counter() - heard > _PATIENCE_S:
            raise PublishingFailed(f"nothing was acknowledged for {_PATIENCE_S:.0f} seconds")
