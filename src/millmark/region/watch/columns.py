"""Monthly reports as columns, for statistics: one row a report, what the latest version of each says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, select

from millmark.region.watch.tables import MonthlyMoreRow, MonthlyValueRow
from millmark.registry import Database, area_prefix

CORE = ("revenue_fen", "output_fen", "electricity_kwh", "orders_fen", "staff", "tax_fen")
"""The indicators that every report has a column for; others are optional ones of the watch's rules."""

_V = MonthlyValueRow


@dataclass(frozen=True, slots=True)
class MonthlyColumns:
    """Reports in the order of month and enterprise, all columns of the same length.

    `holding_id` is the number of the holding group an enterprise belonged to; of one without a group its own number,
    negated, so that contributions can be grouped by it as it is. `industry_code` has two to four digits (GB/T 4754,
    without the section's letter), or is empty where no profile says; `month` counts `year * 12 + month - 1`.
    `indicators` are whole numbers in the unit that their name ends in; where `present` is false nothing was reported
    and the value is 0.
    """

    enterprise_id: npt.NDArray[np.int64]
    holding_id: npt.NDArray[np.int64]
    industry_code: npt.NDArray[np.str_]
    area_code: npt.NDArray[np.str_]
    size: npt.NDArray[np.str_]
    month: npt.NDArray[np.int64]
    indicators: Mapping[str, npt.NDArray[np.int64]]
    present: Mapping[str, npt.NDArray[np.bool_]]

    def __len__(self) -> int:
        return len(self.month)

    def as_float(self, indicator: str) -> npt.NDArray[np.float64]:
        """An indicator with NaN where nothing was reported."""
        return np.where(self.present[indicator], self.indicators[indicator].astype(np.float64), np.nan)


def monthly_columns(
    database: Database,
    first_month: int,
    last_month: int,
    *,
    indicators: Sequence[str] = CORE,
    area_code: str | None = None,
    enterprises: Iterable[int] | None = None,
) -> MonthlyColumns:
    """The reports of the months from `first_month` to `last_month`, both included; see `months.month_of`.

    `area_code` leaves those of a county or of the city (six digits; 421200 takes in its counties); `enterprises` those
    of the enterprises named. An indicator that nobody reported gives a column in which nothing is present.
    """
    core = [name for name in indicators if name in CORE]
    query: Select[Any] = select(
        _V.enterprise_id, _V.holding_id, _V.industry_code, _V.area_code, _V.size_class, _V.month, *map(_column, core)
    ).where(_V.month.between(first_month, last_month))
    if area_code is not None:
        query = query.where(_V.area_code.startswith(area_prefix(area_code)))
    if enterprises is not None:
        query = query.where(_V.enterprise_id.in_(list(enterprises)))
    with database.reading() as session:
        rows = session.execute(query.order_by(_V.month, _V.enterprise_id)).all()
        more = {
            name: session.execute(
                select(MonthlyMoreRow.month, MonthlyMoreRow.enterprise_id, MonthlyMoreRow.value).where(
                    MonthlyMoreRow.indicator == name, MonthlyMoreRow.month.between(first_month, last_month)
                )
            ).all()
            for name in indicators
            if name not in CORE
        }
    enterprise, holding, industry, area, size, month, *values = list(zip(*rows, strict=True)) or [()] * (6 + len(core))
    enterprise_id = np.array(enterprise, np.int64)
    months = np.array(month, np.int64)
    found = {name: _masked(column) for name, column in zip(core, values, strict=True)}
    keys = months * _ENTERPRISES + enterprise_id
    found |= {name: _placed(keys, told) for name, told in more.items()}
    return MonthlyColumns(
        enterprise_id=enterprise_id,
        holding_id=np.array([-own if group is None else group for group, own in zip(holding, enterprise, strict=True)])
        .astype(np.int64)
        .reshape(len(rows)),
        industry_code=np.array(industry, "<U4"),
        area_code=np.array(area, "<U6"),
        size=np.array(size, "<U16"),
        month=months,
        indicators={name: found[name][0] for name in indicators},
        present={name: found[name][1] for name in indicators},
    )


# More than any register of enterprises has, so that a month and an enterprise make one key.
_ENTERPRISES = 2**32


def _column(name: str) -> Any:
    return getattr(_V, name)


def _masked(values: Sequence[int | None]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    present = np.array([value is not None for value in values], np.bool_)
    return np.array([value or 0 for value in values], np.int64), present


def _placed(keys: npt.NDArray[np.int64], told: Sequence[Any]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Values told by month and enterprise, put where `keys` (sorted) has them."""
    values, present = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
    if not told or not len(keys):
        return values, present
    at = np.array([(month * _ENTERPRISES + enterprise, value) for month, enterprise, value in told], np.int64)
    places = np.minimum(np.searchsorted(keys, at[:, 0]), len(keys) - 1)
    hits = keys[places] == at[:, 0]
    values[places[hits]], present[places[hits]] = at[hits, 1], True
    return values, present
