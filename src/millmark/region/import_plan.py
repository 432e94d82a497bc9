"""From rows of a facts file to the records they stand for: pure, nothing is kept here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from millmark.programmes import Counting, DateSpan, NewProgrammeRecord, RecordKind
from millmark.region.catalogue import CityPack
from millmark.region.entry import NewLedgerEntry, checked
from millmark.region.errors import InvalidEntry, InvalidFacts
from millmark.region.facts import FactRow
from millmark.region.import_rules import (
    Awards,
    Bulk,
    Derived,
    Document,
    Examples,
    ImportRules,
    Opening,
    RowRule,
    Subject,
    Years,
)

Planned = NewLedgerEntry | NewProgrammeRecord


@dataclass(frozen=True, slots=True)
class FactsPlan:
    """Turns the rows of `path` into records; every mistake names the row's line and column."""

    path: Path
    pack: CityPack
    rules: ImportRules

    def records(self, rows: Sequence[FactRow]) -> list[Planned]:
        """All records, each with a key that stays the same from one run to the next. Raises `InvalidFacts`."""
        by_id = {row.id: row for row in rows}
        planned: list[Planned] = []
        for row in rows:
            rule = self.rules.rows.get(row.id)
            if rule is None:
                self._refuse(row, "id", f"{row.id!r} has no rule in {self.pack.folder / 'import.toml'}")
            planned += [self._checked(row, record) for record in self._of_row(row, rule, by_id)]
        return planned

    def _of_row(self, row: FactRow, rule: RowRule, by_id: Mapping[str, FactRow]) -> Sequence[Planned]:
        match rule:
            case Bulk():
                entry = self._entry(row, rule.kind, "bulk")
                return [replace(entry, counting=Counting.BULK, quantity=self._quantity(row), qualifier=rule.qualifier)]
            case Subject():
                entry = self._entry(row, rule.kind, rule.subject)
                return [replace(entry, subject=rule.subject, quantity=self._quantity(row))]
            case Years():
                return [self._year(row, rule, text) for text in row.examples]
            case Opening():
                return [self._opening(row, rule, self._other(row, rule.less, by_id))]
            case Examples():
                return self._examples(row, rule)
            case Awards():
                return self._awards(row, rule, self._other(row, rule.same_as, by_id))
            case Derived():
                return []

    def _year(self, row: FactRow, rule: Years, text: str) -> NewLedgerEntry:
        if not (text.isdecimal() and len(text) == 4):
            self._refuse(row, "examples", f"{text!r} is no year")
        entry = self._entry(row, rule.kind, text)
        return replace(entry, subject=rule.subject.format(year=text), span=DateSpan.of_year(int(text)), unit=None)

    def _opening(self, row: FactRow, rule: Opening, less: FactRow) -> NewLedgerEntry:
        day_before = less.span.first - timedelta(days=1)
        return replace(
            self._entry(row, rule.kind, "opening"),
            counting=Counting.BULK,
            quantity=self._quantity(row) - self._quantity(less),
            span=DateSpan.of_day(day_before),
            source=f"{self._document.title};{row.id}减{less.id}推算的期初数",
        )

    def _examples(self, row: FactRow, rule: Examples) -> list[Planned]:
        """A record for each name and one for the rest, where the row gives a total."""
        new = self._maker(row, rule)
        records: list[Planned] = [new(name, name) for name in row.examples]
        rest = self._quantity(row) - len(row.examples) if row.quantity is not None else 0
        if rest < 0:
            self._refuse(row, "examples", f"{len(row.examples)} names where the quantity is {row.quantity}")
        return [*records, _unnamed(new("bulk", None), rest)] if rest else records

    def _maker(self, row: FactRow, rule: Examples) -> Callable[[str, str | None], Planned]:
        record, programme, kind = rule.record, rule.programme, rule.kind
        if record is not None and programme is not None:
            return lambda key, name: replace(self._programme_record(row, record, programme, key), subject=name)
        if kind is None:
            raise InvalidFacts(
                f"{self.pack.folder / 'import.toml'}: table [rows.{row.id}]: needs kind, or record and programme"
            )
        return lambda key, name: replace(self._entry(row, rule.kinds.get(key, kind), key), subject=name)

    def _awards(self, row: FactRow, rule: Awards, subjects: FactRow) -> list[Planned]:
        unit = self.pack.units.named(row.unit)
        if unit is None or unit.base != "CNY":
            self._refuse(row, "unit", f"{row.unit!r} is no unit of money known in {self.pack.folder}")
        fen = self.pack.units.to_base(self._quantity(row), unit) * 100
        if fen != fen.to_integral_value():
            self._refuse(row, "quantity", f"{row.quantity} {row.unit} is no whole number of fen")
        records: list[Planned] = []
        for name in subjects.examples:
            award = self._programme_record(row, rule.record, rule.programme, name)
            records.append(replace(award, subject=name, amount_fen=int(fen)))
        rest = self._quantity(subjects) - len(subjects.examples)
        if rest > 0:
            award = replace(self._programme_record(row, rule.record, rule.programme, "bulk"), amount_fen=int(fen))
            records.append(_unnamed(award, rest))
        return records

    def _entry(self, row: FactRow, kind: str, key: str) -> NewLedgerEntry:
        return NewLedgerEntry(
            kind=kind,
            area=row.area,
            span=row.span,
            source=self._document.title,
            unit=self._unit(row),
            grade=self._document.grade,
            stated_on=self._document.stated_on,
            import_key=self._key(row, key),
        )

    def _programme_record(self, row: FactRow, kind: RecordKind, programme: str, key: str) -> NewProgrammeRecord:
        return NewProgrammeRecord(
            kind=kind,
            programme=programme,
            area=row.area,
            span=row.span,
            source=self._document.title,
            grade=self._document.grade,
            stated_on=self._document.stated_on,
            import_key=self._key(row, key),
        )

    def _checked(self, row: FactRow, record: Planned) -> Planned:
        if isinstance(record, NewProgrammeRecord):
            return record
        try:
            return checked(record, self.pack)
        except InvalidEntry as error:
            column, _, problem = str(error).partition(": ")
            raise InvalidFacts(f"{self.path}, line {row.line}, column {column}: {problem}") from error

    def _unit(self, row: FactRow) -> str | None:
        """The row's unit; None for the measure word of its figure (家, 余家), which is no unit of the ledger."""
        if self.pack.units.named(row.unit) is not None:
            return row.unit
        words = {figure.unit_zh for figure in self.pack.figures if figure.id == row.id}
        if row.unit.removeprefix("余") not in words:
            self._refuse(row, "unit", f"{row.unit!r} is neither a unit of the pack nor the measure word of {row.id}")
        return None

    def _quantity(self, row: FactRow) -> Decimal:
        if row.quantity is None:
            raise InvalidFacts(f"{self.path}, line {row.line}, column quantity: must not be empty")
        return row.quantity

    def _other(self, row: FactRow, other_id: str, by_id: Mapping[str, FactRow]) -> FactRow:
        if other_id not in by_id:
            self._refuse(row, "id", f"{row.id} needs the row {other_id}, which the file does not have")
        return by_id[other_id]

    def _refuse(self, row: FactRow, column: str, problem: str) -> NoReturn:
        raise InvalidFacts(f"{self.path}, line {row.line}, column {column}: {problem}")

    def _key(self, row: FactRow, name: str) -> str:
        return f"{self.pack.id}:{row.id}:{name}"

    @property
    def _document(self) -> Document:
        return self.rules.document


def _unnamed(record: Planned, number: Decimal | int) -> Planned:
    """The record for subjects that nobody named."""
    if isinstance(record, NewProgrammeRecord):
        return replace(record, counting=Counting.BULK, count=int(number))
    return replace(record, counting=Counting.BULK, quantity=Decimal(number))
