"""The stations that stand, as coverage asks for them, whoever keeps them."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from datetime import date
from math import isnan
from typing import Final, Protocol

import numpy as np

from millmark.region.coverage.columns import Sites
from millmark.region.ledger import Ledger
from millmark.region.stations import stations_of

UNTOLD: Final = "untold"
"""The state of a station whose entry tells none."""


class StationSource(Protocol):
    """Where stations come from."""

    def sites(self, as_of: date, states: Collection[str], operator: str | None = None) -> Sites:
        """Those with a place that stand on a day in one of the states, of one operator or of all."""
        ...

    def stamp(self) -> Hashable:
        """Changes whenever the stations do."""
        ...


class LedgerStations:
    """Single 5G stations of the city's ledger; those counted in bulk have no place and cover nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def sites(self, as_of: date, states: Collection[str], operator: str | None = None) -> Sites:
        found = stations_of(self._ledger, as_of)
        rows = [
            at
            for at, (state, whose) in enumerate(zip(found.statuses, found.operators, strict=True))
            if (state or UNTOLD) in states and operator in (None, whose)
        ]
        heights = found.heights_m[rows].tolist()
        return Sites(
            tuple(found.ref(at) for at in rows),
            np.array([int(found.area_codes[at] or 0) for at in rows], np.int64),
            found.longitudes[rows],
            found.latitudes[rows],
            tuple(found.bands[at] for at in rows),
            tuple(None if isnan(height) else height for height in heights),
        )

    def stamp(self) -> Hashable:
        return self._ledger.version()
