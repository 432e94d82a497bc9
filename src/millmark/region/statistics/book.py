"""Definitions by version, tables as they stand now, and the versions that were published."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.region.disclosure import SafetyRules, drawn_rules, kept_rules
from millmark.region.statistics.columns import Contributions, ContributionSource
from millmark.region.statistics.definition import TableDefinition
from millmark.region.statistics.document import Named, PublishedVersion, digest_of, document
from millmark.region.statistics.errors import StatisticsConflict, TableNotFound
from millmark.region.statistics.naming import Names
from millmark.region.statistics.release import Release, Told, release
from millmark.region.statistics.table import StatisticsTable, compute
from millmark.region.statistics.tables import (
    StatisticsBasisRow,
    StatisticsDefinitionRow,
    StatisticsPublicationRow,
)
from millmark.region.statistics.telling import told_by
from millmark.region.watch.months import month_of, month_text
from millmark.region.watch.tables import MonthlyValueRow
from millmark.registry import Database

_TABLES_KEPT: Final = 12


@dataclass(frozen=True, slots=True)
class KeptDefinition:
    """A version of a definition: who gave it, when, and why."""

    definition: TableDefinition
    version: int
    reason: str
    recorded_by: str
    recorded_at_us: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be published, before anybody signs; `digest` is what the signature is under."""

    table: StatisticsTable
    release: Release
    content: Mapping[str, Any]
    digest: str
    definition_version: int


