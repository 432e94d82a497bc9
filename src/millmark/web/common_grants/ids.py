"""UUIDs of the platform's objects: the same at every request, different on every platform, and readable backwards.

A version 8 UUID (RFC 9562, section 5.8): 80 bits of a digest over the platform's key and the kind of object, with the
version and variant bits set, then the object's number.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

_PREFIX = 12
_VERSION, _VARIANT = 0x80, 0x80


class ObjectIds:
    """Gives and reads the UUIDs of one platform; `node` is its key's id."""

    def __init__(self, node: str) -> None:
        self._node = node

    def give(self, kind: str, number: int) -> UUID:
        return UUID(bytes=self._prefix(kind) + number.to_bytes(4, "big"))

    def read(self, kind: str, given: UUID) -> int | None:
        """The object's number; None for a UUID that this platform never gave to one of this kind."""
        return int.from_bytes(given.bytes[_PREFIX:], "big") if given.bytes[:_PREFIX] == self._prefix(kind) else None

    def _prefix(self, kind: str) -> bytes:
        digest = bytearray(hashlib.sha256(f"{self._node}:{kind}".encode()).digest()[:_PREFIX])
        digest[6] = _VERSION | digest[6] & 0x0F
        digest[8] = _VARIANT | digest[8] & 0x3F
        return bytes(digest)
