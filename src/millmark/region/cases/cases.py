"""The case library: written by enterprise or office, agreed to by the enterprise, published by the office."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes import Grade, VerifiedClaims
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, must_be_version, steps_of
from millmark.programmes.projects import EffectName, EffectTopic, Side
from millmark.programmes.toml_file import Frozen
from millmark.region.cases.effects import CaseEffect, grade_of_case, measured, told
from millmark.region.cases.errors import CaseNotFound, InvalidCase
from millmark.region.cases.machines import CASE
from millmark.region.cases.tables import CaseEffectRow, CaseRow, CaseVersionRow
from millmark.region.suppliers.contents import Fen, IndustryCode, ScenarioId, Text, Title
from millmark.region.suppliers.tables import SupplierRow
from millmark.region.versioned import add_version, content_of, contents_of
from millmark.registry import Database


class CaseContent(Frozen):
    """What was done, told for people who stand before the same question."""

    title_zh: Annotated[str, Field(min_length=1, max_length=120)]
    title_en: Title = ""
    problem_zh: Annotated[str, Field(min_length=1, max_length=4000)]
    problem_en: Text = ""
    done_zh: Annotated[str, Field(min_length=1, max_length=4000)]
    done_en: Text = ""
    scenarios: Annotated[tuple[ScenarioId, ...], Field(max_length=16)] = ()
    industry: IndustryCode | None = None
    investment_fen: Fen | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its latest version says, with the grade of its weakest effect."""

    id: int
    enterprise_id: int
    supplier_id: int | None
    state: str
    version: int
    content: CaseContent
    effects: tuple[CaseEffect, ...]

    @property
    def grade(self) -> Grade:
        return grade_of_case(self.effects)