class StatisticsBook:
    """Reads and keeps tables. The rules of disclosure are read when they are needed and never handed out."""

    def __init__(
        self,
        database: Database,
        source: ContributionSource,
        names: Names,
        *,
        rules_file: Path | None,
        now_us: Callable[[], int],
    ) -> None:
        """Without `rules_file` rules are drawn for this book's own time: for tests and trials."""
        self._database = database
        self._source = source
        self.names = names
        self._rules_file = rules_file
        self._drawn = drawn_rules() if rules_file is None else None
        self._now_us = now_us
        self._tables: OrderedDict[object, StatisticsTable] = OrderedDict()

    @property
    def rules(self) -> SafetyRules:
        """For the rules' users in this room; raises `InvalidRules`."""
        if self._rules_file is None:
            assert self._drawn is not None  # noqa: S101 - drawn where there is no file
            return self._drawn
        return kept_rules(self._rules_file)

    def definitions(self) -> list[KeptDefinition]:
        """The latest version of each, by slug."""
        row = StatisticsDefinitionRow
        latest = select(row.slug, func.max(row.version).label("version")).group_by(row.slug).subquery()
        query = select(row).join(latest, (latest.c.slug == row.slug) & (latest.c.version == row.version))
        with self._database.reading() as session:
            return [_kept(one) for one in session.scalars(query.order_by(row.slug))]

    def versions(self, slug: str) -> list[KeptDefinition]:
        """All versions of a definition, the latest first; raises `TableNotFound`."""
        row = StatisticsDefinitionRow
        with self._database.reading() as session:
            found = [
                _kept(one) for one in session.scalars(select(row).where(row.slug == slug).order_by(row.version.desc()))
            ]
        if not found:
            raise TableNotFound(f"there is no table {slug!r}")
        return found

    def definition(self, slug: str) -> KeptDefinition:
        """The latest version; raises `TableNotFound`."""
        return self.versions(slug)[0]

    def define(
        self, definition: TableDefinition, *, after_version: int, reason: str, recorded_by: str
    ) -> KeptDefinition:
        """Keeps the version after `after_version`, 0 for a new table; `StatisticsConflict` when another is there."""
        row = StatisticsDefinitionRow(
            slug=definition.slug,
            version=after_version + 1,
            content=definition.to_json(),
            reason=reason,
            recorded_by=recorded_by,
            recorded_at_us=self._now_us(),
        )
        try:
            with self._database.transaction() as session:
                latest = _latest_version(session, definition.slug)
                if latest != after_version:
                    raise StatisticsConflict(
                        f"the table {definition.slug!r} is at version {latest}, not {after_version}; look at it again"
                    )
                session.add(row)
                session.flush()
                return _kept(row)
        except IntegrityError as error:
            raise StatisticsConflict(f"the table {definition.slug!r} has just been changed by somebody else") from error

    def last_month(self) -> int:
        """The latest month that anything was reported for, or the last full one."""
        with self._database.reading() as session:
            reported = session.scalar(select(func.max(MonthlyValueRow.month)))
        return month_of(utc_datetime(self._now_us()).date()) - 1 if reported is None else reported

    def table(self, definition: TableDefinition, through: int, *, area_code: str | None = None) -> StatisticsTable:
        """The table as it stands now, from January of its first year through a month; of one area alone if asked."""
        stamp = self._source.stamp()
        key = (repr(definition), through, area_code, stamp)
        found = self._tables.get(key)
        if found is None:
            found = self._compute(definition, self._contributions(definition, through, area_code), area_code)
            self._tables[key] = found
            while len(self._tables) > _TABLES_KEPT:
                self._tables.popitem(last=False)
        return found

    def propose(self, slug: str, through: int) -> Proposal:
        """What a publication would show and keep back. Raises `PublicationRefused`, `TableNotFound`."""
        kept = self.definition(slug)
        definition = kept.definition
        now = self._contributions(definition, through, None)
        earlier = self._earlier(definition)
        also = _together([basis for _, basis in earlier])
        table = self._compute(definition, now, None, also)
        told: list[Told] = []
        for version, basis in earlier:
            before = self._compute(definition, basis, None, _together([now, *([] if also is None else [also])]))
            told.append(told_by(version, before, table))
        found = release(table, self.rules, told=told)
        number = 1 + max((one.number for one, _ in earlier if one.table == slug), default=0)
        content = document(table, found, definition_version=kept.version, names=self.named(table), number=number)
        return Proposal(table, found, content, digest_of(content), kept.version)

    def publish(self, slug: str, through: int, *, digest: str, reason: str, signed_by: str) -> PublishedVersion:
        """Signs what `propose` showed; raises `StatisticsConflict` when that is not what would be published now."""
        proposal = self.propose(slug, through)
        if proposal.digest != digest:
            raise StatisticsConflict(
                f"the table {slug!r} through {month_text(through)} is another one by now: reports came in or somebody "
                "published; look at it again before you sign"
            )
        number = int(proposal.content["number"])
        if number > 1 and not reason.strip():
            raise StatisticsConflict("reason: say why there is another version")
        row = StatisticsPublicationRow(
            slug=slug,
            number=number,
            definition_id=self._definition_id(slug, proposal.definition_version),
            measure=proposal.table.definition.measure,
            content=dict(proposal.content),
            digest=proposal.digest,
            suppressed=int(proposal.release.hidden.sum()),
            reason=reason,
            signed_by=signed_by,
            signed_at_us=self._now_us(),
        )
        try:
            with self._database.transaction() as session:
                session.add(row)
                session.flush()
                session.add(
                    StatisticsBasisRow(publication_id=row.id, contributions=proposal.table.contributions.packed())
                )
                return _published(row)
        except IntegrityError as error:
            raise StatisticsConflict(
                f"version {number} of {slug!r} has just been published by somebody else"
            ) from error

    def publications(self, slug: str | None = None) -> list[PublishedVersion]:
        """Published versions, the newest first."""
        row = StatisticsPublicationRow
        query = select(row).order_by(row.signed_at_us.desc(), row.id.desc())
        with self._database.reading() as session:
            return [
                _published(one) for one in session.scalars(query if slug is None else query.where(row.slug == slug))
            ]

    def publication(self, slug: str, number: int) -> PublishedVersion:
        """Raises `TableNotFound`."""
        row = StatisticsPublicationRow
        with self._database.reading() as session:
            found = session.scalar(select(row).where(row.slug == slug, row.number == number))
        if found is None:
            raise TableNotFound(f"there is no published version {number} of a table {slug!r}")
        return _published(found)

    def published(self) -> list[PublishedVersion]:
        """The latest published version of each table: what the public reads."""
        found: dict[str, PublishedVersion] = {}
        for one in self.publications():
            standing = found.get(one.table)
            if standing is None or standing.number < one.number:
                found[one.table] = one
        return sorted(found.values(), key=lambda one: one.table)

    def named(self, table: StatisticsTable) -> Sequence[Named]:
        """Chinese and English names of a table's codes, classification by classification."""
        return [
            {code: self.names.of(dimension, code) for code in axis.codes}
            for dimension, axis in zip(table.definition.dimensions, table.axes, strict=True)
        ]

    def _contributions(self, definition: TableDefinition, through: int, area_code: str | None) -> Contributions:
        first = definition.first_year * 12
        if through < first:
            raise TableNotFound(f"the table {definition.slug!r} begins in {definition.first_year}")
        found = self._source.contributions(definition.measure, first, through)
        if area_code is None:
            return found
        prefix = area_code.removesuffix("00").removesuffix("00")
        return found.only(np.char.startswith(found.area, prefix))

    def _compute(
        self,
        definition: TableDefinition,
        contributions: Contributions,
        area_code: str | None,
        also: Contributions | None = None,
    ) -> StatisticsTable:
        areas = self.names.area_codes(area_code)
        return compute(definition, contributions, areas=areas, section_of=self.names.section_of, also=also)

    def _earlier(self, definition: TableDefinition) -> list[tuple[PublishedVersion, Contributions]]:
        """The latest version of every table of the measure, with what it was made from."""
        latest = [one for one in self.published() if one.definition.measure == definition.measure]
        with self._database.reading() as session:
            return [
                (one, Contributions.unpacked(basis.contributions))
                for one in latest
                if (basis := session.get(StatisticsBasisRow, one.id)) is not None
            ]

    def _definition_id(self, slug: str, version: int) -> int:
        row = StatisticsDefinitionRow
        with self._database.reading() as session:
            return session.scalars(select(row.id).where(row.slug == slug, row.version == version)).one()


def _together(several: Sequence[Contributions]) -> Contributions | None:
    """Some contributions whose classes are those of all; their months and values mean nothing."""
    if not several:
        return None
    first = several[0]
    return Contributions(
        enterprise=np.concatenate([one.enterprise for one in several]),
        holding=np.concatenate([one.holding for one in several]),
        area=np.concatenate([one.area for one in several]),
        division=np.concatenate([one.division for one in several]),
        size=np.concatenate([one.size for one in several]),
        months=first.months[:0],
        value=np.zeros((sum(len(one.enterprise) for one in several), 0), np.int64),
        there=np.zeros((sum(len(one.enterprise) for one in several), 0), np.bool_),
    )


def _latest_version(session: Session, slug: str) -> int:
    row = StatisticsDefinitionRow
    return session.scalar(select(func.max(row.version)).where(row.slug == slug)) or 0


def _kept(row: StatisticsDefinitionRow) -> KeptDefinition:
    return KeptDefinition(
        TableDefinition.from_json(row.content), row.version, row.reason, row.recorded_by, row.recorded_at_us
    )


def _published(row: StatisticsPublicationRow) -> PublishedVersion:
    return PublishedVersion(
        row.id, row.slug, row.number, row.content, row.digest, row.signed_by, row.signed_at_us, row.reason
    )
