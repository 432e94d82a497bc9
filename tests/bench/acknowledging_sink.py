"""A listener that acknowledges what comes at QoS 1 and keeps nothing: what a publisher can do is measured against it.

`python tests/bench/acknowledging_sink.py` prints its port and ends when all that connected have gone.
"""

from __future__ import annotations

import selectors
import socket
import sys

import numpy as np
from numba import njit
from numpy.typing import NDArray

from millmark.wire.mqtt import Connack, ConnectReturnCode, encode_packet

_MEMORY = 1 << 20


@njit(cache=True)
def acknowledge(memory: NDArray[np.uint8], size: int, acks: NDArray[np.uint8]) -> tuple[int, int]:
    at = count = 0
    while at + 2 <= size:
        length = shift = 0
        body = at + 1
        whole = False
        while body < size:
            byte = memory[body]
            length |= (byte & 127) << shift
            shift += 7
            body += 1
            if byte < 128:
                whole = True
                break
        if not whole or body + length > size:
            break
        if memory[at] & 0xF6 == 0x32:
            identifier = body + 2 + (memory[body] << 8 | memory[body + 1])
            acks[count], acks[count + 1] = 0x40, 2
            acks[count + 2], acks[count + 3] = memory[identifier], memory[identifier + 1]
            count += 4
        at = body + length
    return at, count


class Sink:
    """Accepts connections until it is closed."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening, selectors.EVENT_READ, None)

    def serve(self) -> None:
        """Until every connection that came has gone."""
        open_connections, came = 0, False
        acks = np.empty(_MEMORY, np.uint8)
        while open_connections or not came:
            for key, _ in self._selector.select():
                if key.data is None:
                    peer, _ = self._listening.accept()
                    peer.recv(4096)
                    peer.sendall(encode_packet(Connack(session_present=False, return_code=ConnectReturnCode.ACCEPTED)))
                    self._selector.register(peer, selectors.EVENT_READ, [np.empty(_MEMORY, np.uint8), 0])
                    open_connections, came = open_connections + 1, True
                    continue
                memory, left = key.data
                if not (size := key.fileobj.recv_into(memoryview(memory)[left:])):  # type: ignore[union-attr]
                    self._selector.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]
                    open_connections -= 1
                    continue
                size += left
                end, count = acknowledge(memory, size, acks)
                key.data[1] = size - end
                memory[: size - end] = memory[end:size]
                if count:
                    key.fileobj.sendall(memoryview(acks)[:count])  # type: ignore[union-attr]
        self._selector.close()
        self._listening.close()


if __name__ == "__main__":
    sink = Sink()
    sys.stdout.write(f"{sink.port}\n")
    sys.stdout.flush()
    sink.serve()
