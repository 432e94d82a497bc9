"""Arrays that grow as rows are added, so that a pass over many packets allocates a handful of times."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Number = TypeVar("_Number", bound=np.generic)


def grown(column: NDArray[_Number], size: int) -> NDArray[_Number]:
    """The array itself when it has room for so many rows, else a copy of it at least twice as long; what is new in it
    holds anything."""
    if size <= len(column):
        return column
    rest: tuple[Any, ...] = column.shape[1:]
    larger = np.empty((max(size, 2 * len(column)), *rest), column.dtype)
    larger[: len(column)] = column
    return larger
