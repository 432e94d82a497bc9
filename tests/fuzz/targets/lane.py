"""Streams of MQTT with Sparkplug in them: the compiled pass against the codec, in memory that ends where they end."""

from __future__ import annotations

import ctypes
import mmap

import numpy as np
from tests.fuzz.targets.sparkplug_messages import messages
from tests.intake.test_lane import MOST, Reader

from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt import Publish, encode_packet


class _Guarded(Reader):
    """A reader whose memory ends in front of a page that nobody may touch."""

    memory = mmap.mmap(-1, 17 * mmap.PAGESIZE)
    size = 16 * mmap.PAGESIZE

    def feed(self, data: bytes) -> None:
        whole = self._kept + data
        assert len(whole) <= self.size
        self.memory[self.size - len(whole) : self.size] = whole
        memory = np.frombuffer(self.memory, np.uint8, len(whole), self.size - len(whole)) if whole else _NOTHING
        if self.refused:
            return
        try:
            start = self._read(memory)
        except ProtocolError as error:
            self.refused = str(error)
            return
        self._kept = whole[start:]


_NOTHING = np.zeros(0, np.uint8)


def _forbid_last_page(memory: mmap.mmap, size: int) -> None:
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory, size))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mprotect(ctypes.c_void_p(address), mmap.PAGESIZE, 0):
        raise OSError(ctypes.get_errno(), "no page can be guarded")


_forbid_last_page(_Guarded.memory, _Guarded.size)


def run(data: bytes) -> None:
    """The compiled pass and the codec read the same of births and of everything that follows them."""
    if len(data) < 2 or len(data) > MOST // 2:
        return
    stream = data[1:] if data[0] & 1 else _framed(data[1:])
    step = max(1, len(stream) // (1 + (data[0] >> 1) % 8))
    with_lane, without = _Guarded(has_lane=True), Reader(has_lane=False)
    for reader in (with_lane, without):
        for start in range(0, len(stream), step):
            reader.feed(stream[start : start + step])
    assert with_lane.outcome() == without.outcome()


def _framed(data: bytes) -> bytes:
    """The same bytes as messages of a sound stream, so that not every flipped length ends it."""
    return b"".join(
        encode_packet(Publish(str(topic), content, int(is_acknowledged), number if is_acknowledged else None))
        for number, (topic, is_acknowledged, content) in enumerate(messages(data), start=1)
    )
