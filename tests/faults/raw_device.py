"""MQTT by hand, byte for byte: for devices that behave in ways no client library lets them."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time
from collections.abc import Iterator

CONNACK, PUBACK = 0x20, 0x40


def length(size: int) -> bytes:
    """MQTT 3.1.1, 2.2.3: seven bits a byte, the least first."""
    digits = bytearray()
    while True:
        size, digit = divmod(size, 128)
        digits.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(digits)


def text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack(">H", len(encoded)) + encoded


def connect(client: str, gateway: str, key: str, keep_alive_s: int = 0) -> bytes:
    body = text("MQTT") + b"\x04\xc2" + struct.pack(">H", keep_alive_s) + text(client) + text(gateway) + text(key)
    return b"\x10" + length(len(body)) + body


def publish(topic: str, payload: bytes, packet_id: int) -> bytes:
    """A PUBLISH at QoS 1."""
    body = text(topic) + struct.pack(">H", packet_id) + payload
    return b"\x32" + length(len(body)) + body


def reading(time_ms: int, **values: float) -> bytes:
    return json.dumps({"ts": time_ms, "values": values}).encode()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class RawDevice:
    """A signed-in device on a bare socket."""

    def __init__(self, port: int, gateway: str, key: str, client: str = "raw", *, receive_buffer: int = 0) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall(connect(client, gateway, key))
        answer = self._exactly(4)
        assert answer[0] == CONNACK, f"the answer to CONNECT began with {answer[0]:#x}"
        assert answer[3] == 0, f"CONNECT was refused with {answer[3]}"

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def acknowledged(self) -> int:
        """Waits for one PUBACK and returns its packet id."""
        answer = self._exactly(4)
        assert answer[0] == PUBACK, f"expected a PUBACK, got {answer.hex()}"
        return int(struct.unpack(">H", answer[2:])[0])

    def is_hung_up_within(self, seconds: float) -> bool:
        """Whether the platform closes the connection in time; what it says before that is read over."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                if not self.socket.recv(65_536):
                    return True
            except TimeoutError:
                return False
            except OSError:
                return True
        return False

    def close(self) -> None:
        self.socket.close()

    def _exactly(self, size: int) -> bytes:
        read = b""
        while len(read) < size:
            more = self.socket.recv(size - len(read))
            assert more, f"the platform hung up after {read.hex() or 'nothing'}"
            read += more
        return read


@contextlib.contextmanager
def raw_device(
    port: int, gateway: str, key: str, client: str = "raw", *, receive_buffer: int = 0
) -> Iterator[RawDevice]:
    device = RawDevice(port, gateway, key, client, receive_buffer=receive_buffer)
    try:
        yield device
    finally:
        device.close()
