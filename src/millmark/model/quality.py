"""Quality of a value, after the status classes of OPC UA."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Quality(IntEnum):
    """The severity bits of an OPC UA status code (OPC 10000-4, clause 7.39): its two topmost bits.

    The original code is always kept beside it, so nothing is lost by this reduction.
    """

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2


def quality_of_status(code: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Quality classes of OPC UA status codes; the reserved severity 3 counts as bad."""
    severity: NDArray[np.uint32] = code >> np.uint32(30)
    return np.minimum(severity, np.uint32(Quality.BAD)).astype(np.uint8)
