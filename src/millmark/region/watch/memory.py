"""What enterprises reported before, laid beside reports that come in: columns for the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.region.watch.checks import Column, EnteredMonths
from millmark.region.watch.columns import CORE
from millmark.region.watch.tables import MonthlyMoreRow, MonthlyValueRow

_YEAR = 12
_RECENT = 3
_FEW = 500

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReportedMonths:
    """What enterprises reported, one row each and one column a month from `first_month` on; NaN where an indicator was
    not told. `reported` is true where a report of the month is there."""

    first_month: int
    values: Mapping[str, Matrix]
    reported: npt.NDArray[np.bool_]

    def beside(
        self,
        rows: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int64],
        now: Mapping[str, Column],
        section: npt.NDArray[np.str_],
        *,
        is_asked: Callable[[int], bool],
    ) -> EnteredMonths:
        """Reports of these places, each beside what stands of its enterprise in the year before."""
        stood = {name: _stood(matrix, rows, columns) for name, matrix in self.values.items()}
        return EnteredMonths(
            now=now,
            last={name: matrix[rows, columns - 1] for name, matrix in self.values.items()},
            recent={name: _mean_before(matrix, rows, columns) for name, matrix in self.values.items()},
            year_ago={name: matrix[rows, columns - _YEAR] for name, matrix in self.values.items()},
            stood={name: value for name, (value, _) in stood.items()},
            ago={name: ago for name, (_, ago) in stood.items()},
            missing=_missing(self.reported, rows, columns, self.first_month, is_asked),
            section=section,
        )


def entered_months(
    session: Session,
    keys: Sequence[tuple[int, int]],
    values: Mapping[str, Sequence[int | None]],
    sections: Sequence[str],
    *,
    remembered: Sequence[str],
    is_asked: Callable[[int], bool],
) -> EnteredMonths:
    """The reports of `keys` (enterprise, month), each beside what stands or comes with it for the months before, of the
    indicators `remembered`."""
    ids = sorted({enterprise for enterprise, _ in keys})
    first = min(month for _, month in keys) - _YEAR
    last = max(month for _, month in keys)
    shape = (len(ids), last - first + 1)
    known = ReportedMonths(first, {name: np.full(shape, np.nan) for name in remembered}, np.zeros(shape, np.bool_))
    place = {enterprise: at for at, enterprise in enumerate(ids)}
    _fill(session, ids, place, known)
    rows = np.array([place[enterprise] for enterprise, _ in keys])
    at = np.array([month - first for _, month in keys])
    now = {name: np.array([np.nan if one is None else one for one in column], float) for name, column in values.items()}
    for name in remembered:
        known.values[name][rows, at] = now[name]
    known.reported[rows, at] = True
    return known.beside(rows, at, now, np.array(sections, "<U1"), is_asked=is_asked)


def _fill(session: Session, ids: Sequence[int], place: Mapping[int, int], known: ReportedMonths) -> None:
    first, last = known.first_month, known.first_month + known.reported.shape[1] - 1
    core = [name for name in known.values if name in CORE]
    columns = [getattr(MonthlyValueRow, name) for name in core]
    query = select(MonthlyValueRow.enterprise_id, MonthlyValueRow.month, *columns).where(
        MonthlyValueRow.month.between(first, last)
    )
    more = select(MonthlyMoreRow.enterprise_id, MonthlyMoreRow.month, MonthlyMoreRow.indicator, MonthlyMoreRow.value)
    more = more.where(
        MonthlyMoreRow.indicator.in_([name for name in known.values if name not in CORE]),
        MonthlyMoreRow.month.between(first, last),
    )
    if len(ids) <= _FEW:
        query = query.where(MonthlyValueRow.enterprise_id.in_(ids))
        more = more.where(MonthlyMoreRow.enterprise_id.in_(ids))
    for enterprise, month, *found in session.execute(query):
        row = place.get(enterprise)
        if row is None:
            continue
        known.reported[row, month - first] = True
        for name, value in zip(core, found, strict=True):
            if value is not None:
                known.values[name][row, month - first] = value
    for enterprise, month, name, value in session.execute(more):
        if enterprise in place:
            known.values[name][place[enterprise], month - first] = value


def _stood(matrix: Matrix, rows: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> tuple[Column, Column]:
    """The last value known of the year before, and how many months before; NaN where none is."""
    value, ago = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for back in range(_YEAR, 0, -1):
        seen = matrix[rows, at - back]
        is_known = ~np.isnan(seen)
        value[is_known], ago[is_known] = seen[is_known], back
    return value, ago


def _mean_before(matrix: Matrix, rows: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> Matrix:
    """Mean of the up to three months before that are known; NaN where none is."""
    window = np.stack([matrix[rows, at - back] for back in range(1, _RECENT + 1)])
    known = ~np.isnan(window)
    number = known.sum(axis=0)
    total = np.where(known, window, 0.0).sum(axis=0)
    mean: Matrix = np.divide(total, number, out=np.full(len(rows), np.nan), where=number > 0)
    return mean


def _missing(
    there: npt.NDArray[np.bool_],
    rows: npt.NDArray[np.int64],
    at: npt.NDArray[np.int64],
    first: int,
    is_asked: Callable[[int], bool],
) -> npt.NDArray[np.int64]:
    """How many months that were asked for lie open since the report before, of a year at most."""
    asked = np.array([is_asked(first + column) for column in range(there.shape[1])], np.bool_)
    open_months = np.zeros(len(rows), np.int64)
    counting = np.ones(len(rows), np.bool_)
    for back in range(1, _YEAR + 1):
        seen = there[rows, at - back]
        counting &= ~seen
        open_months += counting & asked[at - back]
    # Whoever never reported before has nothing missing between.
    return np.where(counting, 0, open_months)
