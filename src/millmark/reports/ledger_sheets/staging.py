"""Good and changed rows of a checked sheet, kept small until somebody decides: JSON lines, packed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from millmark.programmes import Counting, DateSpan
from millmark.region.entry import NewLedgerEntry

_FAST: Final = 1
_IN_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row that may come in; `corrects` is the number of the entry that it would stand in the place of."""

    number: int
    entry: NewLedgerEntry
    corrects: int | None = None


class Staging:
    """Packs rows as they come: a hundred thousand entries at hand would keep the whole process busy with memory."""

    def __init__(self) -> None:
        self._packing = zlib.compressobj(_FAST)
        self._packed: list[bytes] = []

    def add(self, row: CheckedRow) -> None:
        self._packed.append(self._packing.compress(f"{_IN_JSON(_written(row))}\n".encode()))

    def content(self) -> bytes:
        """What `unstaged` reads; nothing can be added any more."""
        return b"".join([*self._packed, self._packing.flush()])


def unstaged(content: bytes, kind: str, unit: str) -> Iterator[CheckedRow]:
    # Not splitlines: a text may have other ends of line in it.
    for line in (zlib.decompress(content).decode() if content else "").split("\n"):
        if line:
            yield _read(json.loads(line), kind, unit)


def _written(row: CheckedRow) -> list[Any]:
    one = row.entry
    return [
        row.number,
        one.area,
        one.area_code,
        one.span.first.isoformat(),
        one.span.last.isoformat(),
        _iso(one.stated_on),
        _iso(one.holds_until),
        None if one.quantity is None else format(one.quantity, "f"),
        one.subject,
        one.counting.value,
        one.source,
        one.owner,
        one.longitude,
        one.latitude,
        dict(one.fields),
        one.part_of,
        one.placeholder,
        one.import_key,
        row.corrects,
    ]


def _read(cells: list[Any], kind: str, unit: str) -> CheckedRow:
    (number, area, code, first, last, stated_on, until, quantity, subject, counting, source, owner, x, y, *rest) = cells
    fields, part_of, placeholder, key, *more = rest
    entry = NewLedgerEntry(
        kind=kind,
        unit=unit,
        area=area,
        area_code=code,
        span=DateSpan(date.fromisoformat(first), date.fromisoformat(last)),
        stated_on=_day(stated_on),
        holds_until=_day(until),
        quantity=None if quantity is None else Decimal(quantity),
        subject=subject,
        counting=Counting(counting),
        source=source,
        owner=owner,
        longitude=x,
        latitude=y,
        fields=fields,
        part_of=part_of,
        placeholder=placeholder,
        import_key=key,
    )
    return CheckedRow(number, entry, more[0] if more else None)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
