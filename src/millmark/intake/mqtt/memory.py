"""Where sockets are read into: one piece of memory for all connections of a listener."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class ReceiveMemory:
    """The same bytes as an array, for compiled passes, and as a memoryview, for the codec and the socket.

    A connection uses it from `get_buffer` to the end of `buffer_updated`, which asyncio calls one after the other, and
    keeps the beginning of a packet that is not whole yet for itself. So ten thousand idle connections hold no buffer.
    """

    __slots__ = ("array", "view")

    def __init__(self, size: int) -> None:
        self.array: NDArray[np.uint8] = np.empty(size, np.uint8)
        self.view = self.array.data

    def __len__(self) -> int:
        return len(self.view)
