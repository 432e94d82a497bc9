"""The book of publications: a figure is published in versions, and what was published stays as it was shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes import Grade
from millmark.region.figure import Figure, TrendPoint
from millmark.region.publications.content import (
    PublishedFigure,
    SourceCount,
    content_of,
    digest_of,
    must_be_publishable,
)
from millmark.region.publications.errors import PublicationConflict, UnknownPublication
from millmark.region.publications.tables import PublicationRow, WithdrawalRow
from millmark.registry import Database


class PublicationBook:
    """Keeps what the public is shown, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def publish(
        self, figure: Figure, trend: Sequence[TrendPoint], *, by: str, note_zh: str = "", note_en: str = ""
    ) -> PublishedFigure:
        """Makes the figure public as it stands; the version before stays readable as the past.

        Raises `NotPublishable`, or `PublicationConflict` where the same content is public already.
        """
        must_be_publishable(figure)
        content = content_of(figure, trend, note_zh=note_zh, note_en=note_en)
        try:
            with self._database.transaction() as session:
                last = session.scalar(
                    select(PublicationRow)
                    .where(PublicationRow.figure_id == figure.id)
                    .order_by(PublicationRow.version.desc())
                    .limit(1)
                )
                withdrawn = last is not None and session.get(WithdrawalRow, last.id) is not None
                if last is not None and not withdrawn and (last.content, last.as_of) == (content, figure.as_of):
                    raise PublicationConflict(
                        f"{figure.id} is public with exactly this content as version {last.version}"
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
                return _published(row, None)
        except IntegrityError as error:
            raise PublicationConflict(
                f"{figure.id} was published by somebody else just now; look at it first"
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
            raise PublicationConflict(f"publication {publication_id} was withdrawn already") from error

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
