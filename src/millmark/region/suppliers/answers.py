"""Answers of suppliers to demands: offered without knowing whose demand it is, until the enterprise agrees to talk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes.documents import UsedFiles
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, must_be_version, steps_of
from millmark.region.suppliers.contents import AnswerContent
from millmark.region.suppliers.demands import locked_demand
from millmark.region.suppliers.errors import InvalidContent, SupplierConflict, SupplierNotFound
from millmark.region.suppliers.machines import ANSWER, DEMAND, NAME_SHOWN
from millmark.region.suppliers.pool import use_files
from millmark.region.suppliers.tables import AnswerRow, AnswerVersionRow, DemandRow, SolutionRow, SupplierRow
from millmark.region.versioned import add_version, content_of, contents_of
from millmark.registry import Database

_OTHER_CHOSEN: Final = "已选定其他服务商 / another supplier was chosen"
_DEMAND_FOLLOWS: Final = {"agree": "agree", "break": "reopen", "finish": "finish"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as its latest version says; `enterprise_id` is the demand's, `supplier_enterprise_id`
    the supplier's."""

    id: int
    demand_id: int
    supplier_id: int
    enterprise_id: int
    supplier_enterprise_id: int
    state: str
    version: int
    content: AnswerContent

    @property
    def shows_name(self) -> bool:
        """Whether the supplier knows whose demand it is."""
        return self.state in NAME_SHOWN


