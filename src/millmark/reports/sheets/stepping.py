"""What all steps by sheet have in common: who sees what, which column is to blame, and locks in everybody's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from millmark.programmes import ProgrammeError
from millmark.programmes.errors import RecordNotFound
from millmark.registry import LARGEST_ID
from millmark.reports.sheets.importing import Row, RowRefused

_AT_ONCE: Final = 500


class Owned(Protocol):
    """Anything of an enterprise."""

    @property
    def enterprise_id(self) -> int: ...


_OwnedT = TypeVar("_OwnedT", bound=Owned)


def nothing_here(column: str | None = None) -> RowRefused:
    """What is said of what is not there, and of what one does not see."""
    return RowRefused(
        "there is nothing by this number; look it up in the list it was taken from",
        "没有这个编号,请在导出的表格中核对",
        column,
    )


def seen(number: int, column: str, find: Callable[[int], _OwnedT], demand: Callable[[int], None]) -> _OwnedT:
    """What `find` gives by its number, if whoever brings the sheet sees it; both else are told in the same words."""
    if not 0 < number <= LARGEST_ID:
        raise nothing_here(column)
    try:
        found = find(number)
        demand(found.enterprise_id)
    except (RecordNotFound, RowRefused) as error:
        raise nothing_here(column) from error
    return found


@contextmanager
def blaming(columns: Mapping[type[ProgrammeError], str]) -> Iterator[None]:
    """A book's refusal as that of a row, with the column to look at by the kind of error."""
    try:
        yield
    except ProgrammeError as error:
        column = next((columns[base] for base in type(error).__mro__ if base in columns), None)
        raise RowRefused(str(error), error.zh, column) from error


def demand_alone(row: Row, decision: str, wanted: Mapping[str, tuple[str, str]], allowed: Iterable[str]) -> None:
    """Refuses what is filled in beside a decision that does not take it: nothing that somebody wrote is passed over.

    `wanted` gives, by column, the decision that takes it, in English and Chinese; `allowed` are the columns that this
    decision takes.
    """
    for column, (en, zh) in wanted.items():
        if column not in allowed and row.get(column) is not None:
            raise RowRefused(
                f"this goes with the decision {en} alone, not with {decision}; clear the cell or change the decision",
                f"此格只在“{zh}”时填写,请清空此格或改正意见",
                column,
            )


def lock(session: Session, ids: Iterable[int], key: InstrumentedAttribute[int], *, key_share: bool = False) -> None:
    """Locks rows in the order of their ids; numbers of nothing lock nothing."""
    wanted = sorted({one for one in ids if 0 < one <= LARGEST_ID})
    for at in range(0, len(wanted), _AT_ONCE):
        part = wanted[at : at + _AT_ONCE]
        session.execute(select(key).where(key.in_(part)).order_by(key).with_for_update(key_share=key_share)).all()


def keep_read(session: Session, rows: type[DeclarativeBase], ids: Iterable[int]) -> None:
    """Reads rows that nobody else changes before the transaction ends, and keeps them for all that asks for them in
    it: otherwise each step of a sheet would read them several times over."""
    key: InstrumentedAttribute[int] = rows.id  # type: ignore[attr-defined]  # every table here has one
    wanted = sorted({one for one in ids if 0 < one <= LARGEST_ID})
    held = session.info.setdefault("held", [])
    for at in range(0, len(wanted), _AT_ONCE):
        held += session.scalars(select(rows).where(key.in_(wanted[at : at + _AT_ONCE])))


def gathered(
    session: Session, wanted: InstrumentedAttribute[Any], by: InstrumentedAttribute[int], ids: Iterable[int]
) -> list[Any]:
    """A column of the rows whose `by` is among `ids`."""
    known = sorted({one for one in ids if 0 < one <= LARGEST_ID})
    found: list[Any] = []
    for at in range(0, len(known), _AT_ONCE):
        found += session.scalars(select(wanted).where(by.in_(known[at : at + _AT_ONCE])))
    return found
