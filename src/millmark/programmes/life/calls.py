"""Calls: drafted from a pack, published with dates and quota, frozen to the pack's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.ensuring import ensure_programme
from millmark.programmes.errors import (
    DeadlinePassed,
    IllegalStep,
    InvalidPack,
    InvalidRecord,
    RecordConflict,
    RecordNotFound,
    StepForbidden,
)
from millmark.programmes.life.machine import Offer
from millmark.programmes.life.machines import APPLICATION, CALL
from millmark.programmes.life.parties import OFFICES, Actor, Party
from millmark.programmes.life.steps import ObjectKind, Step, advance, begin, must_be_version, steps_of
from millmark.programmes.life.tables import CallVersionRow
from millmark.programmes.life.terms import CallTerms, checked, drafted
from millmark.programmes.pack import Level
from millmark.programmes.packs import PackShelf, PolicyPack
from millmark.programmes.tables import ApplicationRow, CallRow, ProgrammeRow
from millmark.registry import Database


@dataclass(frozen=True, slots=True)
class CallFile:
    """A call as it holds now. `pack_edition` and `pack_digest` are empty for calls of packs without editions."""

    id: int
    programme_id: int
    programme: str
    programme_zh: str
    programme_en: str
    level: Level
    is_demonstration: bool
    slug: str
    pack: str
    pack_edition: str | None
    pack_digest: str | None
    state: str
    version: int
    terms: CallTerms
    recorded_at_us: int

    def is_open(self, today: date) -> bool:
        """Whether it takes applications on this day."""
        closes_on = self.terms.closes_on
        return self.state == "published" and self.terms.opens_on <= today and (closes_on is None or today <= closes_on)


class CallBook:
    """Keeps calls, on SQLite or PostgreSQL."""

    def __init__(
        self,
        database: Database,
        shelf: PackShelf,
        *,
        faults: Callable[[PolicyPack], Sequence[str]],
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        """`faults` tells what keeps a pack from being used; nothing does when it is empty."""
        self._database = database
        self._shelf = shelf
        self._faults = faults
        self._now_us = now_us
        self._zone = zone

    def today(self) -> date:
        """The day in the city."""
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def pack(self, call: CallFile) -> PolicyPack | None:
        """The call's pack as it lies on the shelf now; None for packs without editions. Raises `RecordNotFound`."""
        return None if call.pack_edition is None else self._shelf.pack(call.pack, call.pack_edition)

    def proposal(self, pack_id: str, edition: str) -> CallTerms:
        """What a call drafted from the pack would say without further changes."""
        return drafted(self._shelf.pack(pack_id, edition), self.today(), {})

    def draft(
        self, pack_id: str, edition: str, actor: Actor, *, slug: str | None = None, changes: Mapping[str, Any]
    ) -> CallFile:
        """A draft from a pack with what the office changes. Raises `RecordNotFound`, `InvalidRecord`,
        `RecordConflict` for a slug that is taken."""
        pack = self._shelf.pack(pack_id, edition)
        terms = drafted(pack, self.today(), changes)
        if pack.call is None or pack.programme is None:
            raise InvalidRecord(f"pack: {pack.ref} has no call to draft")
        slug = slug or pack.call.slug.replace("{year}", str(terms.opens_on.year))
        with self._database.transaction() as session:
            programme_id = ensure_programme(session, pack.programme, now_us=self._now_us())
            if session.scalar(select(CallRow.id).where(CallRow.slug == slug)) is not None:
                raise RecordConflict(f"slug: there is a call {slug!r} already; give this one another slug")
            row = CallRow(
                programme_id=programme_id,
                slug=slug,
                pack=pack.id,
                pack_edition=pack.edition,
                pack_digest=pack.ref.digest,
                recorded_at_us=self._now_us(),
            )
            _hold(row, terms)
            CALL.check(None, "draft", actor)
            must_host(terms, actor)
            begin(session, CALL, row, "draft", actor, at_us=self._now_us(), detail={"pack": str(pack.ref)})
            self._keep(session, row, terms, actor)
            return self._file(session, row)

    def revise(self, call_id: int, actor: Actor, *, version: int | None, changes: Mapping[str, Any]) -> CallFile:
        """A new version of a draft, by the pack's text as it is now; fields that `changes` leaves out stay."""
        with self._database.transaction() as session:
            row = _locked(session, call_id)
            must_be_version(row, version, f"call {call_id}")
            before = terms_of(session, row)
            must_host(before, actor)
            pack = self._shelf.pack(row.pack, row.pack_edition or "")
            asked = drafted(pack, before.opens_on, {})
            renewed = {name: getattr(asked, name) for name in ("facts", "documents", "claims", "levels")}
            terms = checked({**before.model_dump(), **renewed, **changes})
            row.pack_digest = pack.ref.digest
            return self._next_version(session, row, "revise", actor, terms)

    def extend(self, call_id: int, actor: Actor, *, closes_on: date, reason: str) -> CallFile:
        """Moves the closing date of a published call; what was said before stays as a version."""
        with self._database.transaction() as session:
            row = _locked(session, call_id)
            before = terms_of(session, row)
            must_host(before, actor)
            if before.closes_on is not None and closes_on <= before.closes_on:
                raise InvalidRecord(f"closes_on: {closes_on} is no extension of {before.closes_on}")
            if closes_on < self.today():
                raise InvalidRecord(f"closes_on: {closes_on} is over")
            terms = checked({**before.model_dump(), "closes_on": closes_on})
            return self._next_version(session, row, "extend", actor, terms, reason)

    def publish(self, call_id: int, actor: Actor, *, version: int | None = None) -> CallFile:
        """Opens a draft to the public. The pack's text must be the one it was drafted from, and its end must be told.

        Raises `IllegalStep`, `InvalidRecord`, `InvalidPack` for a pack with mistakes or failing vectors.
        """
        with self._database.transaction() as session:
            row = _locked(session, call_id)
            must_be_version(row, version, f"call {call_id}")
            CALL.check(row.state, "publish", actor)
            terms = terms_of(session, row)
            must_host(terms, actor)
            if terms.closes_on is None:
                raise InvalidRecord("closes_on: a call is published with the day it closes; revise the draft first")
            if terms.closes_on < self.today():
                raise InvalidRecord(f"closes_on: {terms.closes_on} is over; revise the draft first")
            pack = self._shelf.pack(row.pack, row.pack_edition or "")
            if pack.ref.digest != row.pack_digest:
                raise IllegalStep(f"pack {pack.ref} was changed after call {row.slug!r} was drafted; revise it first")
            if found := self._faults(pack):
                raise InvalidPack(f"pack {pack.ref} cannot be published; mend it first: {'; '.join(found)}")
            detail = {"pack": str(pack.ref), "digest": pack.ref.digest}
            advance(session, CALL, row, "publish", actor, at_us=self._now_us(), detail=detail)
            return self._file(session, row)

    def act(self, call_id: int, action: str, actor: Actor, *, reason: str | None = None) -> CallFile:
        """Discards a draft, or closes or cancels what is published; closing before its day needs a reason.

        With a call that is cancelled every application ends that nobody has decided on yet.
        """
        with self._database.transaction() as session:
            row = _locked(session, call_id)
            if action not in ("discard", "close", "cancel"):
                raise IllegalStep(f"a call that is {row.state} takes no step {action!r} by itself")
            CALL.check(row.state, action, actor, reason)
            must_host(terms_of(session, row), actor)
            early = row.closes_on is None or self.today() <= row.closes_on
            if action == "close" and early and not (reason or "").strip():
                raise IllegalStep(f"call {row.slug!r} is open until {row.closes_on}; closing it before needs a reason")
            taken = advance(session, CALL, row, action, actor, at_us=self._now_us(), reason=reason)
            if action == "cancel":
                self._end_applications(session, row, actor, taken)
            return self._file(session, row)

    def _end_applications(self, session: Session, row: CallRow, actor: Actor, cancelled: Step) -> None:
        """What is still on its way ends with its call, for the same reason; what was decided stays decided."""
        sources = {state for one in APPLICATION.transitions if one.action == "end" for state in one.sources}
        query = (
            select(ApplicationRow)
            .where(ApplicationRow.call_id == row.id, ApplicationRow.state.in_(sources))
            .order_by(ApplicationRow.id)
            .with_for_update()
        )
        for application in session.scalars(query):
            application.due_on = None
            advance(
                session,
                APPLICATION,
                application,
                "end",
                actor,
                at_us=self._now_us(),
                reason=cancelled.reason,
                detail={"call": row.id, "step": cancelled.id},
            )

    def call(self, call_id: int) -> CallFile:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            return self._file(session, _row(session, call_id))

    def calls(self, *, state: str | None = None) -> list[CallFile]:
        """Every call, the latest first."""
        query = select(CallRow).order_by(CallRow.id.desc())
        if state is not None:
            query = query.where(CallRow.state == state)
        with self._database.reading() as session:
            return [self._file(session, row) for row in session.scalars(query)]

    def versions(self, call_id: int) -> list[CallTerms]:
        """What the call said, oldest first."""
        with self._database.reading() as session:
            query = select(CallVersionRow.terms).where(CallVersionRow.call_id == call_id)
            return [checked(terms) for terms in session.scalars(query.order_by(CallVersionRow.version))]

    def steps(self, call_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.CALL, call_id)

    def offers(self, call: CallFile, actor: Actor) -> list[Offer]:
        return CALL.offers(call.state, actor) if actor.acts_for(call.terms.in_charge("recognised")) else []

    def counts(self, call_ids: Sequence[int], admits: Callable[[int], bool] | None = None) -> dict[int, dict[str, int]]:
        """How many applications each call has, by state; with `admits`, of those enterprises alone."""
        query = (
            select(ApplicationRow.call_id, ApplicationRow.state, ApplicationRow.enterprise_id, func.count())
            .where(ApplicationRow.call_id.in_(call_ids))
            .group_by(ApplicationRow.call_id, ApplicationRow.state, ApplicationRow.enterprise_id)
        )
        found: dict[int, dict[str, int]] = {call_id: {} for call_id in call_ids}
        with self._database.reading() as session:
            for call_id, state, enterprise_id, number in session.execute(query):
                if admits is None or admits(enterprise_id):
                    found[call_id][state] = found[call_id].get(state, 0) + number
        return found

    def _next_version(
        self, session: Session, row: CallRow, action: str, actor: Actor, terms: CallTerms, reason: str | None = None
    ) -> CallFile:
        advance(session, CALL, row, action, actor, at_us=self._now_us(), reason=reason, corrected=True)
        _hold(row, terms)
        self._keep(session, row, terms, actor)
        return self._file(session, row)

    def _keep(self, session: Session, row: CallRow, terms: CallTerms, actor: Actor) -> None:
        session.add(
            CallVersionRow(
                call_id=row.id,
                version=row.version,
                terms=terms.model_dump(mode="json"),
                saved_by=actor.name,
                saved_at_us=self._now_us(),
            )
        )
        session.flush()

    @staticmethod
    def _file(session: Session, row: CallRow) -> CallFile:
        return call_file(session, row)


