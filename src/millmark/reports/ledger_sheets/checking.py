"""Rows of a sheet held against the rules of their kind: pure, column by column where that is faster.

What comes out is entries that could be kept as they are, and for every other row what is wrong with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from millmark.programmes import Counting, DateSpan, InvalidSpan
from millmark.region.areas import Place
from millmark.region.catalogue import CityPack, KindText, UnitText, plain
from millmark.region.conflicts import KindBook, counted, series_of
from millmark.region.entry import LARGEST, NewLedgerEntry
from millmark.region.entry_checks import bound_faults, place_faults
from millmark.region.field import BadValue, Fault, FieldValue, read_day, read_number, read_text, read_value
from millmark.region.geography import Area, counties_at, misplaced
from millmark.reports.ledger_sheets.cells import FORMULA
from millmark.reports.ledger_sheets.changes import change_of
from millmark.reports.ledger_sheets.checked import MOST_TOLD, Checked, RowFault
from millmark.reports.ledger_sheets.columns import SheetColumn
from millmark.reports.ledger_sheets.known import Known, KnownRows, completed, content_of
from millmark.reports.ledger_sheets.staging import CheckedRow

_CHUNK = 5_000
_KEY = 150
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every row that does not say otherwise. `part_of` makes each row a part of that entry in bulk."""

    source: str = ""
    area: str | None = None
    date: str | None = None
    owner: str | None = None
    unit: str | None = None
    part_of: int | None = None
    placeholder: bool = False