class AnswerBook:
    """Keeps answers, one of each supplier to each demand."""

    def __init__(self, database: Database, files: UsedFiles, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._files = files
        self._now_us = now_us

    def answer(self, demand_id: int, supplier_id: int, content: AnswerContent, actor: Actor) -> Answer:
        """Answers an open demand, or says the answer anew that is there.

        Raises `SupplierConflict` unless the demand is open and the supplier in the pool, `InvalidContent` for a
        solution that is not its own, `IllegalStep` after the enterprise has declined.
        """
        try:
            with self._database.transaction() as session:
                demand = locked_demand(session, demand_id)
                supplier = session.get(SupplierRow, supplier_id)
                _must_be_open(demand, supplier, supplier_id)
                _must_be_own(session, supplier_id, content)
                content = content.model_copy(update={"demand_version": demand.version})
                row = session.scalars(
                    select(AnswerRow)
                    .where(AnswerRow.demand_id == demand_id, AnswerRow.supplier_id == supplier_id)
                    .with_for_update()
                ).one_or_none()
                now_us = self._now_us()
                if row is None:
                    row = AnswerRow(demand_id=demand_id, supplier_id=supplier_id)
                    begin(session, ANSWER, row, "offer", actor, at_us=now_us)
                else:
                    action = "offer" if row.state == "withdrawn" else "revise"
                    advance(session, ANSWER, row, action, actor, at_us=now_us, corrected=True)
                owner = session.get_one(SupplierRow, supplier_id).enterprise_id
                use_files(session, self._files, content.file_ids, ObjectKind.ANSWER, row.id, owner, actor)
                add_version(session, AnswerVersionRow, row, content, actor, at_us=now_us)
                return _read(session, row, content)
        except IntegrityError as error:
            raise SupplierConflict(f"supplier {supplier_id} has just answered demand {demand_id}") from error

    def act(
        self, answer_id: int, action: str, actor: Actor, *, reason: str | None = None, version: int | None = None
    ) -> Answer:
        """A step on an answer. Choosing one closes the demand and declines the others; breaking off opens it again."""
        if action in ("offer", "revise"):
            raise InvalidContent(f"action: {action!r} needs its own form")
        with self._database.transaction() as session:
            demand_id = session.scalar(select(AnswerRow.demand_id).where(AnswerRow.id == answer_id))
            if demand_id is None:
                raise SupplierNotFound(f"there is no answer {answer_id}")
            # The demand before its answers, always, so that nobody waits in a circle.
            demand = locked_demand(session, demand_id)
            row = session.get_one(AnswerRow, answer_id, with_for_update=True)
            must_be_version(row, version, f"answer {answer_id}")
            now_us = self._now_us()
            advance(session, ANSWER, row, action, actor, at_us=now_us, reason=reason)
            if action in _DEMAND_FOLLOWS:
                detail = {"answer": answer_id}
                follows = _DEMAND_FOLLOWS[action]
                advance(session, DEMAND, demand, follows, actor, at_us=now_us, reason=reason, detail=detail)
            if action == "agree":
                _decline_others(session, row, actor, now_us)
            return _read(session, row)

    def one(self, answer_id: int) -> Answer:
        """Raises `SupplierNotFound`."""
        with self._database.reading() as session:
            row = session.get(AnswerRow, answer_id)
            if row is None:
                raise SupplierNotFound(f"there is no answer {answer_id}")
            return _read(session, row)

    def answers(self, *, demand_id: int | None = None, supplier_id: int | None = None) -> list[Answer]:
        """Of a demand in the order given, or of a supplier."""
        query = (
            select(AnswerRow, DemandRow.enterprise_id, SupplierRow.enterprise_id)
            .join(DemandRow, DemandRow.id == AnswerRow.demand_id)
            .join(SupplierRow, SupplierRow.id == AnswerRow.supplier_id)
            .order_by(AnswerRow.id)
        )
        if demand_id is not None:
            query = query.where(AnswerRow.demand_id == demand_id)
        if supplier_id is not None:
            query = query.where(AnswerRow.supplier_id == supplier_id)
        with self._database.reading() as session:
            found = [(row, of, by) for row, of, by in session.execute(query)]
            contents = contents_of(session, AnswerVersionRow, AnswerContent, [row for row, _, _ in found])
            return [_answer(row, of, by, contents[row.id]) for row, of, by in found]

    def counts(self) -> dict[int, int]:
        """How many answers each demand has."""
        query = select(AnswerRow.demand_id, func.count()).group_by(AnswerRow.demand_id)
        with self._database.reading() as session:
            return dict(session.execute(query).all())

    def steps(self, answer_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.ANSWER, answer_id)

    def offers(self, answer: Answer, actor: Actor) -> list[Offer]:
        return ANSWER.offers(answer.state, actor, without=("offer", "revise"))


def _must_be_open(demand: DemandRow, supplier: SupplierRow | None, supplier_id: int) -> None:
    if supplier is None:
        raise SupplierNotFound(f"there is no supplier {supplier_id}")
    if supplier.state != "admitted":
        raise SupplierConflict(f"supplier {supplier_id} is {supplier.state}; only suppliers in the pool answer")
    if demand.state != "open":
        raise SupplierConflict(f"demand {demand.id} is {demand.state}; only open demands are answered")
    if demand.enterprise_id == supplier.enterprise_id:
        raise SupplierConflict("an enterprise does not answer its own demand")


def _must_be_own(session: Session, supplier_id: int, content: AnswerContent) -> None:
    if content.solution_id is None:
        return
    solution = session.get(SolutionRow, content.solution_id)
    if solution is None or solution.supplier_id != supplier_id or solution.state != "published":
        raise InvalidContent(f"solution_id: {content.solution_id} is no published solution of this supplier")


def _decline_others(session: Session, chosen: AnswerRow, actor: Actor, at_us: int) -> None:
    others = select(AnswerRow).where(
        AnswerRow.demand_id == chosen.demand_id,
        AnswerRow.id != chosen.id,
        AnswerRow.state.in_(("offered", "talking")),
    )
    for row in session.scalars(others.order_by(AnswerRow.id).with_for_update()).all():
        advance(session, ANSWER, row, "decline", actor, at_us=at_us, reason=_OTHER_CHOSEN)


def _read(session: Session, row: AnswerRow, content: AnswerContent | None = None) -> Answer:
    return _answer(
        row,
        session.get_one(DemandRow, row.demand_id).enterprise_id,
        session.get_one(SupplierRow, row.supplier_id).enterprise_id,
        content or content_of(session, AnswerVersionRow, AnswerContent, row),
    )


def _answer(row: AnswerRow, of: int, by: int, content: AnswerContent) -> Answer:
    return Answer(row.id, row.demand_id, row.supplier_id, of, by, row.state, row.version, content)