def call_file(session: Session, row: CallRow) -> CallFile:
    """A call's row with its programme and terms."""
    programme = session.get_one(ProgrammeRow, row.programme_id)
    return CallFile(
        id=row.id,
        programme_id=row.programme_id,
        programme=programme.slug,
        programme_zh=programme.name_zh,
        programme_en=programme.name_en,
        level=Level(programme.level),
        is_demonstration=programme.is_demonstration,
        slug=row.slug,
        pack=row.pack,
        pack_edition=row.pack_edition,
        pack_digest=row.pack_digest,
        state=row.state,
        version=row.version,
        terms=terms_of(session, row),
        recorded_at_us=row.recorded_at_us,
    )


def terms_of(session: Session, row: CallRow) -> CallTerms:
    """What a call says now; one from before calls had versions asks for a claim and nothing else."""
    # What a version says never changes: whoever goes through many applications of a call reads it once.
    read: dict[tuple[int, int], CallTerms] = session.info.setdefault("call_terms", {})
    if (row.id, row.version) in read:
        return read[row.id, row.version]
    kept = session.scalar(
        select(CallVersionRow.terms).where(CallVersionRow.call_id == row.id, CallVersionRow.version == row.version)
    )
    if kept is not None:
        return read.setdefault((row.id, row.version), checked(kept))
    return CallTerms(
        title_zh=row.title_zh,
        title_en=row.title_en,
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        offices=(),
        host=Party.CITY,
        reviewers_min=0,
        publicity_days=0,
        pledge=False,
    )


