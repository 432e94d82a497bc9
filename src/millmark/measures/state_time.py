"""How long a machine was in which state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from millmark.measures.rows import SeriesRows
from millmark.model import Period
from millmark.model.batch import F64, I64
from millmark.registry import StateTime

_KINDS = tuple(StateTime)
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class StateTimes:
    """Exact times in microseconds by what the states count as; `unmapped` are states nobody said the meaning of."""

    times_us: Mapping[StateTime, int]
    covered_us: int
    unmapped: tuple[str, ...]

    def of(self, *kinds: StateTime) -> int:
        return sum(self.times_us[kind] for kind in kinds)

    @property
    def busy_us(self) -> int:
        """Planned busy time (PBT) as far as it was observed: all but planned down time (ISO 22400-2, clause 5)."""
        return self.covered_us - self.of(StateTime.PLANNED_DOWN)


def state_times(rows: SeriesRows, period: Period, meaning: Mapping[str, StateTime], hold_us: int) -> StateTimes:
    """The time model of a work unit (ISO 22400-2, clause 5) from the changes of its state.

    The state is piecewise constant: a row holds until the next one, until the period's end, or for `hold_us`,
    whichever comes first; rows before the period tell the state it begins in. Intervals are cut at the period's ends
    exactly. Time is uncovered while the state is of bad quality, null, or not in `meaning`, and where no row holds.
    A numeric state is looked up by its integer's digits ("3").
    """
    changes = rows.between(period.start_us - hold_us, period.end_us)
    kinds, unmapped = _kinds(changes, meaning)
    starts = changes.source_time_us
    ends = np.minimum(np.append(starts[1:], period.end_us), starts + hold_us)
    inside: I64 = np.clip(ends, period.start_us, period.end_us) - np.clip(starts, period.start_us, period.end_us)
    # An integer sum for each kind: weights of a histogram would be floats.
    times = {kind: int(inside[kinds == number].sum()) for number, kind in enumerate(_KINDS)}
    seen = np.unique(unmapped[inside > 0]).tolist()
    return StateTimes(times, sum(times.values()), tuple(str(state) for state in seen if state))


def _kinds(rows: SeriesRows, meaning: Mapping[str, StateTime]) -> tuple[I64, np.ndarray[tuple[int], np.dtype[np.str_]]]:
    """For each row the position of its kind of time (-1: unknown), and its state where nobody gave that a meaning."""
    names, index = _distinct_states(rows)
    codes = [_KINDS.index(meaning[name]) if name in meaning else _UNKNOWN for name in names]
    usable = rows.usable
    kinds = np.where(usable, np.array([*codes, _UNKNOWN], np.int64)[index], _UNKNOWN)
    labels = np.array(["" if name in meaning else name for name in names] + [""], np.str_)[index]
    return kinds, np.where(usable, labels, "")


def _distinct_states(rows: SeriesRows) -> tuple[list[str], I64]:
    """The distinct states as text, and for each row which one it is (-1: none)."""
    if isinstance(rows.values, np.ndarray):
        return _distinct_numbers(rows.values)
    encoded = rows.values.dictionary_encode()
    index = encoded.indices.cast(pa.int64()).fill_null(_UNKNOWN).to_numpy(zero_copy_only=False)
    return [str(name) for name in encoded.dictionary.to_pylist()], index


def _distinct_numbers(values: F64) -> tuple[list[str], I64]:
    distinct, index = np.unique(values, return_inverse=True)
    names = [str(int(one)) if np.isfinite(one) and one == int(one) else repr(float(one)) for one in distinct]
    return names, index.astype(np.int64)
