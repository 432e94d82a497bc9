"""What happens in a project: milestones reached, money put in, problems raised and solved, overdue ones escalated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes import Grade
from millmark.programmes.life import Actor, Offer, must_be_version
from millmark.programmes.life.parties import RULE
from millmark.region.departments import Departments
from millmark.region.dispatch.errors import DispatchConflict, DispatchNotFound, InvalidRequest
from millmark.region.dispatch.steps import DispatchStep, steps_of, take
from millmark.region.factors.deadlines import escalations_due
from millmark.region.investments.book import InvestmentBook, locked
from millmark.region.investments.content import LONGEST_TEXT, MOST_FEN
from millmark.region.investments.machine import INVESTMENT, PROBLEM, PROBLEM_OPEN
from millmark.region.investments.project import Investment, Problem
from millmark.region.investments.reading import problem_of
from millmark.region.investments.tables import InvestmentRow, MilestoneReportRow, PaymentRow, ProblemRow
from millmark.registry import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemAct:
    """A step of a problem. `department` and `due_on` are for assigning; `version` is the one that was seen."""

    action: str
    reason: str | None = None
    department: str | None = None
    due_on: date | None = None
    version: int | None = None


class InvestmentProgress:
    """Writes what becomes of projects, on SQLite or PostgreSQL; what was wrong is voided in sight."""

    def __init__(
        self,
        database: Database,
        book: InvestmentBook,
        departments: Departments,
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._book = book
        self._departments = departments
        self._now_us = now_us

    def reach(
        self, investment_id: int, milestone: str, happened_on: date, *, actor: Actor, note: str = ""
    ) -> Investment:
        """Reports that a milestone was reached; raises `DispatchConflict` where a report stands already."""
        if happened_on > self._book.today():
            raise InvalidRequest(f"happened_on: {happened_on} has not come; report what has happened")
        now = self._now_us()
        with self._database.transaction() as session:
            row = locked(session, investment_id)
            project = self._book.read(session, row)
            planned = next((one for one in project.milestones if one.key == milestone), None)
            if planned is None:
                known = ", ".join(one.key for one in project.milestones) or "none"
                raise DispatchNotFound(f"project {investment_id} has no milestone {milestone!r}; it has {known}")
            if planned.actual_on is not None:
                raise DispatchConflict(
                    f"milestone {milestone} was reached on {planned.actual_on}; void that report first if it is wrong"
                )
            session.add(
                MilestoneReportRow(
                    investment_id=investment_id,
                    milestone=milestone,
                    happened_on=happened_on,
                    note=_text(note, "note"),
                    reported_by=actor.name,
                    reported_at_us=now,
                )
            )
            detail = {"milestone": milestone, "happened_on": happened_on.isoformat()}
            take(session, INVESTMENT, row, "milestone", actor, at_us=now, reason=note, detail=detail)
        return self._book.project(investment_id)

    def void_report(self, investment_id: int, report_id: int, *, actor: Actor, reason: str) -> Investment:
        """Says that a report of a milestone does not hold."""
        now = self._now_us()
        with self._voiding(f"report {report_id}") as session:
            row = locked(session, investment_id)
            report = session.get(MilestoneReportRow, report_id)
            if report is None or report.investment_id != investment_id or report.voids is not None:
                raise DispatchNotFound(f"project {investment_id} has no milestone report {report_id}")
            if session.scalar(select(exists().where(MilestoneReportRow.voids == report_id))):
                raise DispatchConflict(f"report {report_id} is void already")
            detail = {"milestone": report.milestone, "report": report_id}
            take(session, INVESTMENT, row, "void_milestone", actor, at_us=now, reason=reason, detail=detail)
            session.add(
                MilestoneReportRow(
                    investment_id=investment_id,
                    milestone=report.milestone,
                    happened_on=report.happened_on,
                    note=reason,
                    reported_by=actor.name,
                    reported_at_us=now,
                    voids=report_id,
                )
            )
        return self._book.project(investment_id)

    def pay(
        self,
        investment_id: int,
        amount_fen: int,
        paid_on: date,
        *,
        source: str,
        actor: Actor,
        grade: Grade = Grade.DOCUMENT_BACKED,
    ) -> Investment:
        """Records money put into a project, in fen, with the document that says so."""
        if not 0 < amount_fen <= MOST_FEN:
            raise InvalidRequest(f"amount_fen: must be more than 0 and at most {MOST_FEN} fen")
        if paid_on > self._book.today():
            raise InvalidRequest(f"paid_on: {paid_on} has not come; record what was paid")
        if not source.strip():
            raise InvalidRequest("source: say which document states the money")
        now = self._now_us()
        with self._database.transaction() as session:
            row = locked(session, investment_id)
            payment = PaymentRow(
                investment_id=investment_id,
                paid_on=paid_on,
                amount_fen=amount_fen,
                source=_text(source, "source"),
                grade=grade,
                recorded_by=actor.name,
                recorded_at_us=now,
            )
            session.add(payment)
            session.flush()
            detail = {"payment": payment.id, "amount_fen": amount_fen, "paid_on": paid_on.isoformat()}
            take(session, INVESTMENT, row, "payment", actor, at_us=now, reason=source, detail=detail)
        return self._book.project(investment_id)

    def void_payment(self, investment_id: int, payment_id: int, *, actor: Actor, reason: str) -> Investment:
        """Says that a record of money does not hold."""
        now = self._now_us()
        with self._voiding(f"payment {payment_id}") as session:
            row = locked(session, investment_id)
            payment = session.get(PaymentRow, payment_id)
            if payment is None or payment.investment_id != investment_id or payment.voids is not None:
                raise DispatchNotFound(f"project {investment_id} has no payment {payment_id}")
            if session.scalar(select(exists().where(PaymentRow.voids == payment_id))):
                raise DispatchConflict(f"payment {payment_id} is void already")
            detail = {"payment": payment_id, "amount_fen": payment.amount_fen}
            take(session, INVESTMENT, row, "void_payment", actor, at_us=now, reason=reason, detail=detail)
            session.add(
                PaymentRow(
                    investment_id=investment_id,
                    paid_on=payment.paid_on,
                    amount_fen=payment.amount_fen,
                    source=reason,
                    grade=payment.grade,
                    recorded_by=actor.name,
                    recorded_at_us=now,
                    voids=payment_id,
                )
            )
        return self._book.project(investment_id)

    def raise_problem(
        self,
        investment_id: int,
        text: str,
        *,
        actor: Actor,
        department: str | None = None,
        due_on: date | None = None,
    ) -> Problem:
        """Raises a problem of a project, for a department or the office itself to solve; without a day, the rules'."""
        if not text.strip():
            raise InvalidRequest("text: say what stands in the project's way")
        now, today = self._now_us(), self._book.today()
        self._must_know(department)
        due = due_on or self._book.rules.calendar.after(today, self._book.rules.investments.problem)
        _must_come(due, today)
        with self._database.transaction() as session:
            project = locked(session, investment_id)
            if project.state not in ("active", "paused"):
                raise DispatchConflict(f"project {investment_id} is {project.state}; resume it first")
            row = ProblemRow(
                investment_id=investment_id,
                text=_text(text, "text"),
                department=department,
                due_on=due,
                level=0,
                raised_by=actor.name,
                raised_at_us=now,
            )
            detail = {"department": department, "due_on": due.isoformat()}
            take(session, PROBLEM, row, "raise", actor, at_us=now, detail=detail, is_new=True)
            return problem_of(row)

    def act_on_problem(
        self, problem_id: int, act: ProblemAct, *, actor: Actor, department: str | None = None
    ) -> Problem:
        """Takes a step of a problem; `department` is whose staff takes it, where a department's staff does."""
        if act.action in ("raise", "escalate"):
            raise InvalidRequest(f"action: {act.action!r} is not taken this way")
        now, today = self._now_us(), self._book.today()
        with self._database.transaction() as session:
            row = session.get(ProblemRow, problem_id, with_for_update=True)
            if row is None:
                raise DispatchNotFound(f"there is no problem {problem_id}")
            must_be_version(row, act.version, f"problem {problem_id}")
            PROBLEM.check(row.state, act.action, actor, act.reason)
            if department is not None and row.department != department:
                raise DispatchConflict(f"problem {problem_id} is not {department}'s to solve")
            detail: dict[str, str | None] = {}
            if act.action == "assign":
                self._must_know(act.department)
                row.department = act.department
            if act.action in ("assign", "reopen"):
                row.due_on = act.due_on or self._book.rules.calendar.after(today, self._book.rules.investments.problem)
                _must_come(row.due_on, today)
                row.level, row.ended_on = 0, None
                detail = {"department": row.department, "due_on": row.due_on.isoformat()}
            if act.action in ("solve", "drop"):
                row.ended_on = today
            take(session, PROBLEM, row, act.action, actor, at_us=now, reason=act.reason, detail=detail)
            return problem_of(row)

    def escalate_overdue(self) -> list[DispatchStep]:
        """Takes every step of escalation that is due today, as the rule; a second run on the day takes none."""
        now, today, rules = self._now_us(), self._book.today(), self._book.rules
        query = (
            select(ProblemRow.id)
            .join(InvestmentRow, InvestmentRow.id == ProblemRow.investment_id)
            .where(ProblemRow.state.in_(PROBLEM_OPEN), InvestmentRow.state.in_(("active", "paused")))
        )
        with self._database.reading() as session:
            found = list(session.scalars(query.order_by(ProblemRow.id)))
        taken: list[DispatchStep] = []
        for problem_id in found:
            with self._database.transaction() as session:
                row = session.get_one(ProblemRow, problem_id, with_for_update=True)
                if row.state not in PROBLEM_OPEN:
                    continue
                for due in escalations_due(row.due_on, today, row.level, rules.escalation, rules.calendar):
                    row.level = due.level
                    detail = {
                        "level": due.level,
                        "to_zh": due.to_zh,
                        "to_en": due.to_en,
                        "due_on": row.due_on.isoformat(),
                        "since": due.since.isoformat(),
                    }
                    taken.append(take(session, PROBLEM, row, "escalate", RULE, at_us=now, detail=detail))
        return taken

    def problem(self, problem_id: int) -> Problem:
        """Raises `DispatchNotFound`."""
        with self._database.reading() as session:
            row = session.get(ProblemRow, problem_id)
            if row is None:
                raise DispatchNotFound(f"there is no problem {problem_id}")
            return problem_of(row)

    def problem_steps(self, problem_id: int) -> list[DispatchStep]:
        with self._database.reading() as session:
            return steps_of(session, PROBLEM.kind, problem_id)

    def problem_offers(self, problem: Problem, actor: Actor) -> list[Offer]:
        return PROBLEM.offers(problem.state, actor)

    def _must_know(self, department: str | None) -> None:
        if department is not None:
            self._departments.department(department)

    @contextmanager
    def _voiding(self, what: str) -> Iterator[Session]:
        try:
            with self._database.transaction() as session:
                yield session
        except IntegrityError as error:
            raise DispatchConflict(f"{what} has just been voided by someone else") from error


def _text(value: str, field: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise InvalidRequest(f"{field}: must have at most {LONGEST_TEXT} characters")
    return value.strip()


def _must_come(due_on: date, today: date) -> None:
    if due_on < today:
        raise InvalidRequest(f"due_on: {due_on} is past; a deadline is today or later")
