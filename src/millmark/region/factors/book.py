"""Keeps factor requests: asked, assigned, answered, confirmed, escalated when overdue; every step is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.life import OFFICES, Actor, Offer, Party, must_be_version
from millmark.programmes.life.parties import RULE
from millmark.region.departments import Departments
from millmark.region.dispatch.errors import DispatchConflict, DispatchNotFound, InvalidRequest
from millmark.region.dispatch.rules import DispatchRules
from millmark.region.dispatch.steps import DispatchStep, steps_of, take
from millmark.region.factors.deadlines import escalations_due
from millmark.region.factors.machine import FACTOR_REQUEST, WITH_DEPARTMENT, WITH_OFFICE
from millmark.region.factors.reading import request_of, requests_of
from millmark.region.factors.request import FactorContent, FactorRequest, Task, due_on_of
from millmark.region.factors.statistics import FactorStatistics, reckon
from millmark.region.factors.tables import FactorAssignmentRow, FactorRequestRow, FactorRequestVersionRow
from millmark.registry import Database, Registry

_OWN_FORMS = frozenset({"ask", "amend", "escalate"})
_LEAD_ONLY = frozenset({"take_up", "return", "answer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A step somebody takes. `reason` is also the text of an answer; `tasks` are for assigning, the first department
    leads; `due_on` is for extending; `version` is the one that was seen."""

    action: str
    reason: str | None = None
    tasks: Sequence[Task] = ()
    due_on: date | None = None
    version: int | None = None


