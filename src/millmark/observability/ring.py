"""Rows of numbers over time, in memory, of which the latest so many are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows in the order of time: `times_us` of shape (n,), each of `columns` of shape (n,); NaN where nothing was."""

    times_us: NDArray[np.int64]
    columns: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.times_us)


class Ring:
    """The latest `capacity` rows of the named columns, kept as float32: enough for a picture, half the memory."""

    def __init__(self, names: Sequence[str], capacity: int) -> None:
        self._names = tuple(names)
        self._times = np.zeros(capacity, np.int64)
        self._values = np.full((capacity, len(self._names)), np.nan, np.float32)
        self._written = 0

    def __len__(self) -> int:
        return min(self._written, len(self._times))

    def add(self, time_us: int, values: Mapping[str, float]) -> None:
        """One more row; a column that is not given is NaN."""
        place = self._written % len(self._times)
        self._times[place] = time_us
        self._values[place] = [values.get(name, np.nan) for name in self._names]
        self._written += 1

    def rows(self, newest: int | None = None) -> Rows:
        """The rows kept, or the newest so many of them."""
        count = len(self) if newest is None else min(newest, len(self))
        places = np.arange(self._written - count, self._written) % len(self._times)
        values = self._values[places].astype(np.float64)
        return Rows(self._times[places], {name: values[:, at] for at, name in enumerate(self._names)})
