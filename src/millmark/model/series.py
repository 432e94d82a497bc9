"""A series: one measured quantity of one asset over time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from millmark.model.asset import AssetPath


class DataType(StrEnum):
    """How values of a series are to be read; all but text travel as 64-bit floats.

    Integers beyond 2**53 lose their last digits on the way; no counter of a machine reaches that.
    """

    FLOAT = "float"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"


class SeriesRole(StrEnum):
    """What a series means to a measure; `signal` means nothing beyond itself."""

    SIGNAL = "signal"
    STATE = "state"
    TOTAL_COUNT = "total_count"
    GOOD_COUNT = "good_count"
    ENERGY_COUNTER = "energy_counter"


class Origin(StrEnum):
    """Where the values come from; whatever did not come from a machine says so wherever it is shown."""

    MACHINE = "machine"
    RECORDING = "recording"
    PROCESS_MODEL = "process_model"


@dataclass(frozen=True, slots=True)
class Series:
    """`unit` is a UCUM code ('1' for none); `rollover` the value at which a counter starts again at 0, if it does."""

    id: int
    asset: AssetPath
    metric: str
    unit: str
    data_type: DataType
    role: SeriesRole = SeriesRole.SIGNAL
    origin: Origin = Origin.MACHINE
    rollover: float | None = None

    @property
    def key(self) -> str:
        """The name that means the same on every node: `asset/path:metric`."""
        return f"{self.asset}:{self.metric}"
