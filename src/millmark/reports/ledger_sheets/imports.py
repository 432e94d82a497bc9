"""Imports of the ledger: a sheet is kept, mapped, told row by row, and only then brought in, whole or its good rows."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from millmark.region import EntryConflict, InvalidEntry, Ledger
from millmark.region.catalogue import KindText
from millmark.region.geography import Area
from millmark.region.ledger_bulk import BulkEntries
from millmark.region.tables import LedgerEntryRow, LedgerImportRow
from millmark.registry import Database
from millmark.reports.ledger_sheets.bringing_in import Prepared
from millmark.reports.ledger_sheets.cells import FORMULA
from millmark.reports.ledger_sheets.checked import MOST_TOLD, Checked
from millmark.reports.ledger_sheets.checking import Defaults, RowChecks
from millmark.reports.ledger_sheets.columns import SheetColumn, columns_of, missing, suggested
from millmark.reports.ledger_sheets.errors import ImportNotReady, UnknownImport
from millmark.reports.ledger_sheets.known import known_within
from millmark.reports.ledger_sheets.raw_table import RawTable, open_table
from millmark.reports.sheets.errors import UnreadableSheet

State = Literal["brought", "checked", "done", "dropped"]
Choice = Literal["all", "good"]

_SAMPLES = 5
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: rows read and checked, or written; `total` where it is known."""

    phase: Literal["checking", "writing"]
    rows: int
    total: int | None


