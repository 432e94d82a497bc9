"""What figures told of the statistics' measures, in every version that was ever public, withdrawn ones too."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.region.publications.tables import BasisRow, PublicationRow
from millmark.region.statistics import FigureSum
from millmark.registry import Database


class PublicSums:
    """To the statistics these are their `PublicFigures`. Versions never change, so each is read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[int, Sequence[FigureSum]] = {}

    def sums(self, measure: str) -> list[FigureSum]:
        with self._database.reading() as session:
            numbers = session.scalars(select(BasisRow.publication_id).order_by(BasisRow.publication_id)).all()
            new = [number for number in numbers if number not in self._read]
            if new:
                query = select(PublicationRow.id, PublicationRow.figure_id, BasisRow.told).join(
                    BasisRow, BasisRow.publication_id == PublicationRow.id
                )
                for number, figure_id, told in session.execute(query.where(PublicationRow.id.in_(new))):
                    self._read[number] = [
                        FigureSum(
                            figure_id,
                            one["measure"],
                            one["month"],
                            {int(who): part for who, part in one["parts"].items()},
                        )
                        for day in told
                        for one in day.get("sums", ())
                    ]
        return [one for number in numbers for one in self._read[number] if one.measure == measure]

    def last_within(self, session: Session) -> int:
        return session.scalar(select(func.max(PublicationRow.id))) or 0
