"""Applications from the offices' side: checked for completeness, returned, recommended, judged, passed or rejected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.errors import IllegalStep, InvalidRecord, QuotaExhausted
from millmark.programmes.life.application_files import (
    ApplicationFile,
    application_file,
    keep_advice,
    locked,
    must_be_in_charge,
)
from millmark.programmes.life.applications import ApplicationBook
from millmark.programmes.life.calls import CallBook, CallFile
from millmark.programmes.life.judging import Advice, Adviser
from millmark.programmes.life.machines import APPLICATION
from millmark.programmes.life.parties import Actor, Party
from millmark.programmes.life.ranks import NO_LONGER_RECOMMENDED, give_rank
from millmark.programmes.life.reviews import must_be_scored, statistics_of
from millmark.programmes.life.steps import ObjectKind, advance, must_be_version
from millmark.programmes.life.tables import StepRow
from millmark.programmes.pack import Level
from millmark.programmes.records import NewProgrammeRecord, ProgrammeRecords, RecordKind
from millmark.programmes.span import DateSpan
from millmark.programmes.tables import ApplicationRow, CallRow
from millmark.registry import Database, Enterprise

DECISIONS = frozenset(
    {
        "return",
        "accept",
        "judge",
        "recommend_county",
        "recommend_city",
        "recommend_province",
        "rank",
        "open_review",
        "close_scoring",
        "rescore",
        "pass",
        "fail",
        "reject",
    }
)
_PASSED = ("passed", "publicised", "recognised")


@dataclass(frozen=True, slots=True)
class OfficeStep:
    """A step of an office: `due_in_days` for a return, `judgements` by condition for what only people can judge,
    `rank` for the place of what it recommends on its list."""

    action: str
    reason: str | None = None
    version: int | None = None
    due_in_days: int | None = None
    judgements: Mapping[str, bool] = field(default_factory=dict)
    rank: int | None = None


class OfficeDesk:
    """Takes the steps of offices. `enterprise_of` gives an enterprise by its id."""

    def __init__(
        self,
        database: Database,
        calls: CallBook,
        applications: ApplicationBook,
        adviser: Adviser,
        records: ProgrammeRecords,
        enterprise_of: Callable[[int], Enterprise],
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._calls = calls
        self._applications = applications
        self._adviser = adviser
        self._records = records
        self._enterprise_of = enterprise_of
        self._now_us = now_us

    def act(self, application_id: int, step: OfficeStep, actor: Actor) -> ApplicationFile:
        """Takes one step, or raises what forbids it: `IllegalStep`, `StepForbidden`, `ReasonMissing`, `StaleVersion`,
        `QuotaExhausted`, `InvalidRecord`; then nothing has happened."""
        if step.action not in DECISIONS:
            raise IllegalStep(f"an office takes no step {step.action!r} here; it takes {', '.join(sorted(DECISIONS))}")
        if step.rank is not None and not (step.action == "rank" or step.action.startswith("recommend_")):
            raise InvalidRecord(
                f"rank: it goes with a recommendation, not with {step.action!r}; leave it out",
                "推荐排序只在推荐时填写,请不要填写",
            )
        call_id, enterprise_id = self._applications.ids_of(application_id)
        enterprise = self._enterprise_of(enterprise_id)
        advice = self._advice(application_id, step) if step.action == "judge" else None
        with self._database.transaction() as session:
            # The call first: quotas are counted by those who hold it, one after the other.
            session.get(CallRow, call_id, with_for_update=True)
            row, call = locked(session, application_id)
            APPLICATION.check(row.state, step.action, actor, step.reason)
            must_be_in_charge(call, row.state, step.action, actor)
            must_be_version(row, step.version, f"application {application_id}")
            detail = self._prepared(session, row, call, enterprise, step)
            taken = advance(
                session,
                APPLICATION,
                row,
                step.action,
                actor,
                at_us=self._now_us(),
                reason=step.reason,
                detail=detail,
            )
            if advice is not None:
                keep_advice(session, row, call, advice, actor, self._now_us())
            if step.action.startswith("recommend_"):
                self._count_recommendation(session, row, call, enterprise, taken.id, actor)
            return application_file(session, row)

    def _prepared(
        self, session: Session, row: ApplicationRow, call: CallFile, enterprise: Enterprise, step: OfficeStep
    ) -> dict[str, Any]:
        """What belongs to the step, after the checks that it alone needs."""
        today = self._calls.today()
        match step.action:
            case "return":
                row.due_on = today + timedelta(days=step.due_in_days or call.terms.correction_days)
                return {"due_on": row.due_on.isoformat()}
            case "judge":
                return {"judgements": dict(step.judgements)}
            case "recommend_county" | "recommend_city" | "recommend_province":
                area = self._within_area_quota(session, row, call, enterprise, step.action)
                office = Party(step.action.removeprefix("recommend_"))
                give_rank(session, row, office, area, step.rank)
                return {"area": area} if step.rank is None else {"area": area, "rank": step.rank}
            case "rank":
                return self._ranked_again(session, row, enterprise, step.rank)
            case "close_scoring":
                return {"statistics": must_be_scored(session, row.id, call.terms).to_json()}
            case "pass":
                self._must_be_within_quota(session, call)
                found = statistics_of(session, row.id, call.terms)
                return {} if found is None else {"statistics": found.to_json()}
        return {}

    def _advice(self, application_id: int, step: OfficeStep) -> Advice:
        found = self._applications.application(application_id)
        known = {one["id"] for one in (found.advice.conditions if found.advice else ())}
        if not step.judgements:
            raise InvalidRecord("judgements: answer at least one of the conditions that people judge")
        if unknown := sorted(set(step.judgements) - known):
            raise InvalidRecord(f"judgements: {', '.join(unknown)} is no condition of the call's pack")
        judgements = {**self._applications.judgements(found.id), **step.judgements}
        return self._adviser.advise(
            found.call, found.enterprise_id, found.current.content, judgements, application_id=found.id
        )

    def _within_area_quota(
        self, session: Session, row: ApplicationRow, call: CallFile, enterprise: Enterprise, action: str
    ) -> str:
        """The area that recommends; raises `QuotaExhausted` when it has recommended as many as the call allows."""
        area = _area_of(Party(action.removeprefix("recommend_")), enterprise.area_code)
        most = call.terms.area_quotas.get(area)
        if most is None:
            return area
        query = (
            select(StepRow.object_id, StepRow.detail)
            .join(ApplicationRow, ApplicationRow.id == StepRow.object_id)
            .where(
                StepRow.object_kind == ObjectKind.APPLICATION,
                StepRow.action == action,
                ApplicationRow.call_id == call.id,
                ApplicationRow.id != row.id,
                ApplicationRow.state.not_in(NO_LONGER_RECOMMENDED),
            )
        )
        recommended = {object_id for object_id, detail in session.execute(query) if detail.get("area") == area}
        if len(recommended) >= most:
            raise QuotaExhausted(
                f"area {area} may recommend {most} in call {call.slug!r} and has recommended them",
                f"{area} 在本通知中可推荐 {most} 家,名额已满;请先退回其中一家,或请发布单位调整名额",
            )
        return area

    @staticmethod
    def _ranked_again(
        session: Session, row: ApplicationRow, enterprise: Enterprise, rank: int | None
    ) -> dict[str, Any]:
        """Another place on the list of the office whose recommendation was the last, or none."""
        office = Party(row.state.removesuffix("_recommended"))
        area = _area_of(office, enterprise.area_code)
        give_rank(session, row, office, area, rank)
        return {"area": area, "rank": rank}

    @staticmethod
    def _must_be_within_quota(session: Session, call: CallFile) -> None:
        quota = call.terms.quota
        if quota is None:
            return
        query = select(ApplicationRow.id).where(ApplicationRow.call_id == call.id, ApplicationRow.state.in_(_PASSED))
        if len(session.scalars(query).all()) >= quota:
            raise QuotaExhausted(
                f"call {call.slug!r} selects {quota}, and as many have passed",
                f"本通知名额为 {quota} 家,已全部通过;请先调整名额",
            )

    def _count_recommendation(
        self,
        session: Session,
        row: ApplicationRow,
        call: CallFile,
        enterprise: Enterprise,
        step_id: int,
        actor: Actor,
    ) -> None:
        """The last office's recommendation to a higher body is what the city's figures count."""
        is_last = call.terms.next_office(row.state) is None
        if call.level is Level.CITY or not is_last or not counts(call, enterprise):
            return
        self._records.add_within(
            session,
            NewProgrammeRecord(
                kind=RecordKind.RECOMMENDATION,
                programme=call.programme,
                area=enterprise.area_code,
                span=DateSpan.of_day(self._calls.today()),
                source=f"application {row.id}, step {step_id}: recommended in call {call.slug}",
                subject=enterprise.name_zh,
                enterprise_id=enterprise.id,
                placeholder=enterprise.is_placeholder,
            ),
            recorded_by=actor.name,
        )


def counts(call: CallFile, enterprise: Enterprise) -> bool:
    """Whether what happens belongs in the city's figures: a fictional enterprise counts in demonstrations alone."""
    return call.is_demonstration or not enterprise.is_demonstration


def _area_of(office: Party, area_code: str) -> str:
    match office:
        case Party.PROVINCE:
            return f"{area_code[:2]}0000"
        case Party.CITY:
            return f"{area_code[:4]}00"
        case _:
            return area_code
