"""A connection of bare bytes, for what a well-behaved client would not do or show."""

from __future__ import annotations

import asyncio

from millmark.wire.mqtt import Connack, Connect, Packet, PacketStream, Version, encode_packet


class Wire:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._stream = PacketStream(max_packet_size=1 << 20)
        self._version = Version.V3_1_1
        self.connack: Connack | None = None

    @classmethod
    async def open(cls, door, connect: Connect | None = None) -> Wire:
        """With a CONNECT, signs in and expects to be taken."""
        wire = cls(*await asyncio.open_connection("127.0.0.1", door.listener.port))
        if connect is not None:
            wire.connect(connect)
            wire.connack = await wire.next()
            assert isinstance(wire.connack, Connack)
            assert wire.connack.return_code == 0, wire.connack
        return wire

    def connect(self, connect: Connect) -> None:
        self._version = self._stream.version = connect.version
        self.send(connect)

    def send(self, *packets: Packet | bytes) -> None:
        raw = (packet if isinstance(packet, bytes) else encode_packet(packet, self._version) for packet in packets)
        self._writer.write(b"".join(raw))

    async def next(self) -> Packet | None:
        """The next packet, or None when the connection has ended."""
        async with asyncio.timeout(10):
            while True:
                for packet in self._stream.packets():
                    return packet
                try:
                    data = await self._reader.read(65536)
                except ConnectionError:
                    return None
                if not data:
                    return None
                self._stream.feed(data)

    async def is_silent(self, for_s: float = 0.15) -> bool:
        """Whether nothing comes for a moment."""
        try:
            async with asyncio.timeout(for_s):
                await self.next()
        except TimeoutError:
            return True
        return False

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return

    def cut(self) -> None:
        """Ends the connection as a broken cable does: without a word."""
        self._writer.transport.abort()
