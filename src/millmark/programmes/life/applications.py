"""Applications from the enterprise's side: started, saved version by version, signed and submitted, corrected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from millmark.programmes.documents import StoredFile
from millmark.programmes.errors import (
    AlreadyApplied,
    DeadlinePassed,
    IllegalStep,
    InvalidRecord,
    RecordNotFound,
    StepForbidden,
)
from millmark.programmes.grade import Grade
from millmark.programmes.life.calls import CallBook, CallFile, call_file, must_take_applications
from millmark.programmes.life.content import Content, checked_content, missing_parts, must_be_whole
from millmark.programmes.life.judging import Advice, Adviser
from millmark.programmes.life.machine import Offer
from millmark.programmes.life.machines import APPLICATION
from millmark.programmes.life.parties import OFFICES, Actor
from millmark.programmes.life.steps import ObjectKind, Step, advance, begin, must_be_version, steps_of
from millmark.programmes.life.tables import ApplicationVersionRow
from millmark.programmes.pack import Outcome
from millmark.programmes.rules import Reason, Verdict
from millmark.programmes.tables import ApplicationClaimRow, ApplicationRow, CallRow, DecisionRow
from millmark.registry import Database


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
    """An application as it stands."""

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

    @property
    def missing(self) -> list[str]:
        """Parts that the call requires and the current version lacks."""
        return missing_parts(self.current.content, self.call.terms)

    @property
    def deadline(self) -> date | None:
        """The day by which it should leave its state."""
        return self.due_on if self.state == "returned" else self.call.terms.due_on(self.state)


class Attachments(Protocol):
    """What applications need of the store of files."""

    def use_within(
        self, session: Session, file_id: str, *, object_kind: str, object_id: int, owner_enterprise_id: int, actor: str
    ) -> StoredFile: ...


class Reception(Protocol):
    """What happens to claims that come with an application: checked before, consented to in its transaction."""

    def receive(
        self, claim_ids: Sequence[str], enterprise_id: int, call: CallFile, application_id: int, actor: Actor
    ) -> None: ...

    def consent_within(
        self, session: Session, claim_ids: Sequence[str], enterprise_id: int, application_id: int, actor: Actor
    ) -> None: ...


class ApplicationBook:
    """Keeps applications, on SQLite or PostgreSQL. `area_of` gives an enterprise's administrative division."""

    def __init__(
        self,
        database: Database,
        calls: CallBook,
        adviser: Adviser,
        attachments: Attachments,
        reception: Reception | None = None,
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._calls = calls
        self._adviser = adviser
        self._attachments = attachments
        self._reception = reception
        self._now_us = now_us

    def start(self, call_id: int, enterprise_id: int, actor: Actor) -> ApplicationFile:
        """A draft of an enterprise's entry in a call. Raises `AlreadyApplied`, `DeadlinePassed`, `RecordNotFound`."""
        with self._database.transaction() as session:
            # Entries in one call follow each other, so that of two at once the second is told of the first.
            call_row = session.get(CallRow, call_id, with_for_update=True)
            if call_row is None:
                raise RecordNotFound(f"there is no call {call_id}")
            call = call_file(session, call_row)
            if call.pack_edition is None:
                raise IllegalStep(f"call {call.slug!r} has no form; apply with a claim")
            taken = session.scalar(
                select(ApplicationRow.id).where(
                    ApplicationRow.call_id == call_id, ApplicationRow.enterprise_id == enterprise_id
                )
            )
            if taken is not None:
                raise AlreadyApplied(f"the enterprise has application {taken} in call {call.slug!r} already")
            must_take_applications(call, self._calls.today())
            row = ApplicationRow(
                call_id=call_id, enterprise_id=enterprise_id, started_at_us=self._now_us(), started_by=actor.name
            )
            begin(session, APPLICATION, row, "start", actor, at_us=self._now_us())
            add_version(session, row, Content(), actor, self._now_us())
            return application_file(session, row)

    def save(
        self, application_id: int, actor: Actor, content: Content, *, version: int | None = None
    ) -> ApplicationFile:
        """Keeps what is filled in as a new version; the same content again adds none.

        Raises `StaleVersion`, `IllegalStep`, `InvalidRecord`, `InvalidFact`, `DeadlinePassed`, `UnknownFile`.
        """
        with self._database.transaction() as session:
            row, call = self._locked(session, application_id)
            APPLICATION.check(row.state, "save", actor)
            must_be_version(row, version, f"application {application_id}")
            self._must_be_in_time(row, call)
            content = checked_content(content, call.terms, self._calls.pack(call))
            if content != current_version(session, row).content:
                for file_id in content.documents.values():
                    self._attach(session, row, file_id, actor)
                advance(session, APPLICATION, row, "save", actor, at_us=self._now_us(), corrected=True)
                add_version(session, row, content, actor, self._now_us())
            return application_file(session, row)

    def submit(self, application_id: int, actor: Actor, *, version: int | None = None) -> ApplicationFile:
        """Signs and submits the current version, and has its claims checked and its conditions answered.

        Raises `PartMissing` naming what the call requires and is not there, `DeadlinePassed`, `IllegalStep` for what
        is submitted already, `StaleVersion`, `InvalidRecord` for another enterprise's claim.
        """
        found = self.application(application_id)
        APPLICATION.check(found.state, "submit", actor)
        must_be_version(found, version, f"application {application_id}")
        must_be_whole(found.current.content, found.call.terms)
        content = found.current.content
        # Verifying reads rows of the history: it takes its time outside of any transaction.
        if self._reception is not None:
            self._reception.receive(content.claim_ids, found.enterprise_id, found.call, application_id, actor)
        judgements = self.judgements(application_id)
        advice = self._adviser.advise(
            found.call, found.enterprise_id, content, judgements, application_id=application_id
        )
        with self._database.transaction() as session:
            row, call = self._locked(session, application_id)
            must_be_version(row, found.version, f"application {application_id}")
            APPLICATION.check(row.state, "submit", actor)
            self._must_be_in_time(row, call)
            signed_again = current_version(session, row).signed_at_us is not None
            now_us = self._now_us()
            digest = {"digest": content.digest, "signed_by": actor.name}
            advance(session, APPLICATION, row, "submit", actor, at_us=now_us, detail=digest, corrected=signed_again)
            if signed_again:
                add_version(session, row, content, actor, now_us)
            sign(session, row, actor, now_us)
            self._enter_claims(session, row, content.claim_ids, actor)
            keep_advice(session, row, call, advice, actor, now_us)
            if self._reception is not None:
                self._reception.consent_within(session, content.claim_ids, row.enterprise_id, row.id, actor)
            return application_file(session, row)

    def supplement(
        self, application_id: int, actor: Actor, claim_ids: Sequence[str], *, version: int | None = None
    ) -> ApplicationFile:
        """Adds claims to what was submitted and nobody has checked yet, signed as a new version, and judges it anew.

        Raises `InvalidRecord` for claims that are there already or another enterprise's, `DeadlinePassed`,
        `IllegalStep`, `StaleVersion`.
        """
        found = self.application(application_id)
        APPLICATION.check(found.state, "supplement", actor)
        must_be_version(found, version, f"application {application_id}")
        new = [one for one in dict.fromkeys(claim_ids) if one not in found.current.content.claim_ids]
        if not new:
            raise InvalidRecord("claim_ids: name a claim that is not with the application yet")
        pack = self._calls.pack(found.call)
        both = replace(found.current.content, claim_ids=(*found.current.content.claim_ids, *new))
        content = checked_content(both, found.call.terms, pack)
        if self._reception is not None:
            self._reception.receive(new, found.enterprise_id, found.call, application_id, actor)
        judgements = self.judgements(application_id)
        advice = self._adviser.advise(
            found.call, found.enterprise_id, content, judgements, application_id=application_id
        )
        with self._database.transaction() as session:
            row, call = self._locked(session, application_id)
            must_be_version(row, found.version, f"application {application_id}")
            must_take_applications(call, self._calls.today())
            now_us = self._now_us()
            detail = {"digest": content.digest, "signed_by": actor.name, "claim_ids": new}
            advance(session, APPLICATION, row, "supplement", actor, at_us=now_us, detail=detail, corrected=True)
            add_version(session, row, content, actor, now_us)
            sign(session, row, actor, now_us)
            enter_claims(session, row, new, actor, now_us)
            keep_advice(session, row, call, advice, actor, now_us)
            if self._reception is not None:
                self._reception.consent_within(session, new, row.enterprise_id, row.id, actor)
            return application_file(session, row)

    def withdraw(self, application_id: int, actor: Actor, *, reason: str | None = None) -> ApplicationFile:
        with self._database.transaction() as session:
            row, _call = self._locked(session, application_id)
            advance(session, APPLICATION, row, "withdraw", actor, at_us=self._now_us(), reason=reason)
            row.due_on = None
            return application_file(session, row)

    def reopen(self, application_id: int, actor: Actor) -> ApplicationFile:
        """Takes a withdrawn application up again, while its call is open."""
        with self._database.transaction() as session:
            row, call = self._locked(session, application_id)
            APPLICATION.check(row.state, "reopen", actor)
            must_take_applications(call, self._calls.today())
            content = current_version(session, row).content
            advance(session, APPLICATION, row, "reopen", actor, at_us=self._now_us(), corrected=True)
            add_version(session, row, content, actor, self._now_us())
            return application_file(session, row)

    def application(self, application_id: int) -> ApplicationFile:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            row = session.get(ApplicationRow, application_id)
            if row is None:
                raise RecordNotFound(f"there is no application {application_id}")
            return application_file(session, row)

    def applications(
        self, *, call_id: int | None = None, enterprise_id: int | None = None, state: str | None = None
    ) -> list[ApplicationFile]:
        """Applications, the latest first."""
        query = select(ApplicationRow).order_by(ApplicationRow.id.desc())
        if call_id is not None:
            query = query.where(ApplicationRow.call_id == call_id)
        if enterprise_id is not None:
            query = query.where(ApplicationRow.enterprise_id == enterprise_id)
        if state is not None:
            query = query.where(ApplicationRow.state == state)
        with self._database.reading() as session:
            return _all_files(session, query)

    def versions(self, application_id: int) -> list[ApplicationVersion]:
        """Everything the application ever said, oldest first."""
        query = select(ApplicationVersionRow).where(ApplicationVersionRow.application_id == application_id)
        with self._database.reading() as session:
            return [_version(row) for row in session.scalars(query.order_by(ApplicationVersionRow.version))]

    def steps(self, application_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.APPLICATION, application_id)

    def fit(self, call_id: int, enterprise_id: int) -> Advice:
        """How an enterprise stands to a call before it applies; nothing is kept.

        Raises `RecordNotFound`, `IllegalStep` for a call without a form.
        """
        call = self._calls.call(call_id)
        if call.pack_edition is None:
            raise IllegalStep(f"call {call.slug!r} has no form; a claim answers it")
        return self._adviser.fit(call, enterprise_id)

    def fits(self, enterprise_id: int) -> dict[int, Advice]:
        """How an enterprise stands to every call that takes applications today, by the call's id."""
        today = self._calls.today()
        asked = [
            one for one in self._calls.calls(state="published") if one.pack_edition is not None and one.is_open(today)
        ]
        return self._adviser.fits(asked, enterprise_id)

    def judgements(self, application_id: int) -> dict[str, bool]:
        """What people answered to the conditions that only they can judge; the last answer stands."""
        found: dict[str, bool] = {}
        for step in self.steps(application_id):
            if step.action == "judge":
                found.update(step.detail.get("judgements", {}))
        return found

    def _must_be_in_time(self, row: ApplicationRow, call: CallFile) -> None:
        today = self._calls.today()
        if row.state != "returned":
            must_take_applications(call, today)
        elif row.due_on is not None and today > row.due_on:
            raise DeadlinePassed(f"the correction of application {row.id} was due on {row.due_on}; today is {today}")

    def _attach(self, session: Session, row: ApplicationRow, file_id: str, actor: Actor) -> None:
        self._attachments.use_within(
            session,
            file_id,
            object_kind=ObjectKind.APPLICATION.value,
            object_id=row.id,
            owner_enterprise_id=row.enterprise_id,
            actor=actor.name,
        )

    def _enter_claims(self, session: Session, row: ApplicationRow, claim_ids: Sequence[str], actor: Actor) -> None:
        if row.submitted_at_us is None:
            row.submitted_at_us, row.submitted_by = self._now_us(), actor.name
        row.due_on = None
        enter_claims(session, row, claim_ids, actor, self._now_us())

    @staticmethod
    def _locked(session: Session, application_id: int) -> tuple[ApplicationRow, CallFile]:
        return locked(session, application_id)


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
    return _version(_version_row(session, row))


def application_file(session: Session, row: ApplicationRow) -> ApplicationFile:
    decision = session.scalar(
        select(DecisionRow).where(DecisionRow.application_id == row.id).order_by(DecisionRow.id.desc()).limit(1)
    )
    call = call_file(session, session.get_one(CallRow, row.call_id))
    return _file(row, call, current_version(session, row), decision)


def _all_files(session: Session, query: Select[ApplicationRow]) -> list[ApplicationFile]:
    """The same for many: a queue of thousands is read by four queries and one for each call."""
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
    return [_file(row, files[row.call_id], _version(versions[row.id]), decisions.get(row.id)) for row in rows]


def _file(
    row: ApplicationRow, call: CallFile, current: ApplicationVersion, decision: DecisionRow | None
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
    )


def offers_of(found: ApplicationFile, actor: Actor) -> list[Offer]:
    """What `actor` may do with an application now, as the terms of its call have it."""
    return APPLICATION.offers(found.state, actor, without=_not_now(found.call, found.state, actor))


def must_be_in_charge(call: CallFile, state: str, action: str, actor: Actor) -> None:
    """Raises `StepForbidden` for an office whose turn it is not, `IllegalStep` for what the call leaves out."""
    terms = call.terms
    whose = terms.in_charge(state)
    if not actor.acts_for(whose):
        raise StepForbidden(f"an application that is {state} is with {whose.name_en}; {actor.name} is not of it")
    if action in _not_now(call, state, actor):
        offers = APPLICATION.offers(state, actor, without=_not_now(call, state, actor))
        allowed = ", ".join(one.action for one in offers)
        raise IllegalStep(f"call {call.slug!r} has no {action!r} of what is {state}; possible now: {allowed}")


_BY_OFFICES = frozenset(one.action for one in APPLICATION.transitions if one.by & OFFICES)


def _not_now(call: CallFile, state: str, actor: Actor) -> frozenset[str]:
    """Actions of offices that the call's own way does not have in this state, or not for this office."""
    terms = call.terms
    if not actor.acts_for(terms.in_charge(state)):
        return _BY_OFFICES
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
    return frozenset(out)


def _version_row(session: Session, row: ApplicationRow) -> ApplicationVersionRow:
    query = select(ApplicationVersionRow).where(
        ApplicationVersionRow.application_id == row.id, ApplicationVersionRow.version == row.version
    )
    return session.scalars(query).one()


def _version(row: ApplicationVersionRow) -> ApplicationVersion:
    return ApplicationVersion(
        version=row.version,
        content=Content.from_json(row.content),
        digest=row.digest,
        saved_by=row.saved_by,
        saved_at_us=row.saved_at_us,
        signed_by=row.signed_by,
        signed_at_us=row.signed_at_us,
    )


def _advice(row: DecisionRow) -> KeptAdvice:
    verdict = Verdict(
        Outcome(row.outcome),
        Grade(row.grade),
        tuple(Reason(**reason) for reason in row.reasons),
        tuple(row.claim_ids),
        row.demonstration,
    )
    return KeptAdvice(
        id=row.id,
        application_version=row.application_version,
        verdict=verdict,
        conditions=row.conditions or [],
        pack=row.pack,
        pack_edition=row.pack_version,
        pack_digest=row.pack_digest,
        at_us=row.decided_at_us,
    )
