"""A subscriber that takes everything a broker sends and does nothing with it, in a process of its own."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event

from millmark.wire.mqtt import Connect, Subscribe, Subscription, encode_packet

_READY_WITHIN_S = 30.0
_MEMORY = 1 << 20


@contextmanager
def subscriber(port: int, topic_filter: str) -> Iterator[None]:
    """Subscribed at QoS 0, the least work for the broker."""
    apart = multiprocessing.get_context("spawn")
    ready = apart.Event()
    process = apart.Process(target=_listen, args=(port, topic_filter, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(_READY_WITHIN_S):
            raise TimeoutError(f"no subscription to {topic_filter} within {_READY_WITHIN_S:.0f} seconds")
        yield
    finally:
        process.terminate()
        process.join()


def _listen(port: int, topic_filter: str, ready: Event) -> None:
    memory = bytearray(_MEMORY)
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(encode_packet(Connect("benchmark-subscriber", keep_alive_s=0)))
        line.recv(4)
        line.sendall(encode_packet(Subscribe(1, (Subscription(topic_filter, 0),))))
        line.recv(5)
        ready.set()
        while line.recv_into(memory):
            pass