class CaseBook:
    """Keeps cases. The consent is to what is there: whatever changes afterwards needs another one."""

    def __init__(self, database: Database, claims: VerifiedClaims, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._claims = claims
        self._now_us = now_us

    def draft(self, enterprise_id: int, content: CaseContent, actor: Actor, *, supplier_id: int | None = None) -> Case:
        """A new case of an enterprise; raises `InvalidCase` for a supplier that is not there."""
        with self._database.transaction() as session:
            if supplier_id is not None and session.get(SupplierRow, supplier_id) is None:
                raise InvalidCase(f"supplier_id: there is no supplier {supplier_id}")
            row = CaseRow(enterprise_id=enterprise_id, supplier_id=supplier_id)
            begin(session, CASE, row, "draft", actor, at_us=self._now_us())
            add_version(session, CaseVersionRow, row, content, actor, at_us=self._now_us())
            return _case(row, content, ())

    def revise(self, case_id: int, content: CaseContent, actor: Actor, *, version: int | None = None) -> Case:
        """A new version, a draft again: what was agreed to no longer stands. Raises `StaleVersion`, `IllegalStep`."""
        with self._database.transaction() as session:
            row = _locked(session, case_id)
            must_be_version(row, version, f"case {case_id}")
            advance(session, CASE, row, "revise", actor, at_us=self._now_us(), corrected=True)
            add_version(session, CaseVersionRow, row, content, actor, at_us=self._now_us())
            return _case(row, content, _effects(session, [row.id])[row.id])

    def measured(self, case_id: int, name: EffectName, before_claim_id: str, after_claim_id: str, actor: Actor) -> Case:
        """An effect that two claims show. Raises `InvalidCase` for claims that are no pair, and what the claim book
        raises for unknown ones."""
        # Verifying reads rows of the history: it takes its time outside of any transaction.
        before, after = self._claims.one(before_claim_id), self._claims.one(after_claim_id)
        with self._database.transaction() as session:
            row = _locked(session, case_id)
            effect = measured(name, before, after, enterprise_id=row.enterprise_id)
            return self._keep_effect(session, row, effect, actor)

    def told(self, case_id: int, name: EffectName, before: Side, after: Side, actor: Actor) -> Case:
        """An effect as the enterprise tells it, and labelled so."""
        effect = told(name, before, after)
        with self._database.transaction() as session:
            return self._keep_effect(session, _locked(session, case_id), effect, actor)

    def act(
        self, case_id: int, action: str, actor: Actor, *, reason: str | None = None, version: int | None = None
    ) -> Case:
        """Consents, publishes, takes back or withdraws; `version` is the one that is agreed to."""
        if action in ("draft", "revise", "record_effect"):
            raise InvalidCase(f"action: {action!r} needs its own form")
        with self._database.transaction() as session:
            row = _locked(session, case_id)
            must_be_version(row, version, f"case {case_id}")
            advance(session, CASE, row, action, actor, at_us=self._now_us(), reason=reason)
            return _read(session, row)

    def case(self, case_id: int) -> Case:
        """Raises `CaseNotFound`."""
        with self._database.reading() as session:
            row = session.get(CaseRow, case_id)
            if row is None:
                raise CaseNotFound(f"there is no case {case_id}")
            return _read(session, row)

    def cases(self, *, enterprise_id: int | None = None, states: Collection[str] | None = None) -> list[Case]:
        """The latest first."""
        query = select(CaseRow).order_by(CaseRow.id.desc())
        if enterprise_id is not None:
            query = query.where(CaseRow.enterprise_id == enterprise_id)
        if states is not None:
            query = query.where(CaseRow.state.in_(states))
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            contents = contents_of(session, CaseVersionRow, CaseContent, rows)
            effects = _effects(session, [row.id for row in rows])
            return [_case(row, contents[row.id], effects[row.id]) for row in rows]

    def published(self) -> list[Case]:
        """Those that everybody may read."""
        return self.cases(states=["published"])

    def steps(self, case_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.CASE, case_id)

    def offers(self, case: Case, actor: Actor) -> list[Offer]:
        return CASE.offers(case.state, actor, without=("record_effect", "revise"))

    def may_write(self, case: Case, actor: Actor) -> bool:
        """Whether the actor may revise the case now."""
        return any(offer.action == "revise" for offer in CASE.offers(case.state, actor))

    def _keep_effect(self, session: Session, row: CaseRow, effect: CaseEffect, actor: Actor) -> Case:
        detail = {"name": effect.name.name_zh, "grade": effect.grade.value}
        advance(session, CASE, row, "record_effect", actor, at_us=self._now_us(), detail=detail, corrected=True)
        content = _content_before(session, row)
        add_version(session, CaseVersionRow, row, content, actor, at_us=self._now_us())
        session.add(_effect_row(row, effect, actor, self._now_us()))
        session.flush()
        return _read(session, row)


def _content_before(session: Session, row: CaseRow) -> CaseContent:
    """The words stay as they are while an effect makes a new version."""
    query = select(CaseVersionRow.content).where(CaseVersionRow.owner_id == row.id)
    latest = session.scalars(query.order_by(CaseVersionRow.version.desc()).limit(1)).one()
    return CaseContent.model_validate(latest)


def _locked(session: Session, case_id: int) -> CaseRow:
    row = session.get(CaseRow, case_id, with_for_update=True)
    if row is None:
        raise CaseNotFound(f"there is no case {case_id}")
    return row


def _read(session: Session, row: CaseRow) -> Case:
    content = content_of(session, CaseVersionRow, CaseContent, row)
    return _case(row, content, _effects(session, [row.id])[row.id])


def _case(row: CaseRow, content: CaseContent, effects: tuple[CaseEffect, ...]) -> Case:
    return Case(row.id, row.enterprise_id, row.supplier_id, row.state, row.version, content, effects)


def _effects(session: Session, case_ids: Collection[int]) -> dict[int, tuple[CaseEffect, ...]]:
    """The latest effect of each topic and name, in the order recorded."""
    latest: dict[int, dict[tuple[str, str], CaseEffect]] = {case_id: {} for case_id in case_ids}
    query = select(CaseEffectRow).where(CaseEffectRow.case_id.in_(case_ids)).order_by(CaseEffectRow.id)
    for row in session.scalars(query):
        latest[row.case_id][row.topic, row.name_zh] = _effect(row)
    return {case_id: tuple(effects.values()) for case_id, effects in latest.items()}


def _effect_row(row: CaseRow, effect: CaseEffect, actor: Actor, at_us: int) -> CaseEffectRow:
    return CaseEffectRow(
        case_id=row.id,
        version=row.version,
        topic=effect.name.topic,
        name_zh=effect.name.name_zh.strip(),
        name_en=effect.name.name_en.strip(),
        unit=effect.name.unit,
        lower_is_better=effect.name.lower_is_better,
        measure=effect.measure,
        formula_version=effect.formula_version,
        before_claim_id=effect.before.claim_id,
        after_claim_id=effect.after.claim_id,
        before_value=effect.before.value,
        after_value=effect.after.value,
        before_first=effect.before.first,
        before_last=effect.before.last,
        after_first=effect.after.first,
        after_last=effect.after.last,
        before_coverage=effect.before.coverage,
        after_coverage=effect.after.coverage,
        grade=effect.grade,
        recorded_by=actor.name,
        recorded_at_us=at_us,
    )


def _effect(row: CaseEffectRow) -> CaseEffect:
    return CaseEffect(
        name=EffectName(
            topic=EffectTopic(row.topic),
            name_zh=row.name_zh,
            name_en=row.name_en,
            unit=row.unit,
            lower_is_better=row.lower_is_better,
        ),
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
        measure=row.measure,
        formula_version=row.formula_version,
    )
