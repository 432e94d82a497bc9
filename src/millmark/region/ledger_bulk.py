"""Entries on their way into the ledger in bulk: new ones, and corrections of what stands.

What the database's driver takes is made before anybody's turn begins, so that others wait only for the database's own
work. A correction is as one by hand: the entry is voided and another stands in its place, both in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import Dialect, insert, literal, select
from sqlalchemy.orm import Session

from millmark.region.entry import NewLedgerEntry
from millmark.region.ledger_rows import values_of
from millmark.region.tables import LedgerEntryRow
from millmark.registry import Database

_AT_ONCE: Final = 5_000
_COLUMNS: Final = LedgerEntryRow.__table__.columns
_NAMES: Final = tuple(one.name for one in _COLUMNS)
_MADE: Final = tuple(one for one in _NAMES if one not in {"id", "voids", "recorded_at_us", "batch_id"})
"""The columns that are told before the turn; when and by which import is told in it."""

_OF_A_VOIDING: Final = {"id", "source", "quantity", "import_key", "voids", "part_of", "replaces", "batch_id"}
_COPIED: Final = tuple(
    one for one in _NAMES if one not in _OF_A_VOIDING and one not in {"recorded_at_us", "recorded_by"}
)
"""What a voiding repeats of the entry that it voids."""

Row = tuple[Any, ...]
Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class BulkEntries:
    """Checked entries as the driver takes them; `corrected` are the numbers of what the corrections stand in the place
    of, in the same order."""

    recorded_by: str
    new: Sequence[Row]
    corrections: Sequence[Row]
    corrected: Sequence[int]

    @classmethod
    def of(
        cls, database: Database, rows: Iterable[tuple[NewLedgerEntry, int | None]], *, recorded_by: str
    ) -> BulkEntries:
        """From entries, each with the number of what it corrects, if it does."""
        made = _RowMaker(database.engine.dialect, recorded_by)
        new: list[Row] = []
        corrections: list[Row] = []
        corrected: list[int] = []
        for entry, corrects in rows:
            if corrects is None:
                new.append(made.row(entry, None))
            else:
                corrections.append(made.row(entry, corrects))
                corrected.append(corrects)
        return cls(recorded_by, new, corrections, corrected)

    def __len__(self) -> int:
        return len(self.new) + len(self.corrections)

    def write_within(
        self,
        session: Session,
        *,
        source: str,
        recorded_at_us: int,
        batch: int,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Keeps them as rows of the import `batch`, telling how many are in; `source` says why corrections are made.

        Whoever voided one of the corrected meanwhile makes this fail with an `IntegrityError`.
        """
        written = 0
        insertion = _insertion(session, recorded_at_us=recorded_at_us, batch=batch)
        for chunk in _chunks(self.new):
            session.connection().exec_driver_sql(insertion, chunk)
            progress(written := written + len(chunk))
        for chunk, voided in zip(_chunks(self.corrections), _chunks(self.corrected), strict=True):
            _void_within(session, voided, source, recorded_at_us, self.recorded_by)
            session.connection().exec_driver_sql(insertion, chunk)
            progress(written := written + len(chunk))


class _RowMaker:
    """Turns entries into rows of `_MADE`; the same day or quantity is turned once."""

    def __init__(self, dialect: Dialect, recorded_by: str) -> None:
        self._recorded_by = recorded_by
        processes = {name: _COLUMNS[name].type.dialect_impl(dialect).bind_processor(dialect) for name in _MADE}
        fields = processes.pop("fields")
        self._processes = {name: _remembering(one) for name, one in processes.items() if one is not None}
        if fields is not None:
            self._processes["fields"] = fields

    def row(self, entry: NewLedgerEntry, replaces: int | None) -> Row:
        values: dict[str, Any] = values_of(entry, recorded_at_us=0, recorded_by=self._recorded_by)
        if replaces is not None:
            # The key stays with the entry that came first: by it the row is known again.
            values["import_key"] = None
        values["replaces"] = replaces
        for name, process in self._processes.items():
            values[name] = process(values[name])
        return tuple([values[name] for name in _MADE])


def _remembering(process: Process) -> Process:
    known: dict[Hashable, Any] = {}

    def once(value: Any) -> Any:
        if value not in known:
            known[value] = process(value)
        return known[value]

    return once


def _insertion(session: Session, *, recorded_at_us: int, batch: int) -> str:
    dialect = session.get_bind().dialect
    quote, mark = dialect.identifier_preparer.quote, "?" if dialect.paramstyle == "qmark" else "%s"
    names = ", ".join(quote(name) for name in (*_MADE, "recorded_at_us", "batch_id"))
    marks = ", ".join(mark for _ in _MADE)
    table = quote(LedgerEntryRow.__tablename__)
    return f"INSERT INTO {table} ({names}) VALUES ({marks}, {recorded_at_us:d}, {batch:d})"  # noqa: S608 - own names


def _void_within(session: Session, voided: Sequence[int], source: str, recorded_at_us: int, recorded_by: str) -> None:
    """The database copies what a voiding repeats by itself: nothing of it is read first."""
    told: Mapping[str, Any] = {
        "source": literal(source),
        "recorded_at_us": literal(recorded_at_us),
        "recorded_by": literal(recorded_by),
        "voids": _COLUMNS["id"],
    }
    repeated = [_COLUMNS[name] for name in _COPIED]
    standing = select(*repeated, *told.values()).where(_COLUMNS["id"].in_(voided)).order_by(_COLUMNS["id"])
    session.execute(insert(LedgerEntryRow).from_select([*_COPIED, *told], standing))


def _chunks(rows: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while chunk := list(islice(left, _AT_ONCE)):
        yield chunk
