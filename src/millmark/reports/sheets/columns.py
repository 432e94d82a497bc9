"""Columns as data: what a value is, how a sheet shows it, and how it is read back without losing a fen or a day."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = str | int | Decimal | date | datetime | bool | None

_CHINESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_PLAIN_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_FEN = 100
_EXACT_DIGITS = 15
"""What a cell of Excel holds exactly of a number; longer ones come as text."""

_MOST_TEXT = 2_000


class ColumnType(StrEnum):
    """`money` is fen here and yuan with two decimals in a sheet; `moment` is the city's local time in a sheet."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `needed` ones must be filled on the way in; `words` are the only ones a text may be, with names."""

    id: str
    name_zh: str
    name_en: str
    type: ColumnType = ColumnType.TEXT
    needed: bool = True
    words: tuple[str, ...] = ()
    width: int = 16

    def name(self, language: str) -> str:
        return self.name_zh if language == "zh" else self.name_en


class BadCell(ValueError):
    """A cell that does not hold what its column asks."""


def read_cell(column: Column, raw: object) -> Value:
    """The value of a cell as openpyxl gives it; raises `BadCell`, in the words of whoever fills in the sheet."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if column.needed:
            raise BadCell("the cell is empty; fill it in")
        return None
    value = _READERS[column.type](raw)
    if column.words and value not in column.words:
        raise BadCell(f"{value!r} is none of {', '.join(column.words)}")
    return value


def _text(raw: object) -> str:
    if isinstance(raw, bool | datetime | date | time):
        raise BadCell("a text is expected; format the cell as text")
    if isinstance(raw, float) and not raw.is_integer():
        return str(Decimal(repr(raw)))
    if isinstance(raw, int | float):
        if abs(raw) >= 10**_EXACT_DIGITS:
            raise BadCell("Excel has rounded this number; format the cell as text and write it again")
        return str(int(raw))
    text = str(raw).strip()
    if len(text) > _MOST_TEXT:
        raise BadCell(f"the text is longer than {_MOST_TEXT} characters")
    return text


def _number(raw: object) -> Decimal:
    if isinstance(raw, bool | datetime | date | time):
        raise BadCell("a number is expected")
    # repr gives the shortest decimal that is this float: what was typed, up to fifteen digits.
    written = repr(raw) if isinstance(raw, int | float) else str(raw).strip().replace(",", "").replace("，", "")
    try:
        number = Decimal(written)
    except InvalidOperation as error:
        raise BadCell(f"{raw!r} is no number") from error
    if not number.is_finite():
        raise BadCell(f"{raw!r} is no number")
    if len(number.as_tuple().digits) > _EXACT_DIGITS and not isinstance(raw, str):
        raise BadCell("Excel has rounded this number; format the cell as text and write it again")
    return number


def _integer(raw: object) -> int:
    number = _number(raw)
    if number != number.to_integral_value():
        raise BadCell(f"{raw!r} is no whole number")
    return int(number)


def _money(raw: object) -> int:
    if isinstance(raw, str):
        raw = raw.strip().removeprefix("¥").removeprefix("￥").removesuffix("元")
    fen = _number(raw) * _FEN
    if fen != fen.to_integral_value():
        raise BadCell(f"{raw!r} has more than two decimals; money is exact to the fen")
    if abs(fen) >= 10**17:
        raise BadCell(f"{raw!r} is more money than there is")
    return int(fen)


def _date(raw: object) -> date:
    if isinstance(raw, datetime):
        if raw.time() != time():
            raise BadCell(f"{raw} has a time of day; a day alone is expected")
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = str(raw).strip()
    found = _CHINESE_DAY.fullmatch(text) or _PLAIN_DAY.fullmatch(text)
    if found is None:
        raise BadCell(f"{text!r} is no day; write it as 2026-09-01 or 2026年9月1日")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError as error:
        raise BadCell(f"{text!r} is no day of the calendar") from error


def _moment(raw: object) -> datetime:
    if isinstance(raw, datetime):
        return raw
    try:
        return datetime.fromisoformat(str(raw).strip())
    except ValueError as error:
        raise BadCell(f"{raw!r} is no time; write it as 2026-09-01 08:30") from error


def _yes_no(raw: object) -> bool:
    known = {"是": True, "否": False, "yes": True, "no": False, "true": True, "false": False}
    if isinstance(raw, bool):
        return raw
    found = known.get(str(raw).strip().lower())
    if found is None:
        raise BadCell(f"{raw!r} is neither 是 (yes) nor 否 (no)")
    return found


_READERS: dict[ColumnType, Callable[[object], Value]] = {
    ColumnType.TEXT: _text,
    ColumnType.INTEGER: _integer,
    ColumnType.NUMBER: _number,
    ColumnType.MONEY: _money,
    ColumnType.DATE: _date,
    ColumnType.MOMENT: _moment,
    ColumnType.YES_NO: _yes_no,
}
