"""What a row of a sheet says otherwise than what stands, told in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from millmark.region.catalogue import KindText
from millmark.region.field import FieldText
from millmark.reports.ledger_sheets.known import Content

_NOTHING = "—"


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row, the entry that it would correct, and what would change."""

    row: int
    entry: int
    zh: str
    en: str


def change_of(kind: KindText, row: int, entry: int, before: Content, now: Content) -> RowChange:
    """`entry` is the number of what stands."""
    found = [one for one in _differences(kind, before, now) if one.before != one.now]
    zh = ";".join(f"{one.zh}:{one.before.zh} → {one.now.zh}" for one in found)
    en = "; ".join(f"{one.en}: {one.before.en} → {one.now.en}" for one in found)
    return RowChange(row, entry, zh, en)


@dataclass(frozen=True, slots=True)
class _Shown:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class _Difference:
    zh: str
    en: str
    before: _Shown
    now: _Shown


def _differences(kind: KindText, before: Content, now: Content) -> Iterator[_Difference]:
    for zh, en, name in (
        (kind.subject_zh or "名称", kind.subject_en or "Name", "subject"),
        ("区县", "Area", "area"),
        ("日期", "Date", "span"),
        ("数量", "Quantity", "quantity"),
        ("经度", "Longitude", "longitude"),
        ("纬度", "Latitude", "latitude"),
        ("终止日期", "Holds until", "holds_until"),
    ):
        yield _Difference(zh, en, _plain(getattr(before, name)), _plain(getattr(now, name)))
    for field in kind.fields:
        yield _Difference(
            field.name_zh,
            field.name_en,
            _of_field(field, before.fields.get(field.id)),
            _of_field(field, now.fields.get(field.id)),
        )


def _plain(value: Any) -> _Shown:
    text = _NOTHING if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
    return _Shown(text, text)


def _of_field(field: FieldText, value: Any) -> _Shown:
    if value is None:
        return _Shown(_NOTHING, _NOTHING)
    if isinstance(value, bool):
        return _Shown("是", "yes") if value else _Shown("否", "no")
    chosen = value if isinstance(value, list) else [str(value)]
    return _Shown(
        "、".join(field.name_of(one, "zh") for one in chosen), ", ".join(field.name_of(one, "en") for one in chosen)
    )
