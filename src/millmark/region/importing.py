"""Importing a facts file: all of it or nothing, once, and only if the figures come out as the file states them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from millmark.programmes import Level, Programme, ProgrammeRecord, ProgrammeRecords
from millmark.programmes.ensuring import ensure_programme
from millmark.region import records as as_record
from millmark.region.books import FactsBook
from millmark.region.catalogue import BookName, CityPack, FigureDefinition, plain
from millmark.region.entry import LedgerEntry, NewLedgerEntry
from millmark.region.errors import EntryConflict, InvalidFacts
from millmark.region.facts import FactRow, read_facts
from millmark.region.figure import RecordRef
from millmark.region.import_plan import FactsPlan, Planned
from millmark.region.import_rules import read_import_rules
from millmark.region.ledger import Ledger
from millmark.region.queries import evaluate
from millmark.registry import Database

_Keeper = BookName | Literal["programmes"]


@dataclass(frozen=True, slots=True)
class ImportReceipt:
    """How many records an import added, and how many an earlier run had brought already."""

    added: int
    already_there: int


class FactsImport:
    """Imports facts files into the ledger and the programme records, by the rules of the city's pack."""

    def __init__(
        self,
        database: Database,
        pack: CityPack,
        *,
        ledger: Ledger,
        records: ProgrammeRecords,
        now_us: Callable[[], int],
        books: Sequence[FactsBook] = (),
    ) -> None:
        self._database = database
        self._pack = pack
        self._ledger = ledger
        self._records = records
        self._now_us = now_us
        self._books = {book.source: book for book in books}

    def run(self, path: Path, *, recorded_by: str) -> ImportReceipt:
        """Imports `path`; what an earlier run brought is left alone, corrected since or not.

        Raises `InvalidFacts` (file, line, column), `InvalidPack`, or `EntryConflict` when a row now says something else
        than when it was imported; nothing is kept then.
        """
        rules = read_import_rules(self._pack.folder)
        rows = read_facts(path)
        planned = FactsPlan(path, self._pack, rules).records(rows)
        self._must_state_the_figures(path, rows, planned)
        with self._database.transaction() as session:
            for programme in self._pack.programmes.values():
                ensure_programme(session, programme, now_us=self._now_us())
            known = {name: self._imported_within(session, name) for name in {self._keeper(each) for each in planned}}
            new = [record for record in planned if not _is_known(record, known[self._keeper(record)], path)]
            for record in new:
                self._add_within(session, record, recorded_by)
        return ImportReceipt(added=len(new), already_there=len(planned) - len(new))

    def _keeper(self, record: Planned) -> _Keeper:
        """The book that keeps the record."""
        return self._pack.kind(record.kind).book if isinstance(record, NewLedgerEntry) else "programmes"

    def _imported_within(self, session: Session, keeper: _Keeper) -> Mapping[str, Planned]:
        """What imports brought into a book so far; a kind that moved to another book is new there."""
        if keeper == "programmes":
            return self._records.imported_within(session)
        return (self._ledger if keeper == "ledger" else self._books[keeper]).imported_within(session)

    def _add_within(self, session: Session, record: Planned, recorded_by: str) -> None:
        if not isinstance(record, NewLedgerEntry):
            self._records.add_within(session, record, recorded_by=recorded_by)
        elif (book := self._book_of(record)) is not None:
            book.add_fact_within(session, record, recorded_by=recorded_by)
        else:
            self._ledger.add_within(session, record, recorded_by=recorded_by)

    def _book_of(self, fact: NewLedgerEntry) -> FactsBook | None:
        """The book that keeps facts of the kind; None for the ledger. Raises `InvalidFacts` for one not open."""
        name = self._pack.kind(fact.kind).book
        if name == "ledger":
            return None
        if name not in self._books:
            raise InvalidFacts(
                f"{self._pack.folder / 'pack.toml'}: kind {fact.kind!r} is kept in the book {name!r}, "
                "which this platform does not open"
            )
        return self._books[name]

    def _must_state_the_figures(self, path: Path, rows: Sequence[FactRow], planned: Sequence[Planned]) -> None:
        """Every quantity of the file must come out of the records made from the file, derived ones included."""
        definitions = {definition.id: definition for definition in self._pack.figures}
        found = self._as_records(planned)
        for row in rows:
            if row.id in definitions and row.quantity is not None:
                value = self._value(definitions[row.id], found)
                if value is None or value != row.quantity:
                    raise InvalidFacts(
                        f"{path}, line {row.line}, column quantity: states {plain(row.quantity)} {row.unit} "
                        f"for {row.id}, but its records give {'nothing' if value is None else value}"
                    )

    def _value(self, definition: FigureDefinition, found: Sequence[RecordRef]) -> Decimal | None:
        stated_by = max((record.holds_from for record in found), default=None)
        return None if stated_by is None else evaluate(definition, found, stated_by, self._pack).value

    def _as_records(self, planned: Sequence[Planned]) -> list[RecordRef]:
        records = []
        for number, record in enumerate(planned):
            if isinstance(record, NewLedgerEntry) and (book := self._book_of(record)) is not None:
                records.append(book.as_record(record, number))
            elif isinstance(record, NewLedgerEntry):
                entry = LedgerEntry.of(record, id=number, recorded_at_us=0, recorded_by="")
                records.append(as_record.of_entry(entry, self._pack.kind(entry.kind)))
            else:
                kept = ProgrammeRecord.of(record, id=number, recorded_at_us=0, recorded_by="")
                records.append(as_record.of_programme_record(kept, self._programme(kept.programme)))
        return records

    def _programme(self, slug: str) -> Programme:
        text = self._pack.programmes.get(slug)
        if text is None:
            raise InvalidFacts(f"{self._pack.folder / 'import.toml'}: programme {slug!r} is not in pack.toml")
        return Programme(0, text.slug, text.name_zh, text.name_en, Level(text.level), text.is_demonstration)


def _is_known(record: Planned, known: Mapping[str, Planned], path: Path) -> bool:
    key = record.import_key or ""
    if key not in known:
        return False
    if known[key] != record:
        raise EntryConflict(
            f"{path}: the record {key!r} was imported before with other content; "
            "correct it in the ledger (void and replace) instead of importing it again"
        )
    return True
