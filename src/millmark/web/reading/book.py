"""Keeps who read which enterprise: each person and object once in a short time, many reads in one transaction."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, or_, select

from millmark.registry import Database, Enterprise
from millmark.web.reading.tables import EnterpriseReadRow

WINDOW_US = 600_000_000
"""A second read of the same object by the same person within ten minutes is the same read."""

_MOST_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Read:
    """What is about to be shown of an enterprise, to whom and why; of all in the office's area when it is None."""

    enterprise_id: int | None
    actor: str
    role: str
    office: str
    means: str
    action: str
    path: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class KeptRead:
    id: int
    at_us: int
    read: Read


@dataclass(frozen=True, slots=True)
class Reader:
    """How often somebody read an enterprise within a time, and when last."""

    actor: str
    role: str
    office: str
    reads: int
    last_us: int


@dataclass(slots=True)
class _Batch:
    reads: list[Read] = field(default_factory=list)
    is_done: bool = False
    error: Exception | None = None


class ReadBook:
    """Append-only. `keep` returns when its reads are committed: what cannot be recorded is not shown.

    Requests that come while a transaction runs gather and share the next one, so that the cost of many reads at once is
    that of a few commits. What was kept lately is remembered in memory alone: after a restart, or on another replica, a
    read may be recorded a second time within its window, never not at all.
    """

    def __init__(self, database: Database, *, now_us: Callable[[], int], window_us: int = WINDOW_US) -> None:
        self._database = database
        self._now_us = now_us
        self._window_us = window_us
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._gathering = _Batch()
        self._kept: OrderedDict[Read, int] = OrderedDict()

    def is_known(self, read: Read) -> bool:
        """Whether it was recorded within the window."""
        with self._guard:
            kept_at = self._kept.get(read)
        return kept_at is not None and self._now_us() - kept_at < self._window_us

    def keep(self, reads: Sequence[Read]) -> None:
        """Returns when all of them are on disk; raises what the database raises."""
        new = [one for one in reads if not self.is_known(one)]
        if not new:
            return
        with self._guard:
            batch = self._gathering
            batch.reads += new
        with self._writing:
            if not batch.is_done:
                with self._guard:
                    self._gathering = _Batch()
                self._write(batch)
        if batch.error is not None:
            raise batch.error

    def reads(
        self, of: Enterprise | None = None, *, limit: int, before: int | None = None, actor: str | None = None
    ) -> list[KeptRead]:
        """The latest first, those of one enterprise with the lists that it stood in; `before` is the id to page on
        from."""
        query = select(EnterpriseReadRow).order_by(EnterpriseReadRow.id.desc()).limit(limit)
        if of is not None:
            query = query.where(_shows(of))
        if before is not None:
            query = query.where(EnterpriseReadRow.id < before)
        if actor is not None:
            query = query.where(EnterpriseReadRow.actor == actor)
        with self._database.reading() as session:
            return [_kept(row) for row in session.scalars(query)]

    def readers(self, of: Enterprise, since_us: int) -> list[Reader]:
        """Who read an enterprise since a moment, the last one first."""
        row = EnterpriseReadRow
        last = func.max(row.at_us)
        query = (
            select(row.actor, row.role, row.office, func.count(), last)
            .where(_shows(of), row.at_us >= since_us)
            .group_by(row.actor, row.role, row.office)
            .order_by(last.desc())
        )
        with self._database.reading() as session:
            return [Reader(*found) for found in session.execute(query)]

    def _write(self, batch: _Batch) -> None:
        now = self._now_us()
        # A burst of the same page asks for the same read many times: it is one.
        reads = [one for one in dict.fromkeys(batch.reads) if not self.is_known(one)]
        try:
            with self._database.transaction() as session:
                session.add_all(_row(one, now) for one in reads)
        except Exception as error:  # noqa: BLE001 - each of the requests that share the batch must hear of it
            batch.error = error
        else:
            self._remember(reads, now)
        batch.is_done = True

    def _remember(self, reads: Sequence[Read], now: int) -> None:
        with self._guard:
            for one in reads:
                self._kept[one] = now
                self._kept.move_to_end(one)
            while len(self._kept) > _MOST_REMEMBERED:
                self._kept.popitem(last=False)


def _shows(of: Enterprise) -> ColumnElement[bool]:
    """Reads of the enterprise alone, and lists of an office within whose area it lies: its county, city, province, or
    an office of everywhere."""
    row, area = EnterpriseReadRow, of.area_code
    offices = ("", area, f"{area[:4]}00", f"{area[:2]}0000")
    in_list = and_(row.enterprise_id.is_(None), row.office.in_(offices))
    return or_(row.enterprise_id == of.id, in_list)


def _row(read: Read, now: int) -> EnterpriseReadRow:
    return EnterpriseReadRow(
        at_us=now,
        enterprise_id=read.enterprise_id,
        actor=read.actor,
        role=read.role,
        office=read.office,
        means=read.means,
        action=read.action,
        path=read.path,
        reason=read.reason,
    )


def _kept(row: EnterpriseReadRow) -> KeptRead:
    read = Read(row.enterprise_id, row.actor, row.role, row.office, row.means, row.action, row.path, row.reason)
    return KeptRead(row.id, row.at_us, read)
