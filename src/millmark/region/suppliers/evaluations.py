"""The yearly evaluation of suppliers: marks of the enterprises served and of the office, and a result that stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.errors import StepForbidden
from millmark.programmes.life import OFFICES, Actor, Party, advance
from millmark.region.suppliers.errors import InvalidContent, SupplierConflict, SupplierNotFound
from millmark.region.suppliers.evaluation import Evaluated, Marks, check_marks, evaluate
from millmark.region.suppliers.machines import SERVED, SUPPLIER
from millmark.region.suppliers.rules import PoolRules, Side
from millmark.region.suppliers.tables import (
    AnswerRow,
    DemandRow,
    SupplierMarkRow,
    SupplierResultRow,
    SupplierRow,
)
from millmark.registry import Database


@dataclass(frozen=True, slots=True)
class GivenMarks:
    """Somebody's marks for a year; `enterprise_id` is None for the office's."""

    side: Side
    enterprise_id: int | None
    marks: Marks
    comment: str
    given_by: str
    given_at_us: int


@dataclass(frozen=True, slots=True)
class YearResult:
    """A closed year; `grade` is the id of a grade of the rules' edition `rules`."""

    supplier_id: int
    year: int
    score: Decimal | None
    grade: str | None
    enterprises: int
    rules: str
    closed_by: str
    closed_at_us: int


