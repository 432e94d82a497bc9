"""Applications from the enterprise's side: started, saved version by version, signed and submitted, corrected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.documents import UsedFiles
from millmark.programmes.errors import (
    AlreadyApplied,
    DeadlinePassed,
    IllegalStep,
    InvalidRecord,
    RecordNotFound,
)
from millmark.programmes.life.application_files import (
    ApplicationFile,
    ApplicationVersion,
    add_version,
    application_file,
    application_files,
    current_version,
    enter_claims,
    keep_advice,
    locked,
    sign,
    version_of,
)
from millmark.programmes.life.calls import CallBook, CallFile, call_file, must_take_applications
from millmark.programmes.life.content import Content, checked_content, must_be_whole
from millmark.programmes.life.judging import Advice, Adviser
from millmark.programmes.life.machines import APPLICATION
from millmark.programmes.life.parties import Actor
from millmark.programmes.life.steps import ObjectKind, Step, advance, begin, must_be_version, steps_of
from millmark.programmes.life.tables import ApplicationVersionRow
from millmark.programmes.tables import ApplicationRow, CallRow
from millmark.registry import Database


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
        attachments: UsedFiles,
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

    def ids_of(self, application_id: int) -> tuple[int, int]:
        """The call and the enterprise of an application; raises `RecordNotFound`."""
        with self._database.reading() as session:
            row = session.get(ApplicationRow, application_id)
            if row is None:
                raise RecordNotFound(f"there is no application {application_id}")
            return row.call_id, row.enterprise_id

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
            return application_files(session, query)

    def versions(self, application_id: int) -> list[ApplicationVersion]:
        """Everything the application ever said, oldest first."""
        query = select(ApplicationVersionRow).where(ApplicationVersionRow.application_id == application_id)
        with self._database.reading() as session:
            return [version_of(row) for row in session.scalars(query.order_by(ApplicationVersionRow.version))]

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
