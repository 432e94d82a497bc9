"""A seal's leaves as kept beside it: a hundred bytes each, half of them digests that do not compress."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import msgspec

from millmark.evidence.leaf import Leaf


def pack_leaves(leaves: Sequence[Leaf]) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(leaves), level=6)


def unpack_leaves(data: bytes) -> list[Leaf]:
    return msgspec.msgpack.decode(zlib.decompress(data), type=list[Leaf])