@dataclass(frozen=True, slots=True)
class LedgerImport:
    """An import as it stands. `samples` are the first rows as texts; `problems` what is wrong, and `changes` what rows
    say otherwise than what stands, the first of each."""

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
    changed: int
    added: int
    corrected: int
    problems: tuple[Mapping[str, Any], ...]
    changes: tuple[Mapping[str, Any], ...]
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
            changed=0,
            added=0,
            corrected=0,
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
                version = self._ledger.version_within(session, kind)
                book, known = self._ledger.book_within(session, kind), known_within(session, kind)
            table = open_table(content, is_examined=True)
            checks = self._checks(kind, table, mapping, defaults, admits)

            def told(rows: int) -> None:
                self._progress[import_id] = Progress("checking", rows, None)

            checked = checks.run(table.rows, book, known, told)
            return self._keep(import_id, mapping, defaults, checked, version)
        finally:
            self._progress.pop(import_id, None)

    def commit(self, import_id: int, choice: Choice, *, recorded_by: str, with_changes: bool = False) -> LedgerImport:
        """Brings the rows in: `all` only if none is wrong, `good` leaves the wrong ones out. Whole or not at all.

        `with_changes` also brings in the rows that say something else than what stands, each as a correction of it.

        Raises `UnknownImport`, `ImportNotReady`, `EntryConflict` where something came in since the check.
        """
        try:
            prepared, entries = self._prepared(import_id, choice, with_changes, recorded_by)
            with self._database.transaction() as session:
                self._database.in_turn(session, LedgerEntryRow)
                self._claim(session, import_id, prepared.checked_at_us)
                row = self._row(session, import_id)
                prepared.demand_still_fits(session, self._ledger)
                entries.write_within(
                    session,
                    source=f"导入{import_id}更正:{row.file_name}",
                    recorded_at_us=self._now_us(),
                    batch=import_id,
                    progress=lambda written: self._writing(import_id, written, len(entries)),
                )
                row.added, row.corrected = len(entries.new), len(entries.corrections)
                row.done_at_us, row.staged = self._now_us(), None
                session.flush()
                return replace(self._of(row), progress=None)
        except IntegrityError as error:
            raise EntryConflict(
                "another import has just brought or corrected some of these rows; check this one again",
                "另一次导入刚刚写入了其中的部分行,请重新核对",
            ) from error
        finally:
            self._progress.pop(import_id, None)

    def _prepared(
        self, import_id: int, choice: Choice, with_changes: bool, recorded_by: str
    ) -> tuple[Prepared, BulkEntries]:
        """What is to be written, made and held against what stands before anybody has to wait for it."""
        with self._database.reading() as session:
            row = self._row(session, import_id, staged=True)
            if row.state != "checked":
                raise _not_checked()
            if choice == "all" and row.bad:
                raise ImportNotReady(
                    f"{row.bad} rows have mistakes: correct the sheet and bring it again, or import the good rows",
                    f"有{row.bad}行存在问题:请改正表格后重新上传,或只导入无误的行",
                )
            rows = Prepared.within(session, self._ledger, row, self._kind(row.kind), with_changes=with_changes)
        self._writing(import_id, 0, row.good + (row.changed if with_changes else 0))
        return rows, rows.entries(self._database, recorded_by=recorded_by)

    def _writing(self, import_id: int, written: int, total: int) -> None:
        self._progress[import_id] = Progress("writing", written, total)

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
                f"kind: facts of the kind {kind_id!r} are kept in the book {kind.book!r}; bring them there",
                "这一类不在台账中登记,请到相应的页面导入",
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
                raise UnreadableSheet(
                    f"heading {heading!r}: there is no column {wanted!r}; choose one of the kind's",
                    f"表头“{heading}”:没有“{wanted}”这一列,请另选",
                )
            if columns[wanted] in taken.values():
                name = columns[wanted]
                raise UnreadableSheet(
                    f"two headings stand for {name.name_zh} ({name.name_en})", f"有两个表头都对应“{name.name_zh}”"
                )
            taken[at] = columns[wanted]
        given = frozenset(name for name, value in asdict(defaults).items() if value)
        lacking = missing({str(at): column.id for at, column in taken.items()}, tuple(columns.values()), given)
        if lacking:
            names = "、".join(f"{one.name_zh} ({one.name_en})" for one in lacking)
            raise UnreadableSheet(
                f"no heading stands for {names}; choose one, or give a value for all rows",
                f"没有表头对应“{'、'.join(one.name_zh for one in lacking)}”,请选择,或为全部行填写",
            )
        if "source" not in {column.id for column in taken.values()} and not defaults.source.strip():
            raise UnreadableSheet(
                "no heading stands for 来源 (Source); choose one, or give the source of all rows",
                "没有表头对应“来源”,请选择,或填写全部行的来源",
            )
        return RowChecks(
            kind,
            self._ledger.pack,
            taken,
            table.headings,
            defaults,
            boundaries=self._boundaries(),
            admits=admits,
            stated=partial(self._ledger.stated, today=self._ledger.today()),
        )

    def _keep(
        self,
        import_id: int,
        mapping: Mapping[str, str],
        defaults: Defaults,
        checked: Checked,
        version: tuple[int, int],
    ) -> LedgerImport:
        packed = checked.staging.content()
        problems = [
            {"row": one.row, "heading": one.heading, "zh": one.zh, "en": one.en} for one in checked.faults[:MOST_TOLD]
        ]
        changes = [
            {"row": one.row, "entry": one.entry, "zh": one.zh, "en": one.en} for one in checked.changes[:MOST_TOLD]
        ]
        with self._database.transaction() as session:
            row = self._row(session, import_id)
            _demand_open(row)
            row.changed, row.changes = checked.changed, changes
            row.state, row.mapping = "checked", {heading: name for heading, name in mapping.items() if name}
            row.defaults = {"version": list(version), **asdict(defaults)}
            row.staged, row.problems, row.checked_at_us = packed, problems, self._now_us()
            row.total, row.good, row.known, row.bad = checked.total, checked.good, checked.known, checked.bad
            session.flush()
            return replace(self._of(row), progress=None)

    @staticmethod
    def _claim(session: Session, import_id: int, checked_at_us: int | None) -> None:
        """One of two who commit the same import at once goes on; the other finds it done, or checked anew."""
        claimed = session.execute(
            update(LedgerImportRow)
            .where(
                LedgerImportRow.id == import_id,
                LedgerImportRow.state == "checked",
                LedgerImportRow.checked_at_us == checked_at_us,
            )
            .values(state="done")
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has it
            raise _not_checked()

    def _row(self, session: Session, import_id: int, *, content: bool = False, staged: bool = False) -> LedgerImportRow:
        options = [undefer(LedgerImportRow.problems), undefer(LedgerImportRow.changes)]
        if content:
            options.append(undefer(LedgerImportRow.content))
        if staged:
            options.append(undefer(LedgerImportRow.staged))
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
            changed=row.changed,
            added=row.added,
            corrected=row.corrected,
            problems=tuple(row.problems) if with_problems else (),
            changes=tuple(row.changes or ()) if with_problems else (),
            created_at_us=row.created_at_us,
            created_by=row.created_by,
            done_at_us=row.done_at_us,
            progress=self._progress.get(row.id),
        )


def _not_checked() -> ImportNotReady:
    return ImportNotReady(
        "check the rows first, and look at what the check found; an import that is done or dropped stays as it is",
        "请先逐行核对并查看核对结果;已完成或已放弃的导入不再改变",
    )


def _demand_open(row: LedgerImportRow) -> None:
    if row.state in {"done", "dropped"}:
        raise ImportNotReady(
            "an import that is done or dropped stays as it is; bring the sheet again",
            "已完成或已放弃的导入不再改变,请重新上传表格",
        )


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if cell is FORMULA:
        return "ƒ"
    text = str(cell)
    return (text.removesuffix(" 00:00:00"))[:_SHOWN]
