"""Rows of a sheet brought into the books: each tried, everything told, then all of them kept or none."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from millmark.programmes import ProgrammeError
from millmark.programmes.life import Actor
from millmark.registry import Database
from millmark.reports.sheets.columns import Value
from millmark.reports.sheets.reading import Problem, ReadSheet, SheetRow

Row: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that a row took: on what (`application:4`), the audit log's name for such a step, and what came of it, all
    as if the step had been taken by itself."""

    ref: str
    action: str
    result: str


Keep: TypeAlias = Callable[[Row], str | Taken]
"""Keeps one row in its book and says what became of it, e.g. `budget_line:4`; raises a room's error."""


class RowRefused(ValueError):
    """A row cannot be kept; `column` is the id of the column to blame, `zh` the message in Chinese."""

    def __init__(self, message: str, zh: str, column: str | None = None) -> None:
        super().__init__(message)
        self.zh = zh
        self.column = column


@dataclass(frozen=True, slots=True)
class RowSteps:
    """Keeps rows that are steps. `names` tells what a row speaks of: a sheet may speak of it once. `hold` locks all
    that the rows speak of before the first is kept, in the order in which everybody locks it: two sheets, or a sheet
    and a single step, then wait for each other instead of standing in each other's way."""

    keep: Keep
    names: Callable[[Row], Hashable]
    hold: Callable[[Session, Sequence[Row]], None]


Importer: TypeAlias = Callable[[Database, Actor, Callable[[int], None]], Keep | RowSteps]
"""Makes what keeps a row, over a database of one transaction, for an actor; the last one raises `RowRefused` for an
enterprise that the actor does not see."""


class OneTransaction(Database):
    """A database whose transactions are parts of one: what several books keep through it is kept together or not at
    all. It is made for the length of that transaction."""

    def __init__(self, database: Database, session: Session) -> None:
        # Not the parent's: this one opens nothing, it stands in a session that is open already.
        self.engine = database.engine
        self._session = session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self._session.begin_nested():
            yield self._session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        yield self._session

    def close(self) -> None:
        """Its owner closes the database."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a sheet came to. `kept` is empty unless everything was kept; `skipped` rows were not filled in."""

    rows: int
    problems: tuple[Problem, ...]
    kept: tuple[str, ...]
    mapping: Mapping[str, str]
    ignored: tuple[str, ...]
    skipped: int = 0


Noted: TypeAlias = Callable[[Session, Sequence[tuple[int, Taken]]], None]
"""Writes down the steps that a sheet took, by row, in the transaction that keeps them."""


class _Undone(Exception):
    """Ends the transaction without keeping anything."""


def bring(
    database: Database,
    sheet: ReadSheet,
    importer: Callable[[Database], Keep | RowSteps],
    *,
    apply: bool,
    noted: Noted | None = None,
) -> Report:
    """Tries every row against the books as they stand, each after the ones before it. Only when `apply` is set and no
    row has a problem is anything kept."""
    kept: list[tuple[int, str | Taken]] = []
    problems = list(sheet.problems)
    try:
        with database.transaction() as session:
            found = importer(OneTransaction(database, session))
            keep = found.keep if isinstance(found, RowSteps) else found
            rows: Sequence[SheetRow] = sheet.rows
            if isinstance(found, RowSteps):
                rows, twice = _once_each(sheet, found.names)
                problems += twice
                found.hold(session, [row.values for row in rows])
            for row in rows:
                told = _tried(session, keep, row, sheet)
                if isinstance(told, Problem):
                    problems.append(told)
                else:
                    kept.append((row.number, told))
            _demand(apply and not problems)
            if noted is not None:
                noted(session, [(number, one) for number, one in kept if isinstance(one, Taken)])
    except _Undone:
        kept = []
    return Report(
        rows=len(sheet.rows) + len({problem.row for problem in sheet.problems}),
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
        kept=tuple(one.ref if isinstance(one, Taken) else one for _, one in kept),
        mapping=sheet.mapping,
        ignored=sheet.ignored,
        skipped=sheet.skipped,
    )


def _once_each(sheet: ReadSheet, names: Callable[[Row], Hashable]) -> tuple[list[SheetRow], list[Problem]]:
    """The rows that speak of something for the first time, and what is to be said of the others."""
    first: dict[Hashable, int] = {}
    rows, twice = [], []
    for row in sheet.rows:
        before = first.setdefault(names(row.values), row.number)
        if before == row.number:
            rows.append(row)
        else:
            message = f"row {before} speaks of the same already; leave one of the two"
            twice.append(Problem(row.number, None, message, f"与第 {before} 行重复,请只保留一行"))
    return rows, twice


def _demand(is_wanted: bool) -> None:
    if not is_wanted:
        raise _Undone


def _tried(session: Session, keep: Keep, row: SheetRow, sheet: ReadSheet) -> str | Taken | Problem:
    """What became of a row; one that fails leaves nothing of itself."""
    try:
        with session.begin_nested():
            return keep(row.values)
    except RowRefused as error:
        return Problem(row.number, sheet.heading(error.column), str(error), error.zh)
    except (ProgrammeError, ValueError) as error:
        return Problem(row.number, None, str(error), getattr(error, "zh", ""))
    except OperationalError:
        # The database itself fails: that is no fault of the row, and nothing after it would fare better.
        raise
    except SQLAlchemyError:
        return Problem(
            row.number,
            None,
            "the row contradicts what is kept already, or cannot be kept; look at it again",
            "此行与已有内容矛盾,或无法保存,请核对",
        )
