"""Definitions by version, tables as they stand now, and the versions that were published."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.region.disclosure import SafetyRules, drawn_rules, kept_rules
from millmark.region.statistics.columns import Contributions, ContributionSource, differing, together
from millmark.region.statistics.definition import TableDefinition
from millmark.region.statistics.document import Named, PublishedVersion, digest_of, document, published_of
from millmark.region.statistics.earlier import Earlier, Layer, Stand
from millmark.region.statistics.errors import StatisticsConflict, TableNotFound
from millmark.region.statistics.figure_sums import PublicFigures
from millmark.region.statistics.linked import closes_a_circle, crossing_of
from millmark.region.statistics.naming import Names
from millmark.region.statistics.release import Part, Release, Told, release
from millmark.region.statistics.table import StatisticsTable, compute
from millmark.region.statistics.tables import (
    StatisticsBasisRow,
    StatisticsDefinitionRow,
    StatisticsPublicationRow,
)
from millmark.region.statistics.telling import told_by_editions, told_by_figure
from millmark.region.statistics.waivers import WaiverBook
from millmark.region.watch.months import month_of, month_text
from millmark.region.watch.tables import MonthlyValueRow
from millmark.registry import Database, area_prefix

_TABLES_KEPT: Final = 12
_PROPOSALS_KEPT: Final = 2
"""What is looked at and then signed; each holds all contributions to a table."""


@dataclass(frozen=True, slots=True)
class KeptDefinition:
    """A version of a definition: who gave it, when, and why."""

    definition: TableDefinition
    version: int
    reason: str
    recorded_by: str
    recorded_at_us: int


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """What was public of a measure: tables, and what figures are made of."""

    tables: Sequence[Layer]
    figures: Sequence[Contributions]

    @property
    def bases(self) -> list[Contributions]:
        return [*(one.basis for one in self.tables), *self.figures]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be published, before anybody signs; `digest` is what the signature is under.

    `after` are the last publications, of tables and of figures, that it was held against.
    """

    table: StatisticsTable
    release: Release
    content: Mapping[str, Any]
    digest: str
    definition_version: int
    after: Stand


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
        waivers: WaiverBook | None = None,
        figures: PublicFigures | None = None,
    ) -> None:
        """Without `rules_file` rules are drawn for this book's own time: for tests and trials. `figures` are what is
        public beside the tables."""
        self._waivers = waivers
        self.earlier = Earlier(database, source.places, figures)
        self._database = database
        self._source = source
        self.names = names
        self._rules_file = rules_file
        self._drawn = drawn_rules() if rules_file is None else None
        self._now_us = now_us
        self._tables: OrderedDict[object, StatisticsTable] = OrderedDict()
        self._proposed: OrderedDict[str, tuple[object, Proposal]] = OrderedDict()

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
        after = self.earlier.stand()
        # The rules are read anew each time; all else that a proposal is made of has a version or a stamp.
        key = (kept, through, after, self._stamp(kept.definition), self.rules)
        found = self._proposed.get(slug)
        if found is None or found[0] != key:
            found = self._proposed[slug] = key, self._made(kept, through, after)
            self._proposed.move_to_end(slug)
            while len(self._proposed) > _PROPOSALS_KEPT:
                self._proposed.popitem(last=False)
        return found[1]

    def _stamp(self, definition: TableDefinition) -> object:
        waivers = None if self._waivers is None else self._waivers.stamp()
        return self._source.stamp_of(definition.measure), waivers

    def _made(self, kept: KeptDefinition, through: int, after: Stand) -> Proposal:
        definition = kept.definition
        now = self._with_waivers(definition, self._contributions(definition, through, None))
        # What was told and kept back before is looked at with what may be told today.
        earlier = [self._earlier(measure, now.months.tolist(), definition, [now]) for measure in definition.told.sums]
        also = together([basis for one in earlier for basis in one.bases])
        table = self._compute(definition, now, None, also)
        every = together([now, *([] if also is None else [also])])
        parts = [self._part(part, laid, every) for part, laid in zip(table.sums, earlier, strict=True)]
        found = release(parts, self.rules)
        number = 1 + self._last_number(definition.slug)
        content = document(table, found, definition_version=kept.version, names=self.named(table), number=number)
        return Proposal(table, found, content, digest_of(content), kept.version, after)

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
                # Two tables that share cells must not be published side by side, neither of them knowing the other.
                self._database.in_turn(session, StatisticsPublicationRow)
                if self.earlier.stand_within(session) != proposal.after:
                    raise StatisticsConflict(
                        "another table or a figure has just been published; look at this one again",
                        "刚刚有其他表或数字公布,请重新查看本表",
                    )
                session.add(row)
                session.flush()
                session.add(
                    StatisticsBasisRow(publication_id=row.id, contributions=proposal.table.contributions.packed())
                )
                return published_of(row)
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
                published_of(one) for one in session.scalars(query if slug is None else query.where(row.slug == slug))
            ]

    def publication(self, slug: str, number: int) -> PublishedVersion:
        """Raises `TableNotFound`."""
        row = StatisticsPublicationRow
        with self._database.reading() as session:
            found = session.scalar(select(row).where(row.slug == slug, row.number == number))
        if found is None:
            raise TableNotFound(f"there is no published version {number} of a table {slug!r}")
        return published_of(found)

    def published(self) -> list[PublishedVersion]:
        """The latest published version of each table: what the public reads."""
        row = StatisticsPublicationRow
        last = select(func.max(row.id)).group_by(row.slug)
        with self._database.reading() as session:
            return [
                published_of(one) for one in session.scalars(select(row).where(row.id.in_(last)).order_by(row.slug))
            ]

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
        prefix = area_prefix(area_code)
        return found.only(np.char.startswith(found.area, prefix))

    def _with_waivers(self, definition: TableDefinition, contributions: Contributions) -> Contributions:
        return contributions if self._waivers is None else self._waivers.laid_on(definition.measure, contributions)

    def _compute(
        self,
        definition: TableDefinition,
        contributions: Contributions,
        area_code: str | None,
        also: Contributions | None = None,
    ) -> StatisticsTable:
        areas = self.names.area_codes(area_code)
        return compute(definition, contributions, areas=areas, section_of=self.names.section_of, also=also)

    def _part(self, part: StatisticsTable, laid: Laid, every: Contributions | None) -> Part:
        """One of the sums that a table is made of, with all that was public of it laid on the table."""
        told = [self._told(part, layer, every) for layer in laid.tables]
        sum_alone = replace(part.definition, cumulative=False)
        told += [told_by_figure(self._compute(sum_alone, one, None, every), part) for one in laid.figures]
        return Part(part, told, self._crossings(part, laid))

    def _told(self, part: StatisticsTable, layer: Layer, every: Contributions | None) -> Told:
        definition, theirs, basis = part.definition, layer.definition, layer.basis
        before = self._compute(definition, basis, None, every)
        is_same = (theirs.dimensions, theirs.cumulative) == (definition.dimensions, definition.cumulative)
        own = before if is_same else self._compute(theirs, basis, None)
        return told_by_editions(layer.editions, before, own, part)

    def _crossings(self, part: StatisticsTable, laid: Laid) -> list[StatisticsTable]:
        """The crossing of all classifications: of all months where those of the tables that are laid together close a
        circle, else of those in which what is laid together differs."""
        tables = [part.definition.dimensions, *(one.definition.dimensions for one in laid.tables)]
        if not (crossed := crossing_of(tables)):
            return []
        crossing = replace(part.definition, dimensions=crossed, cumulative=False)
        every = [part.contributions, *(one.basis for one in laid.tables)]
        if not closes_a_circle(tables):
            several = differing(every, laid.figures)
            every = [one.of_months(asked) for one in every if (asked := np.isin(one.months, several)).any()]
        return [self._compute(crossing, one, None) for one in every]

    def _earlier(
        self, measure: str, months: Sequence[int], definition: TableDefinition, known: Sequence[Contributions]
    ) -> Laid:
        """All that was public of some months of a measure, with what may be told of it today."""
        tables = [replace(one, basis=self._with_waivers(definition, one.basis)) for one in self.earlier.tables(measure)]
        figures = self.earlier.figures(measure, months, [*known, *(one.basis for one in tables)])
        return Laid(tables, [self._with_waivers(definition, one) for one in figures])

    def _last_number(self, slug: str) -> int:
        row = StatisticsPublicationRow
        with self._database.reading() as session:
            return session.scalar(select(func.max(row.number)).where(row.slug == slug)) or 0

    def _definition_id(self, slug: str, version: int) -> int:
        row = StatisticsDefinitionRow
        with self._database.reading() as session:
            return session.scalars(select(row.id).where(row.slug == slug, row.version == version)).one()


def _latest_version(session: Session, slug: str) -> int:
    row = StatisticsDefinitionRow
    return session.scalar(select(func.max(row.version)).where(row.slug == slug)) or 0


def _kept(row: StatisticsDefinitionRow) -> KeptDefinition:
    return KeptDefinition(
        TableDefinition.from_json(row.content), row.version, row.reason, row.recorded_by, row.recorded_at_us
    )
