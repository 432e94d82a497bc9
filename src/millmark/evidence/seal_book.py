"""The book of seals: seals days, amends them when rows came late, and keeps each site's chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date as calendar_date
from datetime import timedelta
from threading import Lock
from typing import Literal

import numpy as np
from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from millmark.evidence.errors import NotSealable
from millmark.evidence.leaf import Leaf, leaves_of
from millmark.evidence.merkle import root_of
from millmark.evidence.packing import pack_leaves, unpack_leaves
from millmark.evidence.seal import Seal, SealStatement, Span
from millmark.evidence.sealed_rows import Received, rows_received
from millmark.evidence.signing import NodeKey
from millmark.evidence.tables import SealRow
from millmark.history import History
from millmark.model import Period
from millmark.model.period import utc_datetime
from millmark.registry import Database, NotRegistered, Registry, Site


class SealBook:
    """Thread-safe and synchronous. Raises `EvidenceError`, and what registry and history raise."""

    def __init__(
        self, database: Database, history: History, registry: Registry, key: NodeKey, *, now_us: Callable[[], int]
    ) -> None:
        self._database = database
        self._history = history
        self._registry = registry
        self._key = key
        self._now_us = now_us
        self._sealing = Lock()

    def seal_day(self, site_id: int, date: calendar_date) -> Seal:
        """Seal a local day of a site; a day that is sealed already keeps its seal, which is returned.

        The seal covers the rows that were received by now. A day without rows can be sealed too: that nothing came is
        worth stating. Raises `NotSealable` for a day that is not over.
        """
        site = self._site(site_id)
        day = Period.of_day(date, site.zone)
        if day.end_us > self._now_us():
            raise NotSealable(f"{date} is not over at {site.path} ({site.time_zone}); a day is sealed after its end")
        with self._sealing:
            sealed = self.seals_of_day(site_id, date)
            return sealed[0] if sealed else self._seal(site, date, day)

    def amend(self, site_id: int, date: calendar_date) -> Seal | None:
        """Seal the rows of a sealed day that came after its newest seal; None when there are none."""
        site = self._site(site_id)
        with self._sealing:
            sealed = self.seals_of_day(site_id, date)
            if not sealed:
                raise NotSealable(f"{date} of {site.path} is not sealed, so there is nothing to amend; seal it")
            return self._seal_late(site, sealed[-1])

    def seals(self, site_id: int) -> list[Seal]:
        """A site's chain, from its first seal."""
        with self._database.reading() as session:
            tokens = session.scalars(
                select(SealRow.token).where(SealRow.site_id == site_id).order_by(SealRow.sequence)
            ).all()
        return [Seal.read(token) for token in tokens]

    def seals_of_day(self, site_id: int, date: calendar_date) -> list[Seal]:
        """A day's seal and its amendments; empty when it is not sealed."""
        with self._database.reading() as session:
            tokens = session.scalars(
                select(SealRow.token).where(SealRow.site_id == site_id, SealRow.date == date).order_by(SealRow.sequence)
            ).all()
        return [Seal.read(token) for token in tokens]

    def leaves(self, site_id: int, sequence: int) -> list[Leaf]:
        """All leaves of a seal, in their order."""
        with self._database.reading() as session:
            packed = session.scalars(
                select(SealRow.leaves).where(SealRow.site_id == site_id, SealRow.sequence == sequence)
            ).one()
        return unpack_leaves(packed)

    def due_days(self, site_id: int) -> list[calendar_date]:
        """Days that are over, have rows and are not sealed, earliest first."""
        site = self._site(site_id)
        series = [one.id for one in self._registry.series_under(site.path)]
        sealed = self._sealed_dates(site_id)
        due: list[calendar_date] = []
        day = utc_datetime(self._now_us()).astimezone(site.zone).date()
        while series:
            while day - timedelta(days=1) in sealed:
                day -= timedelta(days=1)
            newest_us = self._newest_before(series, Period.of_day(day, site.zone).start_us)
            if newest_us is None:
                break
            day = utc_datetime(newest_us).astimezone(site.zone).date()
            if day not in sealed:
                due.append(day)
        return due[::-1]

    def _site(self, site_id: int) -> Site:
        try:
            return self._registry.site(site_id)
        except NotRegistered as error:
            raise NotSealable(f"there is no site {site_id}; register it before sealing its days") from error

    def _sealed_dates(self, site_id: int) -> set[calendar_date]:
        with self._database.reading() as session:
            return set(session.scalars(select(SealRow.date).where(SealRow.site_id == site_id)).all())

    def _newest_before(self, series: Sequence[int], time_us: int) -> int | None:
        points, texts = self._history.last_before(series, time_us)
        times = np.concatenate([points.source_time_us, texts.source_time_us])
        return int(times.max()) if len(times) else None

    def _seal(self, site: Site, date: calendar_date, day: Period) -> Seal:
        received = Received(0, self._history.barrier_us())
        return self._write(site, date, day, "day", received, self._leaves(site, day, received))

    def _seal_late(self, site: Site, sealed: Seal) -> Seal | None:
        received = Received(sealed.statement.received_until_us, self._history.barrier_us())
        day = sealed.statement.span.period
        leaves = self._leaves(site, day, received)
        return self._write(site, sealed.date, day, "amendment", received, leaves) if leaves else None

    def _leaves(self, site: Site, day: Period, received: Received) -> list[Leaf]:
        series = self._registry.series_under(site.path)
        found = [leaf for rows in rows_received(self._history, series, day, received) for leaf in leaves_of(rows, day)]
        return sorted(found, key=lambda leaf: leaf.place)

    def _write(
        self,
        site: Site,
        date: calendar_date,
        day: Period,
        kind: Literal["day", "amendment"],
        received: Received,
        leaves: Sequence[Leaf],
    ) -> Seal:
        with self._database.transaction() as session:
            _lock_site(session, site.id)
            standing = _newest(session, site.id, date)
            if standing is not None and standing.statement.received_until_us != received.after_us:
                return standing  # another process sealed meanwhile, and its seal covers what this one would
            newest = _newest(session, site.id)
            statement = SealStatement(
                site=str(site.path),
                time_zone=site.time_zone,
                date=date,
                span=Span.of(day),
                sequence=newest.sequence + 1 if newest else 1,
                kind=kind,
                root=root_of([leaf.hash for leaf in leaves]).hex(),
                leaf_count=len(leaves),
                row_count=sum(leaf.rows for leaf in leaves),
                received_after_us=received.after_us,
                received_until_us=received.until_us,
                previous=newest.hash if newest else None,
                # A clock that was set back must not make a chain that nobody believes.
                sealed_at_us=max(self._now_us(), newest.sealed_at_us if newest else 0),
            )
            seal = Seal.sign(statement, self._key)
            session.add(
                SealRow(
                    site_id=site.id,
                    sequence=statement.sequence,
                    date=date,
                    kind=kind,
                    token=seal.token,
                    leaves=pack_leaves(leaves),
                )
            )
        return seal


def _lock_site(session: Session, site_id: int) -> None:
    """One writer for each chain: on PostgreSQL the site's row is locked; SQLite has one writer anyhow."""
    sites = table("sites", column("id"))
    session.execute(select(sites.c.id).where(sites.c.id == site_id).with_for_update())


def _newest(session: Session, site_id: int, date: calendar_date | None = None) -> Seal | None:
    query = select(SealRow.token).where(SealRow.site_id == site_id).order_by(SealRow.sequence.desc()).limit(1)
    token = session.scalars(query if date is None else query.where(SealRow.date == date)).first()
    return None if token is None else Seal.read(token)
