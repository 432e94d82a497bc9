"""Which leaves a claim must show: those whose rows it uses, and the neighbours that prove none was left out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from millmark.evidence.leaf import Leaf
from millmark.evidence.seal import SealStatement
from millmark.measures import Demand

Place = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of one seal's leaves: by position, all of them or the revealed ones; `count` is of all."""

    count: int
    leaves: Mapping[int, Leaf]

    @classmethod
    def all_of(cls, leaves: Sequence[Leaf]) -> Shown:
        return cls(len(leaves), dict(enumerate(leaves)))


@dataclass(frozen=True, slots=True)
class SealedDay:
    """One seal of a needed day; `is_lead` for the day before the claimed ones."""

    statement: SealStatement
    is_lead: bool

    @property
    def number(self) -> tuple[str, int]:
        return self.statement.site, self.statement.sequence


class Incomplete(Exception):
    """The shown leaves leave room for one that is not shown. The message names the series."""


def needed_positions(shown: Shown, sealed: SealedDay, demands: Sequence[Demand]) -> frozenset[int]:
    """The positions to reveal so that `rows_needed` can be answered, and proven, from them alone.

    Raises `Incomplete` when the leaves that are shown do not suffice.
    """
    found: set[int] = set()
    for demand in demands:
        if _concerns(demand, sealed):
            found |= _positions(shown, sealed, demand)
    return frozenset(found)


def rows_needed(
    shown: Mapping[tuple[str, int], Shown], days: Sequence[SealedDay], demands: Sequence[Demand]
) -> dict[tuple[str, int], list[Leaf]]:
    """The leaves whose rows the formula reads, by site and sequence of the seal.

    Of a whole series these are all leaves of the claimed days, and of the day before the leaves of its last hour.
    """
    wanted: dict[tuple[str, int], list[Leaf]] = {}
    for demand in demands:
        concerned = [day for day in days if _concerns(demand, day)]
        found = [(day, leaf) for day in concerned for leaf in _leaves(shown[day.number], demand.series)]
        last_hour = max((leaf.hour_us for day, leaf in found if day.is_lead), default=None)
        for day, leaf in found:
            named = demand.hours_us is None or leaf.hour_us in demand.hours_us
            if named and (not day.is_lead or leaf.hour_us == last_hour):
                wanted.setdefault(day.number, []).append(leaf)
    return wanted


def _concerns(demand: Demand, sealed: SealedDay) -> bool:
    site, asset = sealed.statement.site, demand.series.rpartition(":")[0]
    if asset != site and not asset.startswith(f"{site}/"):
        return False
    return demand.hours_us is None or not sealed.is_lead


def _leaves(shown: Shown, series: str) -> Iterable[Leaf]:
    return (leaf for leaf in shown.leaves.values() if leaf.series == series)


def _positions(shown: Shown, sealed: SealedDay, demand: Demand) -> set[int]:
    key = demand.series.encode()
    positions = sorted(shown.leaves)
    places = [shown.leaves[position].place for position in positions]
    if demand.hours_us is not None:
        return {
            positions[at]
            for hour in demand.hours_us
            for at in range(bisect_left(places, (key, hour)), bisect_right(places, (key, hour)))
        }
    first, last = bisect_left(places, (key, -(2**63))), bisect_right(places, (key, 2**63))
    if sealed.is_lead and last > first:
        first = last - 1
        run = positions[first : last + 1]
        whole = _adjoin(run) and _reaches_end(shown, positions, last)
        if not whole:
            raise Incomplete(demand.series)
        return set(run)
    run = positions[max(first - 1, 0) : last + 1]
    starts = first > 0 or not positions or positions[0] == 0
    if not (starts and _adjoin(run) and _reaches_end(shown, positions, last)):
        raise Incomplete(demand.series)
    return set(run)


def _adjoin(positions: Sequence[int]) -> bool:
    return all(after == before + 1 for before, after in pairwise(positions))


def _reaches_end(shown: Shown, positions: Sequence[int], last: int) -> bool:
    """Whether what follows the series' last leaf is shown, or there is nothing that could follow."""
    if last < len(positions):
        return True
    return shown.count == 0 or (bool(positions) and positions[-1] == shown.count - 1)
