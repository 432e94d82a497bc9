"""The book of publications: a figure is published in versions, and what was published stays as it was shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes import Grade
from millmark.region.disclosure import SafetyRules
from millmark.region.figure import Figure, TrendPoint
from millmark.region.publications.content import PublishedFigure, SourceCount, content_of, digest_of
from millmark.region.publications.contributors import Contributors, Told
from millmark.region.publications.errors import NotPublishable, Obstacle, PublicationConflict, UnknownPublication
from millmark.region.publications.protection import obstacle_of, tellable
from millmark.region.publications.tables import BasisRow, PublicationRow, WithdrawalRow
from millmark.region.statistics import Clash, FigureJudge
from millmark.region.statistics.tables import StatisticsPublicationRow
from millmark.registry import Database


class PublicationBook:
    """Keeps what the public is shown, on SQLite or PostgreSQL."""

    def __init__(
        self,
        database: Database,
        *,
        contributors: Contributors,
        rules: Callable[[], SafetyRules],
        now_us: Callable[[], int],
        judge: FigureJudge,
    ) -> None:
        """`rules` are the installation's confidential ones, by which sums over enterprises are told or kept back;
        `judge` holds them against the tables of statistics."""
        self._judge = judge
        self._database = database
        self._contributors = contributors
        self._rules = rules
        self._now_us = now_us

    def obstacle(self, figure: Figure) -> Obstacle | None:
        """Why the figure cannot be made public as it stands, if it cannot."""
        return self._obstacle(figure, self._contributors.told(figure))[0]

    def publish(
        self, figure: Figure, past: Sequence[Figure], *, by: str, note_zh: str = "", note_en: str = ""
    ) -> PublishedFigure:
        """Makes the figure public as it stands; the version before stays readable as the past.

        `past` is the figure on earlier days, for its trend: days that would tell of single enterprises are left out.
        Raises `NotPublishable`, or `PublicationConflict` where the same content is public already.
        """
        stand = self._judge.stand()
        now = self._contributors.told(figure)
        obstacle, clash = self._obstacle(figure, now)
        if obstacle is not None:
            raise NotPublishable(figure.id, obstacle, clash)
        told = [*self._tellable(past, now), now]
        value_on = {one.as_of: one.value for one in (*past, figure)}
        trend = [TrendPoint(one.as_of, value) for one in told if (value := value_on[one.as_of]) is not None]
        content = content_of(figure, trend, note_zh=note_zh, note_en=note_en)
        try:
            with self._database.transaction() as session:
                # A figure and a table of the same must not be published side by side, neither knowing the other.
                self._database.in_turn(session, StatisticsPublicationRow)
                if now.sums and self._judge.stand_within(session) != stand:
                    raise PublicationConflict(
                        f"a table or a figure was published while {figure.id} was looked at; look at it again",
                        f"查看{figure.id}期间有统计表或数字公布,请重新查看后再公布",
                    )
                last = session.scalar(
                    select(PublicationRow)
                    .where(PublicationRow.figure_id == figure.id)
                    .order_by(PublicationRow.version.desc())
                    .limit(1)
                )
                withdrawn = last is not None and session.get(WithdrawalRow, last.id) is not None
                if last is not None and not withdrawn and (last.content, last.as_of) == (content, figure.as_of):
                    raise PublicationConflict(
                        f"{figure.id} is public with exactly this content as version {last.version}",
                        f"{figure.id}的当前内容已作为第{last.version}版公布,无需再次公布",
                    )
                version = 1 if last is None else last.version + 1
                row = PublicationRow(
                    figure_id=figure.id,
                    version=version,
                    as_of=figure.as_of,
                    content=content,
                    digest=digest_of(figure.id, version, figure.as_of, content, "" if last is None else last.digest),
                    published_at_us=self._now_us(),
                    published_by=by,
                )
                session.add(row)
                session.flush()
                if now.parts:
                    session.add(BasisRow(publication_id=row.id, told=[_kept(one) for one in told]))
                return _published(row, None)
        except IntegrityError as error:
            raise PublicationConflict(
                f"{figure.id} was published by somebody else just now; look at it first",
                f"{figure.id}刚刚由他人公布,请先查看",
            ) from error

    def withdraw(self, publication_id: int, *, reason: str, by: str) -> PublishedFigure:
        """Takes a version off the public pages, for a reason that they show. Raises `UnknownPublication`,
        `PublicationConflict`."""
        try:
            with self._database.transaction() as session:
                row = session.get(PublicationRow, publication_id)
                if row is None:
                    raise UnknownPublication(f"there is no publication {publication_id}")
                withdrawal = WithdrawalRow(
                    publication_id=row.id, reason=reason, withdrawn_at_us=self._now_us(), withdrawn_by=by
                )
                session.add(withdrawal)
                session.flush()
                return _published(row, withdrawal)
        except IntegrityError as error:
            raise PublicationConflict(
                f"publication {publication_id} was withdrawn already", "该版本已撤回,无需再次撤回"
            ) from error

    def versions(self, figure_id: str) -> list[PublishedFigure]:
        """All versions of a figure, the latest first, withdrawn ones with their reason."""
        with self._database.reading() as session:
            return _read(session, figure_id)

    def latest(self) -> dict[str, PublishedFigure]:
        """The latest version of each figure, withdrawn or not, by the figure's id."""
        with self._database.reading() as session:
            return {one.figure_id: one for one in reversed(_read(session, None))}

    def standing(self) -> list[PublishedFigure]:
        """Of each figure the version that is public now: the latest, unless that was withdrawn."""
        return [one for _, one in sorted(self.latest().items()) if one.withdrawn_at_us is None]

    def shown(self, figure_id: str) -> PublishedFigure:
        """The version that is public now; raises `UnknownPublication` for one never published, withdrawn or unknown,
        in the same words."""
        versions = self.versions(figure_id)
        if not versions or versions[0].withdrawn_at_us is not None:
            raise UnknownPublication("nothing is published here")
        return versions[0]

    def breaks(self, figure_id: str) -> list[int]:
        """Versions whose kept content does not bear its digest any more: somebody changed the database by hand."""
        with self._database.reading() as session:
            rows = list(session.scalars(_in_order(figure_id)))
        broken, previous = [], ""
        for row in rows:
            if digest_of(row.figure_id, row.version, row.as_of, row.content, previous) != row.digest:
                broken.append(row.version)
            previous = row.digest
        return broken

    def _obstacle(self, figure: Figure, now: Told) -> tuple[Obstacle | None, Clash | None]:
        if figure.value is None and figure.low is None:
            return Obstacle.NO_VALUE, None
        if not now.parts:
            return None, None
        found = obstacle_of(now, self._rules(), self._told_before(figure.id))
        clash = self._judge.clash(now.sums) if found is None else None
        return (found, None) if clash is None else (Obstacle.BESIDE, clash)

    def _tellable(self, past: Sequence[Figure], now: Told) -> list[Told]:
        """The days before that may be told beside the figure, the earliest first."""
        days = [self._contributors.told(one) for one in past if one.value is not None and one.as_of < now.as_of]
        if now.parts:
            days = tellable(days, self._rules(), [*self._told_before(past[0].id), now]) if past else []
            days = self._beside_tables(days, now)
        return sorted(days, key=lambda one: one.as_of)

    def _beside_tables(self, days: Sequence[Told], now: Told) -> list[Told]:
        """Of earlier days those that may stand beside the tables, each other and the figure itself."""
        found: list[Told] = []
        for one in days:
            also = [each for told in (now, *found) for each in told.sums]
            if self._judge.clash(one.sums, also) is None:
                found.append(one)
        return found

    def _told_before(self, figure_id: str) -> list[Told]:
        """What all versions before told, withdrawn ones too: whoever read them knows."""
        query = select(BasisRow.told).join(PublicationRow, PublicationRow.id == BasisRow.publication_id)
        with self._database.reading() as session:
            kept = session.scalars(query.where(PublicationRow.figure_id == figure_id)).all()
        return [_told(one) for version in kept for one in version]


