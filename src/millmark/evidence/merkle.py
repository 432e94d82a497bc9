"""Merkle trees of RFC 6962 (clause 2.1; the same in RFC 9162), and proofs that reveal any choice of leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import islice

from millmark.evidence.errors import Malformed

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The tree's root over leaf hashes."""
    return _subtree(leaves, 0, len(leaves)) if leaves else EMPTY_ROOT


def siblings_of(leaves: Sequence[bytes], revealed: frozenset[int]) -> list[bytes]:
    """The hashes that make up the root together with the leaves at the revealed positions, from left to right.

    For one position these are the hashes of RFC 6962's audit path, in the order of the leaves they stand for.
    """
    found: list[bytes] = []

    def walk(start: int, end: int) -> None:
        if not any(start <= position < end for position in revealed):
            found.append(_subtree(leaves, start, end))
        elif end - start > 1:
            middle = start + _split(end - start)
            walk(start, middle)
            walk(middle, end)

    if leaves:
        walk(0, len(leaves))
    return found


def root_from(count: int, revealed: Mapping[int, bytes], siblings: Sequence[bytes]) -> bytes:
    """The root that revealed leaf hashes, by position, and siblings lead to.

    Raises `Malformed` when there are more or fewer siblings than a tree of `count` leaves needs.
    """
    if any(not 0 <= position < count for position in revealed):
        raise Malformed(f"a leaf stands outside the tree of {count} leaves")
    positions = sorted(revealed)
    remaining = iter(siblings)

    def next_sibling() -> bytes:
        for sibling in islice(remaining, 1):
            return sibling
        raise Malformed(f"the proof lacks hashes beside the leaves; it has {len(siblings)}")

    def walk(start: int, end: int, first: int, last: int) -> bytes:
        if first == last:
            return next_sibling()
        if end - start == 1:
            return revealed[start]
        middle = start + _split(end - start)
        cut = next((at for at in range(first, last) if positions[at] >= middle), last)
        return node_hash(walk(start, middle, first, cut), walk(middle, end, cut, last))

    root = walk(0, count, 0, len(positions)) if count else EMPTY_ROOT
    if next(remaining, None) is not None:
        raise Malformed(f"the proof has hashes left over; it has {len(siblings)}")
    return root


def _subtree(leaves: Sequence[bytes], start: int, end: int) -> bytes:
    if end - start == 1:
        return leaves[start]
    middle = start + _split(end - start)
    return node_hash(_subtree(leaves, start, middle), _subtree(leaves, middle, end))


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1
