"""Who reported which month, kept at hand and brought up to date by the versions that came since."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.region.watch.tables import MonthlyVersionRow
from millmark.registry import Database

_V = MonthlyVersionRow

Arrivals = Mapping[int, tuple[int, int]]
"""By enterprise: the version that holds, and when the first one came (UTC microseconds)."""


class ArrivalsByMonth:
    """Reads a month once. Versions are only ever added, and committed in the order of their numbers, since whoever
    writes waits for their turn: those with a higher number than was seen are all that can have changed a month."""

    def __init__(self, database: Database, *, most: int = 36) -> None:
        self._database = database
        self._most = most
        self._lock = threading.Lock()
        self._months: dict[int, dict[int, tuple[int, int]]] = {}
        self._seen = 0

    def of(self, month: int) -> Arrivals:
        """The arrivals of a month; nobody may change what is given out."""
        with self._lock, self._database.reading() as session:
            self._catch_up(session)
            if month not in self._months:
                while len(self._months) >= self._most:
                    self._months.pop(next(iter(self._months)))
                self._months[month] = {}
                self._take(session, month)
            return MappingProxyType(self._months[month])

    def _catch_up(self, session: Session) -> None:
        newest = session.scalar(select(func.max(_V.id))) or 0
        if newest < self._seen:
            self._months.clear()
        elif newest > self._seen and self._months:
            came = select(_V.month).where(_V.id > self._seen).distinct()
            for month in session.scalars(came).all():
                if month in self._months:
                    # What was given out stays as it was: the month goes on in a copy.
                    self._months[month] = dict(self._months[month])
                    self._take(session, month, after=self._seen)
        self._seen = newest

    def _take(self, session: Session, month: int, *, after: int = 0) -> None:
        found = self._months[month]
        query = select(_V.enterprise_id, _V.version, _V.recorded_at_us).where(_V.month == month, _V.id > after)
        for enterprise_id, version, at_us in session.execute(query.order_by(_V.version)):
            found[enterprise_id] = (version, found.get(enterprise_id, (0, at_us))[1])
