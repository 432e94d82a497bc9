"""An application as it is read and kept: its versions, what the rules advised, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from millmark.programmes.errors import (
    IllegalStep,
    RecordNotFound,
    StepForbidden,
)
from millmark.programmes.grade import Grade
from millmark.programmes.life.calls import CallFile, call_file
from millmark.programmes.life.content import Content, missing_parts
from millmark.programmes.life.judging import Advice
from millmark.programmes.life.machine import Offer
from millmark.programmes.life.machines import APPLICATION
from millmark.programmes.life.parties import OFFICES, Actor
from millmark.programmes.life.ranks import Ranked, ranks_of
from millmark.programmes.life.tables import ApplicationVersionRow
from millmark.programmes.life.terms import recommended_by
from millmark.programmes.pack import Outcome
from millmark.programmes.rules import Reason, Verdict
from millmark.programmes.tables import ApplicationClaimRow, ApplicationRow, CallRow, DecisionRow


@dataclass(frozen=True, slots=True)
class ApplicationVersion:
    """What an application said; a version that was submitted has its signature."""

    version: int
    content: Content
    digest: str
    saved_by: str
    saved_at_us: int
    signed_by: str | None
    signed_at_us: int | None


@dataclass(frozen=True, slots=True)
class KeptAdvice:
    """What the machine said of one version of an application, by which text of the pack."""

    id: int
    application_version: int
    verdict: Verdict
    conditions: Sequence[Mapping[str, Any]]
    pack: str
    pack_edition: str
    pack_digest: str
    at_us: int


@dataclass(frozen=True, slots=True)
class ApplicationFile:
    """An application as it stands; `ranks` are its places on the lists of the offices that recommend it."""

    id: int
    call: CallFile
    enterprise_id: int
    state: str
    version: int
    due_on: date | None
    current: ApplicationVersion
    advice: KeptAdvice | None
    started_at_us: int
    submitted_at_us: int | None
    submitted_by: str | None
    ranks: tuple[Ranked, ...] = ()

    @property
    def missing(self) -> list[str]:
        """Parts that the call requires and the current version lacks."""
        return missing_parts(self.current.content, self.call.terms)

    @property
    def deadline(self) -> date | None:
        """The day by which it should leave its state."""
        return self.due_on if self.state == "returned" else self.call.terms.due_on(self.state)


def locked(session: Session, application_id: int) -> tuple[ApplicationRow, CallFile]:
    """An application for change, with its call; raises `RecordNotFound`."""
    row = session.get(ApplicationRow, application_id, with_for_update=True)
    if row is None:
        raise RecordNotFound(f"there is no application {application_id}")
    return row, call_file(session, session.get_one(CallRow, row.call_id))


def add_version(session: Session, row: ApplicationRow, content: Content, actor: Actor, now_us: int) -> None:
    session.add(
        ApplicationVersionRow(
            application_id=row.id,
            version=row.version,
            content=content.to_json(),
            digest=content.digest,
            saved_by=actor.name,
            saved_at_us=now_us,
        )
    )
    session.flush()


def sign(session: Session, row: ApplicationRow, actor: Actor, now_us: int) -> None:
    """The signature on the current version, which has none yet."""
    version = _version_row(session, row)
    version.signed_by, version.signed_at_us = actor.name, now_us
    session.flush()


def enter_claims(session: Session, row: ApplicationRow, claim_ids: Sequence[str], actor: Actor, now_us: int) -> None:
    """Notes which claims came with the application, once each."""
    query = select(ApplicationClaimRow.claim_id).where(ApplicationClaimRow.application_id == row.id)
    there = set(session.scalars(query))
    for claim_id in claim_ids:
        if claim_id not in there:
            session.add(
                ApplicationClaimRow(
                    application_id=row.id, claim_id=claim_id, submitted_at_us=now_us, submitted_by=actor.name
                )
            )
    session.flush()


def keep_advice(
    session: Session, row: ApplicationRow, call: CallFile, advice: Advice, actor: Actor, now_us: int
) -> None:
    """What the machine says, beside what it said before."""
    verdict = advice.verdict
    session.add(
        DecisionRow(
            application_id=row.id,
            application_version=row.version,
            outcome=verdict.outcome,
            grade=verdict.grade,
            reasons=[{"code": reason.code, "zh": reason.zh, "en": reason.en} for reason in verdict.reasons],
            claim_ids=list(verdict.claim_ids),
            presented_claim_ids=list(current_version(session, row).content.claim_ids),
            demonstration=verdict.demonstration,
            conditions=[one.to_json() for one in advice.conditions],
            pack=call.pack,
            pack_version=call.pack_edition or "",
            pack_digest=call.pack_digest or "",
            decided_at_us=now_us,
            decided_by=actor.name,
        )
    )
    session.flush()


def current_version(session: Session, row: ApplicationRow) -> ApplicationVersion:
    return version_of(_version_row(session, row))


def application_file(session: Session, row: ApplicationRow) -> ApplicationFile:
    decision = session.scalar(
        select(DecisionRow).where(DecisionRow.application_id == row.id).order_by(DecisionRow.id.desc()).limit(1)
    )
    call = call_file(session, session.get_one(CallRow, row.call_id))
    ranks = ranks_of(session, [row.id]).get(row.id, ())
    return _file(row, call, current_version(session, row), decision, ranks)


def application_files(session: Session, query: Select[ApplicationRow]) -> list[ApplicationFile]:
    """The same for many: a queue of thousands is read by five queries and one for each call."""
    rows = list(session.scalars(query))
    wanted = query.with_only_columns(ApplicationRow.id).order_by(None)
    calls = {row.call_id for row in rows}
    files = {one: call_file(session, session.get_one(CallRow, one)) for one in calls}
    versions = {
        one.application_id: one
        for one in session.scalars(
            select(ApplicationVersionRow)
            .join(ApplicationRow, ApplicationRow.id == ApplicationVersionRow.application_id)
            .where(ApplicationVersionRow.version == ApplicationRow.version, ApplicationRow.id.in_(wanted))
        )
    }
    latest = select(func.max(DecisionRow.id)).where(DecisionRow.application_id.in_(wanted))
    decisions = {
        one.application_id: one
        for one in session.scalars(
            select(DecisionRow).where(DecisionRow.id.in_(latest.group_by(DecisionRow.application_id)))
        )
    }
    ranks = ranks_of(session, wanted)
    return [
        _file(row, files[row.call_id], version_of(versions[row.id]), decisions.get(row.id), ranks.get(row.id, ()))
        for row in rows
    ]


def _file(
    row: ApplicationRow,
    call: CallFile,
    current: ApplicationVersion,
    decision: DecisionRow | None,
    ranks: tuple[Ranked, ...],
) -> ApplicationFile:
    return ApplicationFile(
        id=row.id,
        call=call,
        enterprise_id=row.enterprise_id,
        state=row.state,
        version=row.version,
        due_on=row.due_on,
        current=current,
        advice=None if decision is None else _advice(decision),
        started_at_us=row.started_at_us,
        submitted_at_us=row.submitted_at_us,
        submitted_by=row.submitted_by,
        ranks=ranks,
    )


def offers_of(found: ApplicationFile, actor: Actor) -> list[Offer]:
    """What `actor` may do with an application now, as the terms of its call have it."""
    return APPLICATION.offers(found.state, actor, without=_not_now(found.call, found.state, actor))


def must_be_in_charge(call: CallFile, state: str, action: str, actor: Actor) -> None:
    """Raises `StepForbidden` for an office whose turn it is not, `IllegalStep` for what the call leaves out."""
    terms = call.terms
    # Its list is an office's own, also when the next one has it already.
    whose = (recommended_by(state) if action == RANK else None) or terms.in_charge(state)
    if not actor.acts_for(whose):
        raise StepForbidden(
            f"an application that is {state} is with {whose.name_en}; {actor.name} is not of it",
            f"该申报当前由{whose.name_zh}办理,不在本账号职责内,请转交其办理",
        )
    if action in _not_now(call, state, actor):
        offers = APPLICATION.offers(state, actor, without=_not_now(call, state, actor))
        allowed = ", ".join(one.action for one in offers)
        names = "、".join(one.name_zh for one in offers)
        raise IllegalStep(
            f"call {call.slug!r} has no {action!r} of what is {state}; possible now: {allowed}",
            f"按本通知的程序,“{APPLICATION.states[state][0]}”时不办理此步骤;现在可以办理:{names or '无'}",
        )


RANK = "rank"
_BY_OFFICES = frozenset(one.action for one in APPLICATION.transitions if one.by & OFFICES)


def _not_now(call: CallFile, state: str, actor: Actor) -> frozenset[str]:
    """Actions of offices that the call's own way does not have in this state, or not for this office."""
    terms = call.terms
    last = recommended_by(state)
    ranking = frozenset({RANK}) if last is not None and actor.acts_for(last) else frozenset()
    if not actor.acts_for(terms.in_charge(state)):
        return _BY_OFFICES - ranking
    following = terms.next_office(state)
    out = {"end", *(f"recommend_{one.value}" for one in OFFICES if one is not following)}
    recommending = following is not None
    before_decision = state == "complete" or state.endswith("_recommended")
    if recommending or not terms.decided_here or not terms.reviewers_min:
        out.add("open_review")
    if before_decision and (recommending or not terms.decided_here or terms.reviewers_min):
        out.add("pass")
    if before_decision and (recommending or terms.decided_here):
        out.add("recognise")
    if state == "passed":
        out.add("recognise" if terms.publicity_days else "publicise")
    if not ranking:
        out.add(RANK)
    return frozenset(out)


