"""How long the platform took to answer, by route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from millmark.model import Histogram, HistogramCounts

BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
MOST_KINDS: Final = 2_000


@dataclass(frozen=True, slots=True)
class RequestKind:
    """`route` is the route's pattern, never the address that was asked for: there are as many as there are routes.
    `status` is the class of the answer, such as `2xx`."""

    method: str
    route: str
    status: str


class RequestTimes:
    """Durations in seconds by kind of request; `observe` is called on the event loop, `counts` from any thread."""

    def __init__(self) -> None:
        self._histograms: dict[RequestKind, Histogram] = {}

    def observe(self, kind: RequestKind, seconds: float) -> None:
        histogram = self._histograms.get(kind)
        if histogram is None:
            if len(self._histograms) >= MOST_KINDS:
                return
            histogram = self._histograms[kind] = Histogram(BOUNDS_S)
        histogram.observe(seconds)

    def counts(self) -> Mapping[RequestKind, HistogramCounts]:
        return {kind: histogram.counts() for kind, histogram in list(self._histograms.items())}
