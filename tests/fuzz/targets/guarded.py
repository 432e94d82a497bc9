"""A connection's reader whose memory ends in front of a page that nobody may touch: a read beyond kills the process."""

from __future__ import annotations

import ctypes
import mmap

import numpy as np
from tests.intake.test_lane import MOST, Reader

from millmark.intake.mqtt.lane import DataLane
from millmark.intake.mqtt.telemetry_lane import Lanes, TelemetryLane
from millmark.wire.errors import ProtocolError


class GuardedReader(Reader):
    """Reads by all compiled passes that a connection has."""

    memory = mmap.mmap(-1, 17 * mmap.PAGESIZE)
    size = 16 * mmap.PAGESIZE

    def __post_init__(self) -> None:
        super().__post_init__()
        data = DataLane(self.messages, self.acks, level=4, packet_bytes=MOST)
        telemetry = TelemetryLane(self.messages, self.acks, level=4, packet_bytes=MOST)
        self.lane = Lanes(data, telemetry)

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


_forbid_last_page(GuardedReader.memory, GuardedReader.size)


def compare(stream: bytes, step: int) -> None:
    """The compiled passes and the codec read the same of a stream that is cut every so many bytes."""
    with_lanes, without = GuardedReader(has_lane=True), Reader(has_lane=False)
    for reader in (with_lanes, without):
        for start in range(0, len(stream), step):
            reader.feed(stream[start : start + step])
    assert with_lanes.outcome() == without.outcome()
