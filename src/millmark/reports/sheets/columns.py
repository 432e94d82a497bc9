"""Columns as data: what a value is, how a sheet shows it, and how it is read back without losing a fen or a day."""

from __future__ import annotations

import re
import unicodedata
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

MOST_TEXT = 2_000
"""Characters of a text, where a column does not say otherwise."""


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
class Choice:
    """One of the words a cell may hold: written in Chinese or English, read as `value`."""

    value: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `needed` ones must be filled on the way in; `words` are the only ones a text may be, with names;
    `choices` are words that read differently in each language; `longest` is the most characters of a text."""

    id: str
    name_zh: str
    name_en: str
    type: ColumnType = ColumnType.TEXT
    needed: bool = True
    words: tuple[str, ...] = ()
    width: int = 16
    choices: tuple[Choice, ...] = ()
    longest: int = MOST_TEXT

    def name(self, language: str) -> str:
        return self.name_zh if language == "zh" else self.name_en


class BadCell(ValueError):
    """A cell that does not hold what its column asks; `zh` says so in Chinese."""

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh


def read_cell(column: Column, raw: object) -> Value:
    """The value of a cell as openpyxl gives it; raises `BadCell`, in the words of whoever fills in the sheet."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if column.needed:
            raise BadCell("the cell is empty; fill it in", "此格为空,请填写")
        return None
    value = _READERS[column.type](raw)
    if isinstance(value, str) and len(value) > column.longest:
        raise BadCell(f"the text is longer than {column.longest} characters", f"文字超过 {column.longest} 个字")
    if column.choices:
        return _chosen(column.choices, value)
    if column.words and value not in column.words:
        raise BadCell(
            f"{value!r} is none of {', '.join(column.words)}", f"“{value}”不在可选范围:{'、'.join(column.words)}"
        )
    return value


def plain(text: str) -> str:
    """What two ways of writing the same words share: width, case and spaces do not tell them apart."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _chosen(choices: tuple[Choice, ...], value: Value) -> str:
    wanted = plain(str(value))
    for one in choices:
        if wanted in (plain(one.value), plain(one.zh), plain(one.en)):
            return one.value
    raise BadCell(
        f"{value!r} is none of {', '.join(one.en for one in choices)}",
        f"“{value}”不在可选范围:{'、'.join(one.zh for one in choices)}",
    )


def _text(raw: object) -> str:
    if isinstance(raw, bool | datetime | date | time):
        raise BadCell("a text is expected; format the cell as text", "此格应为文本,请设为文本格式")
    if isinstance(raw, float) and not raw.is_integer():
        return str(Decimal(repr(raw)))
    if isinstance(raw, int | float):
        if abs(raw) >= 10**_EXACT_DIGITS:
            raise _rounded()
        return str(int(raw))
    return str(raw).strip()


def _rounded() -> BadCell:
    return BadCell(
        "Excel has rounded this number; format the cell as text and write it again",
        "数字过长,Excel 已取舍尾数;请设为文本格式后重新填写",
    )


def _number(raw: object) -> Decimal:
    if isinstance(raw, bool | datetime | date | time):
        raise BadCell("a number is expected", "此格应为数字")
    # repr gives the shortest decimal that is this float: what was typed, up to fifteen digits.
    written = repr(raw) if isinstance(raw, int | float) else str(raw).strip().replace(",", "").replace("，", "")
    try:
        number = Decimal(written)
    except InvalidOperation as error:
        raise BadCell(f"{raw!r} is no number", f"“{raw}”不是数字") from error
    if not number.is_finite():
        raise BadCell(f"{raw!r} is no number", f"“{raw}”不是数字")
    if len(number.as_tuple().digits) > _EXACT_DIGITS and not isinstance(raw, str):
        raise _rounded()
    return number


def _integer(raw: object) -> int:
    number = _number(raw)
    if number != number.to_integral_value():
        raise BadCell(f"{raw!r} is no whole number", f"“{raw}”不是整数")
    return int(number)


def _money(raw: object) -> int:
    if isinstance(raw, str):
        raw = raw.strip().removeprefix("¥").removeprefix("￥").removesuffix("元")
    fen = _number(raw) * _FEN
    if fen != fen.to_integral_value():
        raise BadCell(
            f"{raw!r} has more than two decimals; money is exact to the fen", f"“{raw}”超过两位小数,金额精确到分"
        )
    if abs(fen) >= 10**17:
        raise BadCell(f"{raw!r} is more money than there is", f"“{raw}”金额过大")
    return int(fen)


def _date(raw: object) -> date:
    if isinstance(raw, datetime):
        if raw.time() != time():
            raise BadCell(f"{raw} has a time of day; a day alone is expected", f"“{raw}”带有时刻,只填日期")
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = str(raw).strip()
    found = _CHINESE_DAY.fullmatch(text) or _PLAIN_DAY.fullmatch(text)
    if found is None:
        raise BadCell(
            f"{text!r} is no day; write it as 2026-09-01 or 2026年9月1日",
            f"“{text}”不是日期,请写成 2026-09-01 或 2026年9月1日",
        )
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError as error:
        raise BadCell(f"{text!r} is no day of the calendar", f"“{text}”在日历中不存在") from error


def _moment(raw: object) -> datetime:
    if isinstance(raw, datetime):
        return raw
    try:
        return datetime.fromisoformat(str(raw).strip())
    except ValueError as error:
        raise BadCell(
            f"{raw!r} is no time; write it as 2026-09-01 08:30", f"“{raw}”不是时间,请写成 2026-09-01 08:30"
        ) from error


def _yes_no(raw: object) -> bool:
    known = {"是": True, "否": False, "yes": True, "no": False, "true": True, "false": False}
    if isinstance(raw, bool):
        return raw
    found = known.get(str(raw).strip().lower())
    if found is None:
        raise BadCell(f"{raw!r} is neither 是 (yes) nor 否 (no)", f"“{raw}”应为“是”或“否”")
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
