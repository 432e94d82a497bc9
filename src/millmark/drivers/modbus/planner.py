"""Which reads to send so that every tag is covered by few, legal requests. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from millmark.drivers.config import ModbusRegister, RegisterKind


@dataclass(frozen=True, slots=True)
class WantedTag:
    """A tag by its position in the declaration, with the unit and registers it stands in."""

    tag: int
    unit_id: int
    register: ModbusRegister

    @property
    def start(self) -> int:
        return self.register.address

    @property
    def end(self) -> int:
        """One past the last register."""
        return self.register.address + self.register.width


@dataclass(frozen=True, slots=True)
class ReadBlock:
    """One read request: `count` registers (or bits) of one table of one unit, and the tags that lie in it whole."""

    unit_id: int
    kind: RegisterKind
    address: int
    count: int
    tags: tuple[WantedTag, ...]

    def words_of(self, tag: WantedTag, words: Sequence[int]) -> Sequence[int]:
        """The tag's own part of what the request brought."""
        return words[tag.start - self.address : tag.end - self.address]

    def halves(self) -> tuple[ReadBlock, ReadBlock]:
        """Two smaller reads with half of the tags each; for blocks of more than one tag."""
        middle = len(self.tags) // 2
        return _block(self.tags[:middle]), _block(self.tags[middle:])


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """The longest reads a device takes, and the longest gap worth reading over to save a request.

    The protocol allows 125 registers and 2000 bits (V1.1b3, clauses 6.1 to 6.4); some devices take fewer.
    """

    max_registers: int = 125
    max_bits: int = 2_000
    max_gap: int = 16


def plan_reads(wanted: Iterable[WantedTag], limits: ReadLimits) -> tuple[ReadBlock, ...]:
    """Blocks that cover every tag once and whole; none longer than the limits or across a unit or table.

    A register is read once, save where two overlapping tags do not fit into one block together.
    """
    blocks: list[ReadBlock] = []
    in_order = sorted(wanted, key=lambda one: (one.unit_id, one.register.kind, one.start, one.end))
    for (_, kind), tags in groupby(in_order, key=lambda one: (one.unit_id, one.register.kind)):
        longest = limits.max_bits if kind.is_bits else limits.max_registers
        blocks += [_block(group) for group in _runs(tags, longest, limits.max_gap)]
    return tuple(blocks)


def _runs(tags: Iterable[WantedTag], longest: int, max_gap: int) -> list[tuple[WantedTag, ...]]:
    runs: list[list[WantedTag]] = []
    start = end = 0
    for tag in tags:
        if runs and tag.start - end <= max_gap and max(end, tag.end) - start <= longest:
            runs[-1].append(tag)
            end = max(end, tag.end)
        else:
            runs.append([tag])
            start, end = tag.start, tag.end
    return [tuple(run) for run in runs]


def _block(tags: tuple[WantedTag, ...]) -> ReadBlock:
    start, end = min(tag.start for tag in tags), max(tag.end for tag in tags)
    return ReadBlock(tags[0].unit_id, tags[0].register.kind, start, end - start, tags)
