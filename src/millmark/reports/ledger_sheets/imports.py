"""Imports of the ledger: a sheet is kept, mapped, told row by row, and only then brought in, whole or its good rows."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from millmark.programmes import DateSpan
from millmark.region import EntryConflict, InvalidEntry, Ledger
from millmark.region.catalogue import KindText
from millmark.region.entry import NewLedgerEntry
from millmark.region.geography import Area
from millmark.region.tables import LedgerEntryRow, LedgerImportRow
from millmark.registry import Database
from millmark.reports.ledger_sheets.cells import FORMULA
from millmark.reports.ledger_sheets.checking import Checked, Defaults, Known, RowChecks, counted_row
from millmark.reports.ledger_sheets.columns import SheetColumn, columns_of, missing, suggested
from millmark.reports.ledger_sheets.errors import ImportNotReady, UnknownImport
from millmark.reports.ledger_sheets.raw_table import RawTable, open_table
from millmark.reports.ledger_sheets.staging import staged, unstaged
from millmark.reports.sheets.errors import UnreadableSheet

State = Literal["brought", "checked", "done", "dropped"]
Choice = Literal["all", "good"]

_SAMPLES = 5
_MOST_PROBLEMS = 5_000
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: rows read and checked, or written; `total` where it is known."""

    phase: Literal["checking", "writing"]
    rows: int
    total: int | None


@dataclass(frozen=True, slots=True)
class LedgerImport:
    """An import as it stands. `samples` are the first rows as texts; `problems` what is wrong, the first of them."""

    id: int
    kind: str
    state: State
    file_name: str
    sha256: str
    headings: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    mapping: Mapping[str, str]
    defaults: Mapping[str, Any]
    total: int
    good: int
    known: int
    bad: int
    added: int
    problems: tuple[Mapping[str, Any], ...]
    created_at_us: int
    created_by: str
    done_at_us: int | None
    progress: Progress | None


