"""The 5G stations of the ledger that have a place, as columns: what coverage reckons with and a map draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from millmark.region.ledger import Ledger
from millmark.region.ledger_rows import At, LedgerFilter

STATION_KIND: Final = "5g-base-station"

_COLUMNS = ("id", "subject", "area", "area_code", "longitude", "latitude", "fields")


@dataclass(frozen=True, slots=True)
class Station:
    """One station. `height_m` is that of its antenna above the ground, None where nobody said."""

    ref: str
    name: str
    area: str
    area_class: str
    operator: str
    longitude: float
    latitude: float
    bands: tuple[str, ...]
    height_m: float | None
    status: str


@dataclass(frozen=True, slots=True)
class StationColumns:
    """Stations side by side: `longitudes` and `latitudes` in degrees (WGS 84), `heights_m` nan where unknown.

    Words are the ids of the pack's choices; an empty one is not filled in.
    """

    ids: NDArray[np.int64]
    longitudes: NDArray[np.float64]
    latitudes: NDArray[np.float64]
    heights_m: NDArray[np.float64]
    names: tuple[str, ...]
    area_codes: tuple[str, ...]
    area_classes: tuple[str, ...]
    operators: tuple[str, ...]
    statuses: tuple[str, ...]
    bands: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.ids)

    def ref(self, at: int) -> str:
        return f"ledger:{int(self.ids[at])}"

    def __iter__(self) -> Iterator[Station]:
        for at in range(len(self)):
            height = float(self.heights_m[at])
            yield Station(
                ref=self.ref(at),
                name=self.names[at],
                area=self.area_codes[at],
                area_class=self.area_classes[at],
                operator=self.operators[at],
                longitude=float(self.longitudes[at]),
                latitude=float(self.latitudes[at]),
                bands=self.bands[at],
                height_m=None if np.isnan(height) else height,
                status=self.statuses[at],
            )


def stations_of(ledger: Ledger, as_of: date, known_at_us: int | None = None) -> StationColumns:
    """The single stations with a place that stand on a day, as known at a moment (now)."""
    wanted = LedgerFilter(kind=STATION_KIND, located=True)
    rows = ledger.columns(wanted, At(as_of, known_at_us), _COLUMNS)
    code_of = ledger.pack.areas.code_of
    fields = [row[6] or {} for row in rows]
    return StationColumns(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        longitudes=np.array([row[4] for row in rows], dtype=np.float64),
        latitudes=np.array([row[5] for row in rows], dtype=np.float64),
        heights_m=np.array([float(one.get("height_m", "nan")) for one in fields], dtype=np.float64),
        names=tuple(row[1] or "" for row in rows),
        area_codes=tuple((row[3] or code_of(row[2]) or "")[:6] for row in rows),
        area_classes=tuple(str(one.get("area_class", "")) for one in fields),
        operators=tuple(str(one.get("operator", "")) for one in fields),
        statuses=tuple(str(one.get("status", "")) for one in fields),
        bands=tuple(tuple(one.get("bands", ())) for one in fields),
    )