class EvaluationBook:
    """Keeps marks and results; a result never changes once its year is closed."""

    def __init__(self, database: Database, rules: PoolRules, *, now_us: Callable[[], int], zone: ZoneInfo) -> None:
        self._database = database
        self._rules = rules
        self._now_us = now_us
        self._zone = zone

    def mark(
        self,
        supplier_id: int,
        year: int,
        marks: Marks,
        actor: Actor,
        *,
        enterprise_id: int | None = None,
        comment: str = "",
    ) -> GivenMarks:
        """An enterprise's marks, if it was served, or without `enterprise_id` the office's; later ones replace these.

        Raises `InvalidContent`, `StepForbidden`, `SupplierConflict` once the year is closed.
        """
        side = Side.OFFICE if enterprise_id is None else Side.ENTERPRISE
        check_marks(self._rules, side, marks)
        this_year = utc_datetime(self._now_us()).astimezone(self._zone).year
        if not this_year - 1 <= year <= this_year:
            raise InvalidContent(f"year: {year} is neither this year nor the last one ({this_year})")
        with self._database.transaction() as session:
            row = _locked(session, supplier_id)
            self._must_be_open(session, supplier_id, year)
            if side is Side.OFFICE and not actor.parties & (OFFICES - {Party.COUNTY}):
                raise StepForbidden("the office's marks are the city office's to give")
            if enterprise_id is not None:
                self._must_be_served(session, supplier_id, enterprise_id, actor)
            if row.state not in ("admitted", "suspended"):
                raise SupplierConflict(f"supplier {supplier_id} is {row.state}; only those in the pool are evaluated")
            kept = SupplierMarkRow(
                supplier_id=supplier_id,
                year=year,
                side=side,
                enterprise_id=enterprise_id,
                marks=dict(marks),
                comment=comment.strip(),
                given_by=actor.name,
                given_at_us=self._now_us(),
            )
            session.add(kept)
            session.flush()
            return _given(kept)

    def marks(self, supplier_id: int, year: int) -> list[GivenMarks]:
        """The marks that hold: the latest of each enterprise and of the office."""
        with self._database.reading() as session:
            return _standing(session, supplier_id, year)

    def standing(self, supplier_id: int, year: int) -> Evaluated:
        """What the marks so far come to."""
        return self._evaluated(self.marks(supplier_id, year))

    def close(self, supplier_id: int, year: int, actor: Actor) -> YearResult:
        """Fixes a year's result, with what it came to in the supplier's log. Raises `InvalidContent` while marks are
        missing, `SupplierConflict` when it is closed already."""
        try:
            with self._database.transaction() as session:
                row = _locked(session, supplier_id)
                self._must_be_open(session, supplier_id, year)
                found = self._evaluated(_standing(session, supplier_id, year))
                if found.score is None or found.grade is None:
                    raise InvalidContent(f"marks: {found.missing_zh} / {found.missing_en}")
                detail = {"year": year, "score": format(found.score, "f"), "grade": found.grade.id}
                advance(session, SUPPLIER, row, "evaluate", actor, at_us=self._now_us(), detail=detail)
                kept = SupplierResultRow(
                    supplier_id=supplier_id,
                    year=year,
                    score=found.score,
                    grade=found.grade.id,
                    enterprises=found.enterprises,
                    rules=self._rules.pool.edition,
                    closed_by=actor.name,
                    closed_at_us=self._now_us(),
                )
                session.add(kept)
                session.flush()
                return _result(kept)
        except IntegrityError as error:
            raise SupplierConflict(f"year: {year} has just been closed by somebody else") from error

    def results(self, supplier_id: int | None = None) -> list[YearResult]:
        """Closed years, the latest first."""
        query = select(SupplierResultRow).order_by(SupplierResultRow.year.desc(), SupplierResultRow.id)
        if supplier_id is not None:
            query = query.where(SupplierResultRow.supplier_id == supplier_id)
        with self._database.reading() as session:
            return [_result(row) for row in session.scalars(query)]

    def served(self, enterprise_id: int) -> list[int]:
        """The suppliers that an enterprise may give marks to."""
        query = select(AnswerRow.supplier_id).join(DemandRow, DemandRow.id == AnswerRow.demand_id)
        query = query.where(DemandRow.enterprise_id == enterprise_id, AnswerRow.state.in_(SERVED)).distinct()
        with self._database.reading() as session:
            return sorted(session.scalars(query))

    def _evaluated(self, given: list[GivenMarks]) -> Evaluated:
        enterprises = [one.marks for one in given if one.side is Side.ENTERPRISE]
        office = next((one.marks for one in given if one.side is Side.OFFICE), None)
        return evaluate(self._rules, enterprises, office)

    @staticmethod
    def _must_be_open(session: Session, supplier_id: int, year: int) -> None:
        closed = select(SupplierResultRow).where(
            SupplierResultRow.supplier_id == supplier_id, SupplierResultRow.year == year
        )
        if session.scalars(closed).first() is not None:
            raise SupplierConflict(f"year: {year} is closed for supplier {supplier_id}; its result stands")

    @staticmethod
    def _must_be_served(session: Session, supplier_id: int, enterprise_id: int, actor: Actor) -> None:
        if not actor.acts_for(Party.ENTERPRISE):
            raise StepForbidden("an enterprise's marks are its own to give")
        served = exists().where(
            AnswerRow.supplier_id == supplier_id,
            AnswerRow.state.in_(SERVED),
            DemandRow.id == AnswerRow.demand_id,
            DemandRow.enterprise_id == enterprise_id,
        )
        if not session.scalar(select(served)):
            raise StepForbidden(f"enterprise {enterprise_id} was not served by supplier {supplier_id}")


def _locked(session: Session, supplier_id: int) -> SupplierRow:
    row = session.get(SupplierRow, supplier_id, with_for_update=True)
    if row is None:
        raise SupplierNotFound(f"there is no supplier {supplier_id}")
    return row


def _standing(session: Session, supplier_id: int, year: int) -> list[GivenMarks]:
    query = select(SupplierMarkRow).where(SupplierMarkRow.supplier_id == supplier_id, SupplierMarkRow.year == year)
    latest = {row.enterprise_id: _given(row) for row in session.scalars(query.order_by(SupplierMarkRow.id))}
    return list(latest.values())


def _given(row: SupplierMarkRow) -> GivenMarks:
    return GivenMarks(Side(row.side), row.enterprise_id, dict(row.marks), row.comment, row.given_by, row.given_at_us)


def _result(row: SupplierResultRow) -> YearResult:
    return YearResult(
        row.supplier_id,
        row.year,
        row.score,
        row.grade,
        row.enterprises,
        row.rules,
        row.closed_by,
        row.closed_at_us,
    )
