"""Follow-up of effect: what got better, measured by claims before and after, or as told where there is no claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.claims import PresentedClaim, VerifiedClaims
from millmark.programmes.errors import InvalidRecord, RecordConflict, RecordNotFound, StepForbidden
from millmark.programmes.grade import Grade
from millmark.programmes.life import Actor, ObjectKind, Party
from millmark.programmes.life.steps import record
from millmark.programmes.projects.projects import locked_project
from millmark.programmes.projects.tables import EffectRow
from millmark.registry import Database

_MILLIONTH = Decimal("0.000001")
_HUNDREDTH = Decimal("0.01")


class EffectTopic(StrEnum):
    QUALITY = "quality"
    EFFICIENCY = "efficiency"
    COST = "cost"
    ENERGY = "energy"


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectName:
    """What an effect is about. `lower_is_better` as with energy or rejects."""

    topic: EffectTopic
    name_zh: str
    name_en: str
    unit: str
    lower_is_better: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The value of one period, both days included; without a claim it is as the enterprise told it."""

    value: Decimal
    first: date
    last: date
    claim_id: str | None = None
    coverage: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Before against after, with the grade of the weaker side."""

    id: int
    project_id: int
    name: EffectName
    measure: str | None
    before: Side
    after: Side
    grade: Grade
    recorded_by: str
    recorded_at_us: int

    @property
    def change(self) -> Decimal:
        return self.after.value - self.before.value

    @property
    def change_percent(self) -> Decimal | None:
        """The change in percent of the value before, to a hundredth; None where that was zero."""
        if not self.before.value:
            return None
        with localcontext() as exact:
            exact.prec = 50
            return (self.change / abs(self.before.value) * 100).quantize(_HUNDREDTH)

    @property
    def is_better(self) -> bool | None:
        """None where nothing changed."""
        return None if not self.change else (self.change < 0) == self.name.lower_is_better


class EffectBook:
    """Keeps effects, recorded from the end of the work on; a later one replaces an earlier one in sight."""

    def __init__(self, database: Database, claims: VerifiedClaims, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._claims = claims
        self._now_us = now_us

    def from_claims(
        self, project_id: int, name: EffectName, before_claim_id: str, after_claim_id: str, *, actor: Actor
    ) -> Effect:
        """An effect that two claims of one measure and subject show.

        Raises `InvalidRecord` for claims that do not make a pair, and what the claim book raises for unknown ones.
        """
        # Verifying reads rows of the history: it takes its time outside of any transaction.
        before, after = self._claims.one(before_claim_id), self._claims.one(after_claim_id)
        with self._database.transaction() as session:
            enterprise_id = _must_follow_up(session, project_id, actor)
            _must_pair(before, after, enterprise_id)
            grade = Grade.MACHINE_PROVEN if before.verified and after.verified else Grade.SELF_REPORTED
            return self._keep(session, project_id, name, before.measure, _side(before), _side(after), grade, actor)

    def told(self, project_id: int, name: EffectName, before: Side, after: Side, *, actor: Actor) -> Effect:
        """An effect as the enterprise tells it."""
        if before.last >= after.first:
            raise InvalidRecord(f"after: its period must begin after {before.last}, when the one before ends")
        if before.first > before.last or after.first > after.last:
            raise InvalidRecord("before, after: a period must not end before it starts")
        with self._database.transaction() as session:
            _must_follow_up(session, project_id, actor)
            return self._keep(session, project_id, name, None, before, after, Grade.SELF_REPORTED, actor)

    def effects(self, project_id: int) -> list[Effect]:
        """The latest of each topic and name, in the order recorded."""
        with self._database.reading() as session:
            rows = session.scalars(select(EffectRow).where(EffectRow.project_id == project_id).order_by(EffectRow.id))
            latest = {(row.topic, row.name_zh): _effect(row) for row in rows}
        return list(latest.values())

    def _keep(
        self,
        session: Session,
        project_id: int,
        name: EffectName,
        measure: str | None,
        before: Side,
        after: Side,
        grade: Grade,
        actor: Actor,
    ) -> Effect:
        if not name.name_zh.strip():
            raise InvalidRecord("name_zh: say what got better")
        row = EffectRow(
            project_id=project_id,
            topic=name.topic,
            name_zh=name.name_zh.strip(),
            name_en=name.name_en.strip(),
            unit=name.unit,
            lower_is_better=name.lower_is_better,
            measure=measure,
            before_claim_id=before.claim_id,
            after_claim_id=after.claim_id,
            before_value=before.value.quantize(_MILLIONTH),
            after_value=after.value.quantize(_MILLIONTH),
            before_first=before.first,
            before_last=before.last,
            after_first=after.first,
            after_last=after.last,
            before_coverage=before.coverage,
            after_coverage=after.coverage,
            grade=grade,
            recorded_by=actor.name,
            recorded_at_us=self._now_us(),
        )
        session.add(row)
        session.flush()
        project = locked_project(session, project_id)
        record(
            session,
            kind=ObjectKind.PROJECT,
            object_id=project_id,
            version=project.version,
            state_from=project.state,
            state_to=project.state,
            action="record_effect",
            actor=actor,
            at_us=self._now_us(),
            detail={"effect": row.id, "topic": name.topic, "grade": grade},
        )
        return _effect(row)


def _must_follow_up(session: Session, project_id: int, actor: Actor) -> int:
    """The project's enterprise."""
    row = locked_project(session, project_id)
    if row.state not in ("finished", "accepted"):
        raise RecordConflict(f"project {project_id} is {row.state}; effects are recorded once the work is finished")
    if not actor.acts_for(Party.ENTERPRISE):
        raise StepForbidden("effects are recorded by the enterprise itself")
    return row.enterprise_id


def _must_pair(before: PresentedClaim, after: PresentedClaim, enterprise_id: int) -> None:
    for claim in (before, after):
        if claim.enterprise_id != enterprise_id:
            raise RecordNotFound(f"there is no claim {claim.id}")
        if not claim.denominator:
            raise InvalidRecord(f"claim {claim.id} has nothing to divide by, so it has no value")
    problems = {
        f"claims: one is about {before.measure}, the other about {after.measure}": before.measure != after.measure,
        f"claims: one is of {before.subject}, the other of {after.subject}": before.subject != after.subject,
        f"claims: the one after must begin after {before.last_date}": after.first_date <= before.last_date,
    }
    for problem, applies in problems.items():
        if applies:
            raise InvalidRecord(problem)


def _side(claim: PresentedClaim) -> Side:
    with localcontext() as exact:
        exact.prec = 60
        value = claim.numerator / claim.denominator
    return Side(
        value=value.quantize(_MILLIONTH),
        first=claim.first_date,
        last=claim.last_date,
        claim_id=claim.id,
        coverage=claim.coverage_share.quantize(_MILLIONTH),
    )


def _effect(row: EffectRow) -> Effect:
    return Effect(
        id=row.id,
        project_id=row.project_id,
        name=EffectName(
            topic=EffectTopic(row.topic),
            name_zh=row.name_zh,
            name_en=row.name_en,
            unit=row.unit,
            lower_is_better=row.lower_is_better,
        ),
        measure=row.measure,
        before=Side(
            value=row.before_value,
            first=row.before_first,
            last=row.before_last,
            claim_id=row.before_claim_id,
            coverage=row.before_coverage,
        ),
        after=Side(
            value=row.after_value,
            first=row.after_first,
            last=row.after_last,
            claim_id=row.after_claim_id,
            coverage=row.after_coverage,
        ),
        grade=Grade(row.grade),
        recorded_by=row.recorded_by,
        recorded_at_us=row.recorded_at_us,
    )