class FactorBook:
    """Requests for production factors, on SQLite or PostgreSQL."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        departments: Departments,
        rules: DispatchRules,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._registry = registry
        self._departments = departments
        self.rules = rules
        self._now_us = now_us
        self._zone = zone

    def today(self) -> date:
        """The city's calendar day."""
        return self.day_of(self._now_us())

    def day_of(self, at_us: int) -> date:
        return utc_datetime(at_us).astimezone(self._zone).date()

    def ask(
        self, enterprise_id: int, factor: str, urgency: str, content: FactorContent, *, actor: Actor
    ) -> FactorRequest:
        """Files a request, by the enterprise itself or by an office for it; raises `InvalidRequest`."""
        rule, now = self.rules.deadline(factor, urgency), self._now_us()
        kept = content.checked()
        row = FactorRequestRow(
            enterprise_id=enterprise_id,
            area_code=self._registry.enterprise(enterprise_id).area_code,
            factor=factor,
            urgency=urgency,
            round=1,
            level=0,
            asked_at_us=now,
            asked_by=actor.name,
            asked_by_office=not actor.acts_for(Party.ENTERPRISE),
            assign_by=self.rules.calendar.after(self.day_of(now), rule.assign),
        )
        with self._database.transaction() as session:
            take(session, FACTOR_REQUEST, row, "ask", actor, at_us=now, is_new=True)
            _keep_version(session, row, kept, actor, now)
            return request_of(session, row)

    def amend(
        self, request_id: int, content: FactorContent, *, actor: Actor, version: int | None = None
    ) -> FactorRequest:
        """A new version of what is asked for, as long as it is not assigned."""
        now, kept = self._now_us(), content.checked()
        with self._database.transaction() as session:
            row = _locked(session, request_id)
            must_be_version(row, version, f"request {request_id}")
            take(session, FACTOR_REQUEST, row, "amend", actor, at_us=now, corrected=True)
            _keep_version(session, row, kept, actor, now)
            return request_of(session, row)

    def act(self, request_id: int, act: Act, *, actor: Actor, department: str | None = None) -> FactorRequest:
        """Takes a step; `department` is whose staff takes it, where a department's staff does.

        Raises `IllegalStep`, `StepForbidden`, `ReasonMissing`, `StaleVersion`, `InvalidRequest`, `DispatchConflict`.
        """
        if act.action in _OWN_FORMS:
            raise InvalidRequest(f"action: {act.action!r} is not taken this way")
        with self._database.transaction() as session:
            row = _locked(session, request_id)
            must_be_version(row, act.version, f"request {request_id}")
            now = self._now_us()
            FACTOR_REQUEST.check(row.state, act.action, actor, act.reason)
            detail = self._effect(session, row, act, actor, department, now)
            take(session, FACTOR_REQUEST, row, act.action, actor, at_us=now, reason=act.reason, detail=detail)
            return request_of(session, row)

    def escalate_overdue(self) -> list[DispatchStep]:
        """Takes every step of escalation that is due today, as the rule; a second run on the day takes none."""
        now = self._now_us()
        today = self.day_of(now)
        taken: list[DispatchStep] = []
        query = select(FactorRequestRow.id).where(FactorRequestRow.state.in_(WITH_OFFICE | WITH_DEPARTMENT))
        with self._database.reading() as session:
            found = list(session.scalars(query.order_by(FactorRequestRow.id)))
        for request_id in found:
            with self._database.transaction() as session:
                taken += self._escalate(session, _locked(session, request_id), today, now)
        return taken

    def request(self, request_id: int) -> FactorRequest:
        """Raises `DispatchNotFound`."""
        with self._database.reading() as session:
            row = session.get(FactorRequestRow, request_id)
            if row is None:
                raise DispatchNotFound(f"there is no factor request {request_id}")
            return request_of(session, row)

    def requests(
        self,
        *,
        enterprise_id: int | None = None,
        state: str | None = None,
        factor: str | None = None,
        asked_before_us: int | None = None,
        asked_from_us: int | None = None,
    ) -> list[FactorRequest]:
        """The latest first."""
        query = select(FactorRequestRow).order_by(FactorRequestRow.id.desc())
        for column, value in (
            (FactorRequestRow.enterprise_id, enterprise_id),
            (FactorRequestRow.state, state),
            (FactorRequestRow.factor, factor),
        ):
            if value is not None:
                query = query.where(column == value)
        if asked_before_us is not None:
            query = query.where(FactorRequestRow.asked_at_us < asked_before_us)
        if asked_from_us is not None:
            query = query.where(FactorRequestRow.asked_at_us >= asked_from_us)
        with self._database.reading() as session:
            return requests_of(session, session.scalars(query).all())

    def steps(self, request_id: int) -> list[DispatchStep]:
        with self._database.reading() as session:
            return steps_of(session, FACTOR_REQUEST.kind, request_id)

    def versions(self, request_id: int) -> list[tuple[int, FactorContent, str, int]]:
        """What was asked for, version by version: (version, content, who saved it, when)."""
        query = select(FactorRequestVersionRow).where(FactorRequestVersionRow.request_id == request_id)
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(FactorRequestVersionRow.version))
            return [(row.version, FactorContent.from_json(row.content), row.saved_by, row.saved_at_us) for row in rows]

    def offers(self, request: FactorRequest, actor: Actor, department: str | None = None) -> list[Offer]:
        """What somebody may do now. A department takes the steps of its own part alone."""
        without: set[str] = set()
        if not actor.parties & OFFICES:
            part = None if department is None else request.present(department)
            leads = part is not None and part.lead and part.is_open
            helps = part is not None and not part.lead and part.is_open
            without |= (set() if leads else set(_LEAD_ONLY)) | (set() if helps else {"contribute"})
        else:
            without |= {"take_up", "return", "contribute"}
        return FACTOR_REQUEST.offers(request.state, actor, without=without)

    def statistics(self, requests: Sequence[FactorRequest]) -> FactorStatistics:
        return reckon(requests, self.today(), self.day_of)

    def _effect(
        self, session: Session, row: FactorRequestRow, act: Act, actor: Actor, department: str | None, now: int
    ) -> Mapping[str, Any]:
        """What a step changes beside the state; gives its detail."""
        match act.action:
            case "assign" | "reassign":
                return self._assign(session, row, act, actor, now)
            case "extend":
                return self._extend(session, row, act.due_on)
            case "take_up":
                part = _part(session, row, department, lead=True)
                part.taken_up_at_us = now
                return {"department": part.department}
            case "return":
                part = _part(session, row, department, lead=True)
                part.ended_at_us, part.ended_as, part.answer = now, "returned", act.reason
                self._let_go(session, row, now)
                self._back_to_office(row, now)
                return {"department": part.department, "assign_by": row.assign_by.isoformat()}
            case "contribute":
                part = _part(session, row, department, lead=False)
                part.ended_at_us, part.ended_as, part.answer = now, "answered", act.reason
                return {"department": part.department}
            case "answer":
                return self._answer(session, row, act, actor, department, now)
            case "reopen":
                row.round += 1
                row.settled_at_us = None
                self._back_to_office(row, now)
                return {"round": row.round, "assign_by": row.assign_by.isoformat()}
            case "withdraw":
                self._let_go(session, row, now)
                row.settled_at_us = now
                return {}
            case _:
                row.settled_at_us = now
                return {}

    def _assign(self, session: Session, row: FactorRequestRow, act: Act, actor: Actor, now: int) -> Mapping[str, Any]:
        if not act.tasks:
            raise InvalidRequest("departments: name at least one; the first leads")
        names = [task.department for task in act.tasks]
        if len(set(names)) != len(names):
            raise InvalidRequest("departments: each is named once")
        today = self.day_of(now)
        by_rule = self.rules.calendar.after(today, self.rules.deadline(row.factor, row.urgency).answer)
        self._let_go(session, row, now)
        for at, task in enumerate(act.tasks):
            self._departments.department(task.department)
            due_on = task.due_on or by_rule
            if due_on < today:
                raise InvalidRequest(f"due_on: {due_on} is past; a deadline is today or later")
            session.add(
                FactorAssignmentRow(
                    request_id=row.id,
                    round=row.round,
                    department=task.department,
                    lead=at == 0,
                    due_on=due_on,
                    assigned_at_us=now,
                    assigned_by=actor.name,
                )
            )
        row.answer_by, row.level = act.tasks[0].due_on or by_rule, 0
        return {"departments": names, "answer_by": row.answer_by.isoformat()}

    def _extend(self, session: Session, row: FactorRequestRow, due_on: date | None) -> Mapping[str, Any]:
        if due_on is None or row.answer_by is None or due_on <= row.answer_by:
            raise InvalidRequest(f"due_on: name a day after the present deadline, {row.answer_by}")
        if due_on < self.today():
            raise InvalidRequest(f"due_on: {due_on} is past; a deadline is today or later")
        before = row.answer_by
        row.answer_by, row.level = due_on, 0
        for part in _open_parts(session, row):
            part.due_on = max(part.due_on, due_on)
        return {"before": before.isoformat(), "answer_by": due_on.isoformat()}

    def _answer(
        self, session: Session, row: FactorRequestRow, act: Act, actor: Actor, department: str | None, now: int
    ) -> Mapping[str, Any]:
        by_office = department is None and bool(actor.parties & OFFICES)
        if by_office:
            lead = next((part for part in _open_parts(session, row) if part.lead), None)
        else:
            lead = _part(session, row, department, lead=True)
        if lead is not None:
            lead.ended_at_us, lead.ended_as, lead.answer = now, "answered", act.reason
        self._let_go(session, row, now)
        row.answered_at_us = row.answered_at_us or now
        return {"department": None if lead is None else lead.department, "by_office": by_office}

    def _let_go(self, session: Session, row: FactorRequestRow, now: int) -> None:
        """Ends what departments still have in hand, without counting it as theirs."""
        for part in _open_parts(session, row):
            part.ended_at_us, part.ended_as = now, "withdrawn"

    def _back_to_office(self, row: FactorRequestRow, now: int) -> None:
        rule = self.rules.deadline(row.factor, row.urgency)
        row.assign_by, row.answer_by, row.level = self.rules.calendar.after(self.day_of(now), rule.assign), None, 0

    def _escalate(self, session: Session, row: FactorRequestRow, today: date, now: int) -> list[DispatchStep]:
        due_on = due_on_of(row.state, row.assign_by, row.answer_by)
        steps = []
        for due in escalations_due(due_on, today, row.level, self.rules.escalation, self.rules.calendar):
            row.level = due.level
            detail = {
                "level": due.level,
                "to_zh": due.to_zh,
                "to_en": due.to_en,
                "due_on": "" if due_on is None else due_on.isoformat(),
                "since": due.since.isoformat(),
            }
            steps.append(take(session, FACTOR_REQUEST, row, "escalate", RULE, at_us=now, detail=detail))
        return steps


def _locked(session: Session, request_id: int) -> FactorRequestRow:
    row = session.get(FactorRequestRow, request_id, with_for_update=True)
    if row is None:
        raise DispatchNotFound(f"there is no factor request {request_id}")
    return row


def _open_parts(session: Session, row: FactorRequestRow) -> Sequence[FactorAssignmentRow]:
    query = select(FactorAssignmentRow).where(
        FactorAssignmentRow.request_id == row.id, FactorAssignmentRow.ended_as.is_(None)
    )
    return session.scalars(query.order_by(FactorAssignmentRow.id)).all()


def _part(session: Session, row: FactorRequestRow, department: str | None, *, lead: bool) -> FactorAssignmentRow:
    for part in _open_parts(session, row):
        if part.department == department and part.lead == lead:
            return part
    role = "leads" if lead else "helps with"
    raise DispatchConflict(f"request {row.id}: {department or 'nobody'} {role} none of its open parts")


def _keep_version(session: Session, row: FactorRequestRow, content: FactorContent, actor: Actor, now: int) -> None:
    session.add(
        FactorRequestVersionRow(
            request_id=row.id, version=row.version, content=content.as_json(), saved_by=actor.name, saved_at_us=now
        )
    )
    session.flush()
