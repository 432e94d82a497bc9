"""The sequence numbers of one edge node: what is missing, comes twice, comes late (clauses 5.8 and 6.4.23)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

_MODULUS = 256
_FURTHEST = 128
"""A number further ahead than this is not waited for: too many are missing, or it is one from before."""


class SequenceCounts(Protocol):
    repeated_seq: int
    missing_seq: int
    gaps: int
    reordered: int


@dataclass(slots=True)
class SequenceWatch:
    """`last` is the furthest number seen. Where messages may overtake each other, a gap has some time to be filled."""

    last: int | None = None
    _missing: set[int] = field(default_factory=set)
    _until_us: int = 0

    def begin(self, seq: int | None) -> None:
        """A birth: what was missing before it is of no interest any more."""
        self.last = seq
        self._missing.clear()

    def breaks(self, seq: int | None, counts: SequenceCounts, now_us: int, reorder_us: int) -> bool:
        """Whether messages are missing for good; those still on their way are waited for until `reorder_us` is over."""
        if seq is None:
            counts.missing_seq += 1
            return self._is_overdue(counts, now_us)
        last = self.last
        if last is None or seq == (last + 1) % _MODULUS:
            self.last = seq
        elif seq == last:
            counts.repeated_seq += 1
        elif seq in self._missing:
            counts.reordered += 1
            self._missing.discard(seq)
        elif reorder_us and (ahead := (seq - last) % _MODULUS) < _FURTHEST:
            self._wait_for(last, ahead, now_us + reorder_us)
            self.last = seq
        else:
            self.last = seq
            counts.gaps += 1
            return True
        return self._is_overdue(counts, now_us)

    def _wait_for(self, last: int, ahead: int, until_us: int) -> None:
        if not self._missing:
            self._until_us = until_us
        self._missing.update((last + step) % _MODULUS for step in range(1, ahead))

    def _is_overdue(self, counts: SequenceCounts, now_us: int) -> bool:
        if not self._missing or now_us < self._until_us:
            return False
        self._missing.clear()
        counts.gaps += 1
        return True