class LedgerImports:
    """Keeps imports and what became of them; `boundaries` are the counties' real outlines, if any."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        *,
        now_us: Callable[[], int],
        boundaries: Callable[[], Sequence[Area]] = tuple,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._now_us = now_us
        self._boundaries = boundaries
        self._progress: dict[int, Progress] = {}

    def bring(
        self, kind_id: str, name: str, content: bytes, *, created_by: str, area_code: str | None = None
    ) -> LedgerImport:
        """Keeps a sheet and suggests what its headings are; `area_code` bounds it to a county for ever.

        Raises `InvalidEntry`, `UnreadableSheet`.
        """
        kind = self._kind(kind_id)
        table = open_table(content)
        samples = [[_shown(cell) for cell in cells] for _, cells in itertools.islice(table.rows, _SAMPLES)]
        row = LedgerImportRow(
            kind=kind.id,
            state="brought",
            file_name=name[-200:] or "sheet",
            file_sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            headings=table.headings,
            samples=samples,
            mapping=suggested(table.headings, self.columns(kind.id)),
            defaults={},
            problems=[],
            total=0,
            good=0,
            known=0,
            bad=0,
            added=0,
            area_code=area_code,
            created_at_us=self._now_us(),
            created_by=created_by,
        )
        with self._database.transaction() as session:
            session.add(row)
            session.flush()
            return self._of(row)

    def columns(self, kind_id: str) -> tuple[SheetColumn, ...]:
        """The columns of a kind's sheet; raises `InvalidEntry`."""
        return columns_of(self._kind(kind_id), self._ledger.pack)

    def one(self, import_id: int) -> LedgerImport:
        """Raises `UnknownImport`."""
        with self._database.reading() as session:
            return self._of(self._row(session, import_id))

    def bound_to(self, import_id: int) -> str | None:
        """The area that an import is bound to; raises `UnknownImport`."""
        with self._database.reading() as session:
            return self._row(session, import_id).area_code

    def latest(self, limit: int = 50) -> list[LedgerImport]:
        """The newest first, without their problems."""
        query = select(LedgerImportRow).order_by(LedgerImportRow.id.desc()).limit(limit)
        with self._database.reading() as session:
            return [self._of(row, with_problems=False) for row in session.scalars(query)]

    def progress(self, import_id: int) -> Progress | None:
        return self._progress.get(import_id)

    def check(
        self,
        import_id: int,
        mapping: Mapping[str, str],
        defaults: Defaults,
        *,
        admits: Callable[[str | None], bool] = lambda _: True,
    ) -> LedgerImport:
        """Holds every row against the rules and against what stands; nothing comes into the ledger.

        Raises `UnknownImport`, `ImportNotReady`, `UnreadableSheet` for a mapping that leaves out what is needed.
        """
        self._progress[import_id] = Progress("checking", 0, None)
        try:
            with self._database.reading() as session:
                row = self._row(session, import_id, content=True)
                _demand_open(row)
                content, kind = row.content, self._kind(row.kind)
                book, known = self._ledger.book_within(session, kind), self._known(session, kind)
            version = self._ledger.version()
            table = open_table(content, is_examined=True)
            checks = self._checks(kind, table, mapping, defaults, admits)

            def told(rows: int) -> None:
                self._progress[import_id] = Progress("checking", rows, None)

            checked = checks.run(table.rows, book, known, told)
            return self._keep(import_id, mapping, defaults, checked, version)
        finally:
            self._progress.pop(import_id, None)

    def commit(self, import_id: int, choice: Choice, *, recorded_by: str) -> LedgerImport:
        """Brings the rows in: `all` only if none is wrong, `good` leaves the wrong ones out. Whole or not at all.

        Raises `UnknownImport`, `ImportNotReady`, `EntryConflict` where something came in since the check.
        """
        try:
            with self._database.transaction() as session:
                self._database.in_turn(session, LedgerEntryRow)
                self._claim(session, import_id)
                row = self._row(session, import_id, content=True)
                if choice == "all" and row.bad:
                    raise ImportNotReady(
                        f"{row.bad} rows have mistakes: correct the sheet and bring it again, or import the good rows"
                    )
                kind = self._kind(row.kind)
                rows = [one.entry for one in unstaged(row.staged or b"", kind.id, kind.unit)]
                self._demand_unchanged(session, row, kind, rows)

                def told(written: int) -> None:
                    self._progress[import_id] = Progress("writing", written, len(rows))

                told(0)
                self._ledger.add_all_within(session, rows, recorded_by=recorded_by, batch=import_id, progress=told)
                row.added, row.done_at_us, row.staged = len(rows), self._now_us(), None
                session.flush()
                return replace(self._of(row), progress=None)
        except IntegrityError as error:
            raise EntryConflict("another import has just brought some of these rows; check this one again") from error
        finally:
            self._progress.pop(import_id, None)

    def drop(self, import_id: int) -> LedgerImport:
        """Lets an import go that is not done; its file goes with it."""
        with self._database.transaction() as session:
            row = self._row(session, import_id)
            _demand_open(row)
            row.state, row.content, row.staged = "dropped", b"", None
            session.flush()
            return self._of(row)

    def _kind(self, kind_id: str) -> KindText:
        kind = self._ledger.pack.kind(kind_id)
        if kind.book != "ledger":
            raise InvalidEntry(
                f"kind: facts of the kind {kind_id!r} are kept in the book {kind.book!r}; bring them there"
            )
        return kind

    def _checks(
        self,
        kind: KindText,
        table: RawTable,
        mapping: Mapping[str, str],
        defaults: Defaults,
        admits: Callable[[str | None], bool],
    ) -> RowChecks:
        columns = {one.id: one for one in columns_of(kind, self._ledger.pack)}
        taken: dict[int, SheetColumn] = {}
        for at, heading in enumerate(table.headings):
            wanted = mapping.get(heading)
            if not wanted:
                continue
            if wanted not in columns:
                raise UnreadableSheet(f"heading {heading!r}: there is no column {wanted!r}; choose one of the kind's")
            if columns[wanted] in taken.values():
                raise UnreadableSheet(f"two headings stand for {columns[wanted].name_zh} ({columns[wanted].name_en})")
            taken[at] = columns[wanted]
        given = frozenset(name for name, value in asdict(defaults).items() if value)
        lacking = missing({str(at): column.id for at, column in taken.items()}, tuple(columns.values()), given)
        if lacking:
            names = "、".join(f"{one.name_zh} ({one.name_en})" for one in lacking)
            raise UnreadableSheet(f"no heading stands for {names}; choose one, or give a value for all rows")
        if "source" not in {column.id for column in taken.values()} and not defaults.source.strip():
            raise UnreadableSheet("no heading stands for 来源 (Source); choose one, or give the source of all rows")
        return RowChecks(
            kind,
            self._ledger.pack,
            taken,
            table.headings,
            defaults,
            boundaries=self._boundaries(),
            admits=admits,
            stated=self._ledger.stated,
        )

    def _known(self, session: Session, kind: KindText) -> dict[str, Known]:
        row = LedgerEntryRow
        query = select(
            row.id,
            row.import_key,
            row.area,
            row.first_date,
            row.last_date,
            row.quantity,
            row.subject,
            row.longitude,
            row.latitude,
            row.holds_until,
            row.fields,
        ).where(row.kind == kind.id, row.import_key.is_not(None))
        found: dict[str, Known] = {}
        for number, key, area, first, last, quantity, subject, x, y, until, fields in session.execute(query):
            content = (area, DateSpan(first, last), quantity, subject, x, y, until, fields or {})
            found[str(key)] = Known(number, content)
        return found

    def _keep(
        self,
        import_id: int,
        mapping: Mapping[str, str],
        defaults: Defaults,
        checked: Checked,
        version: tuple[int, int],
    ) -> LedgerImport:
        packed = staged(checked.good)
        problems = [
            {"row": one.row, "heading": one.heading, "zh": one.zh, "en": one.en}
            for one in checked.faults[:_MOST_PROBLEMS]
        ]
        with self._database.transaction() as session:
            row = self._row(session, import_id)
            _demand_open(row)
            row.state, row.mapping = "checked", {heading: name for heading, name in mapping.items() if name}
            row.defaults = {"version": list(version), **asdict(defaults)}
            row.staged, row.problems, row.checked_at_us = packed, problems, self._now_us()
            row.total, row.good, row.known, row.bad = checked.total, len(checked.good), checked.known, checked.bad
            session.flush()
            return replace(self._of(row), progress=None)

    def _claim(self, session: Session, import_id: int) -> None:
        """One of two who commit the same import at once goes on; the other finds it done."""
        self._row(session, import_id)
        claimed = session.execute(
            update(LedgerImportRow)
            .where(LedgerImportRow.id == import_id, LedgerImportRow.state == "checked")
            .values(state="done")
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has it
            raise ImportNotReady("check the rows first; an import that is done or dropped stays as it is")

    def _demand_unchanged(
        self, session: Session, row: LedgerImportRow, kind: KindText, rows: Sequence[NewLedgerEntry]
    ) -> None:
        """What came in since the check may contradict the rows; then they are held against it again."""
        if tuple(row.defaults.get("version", ())) == self._ledger.version():
            return
        known, book = self._known(session, kind), self._ledger.book_within(session, kind)
        for at, entry in enumerate(rows, 1):
            one = counted_row(kind, entry, at)
            fault = book.fault(one)
            if (entry.import_key or "") in known or fault is not None:
                raise EntryConflict(
                    "entries came in since these rows were checked and contradict some; check them again"
                )
            book.take(one)

    def _row(self, session: Session, import_id: int, *, content: bool = False) -> LedgerImportRow:
        options = [undefer(LedgerImportRow.problems)]
        if content:
            options += [undefer(LedgerImportRow.content), undefer(LedgerImportRow.staged)]
        query = select(LedgerImportRow).where(LedgerImportRow.id == import_id).options(*options)
        row = session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            raise UnknownImport(f"there is no import {import_id}")
        return row

    def _of(self, row: LedgerImportRow, *, with_problems: bool = True) -> LedgerImport:
        return LedgerImport(
            id=row.id,
            kind=row.kind,
            state=row.state,  # type: ignore[arg-type]  # one of its words, by who writes it
            file_name=row.file_name,
            sha256=row.file_sha256,
            headings=tuple(row.headings),
            samples=tuple(tuple(cells) for cells in row.samples),
            mapping=row.mapping,
            defaults={name: value for name, value in row.defaults.items() if name != "version"},
            total=row.total,
            good=row.good,
            known=row.known,
            bad=row.bad,
            added=row.added,
            problems=tuple(row.problems) if with_problems else (),
            created_at_us=row.created_at_us,
            created_by=row.created_by,
            done_at_us=row.done_at_us,
            progress=self._progress.get(row.id),
        )


def _demand_open(row: LedgerImportRow) -> None:
    if row.state in {"done", "dropped"}:
        raise ImportNotReady("an import that is done or dropped stays as it is; bring the sheet again")


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if cell is FORMULA:
        return "ƒ"
    text = str(cell)
    return (text.removesuffix(" 00:00:00"))[:_SHOWN]