def must_take_applications(call: CallFile, today: date) -> None:
    """Raises `IllegalStep` for a call that is not published, `DeadlinePassed` outside of its days."""
    if call.state != "published":
        raise IllegalStep(f"call {call.slug!r} is {call.state}; it takes no applications")
    if today < call.terms.opens_on:
        raise DeadlinePassed(f"call {call.slug!r} opens on {call.terms.opens_on}; today is {today}")
    if call.terms.closes_on is not None and today > call.terms.closes_on:
        raise DeadlinePassed(f"call {call.slug!r} closed on {call.terms.closes_on}; today is {today}")


def must_host(terms: CallTerms, actor: Actor) -> None:
    """Raises `StepForbidden` for whoever is not of the office that answers for the call."""
    host = terms.in_charge("recognised")
    if not actor.acts_for(host):
        raise StepForbidden(f"this call is up to {host.name_en}; {actor.name} is not of it")


def sees_drafts(actor: Actor) -> bool:
    """Offices, and those who look after them, see calls before they are published."""
    return bool(actor.parties & (OFFICES | {Party.AUDITOR}))


def _hold(row: CallRow, terms: CallTerms) -> None:
    row.title_zh, row.title_en = terms.title_zh, terms.title_en
    row.opens_on, row.closes_on = terms.opens_on, terms.closes_on
    row.quota, row.budget_line = terms.quota, terms.budget_line


def _row(session: Session, call_id: int) -> CallRow:
    row = session.get(CallRow, call_id)
    if row is None:
        raise RecordNotFound(f"there is no call {call_id}")
    return row


def _locked(session: Session, call_id: int) -> CallRow:
    row = session.get(CallRow, call_id, with_for_update=True)
    if row is None:
        raise RecordNotFound(f"there is no call {call_id}")
    return row
