"""The beginning of a packet that has not come whole, kept by its connection until the rest is there."""

from __future__ import annotations

from millmark.intake.mqtt.memory import ReceiveMemory
from millmark.wire.mqtt import Frame


class Leftover:
    """A few bytes mostly, put to the front of the shared memory before the next read. A packet that the shared memory
    cannot hold gets a memory of its own until it is whole, as large as it says it is."""

    __slots__ = ("_bytes", "_filled", "_own", "_shared")

    def __init__(self, shared: ReceiveMemory) -> None:
        self._shared = shared
        self._bytes = b""
        self._own: ReceiveMemory | None = None
        self._filled = 0

    def room(self) -> memoryview:
        """Where the next read goes: behind what is kept."""
        if self._own is not None:
            return self._own.view[self._filled :]
        self._shared.view[: len(self._bytes)] = self._bytes
        return self._shared.view[len(self._bytes) :]

    def after(self, nbytes: int) -> tuple[ReceiveMemory, int]:
        """The memory that `room` gave a part of, and where what is in it ends, now that so many bytes were read."""
        if self._own is not None:
            self._filled += nbytes
            return self._own, self._filled
        return self._shared, len(self._bytes) + nbytes

    def again(self) -> tuple[ReceiveMemory, int]:
        """What is kept, in the memory where it can be read."""
        self.room()
        return self.after(0)

    def keep(self, memory: ReceiveMemory, start: int, end: int, frame: Frame | None) -> None:
        """Keeps `memory[start:end]`; `frame` tells of the packet that begins there, as soon as its header is whole."""
        if frame is not None and frame.end - frame.start > len(self._shared):
            if memory is not self._own:
                self._own = ReceiveMemory(frame.end - frame.start)
                self._own.view[: end - start] = memory.view[start:end]
            # A packet in a memory of its own lies at the front of it from the beginning.
            self._filled = end - start
            return
        self._bytes = bytes(memory.view[start:end])
        self._own, self._filled = None, 0
