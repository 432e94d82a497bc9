"""Rows of a sheet brought into the books: each tried, everything told, then all of them kept or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from millmark.programmes import ProgrammeError
from millmark.registry import Database
from millmark.reports.sheets.columns import Value
from millmark.reports.sheets.reading import Problem, ReadSheet, SheetRow

Keep: TypeAlias = Callable[[Mapping[str, Value]], str]
"""Keeps one row in its book and says what became of it, e.g. `budget_line:4`; raises a room's error."""


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
    """What a sheet came to. `kept` is empty unless everything was kept."""

    rows: int
    problems: tuple[Problem, ...]
    kept: tuple[str, ...]
    mapping: Mapping[str, str]
    ignored: tuple[str, ...]


class _Undone(Exception):
    """Ends the transaction without keeping anything."""


def bring(database: Database, sheet: ReadSheet, importer: Callable[[Database], Keep], *, apply: bool) -> Report:
    """Tries every row against the books as they stand, each after the ones before it. Only when `apply` is set and no
    row has a problem is anything kept."""
    kept: list[str] = []
    problems = list(sheet.problems)
    try:
        with database.transaction() as session:
            keep = importer(OneTransaction(database, session))
            for row in sheet.rows:
                told = _tried(session, keep, row)
                if isinstance(told, Problem):
                    problems.append(told)
                else:
                    kept.append(told)
            _demand(apply and not problems)
    except _Undone:
        kept = []
    return Report(
        rows=len(sheet.rows) + len({problem.row for problem in sheet.problems}),
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
        kept=tuple(kept),
        mapping=sheet.mapping,
        ignored=sheet.ignored,
    )


def _demand(is_wanted: bool) -> None:
    if not is_wanted:
        raise _Undone


def _tried(session: Session, keep: Keep, row: SheetRow) -> str | Problem:
    """What became of a row; one that fails leaves nothing of itself."""
    try:
        with session.begin_nested():
            return keep(row.values)
    except (ProgrammeError, ValueError) as error:
        return Problem(row.number, None, str(error))
    except SQLAlchemyError:
        return Problem(
            row.number, None, "the row contradicts what is kept already, or cannot be kept; look at it again"
        )
