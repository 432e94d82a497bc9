"""What a list is: its columns in both languages, the query that fills it, and the parts that lists share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.registry.tables import EnterpriseRow
from millmark.reports.sheets.columns import Column, ColumnType, Value

ENTERPRISE = "enterprise_id"
"""The key of a row that says whose it is; it is no column, and rows without it are the office's own."""

UNSENT = "unsent"
"""The key of a row that an enterprise has not sent yet: nobody else sees it."""

Rows: TypeAlias = Iterator[dict[str, Any]]
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SheetList:
    """A list that an office keeps. `is_office_only` lists name several enterprises in a row's neighbourhood, or
    reviewers, and are for offices alone; `takes` are the columns of the way in, empty where there is none.

    A list with `fills`, ids of columns of `takes`, goes out to whoever may bring it with these columns empty: who fills
    them in takes a step by row. `waiting` gives rows that stand in no list yet, for such a step. `way_in` names what
    keeps its rows, where that is not the list's own id.
    """

    id: str
    name_zh: str
    name_en: str
    columns: tuple[Column, ...]
    read: Callable[[Session], Rows]
    is_office_only: bool = False
    takes: tuple[Column, ...] = ()
    fills: tuple[str, ...] = ()
    waiting: Callable[[Session], Rows] | None = None
    way_in: str = ""

    @property
    def brought_as(self) -> str:
        return self.way_in or self.id

    @property
    def by_hand(self) -> tuple[Column, ...]:
        """The columns that stand empty in the sheet that goes out."""
        return tuple(one for one in self.takes if one.id in self.fills)

    def name(self, language: str) -> str:
        return self.name_zh if language == "zh" else self.name_en


def column(key: str, zh: str, en: str, kind: ColumnType = ColumnType.TEXT, **more: Any) -> Column:
    return Column(key, zh, en, kind, **more)


ID = column("id", "编号", "Id", ColumnType.INTEGER, width=8)
CALL = column("call", "申报批次", "Call", width=30)
NAMES = (
    column("enterprise", "企业名称", "Enterprise", width=32),
    column("credit_code", "统一社会信用代码", "Credit code", width=22),
    column("area_code", "行政区划代码", "Area code", width=12),
)
STATE = column("state", "状态", "State")
VERSION = column("version", "版本", "Version", ColumnType.INTEGER, width=8)


def whose(enterprise: EnterpriseRow) -> dict[str, Value]:
    return {
        ENTERPRISE: enterprise.id,
        "enterprise": enterprise.name_zh,
        "credit_code": enterprise.credit_code,
        "area_code": enterprise.area_code,
    }


def streamed(session: Session, query: Any) -> Iterator[Any]:
    return iter(session.execute(query.execution_options(yield_per=_AT_ONCE)))


def moment(at_us: int | None) -> Value:
    return None if at_us is None else utc_datetime(at_us)