def _kept(told: Told) -> dict[str, Any]:
    parts = {name: {str(who): part for who, part in by.items()} for name, by in told.parts.items()}
    sums = [
        {"measure": one.measure, "month": one.month, "parts": {str(who): part for who, part in one.parts.items()}}
        for one in told.sums
    ]
    return {"as_of": told.as_of.isoformat(), "parts": parts, "sums": sums}


def _told(kept: Mapping[str, Any]) -> Told:
    parts = {name: {int(who): int(part) for who, part in by.items()} for name, by in kept["parts"].items()}
    return Told(date.fromisoformat(kept["as_of"]), parts)


def _in_order(figure_id: str | None) -> Select[PublicationRow]:
    query = select(PublicationRow).order_by(PublicationRow.figure_id, PublicationRow.version)
    return query if figure_id is None else query.where(PublicationRow.figure_id == figure_id)


def _read(session: Session, figure_id: str | None) -> list[PublishedFigure]:
    withdrawn = {row.publication_id: row for row in session.scalars(select(WithdrawalRow))}
    found = [_published(row, withdrawn.get(row.id)) for row in session.scalars(_in_order(figure_id))]
    return found[::-1]


def _published(row: PublicationRow, withdrawal: WithdrawalRow | None) -> PublishedFigure:
    content = row.content
    return PublishedFigure(
        id=row.id,
        figure_id=row.figure_id,
        version=row.version,
        section=content["section"],
        subject_zh=content["subject_zh"],
        subject_en=content["subject_en"],
        definition_zh=content["definition_zh"],
        definition_en=content["definition_en"],
        value=_decimal(content["value"]),
        low=_decimal(content["low"]),
        high=_decimal(content["high"]),
        unit_zh=content["unit_zh"],
        unit_en=content["unit_en"],
        qualifier=content["qualifier"],
        as_of=row.as_of,
        grade=None if content["grade"] is None else Grade(content["grade"]),
        sources=tuple(
            SourceCount(one["source"], one["book"], Grade(one["grade"]), one["records"]) for one in content["sources"]
        ),
        trend=tuple(TrendPoint(date.fromisoformat(one["as_of"]), Decimal(one["value"])) for one in content["trend"]),
        records=content["records"],
        records_sha256=content["records_sha256"],
        demonstration=content["demonstration"],
        note_zh=content["note_zh"],
        note_en=content["note_en"],
        digest=row.digest,
        published_at_us=row.published_at_us,
        published_by=row.published_by,
        withdrawn_at_us=None if withdrawal is None else withdrawal.withdrawn_at_us,
        withdrawn_reason=None if withdrawal is None else withdrawal.reason,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
