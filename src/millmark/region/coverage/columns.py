"""Places and sites as columns: what coverage and plans are computed over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Degrees: TypeAlias = NDArray[np.float64]

MICRODEGREES = 1_000_000


@dataclass(frozen=True, slots=True)
class Places:
    """Demand places, each a row: `ids`, `classes` (numbers of `AreaClass`), `counties` (adcodes as numbers), `weights`
    (persons, or another whole number that tells their importance), and where they lie (WGS84)."""

    ids: Ints
    classes: Ints
    counties: Ints
    weights: Ints
    longitude: Degrees
    latitude: Degrees

    def __len__(self) -> int:
        return len(self.ids)

    def of_rows(self, rows: Ints) -> Places:
        return Places(
            self.ids[rows],
            self.classes[rows],
            self.counties[rows],
            self.weights[rows],
            self.longitude[rows],
            self.latitude[rows],
        )


@dataclass(frozen=True, slots=True)
class Sites:
    """Stations that stand, or candidates: where they lie, their bands, heights (None: not known) and references."""

    refs: tuple[str, ...]
    counties: Ints
    longitude: Degrees
    latitude: Degrees
    bands: tuple[tuple[str, ...], ...]
    heights_m: tuple[float | None, ...]

    def __len__(self) -> int:
        return len(self.refs)


def digest_of(columns: Sequence[object]) -> str:
    """SHA-256 of columns and texts, in their order: what a result was computed from."""
    found = hashlib.sha256()
    for column in columns:
        content = np.ascontiguousarray(column).tobytes() if isinstance(column, np.ndarray) else repr(column).encode()
        found.update(len(content).to_bytes(8, "little"))
        found.update(content)
    return found.hexdigest()