class RowChecks:
    """Checks rows of one kind. `admits` says whether whoever brings them may write of an area's code."""

    def __init__(
        self,
        kind: KindText,
        pack: CityPack,
        columns: Mapping[int, SheetColumn],
        headings: Sequence[str],
        defaults: Defaults,
        *,
        boundaries: Sequence[Area],
        admits: Callable[[str | None], bool],
        stated: Callable[[NewLedgerEntry], NewLedgerEntry],
    ) -> None:
        self._kind = kind
        self._pack = pack
        self._columns = columns
        self._headings = {column.id: headings[at] for at, column in columns.items()}
        self._defaults = defaults
        self._boundaries = boundaries
        self._admits = admits
        self._stated = stated
        self._units: dict[str | None, UnitText | None] = {}
        self._read: dict[str, dict[Any, Any]] = {column.id: {} for column in (*columns.values(), *_GIVEN.values())}
        self._plan = [(at, column, self._read[column.id]) for at, column in columns.items()]

    def run(
        self,
        rows: Iterator[tuple[int, list[Any]]],
        book: KindBook,
        known: KnownRows,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Checked:
        """Every row against its columns, the region, what stands, and the rows before it."""
        found = Checked()
        keys: dict[str, int] = {}
        for chunk in _chunks(rows):
            made = [self._entry(cells) for _, cells in chunk]
            self._demand_counties(made)
            for (number, _), (entry, faults) in zip(chunk, made, strict=True):
                wrong = faults
                if entry is not None and not faults:
                    wrong = self._beside_others(number, entry, book, known, keys, found)
                found.bad += bool(wrong)
                found.faults += [self._told(number, fault) for fault in wrong]
            progress(found.total)
        return found

    def _beside_others(
        self,
        number: int,
        entry: NewLedgerEntry,
        book: KindBook,
        known: KnownRows,
        keys: dict[str, int],
        found: Checked,
    ) -> list[Fault]:
        """What keeps a sound row from standing beside what stands; one that can is good, or known already."""
        key = entry.import_key or ""
        if key in keys:
            return [Fault("key", f"与第{keys[key]}行重复", f"the same as row {keys[key]}")]
        keys[key] = number
        before = known.get(key)
        if before is not None:
            return self._again(number, entry, book, before, found)
        one = counted(self._kind, entry, f"row:{number}")
        fault = book.fault(one)
        if fault is not None:
            return [fault]
        book.take(one)
        found.take(CheckedRow(number, entry))
        return []

    def _again(self, number: int, entry: NewLedgerEntry, book: KindBook, before: Known, found: Checked) -> list[Fault]:
        """A row that an earlier import brought: it says the same, or would correct what stands of it."""
        said = content_of(entry)
        content = completed(said, before.content, self._headings)
        if content == before.content or before.said(said, self._headings):
            found.known += 1
            return []
        if not before.stands:
            return [
                Fault(
                    "key",
                    f"此前已导入(台账{before.number}),后被作废;如该事实成立,请重新登记",
                    f"was imported before as ledger entry {before.number}, which was voided since; record it anew",
                )
            ]
        if not self._admits(before.area_code):
            return [
                Fault(
                    "key",
                    "此前登记在您负责的区县之外,请由市级更正",
                    "was imported before outside the county that you answer for; ask the city's office to correct it",
                )
            ]
        faults = bound_faults(self._kind, content.fields, content.quantity)
        if faults:
            return faults
        owner, part_of = entry.owner or before.owner, before.part_of if entry.part_of is None else entry.part_of
        if (said, entry.owner, entry.part_of) != (content, owner, part_of):
            entry = replace(
                entry,
                longitude=content.longitude,
                latitude=content.latitude,
                holds_until=content.holds_until,
                fields=content.fields,
                owner=owner,
                part_of=part_of,
            )
        one = counted(self._kind, entry, f"row:{number}")
        book.let_go(before.number, before.part_of)
        fault = book.fault(one)
        if fault is not None:
            book.keep_on(before.number, before.part_of)
            return [fault]
        book.take(one)
        found.take(CheckedRow(number, entry, before.number))
        if len(found.changes) < MOST_TOLD:
            found.changes.append(change_of(self._kind, number, before.number, before.content, content))
        return []

    def _entry(self, cells: Sequence[Any]) -> tuple[NewLedgerEntry | None, list[Fault]]:
        values: dict[str, Any] = {}
        fields: dict[str, FieldValue] = {}
        faults: list[Fault] = []
        width = len(cells)
        for at, column, read in self._plan:
            raw = cells[at] if at < width else None
            if raw is None:
                continue
            key = (raw.__class__, raw)
            value = read[key] if key in read else self._cell(column, raw)
            if isinstance(value, BadValue):
                faults.append(Fault(column.id, value.zh, value.en))
            elif column.field is not None:
                fields[column.id] = value
            else:
                values[column.id] = value
        faults += self._completed(values, fields, {fault.field for fault in faults})
        if faults:
            return None, faults
        place, span, subject = values["area"], values["span"], values.get("subject")
        entry = NewLedgerEntry(
            kind=self._kind.id,
            area=place.name,
            area_code=place.code,
            span=span,
            source=values.get("source") or self._defaults.source,
            quantity=values["quantity"],
            unit=self._kind.unit,
            subject=subject,
            counting=Counting.INDIVIDUAL if subject is not None else Counting.BULK,
            holds_until=values.get("holds_until"),
            owner=values.get("owner") or self._defaults.owner,
            longitude=values.get("longitude"),
            latitude=values.get("latitude"),
            fields=fields,
            part_of=self._defaults.part_of,
            placeholder=self._defaults.placeholder,
            import_key=self._key(values, fields, span, place),
        )
        return self._stated(entry), []

    def _completed(self, values: dict[str, Any], fields: Mapping[str, FieldValue], bad: set[str]) -> list[Fault]:
        """What a row lacks, and what in it does not go together; fills in what holds for all rows."""
        faults = self._filled_in(values, bad)
        if isinstance(values.get("area"), Place) and not self._admits(values["area"].code):
            faults.append(Fault("area", "不在您负责的区县内", "lies outside the county that you answer for"))
        faults += self._counted(values, fields, bad)
        if not (values.get("source") or self._defaults.source):
            faults.append(Fault("source", "来源必填", "the source must be filled in"))
        span, until = values.get("date"), values.get("holds_until")
        values["span"] = span
        if until is not None and span is not None and until < span.last:
            faults.append(Fault("holds_until", "终止日期早于日期", "ends before the day that the row speaks of"))
        faults += bound_faults(self._kind, fields, values.get("quantity"))
        if bad & {"longitude", "latitude"}:
            return faults
        return faults + place_faults(
            self._kind, values.get("longitude"), values.get("latitude"), self._pack.city.bounds
        )

    def _filled_in(self, values: dict[str, Any], bad: set[str]) -> list[Fault]:
        """Area and date, from what holds for all rows where a row has none."""
        faults = []
        for name, column in _GIVEN.items():
            given = getattr(self._defaults, name)
            if name in values or name in bad:
                continue
            value = self._cell(column, given) if given else BadValue("必填", "must be filled in")
            if isinstance(value, BadValue):
                faults.append(Fault(name, value.zh, value.en))
            else:
                values[name] = value
        return faults

    def _counted(self, values: dict[str, Any], fields: Mapping[str, FieldValue], bad: set[str]) -> list[Fault]:
        """One that is named, or a number in bulk."""
        kind, faults, subject, quantity = self._kind, [], values.get("subject"), values.get("quantity")
        by_name = kind.counts == "subjects" or (kind.lists and subject is not None)
        if kind.counts == "subjects" and subject is None and "subject" not in bad:
            faults.append(Fault("subject", "名称必填", "the name must be filled in"))
        if by_name:
            if quantity not in (None, 1):
                faults.append(Fault("quantity", "逐个登记的数量只能为1", "one that is named stands for one"))
            values["quantity"] = Decimal(1)
        elif quantity is None and "quantity" not in bad:
            faults.append(Fault("quantity", "数量必填", "the quantity must be filled in"))
        return faults + (self._required(fields, bad) if by_name or not kind.lists else [])

    def _required(self, fields: Mapping[str, FieldValue], bad: set[str]) -> list[Fault]:
        return [
            Fault(one.id, f"“{one.name_zh}”必填", f"{one.name_en} must be filled in")
            for one in self._kind.fields
            if one.required and one.id not in fields and one.id not in bad
        ]

    def _demand_counties(self, made: list[tuple[NewLedgerEntry | None, list[Fault]]]) -> None:
        """Where outlines are real, a place lies in the county that its row names."""
        if not self._boundaries:
            return
        placed = [(at, one) for at, (one, _) in enumerate(made) if one is not None and one.longitude is not None]
        longitudes = np.array([one.longitude for _, one in placed], dtype=np.float64)
        latitudes = np.array([one.latitude for _, one in placed], dtype=np.float64)
        for (at, one), there in zip(placed, counties_at(self._boundaries, longitudes, latitudes), strict=True):
            fault = misplaced(self._boundaries, one.area_code, there)
            if fault is not None:
                made[at] = (one, [fault])

    def _cell(self, column: SheetColumn, raw: Any) -> Any:
        """The value of a cell, or the `BadValue` it is; the same text of a column is read once."""
        if raw is FORMULA:
            return BadValue(
                "单元格是公式或错误值,请粘贴为数值", "the cell is a formula or an error; paste its value instead"
            )
        read = self._read[column.id]
        key = (raw.__class__, raw)
        if key not in read:
            try:
                read[key] = self._value(column, raw)
            except BadValue as error:
                read[key] = error
        return read[key]

    def _value(self, column: SheetColumn, raw: Any) -> Any:
        if column.field is not None:
            return read_value(column.field, raw)
        match column.type:
            case "area":
                return self._pack.areas.place(_area_text(raw), only_known=True)
            case "span":
                return _span(raw)
            case "date":
                return read_day(raw)
            case "coordinate":
                return float(read_number(raw))
            case "number":
                return self._quantity(read_number(raw))
            case _:
                text = read_text(raw)
                if column.id in {"subject", "owner"} and len(text) > (200 if column.id == "subject" else 100):
                    raise BadValue("文字过长", "the text is too long")
                return text

    def _quantity(self, number: Decimal) -> Decimal:
        if number < 0:
            raise BadValue(f"不能为负数({number})", f"must not be negative, but is {number}")
        unit = self._unit()
        quantity = self._pack.units.to_base(number, unit) if unit is not None else number
        if quantity > LARGEST or quantity % _MILLIONTH != 0:
            raise BadValue("数值过大或小数超过六位", "is too large or has more than six decimals")
        return plain(quantity)

    def _unit(self) -> UnitText | None:
        name = self._defaults.unit
        if name not in self._units:
            self._units[name] = self._pack.units.named(name) if name else None
        return self._units[name]

    def _key(self, values: Mapping[str, Any], fields: Mapping[str, FieldValue], span: DateSpan, place: Place) -> str:
        """By what a row is known again: its own key, else its name, else what tells its series and time apart."""
        kind, subject = self._kind, values.get("subject")
        if values.get("key"):
            text = str(values["key"])
        elif subject is not None and kind.lists:
            text = str(subject)
        else:
            text = "|".join(map(str, (subject or "", place.code or place.name, *series_of(kind, fields), span)))
        if len(text) > _KEY - len(kind.id):
            text = hashlib.sha256(text.encode()).hexdigest()
        return f"import:{kind.id}:{text}"

    def _told(self, number: int, fault: Fault) -> RowFault:
        return RowFault(number, self._headings.get(fault.field), fault.zh, fault.en)


_GIVEN = {
    "area": SheetColumn("area", "", "", "area"),
    "date": SheetColumn("date", "", "", "span"),
}


def _area_text(raw: Any) -> str:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    return read_text(raw)


def _span(raw: Any) -> DateSpan:
    if isinstance(raw, datetime | date):
        return DateSpan.of_day(read_day(raw))
    text = str(raw).strip().removesuffix("年")
    try:
        return DateSpan.parse(text)
    except InvalidSpan:
        return DateSpan.of_day(read_day(raw))


def _chunks(rows: Iterator[tuple[int, list[Any]]]) -> Iterator[list[tuple[int, list[Any]]]]:
    chunk: list[tuple[int, list[Any]]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) >= _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
