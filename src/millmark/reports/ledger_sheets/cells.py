"""What the cells of an .xlsx hold (ISO/IEC 29500-1, 18.3.1.4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

MOST_COLUMNS: Final = 200
MOST_CELL: Final = 2_000

Row = tuple[int, list[Any]]
"""The number of a row as the sheet's program shows it, and its cells; None for an empty one."""


class Formula:
    """A cell whose content is computed, or the error that it came to."""


FORMULA: Final = Formula()


class CellReader:
    """Turns what is written in cells into texts, numbers, days and truths; `dates` are the styles that show days."""

    def __init__(self, space: str, strings: list[str], dates: frozenset[int], epoch: Any) -> None:
        self.space = space
        self._strings = [text.strip()[:MOST_CELL] or None for text in strings]
        self._dates = frozenset(str(style) for style in dates)
        self._epoch = epoch
        self._days: dict[str, date | datetime] = {}
        self._columns: dict[str, int] = {}

    def column(self, letters: str) -> int:
        """A -> 0, AA -> 26."""
        at = self._columns.get(letters)
        if at is None:
            at = 0
            for letter in letters:
                at = 26 * at + ord(letter) - 64
            at -= 1
            self._columns[letters] = at
        return at

    def value(self, kind: str | None, style: str | None, written: str) -> Any:
        """A cell's value by its type (`t`) and style (`s`)."""
        if not kind or kind == "n":
            return self._number(style, written)
        if kind == "s":
            return self._strings[int(written)]
        if kind in {"inlineStr", "str"}:
            return written.strip()[:MOST_CELL] or None
        if kind == "b":
            return written == "1"
        return written if kind == "d" else FORMULA

    def _number(self, style: str | None, written: str) -> Any:
        if style and style in self._dates:
            day = self._days.get(written)
            if day is None:
                from openpyxl.utils.datetime import from_excel

                self._days[written] = day = from_excel(float(written), self._epoch)
            return day
        if written.isdecimal() and len(written) < 16:
            return int(written)
        number = float(written)
        return int(number) if number.is_integer() and abs(number) < 10**15 else number
