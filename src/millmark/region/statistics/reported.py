"""Monthly reports as contributions, added together by the database: a row for each enterprise and place it was in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, String, cast, func, literal, select

from millmark.region.statistics.columns import Contributions, with_rows_of
from millmark.region.watch.tables import MonthlyValueRow, MonthlyVersionRow, ProfileRow
from millmark.registry import Database

_V = MonthlyValueRow
_FEW = 500
"""Of so many enterprises at most it is quicker to read what changed than everything."""


def reported(
    database: Database, indicator: str | None, months: range, *, enterprises: Collection[int] | None = None
) -> Contributions:
    """What was reported of an indicator that every report has a column for; without one, 1 for each report. Of some
    enterprises alone if they are named.

    The months of a row come as one text: hundreds of thousands of single rows would cost seconds to take over.
    """
    value: ColumnElement[Any] = literal(1) if indicator is None else getattr(_V, indicator)
    place = (_V.enterprise_id, _V.holding_id, _V.area_code, _V.division, _V.size_class)
    told = func.aggregate_strings(cast(_V.month, String) + "," + cast(value, String), ",")
    query = select(*place, func.count(), told).where(_V.month.between(months[0], months[-1]), value.is_not(None))
    if enterprises is not None:
        query = query.where(_V.enterprise_id.in_(enterprises))
    with database.reading() as session:
        rows = session.execute(query.group_by(*place).order_by(*place)).all()
    columns = np.asarray(months, np.int64)
    if not rows:
        return Contributions.none(columns)
    enterprise, holding, area, division, size, count, texts = zip(*rows, strict=True)
    pairs = np.fromstring(",".join(texts), np.int64, sep=",").reshape(-1, 2)
    row, column = np.repeat(np.arange(len(rows)), np.array(count, np.int64)), pairs[:, 0] - columns[0]
    matrix = np.zeros((len(rows), len(columns)), np.int64)
    there = np.zeros(matrix.shape, np.bool_)
    matrix[row, column] = pairs[:, 1]
    there[row, column] = True
    return Contributions(
        np.array(enterprise, np.int64),
        # Whoever belongs to no holding is one of its own.
        np.array([-own if group is None else group for group, own in zip(holding, enterprise, strict=True)], np.int64),
        np.array(area, "<U6"),
        np.array([f"{one:02d}" if one else "" for one in division], "<U2"),
        np.array(size, "<U16"),
        columns,
        matrix,
        there,
    )


class ReadUpTo(NamedTuple):
    """The last version of a report, and of a profile, that what was read takes in; numbers are committed in order."""

    report: int
    profile: int


def read_up_to(database: Database) -> ReadUpTo:
    with database.reading() as session:
        last = [session.scalar(select(func.max(row.id))) or 0 for row in (MonthlyVersionRow, ProfileRow)]
    return ReadUpTo(*last)


def caught_up(
    database: Database, indicator: str | None, months: range, before: Contributions, since: ReadUpTo
) -> Contributions:
    """What was read before, with the rows of everybody of whom a report or a profile came since read again."""
    changed: set[int] = set()
    with database.reading() as session:
        for row, last in ((MonthlyVersionRow, since.report), (ProfileRow, since.profile)):
            changed.update(session.scalars(select(row.enterprise_id).where(row.id > last).distinct().limit(_FEW + 1)))
    if len(changed) > _FEW:
        return reported(database, indicator, months)
    return with_rows_of(before, changed, reported(database, indicator, months, enterprises=changed))
