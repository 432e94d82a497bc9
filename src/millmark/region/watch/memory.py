"""What enterprises reported before, laid beside reports that come in: columns for the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.region.watch.checks import EnteredMonths
from millmark.region.watch.columns import CORE
from millmark.region.watch.tables import MonthlyValueRow

_YEAR = 12
_RECENT = 3
_FEW = 500

Matrix = npt.NDArray[np.float64]


def entered_months(
    session: Session,
    keys: Sequence[tuple[int, int]],
    values: Mapping[str, Sequence[int | None]],
    sections: Sequence[str],
    *,
    is_asked: Callable[[int], bool],
) -> EnteredMonths:
    """The reports of `keys` (enterprise, month), each beside what stands or comes with it for the months before."""
    ids = sorted({enterprise for enterprise, _ in keys})
    first = min(month for _, month in keys) - _YEAR
    last = max(month for _, month in keys)
    shape = (len(ids), last - first + 1)
    before = {name: np.full(shape, np.nan) for name in CORE}
    there = np.zeros(shape, np.bool_)
    place = {enterprise: at for at, enterprise in enumerate(ids)}
    _fill(session, ids, place, first, last, before, there)
    rows = np.array([place[enterprise] for enterprise, _ in keys])
    at = np.array([month - first for _, month in keys])
    now = {name: np.array([np.nan if one is None else one for one in column], float) for name, column in values.items()}
    for name in CORE:
        before[name][rows, at] = now[name]
    there[rows, at] = True
    return EnteredMonths(
        now=now,
        last={name: before[name][rows, at - 1] for name in CORE},
        recent={name: _mean_before(before[name], rows, at) for name in CORE},
        year_ago={name: before[name][rows, at - _YEAR] for name in CORE},
        missing=_missing(there, rows, at, first, is_asked),
        section=np.array(sections, "<U1"),
    )


def _fill(
    session: Session,
    ids: Sequence[int],
    place: Mapping[int, int],
    first: int,
    last: int,
    before: Mapping[str, Matrix],
    there: npt.NDArray[np.bool_],
) -> None:
    columns = [getattr(MonthlyValueRow, name) for name in CORE]
    query = select(MonthlyValueRow.enterprise_id, MonthlyValueRow.month, *columns).where(
        MonthlyValueRow.month.between(first, last)
    )
    if len(ids) <= _FEW:
        query = query.where(MonthlyValueRow.enterprise_id.in_(ids))
    for enterprise, month, *found in session.execute(query):
        row = place.get(enterprise)
        if row is None:
            continue
        there[row, month - first] = True
        for name, value in zip(CORE, found, strict=True):
            if value is not None:
                before[name][row, month - first] = value


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
