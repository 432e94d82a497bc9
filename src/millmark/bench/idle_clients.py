"""Thousands of MQTT clients in one thread that only keep their connections alive."""

from __future__ import annotations

import resource
import selectors
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from millmark.bench.publisher import PublishingFailed
from millmark.wire.mqtt import Connack, Connect, ConnectReturnCode, PacketStream, Pingreq, encode_packet

_AT_ONCE = 200
_PATIENCE_S = 60.0
_SPARE_FILES = 200
_PING = encode_packet(Pingreq())
_PONG = b"\xd0\x00"


@dataclass(slots=True, eq=False)
class IdleClient:
    """`pinged_at` is when an unanswered PINGREQ went out."""

    socket: socket.socket
    hello: bytes
    pinged_at: float | None = None
    is_open: bool = True


@dataclass(slots=True)
class KeptAlive:
    """`lost` counts keep-alives without an answer and connections that the other side closed."""

    sent: int = 0
    lost: int = 0
    closed: int = 0
    waits_s: list[float] = field(default_factory=list)


def allow_files(connections: int) -> None:
    """Lets this process hold so many sockets; raises `PublishingFailed` when the system does not."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if connections + _SPARE_FILES > most:
        raise PublishingFailed(f"{connections} connections need as many files, the system allows {most} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def connect_all(port: int, sign_ins: Sequence[Connect]) -> list[IdleClient]:
    """Connects a few hundred at a time; raises `PublishingFailed` when one is not let in."""
    clients: list[IdleClient] = []
    with selectors.DefaultSelector() as selector:
        waiting = 0
        for number, sign_in in enumerate(sign_ins):
            client = IdleClient(socket.create_connection(("127.0.0.1", port), _PATIENCE_S), encode_packet(sign_in))
            client.socket.sendall(client.hello)
            selector.register(client.socket, selectors.EVENT_READ, client)
            clients.append(client)
            waiting += 1
            while waiting >= _AT_ONCE or (waiting and number == len(sign_ins) - 1):
                ready = selector.select(_PATIENCE_S)
                if not ready:
                    raise PublishingFailed(f"no answer to CONNECT within {_PATIENCE_S:.0f} s; {len(clients)} connected")
                for key, _ in ready:
                    _check_let_in(key.data)
                    selector.unregister(key.fileobj)
                    waiting -= 1
    return clients


def keep_alive(clients: Sequence[IdleClient], *, every_s: float, seconds: float) -> KeptAlive:
    """Each client pings every so many seconds, spread evenly, for at least `seconds`; the last answers are awaited."""
    result = KeptAlive()
    with selectors.DefaultSelector() as selector:
        for client in clients:
            client.socket.setblocking(False)
            selector.register(client.socket, selectors.EVENT_READ, client)
        began = perf_counter()
        rounds = max(1, round(seconds / every_s))
        due = _due(clients, began, every_s, rounds)
        for moment, client in due:
            while (now := perf_counter()) < moment:
                _hear(selector, result, moment - now)
            _hear(selector, result, 0)
            _ping(client, result)
        until = perf_counter() + every_s
        while any(client.pinged_at is not None for client in clients) and (now := perf_counter()) < until:
            _hear(selector, result, until - now)
    result.lost += sum(client.pinged_at is not None for client in clients if client.is_open)
    return result


def _due(
    clients: Sequence[IdleClient], began: float, every_s: float, rounds: int
) -> Iterator[tuple[float, IdleClient]]:
    step = every_s / len(clients)
    for turn in range(rounds * len(clients)):
        yield began + turn * step, clients[turn % len(clients)]


def _ping(client: IdleClient, result: KeptAlive) -> None:
    if not client.is_open:
        return
    if client.pinged_at is not None:
        result.lost += 1
    result.sent += 1
    client.pinged_at = perf_counter()
    try:
        client.socket.send(_PING)
    except OSError:
        _closed(client, result)


def _hear(selector: selectors.BaseSelector, result: KeptAlive, wait_s: float) -> None:
    for key, _ in selector.select(wait_s):
        client: IdleClient = key.data
        try:
            received = client.socket.recv(64)
        except OSError:
            received = b""
        if not received:
            selector.unregister(client.socket)
            _closed(client, result)
        elif received == _PONG and client.pinged_at is not None:
            result.waits_s.append(perf_counter() - client.pinged_at)
            client.pinged_at = None


def _closed(client: IdleClient, result: KeptAlive) -> None:
    if client.is_open:
        client.is_open = False
        result.closed += 1
        result.lost += client.pinged_at is not None


def _check_let_in(client: IdleClient) -> None:
    stream = PacketStream(max_packet_size=1 << 16)
    stream.feed(client.socket.recv(4096))
    packets = list(stream.packets())
    if not packets or not isinstance(packets[0], Connack) or packets[0].return_code != ConnectReturnCode.ACCEPTED:
        raise PublishingFailed(f"a client was not let in: {packets or 'hung up'}")
