"""How often values of which size occurred: counts by upper bound, as Prometheus keeps them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class HistogramCounts:
    """What a histogram held at one moment.

    `counts` has one more entry than `bounds`: how many values were at most each bound and above the one before, then
    how many were above the last. `total` is the sum of all values, in their unit.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float

    @property
    def count(self) -> int:
        return sum(self.counts)

    def since(self, earlier: HistogramCounts) -> HistogramCounts:
        """What was added after `earlier`, a moment of the same histogram."""
        added = tuple(now - before for now, before in zip(self.counts, earlier.counts, strict=True))
        return HistogramCounts(self.bounds, added, self.total - earlier.total)

    def quantile(self, share: float) -> float | None:
        """The value that `share` of the values do not exceed, interpolated within its bucket; None when there is none.

        Values above the last bound are told as that bound: the true one is larger.
        """
        if not self.count:
            return None
        rank = share * self.count
        cumulative = list(accumulate(self.counts))
        place = bisect_left(cumulative, rank)
        if place >= len(self.bounds):
            return self.bounds[-1]
        lower = self.bounds[place - 1] if place else 0.0
        before = cumulative[place - 1] if place else 0
        inside = (rank - before) / self.counts[place] if self.counts[place] else 1.0
        return lower + (self.bounds[place] - lower) * inside


class Histogram:
    """Counts values from one thread; `counts` may be called from any. `bounds` ascend."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(float(bound) for bound in bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._total = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._total += value

    def counts(self) -> HistogramCounts:
        return HistogramCounts(self._bounds, tuple(self._counts), self._total)
