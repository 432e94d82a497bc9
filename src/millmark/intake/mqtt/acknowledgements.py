"""The acknowledgements a connection owes, in the order of arrival [MQTT-4.6.0-2], as columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# An acknowledgement that says no more than "received" is four bytes: its type, the length 2, the packet identifier.
_PUBACK, _PUBREC = 0x4002_0000, 0x5002_0000


class Acknowledgements:
    """Gathered while packets are read, taken by a commit and written as one buffer after it."""

    __slots__ = ("_count", "_exact", "_parts", "_words")

    def __init__(self) -> None:
        self._words: list[int] = []
        self._exact: list[int] = []
        self._parts: list[NDArray[np.uint32] | bytes] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def puback(self, packet_id: int) -> None:
        self._words.append(_PUBACK | packet_id)
        self._count += 1

    def pubrec(self, packet_id: int) -> None:
        self._words.append(_PUBREC | packet_id)
        self._exact.append(packet_id)
        self._count += 1

    def pubacks(self, packet_ids: NDArray[np.integer]) -> None:
        """Many at once, in their order; the array is copied."""
        if not len(packet_ids):
            return
        self._close_words()
        self._parts.append(packet_ids.astype(np.uint32) | np.uint32(_PUBACK))
        self._count += len(packet_ids)

    def encoded(self, packet: bytes) -> None:
        """An acknowledgement with more to say, such as a reason code."""
        self._close_words()
        self._parts.append(packet)
        self._count += 1

    def take(self) -> Owed:
        """What has gathered; there is nothing left afterwards."""
        self._close_words()
        parts, self._parts = self._parts, []
        exact, self._exact = self._exact, []
        count, self._count = self._count, 0
        return Owed(parts, exact, count)

    def _close_words(self) -> None:
        if self._words:
            self._parts.append(np.array(self._words, np.uint32))
            self._words = []


class Owed:
    """Acknowledgements on their way through a commit."""

    __slots__ = ("_count", "_parts", "exact")

    def __init__(self, parts: Sequence[NDArray[np.uint32] | bytes], exact: Sequence[int], count: int) -> None:
        self.exact = exact
        """The identifiers of those at QoS 2."""
        self._parts = parts
        self._count = count

    def __len__(self) -> int:
        return self._count

    def encode(self) -> bytes:
        """All of them as they go onto the wire."""
        return b"".join(part if isinstance(part, bytes) else part.astype(">u4").tobytes() for part in self._parts)