def _version_row(session: Session, row: ApplicationRow) -> ApplicationVersionRow:
    query = select(ApplicationVersionRow).where(
        ApplicationVersionRow.application_id == row.id, ApplicationVersionRow.version == row.version
    )
    return session.scalars(query).one()


def version_of(row: ApplicationVersionRow) -> ApplicationVersion:
    return ApplicationVersion(
        version=row.version,
        content=Content.from_json(row.content),
        digest=row.digest,
        saved_by=row.saved_by,
        saved_at_us=row.saved_at_us,
        signed_by=row.signed_by,
        signed_at_us=row.signed_at_us,
    )


def verdict_of(row: DecisionRow) -> Verdict:
    """What the rules said, as it was kept."""
    return Verdict(
        Outcome(row.outcome),
        Grade(row.grade),
        tuple(Reason(**reason) for reason in row.reasons),
        tuple(row.claim_ids),
        row.demonstration,
    )


def _advice(row: DecisionRow) -> KeptAdvice:
    return KeptAdvice(
        id=row.id,
        application_version=row.application_version,
        verdict=verdict_of(row),
        conditions=row.conditions or [],
        pack=row.pack,
        pack_edition=row.pack_version,
        pack_digest=row.pack_digest,
        at_us=row.decided_at_us,
    )
