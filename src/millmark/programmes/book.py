"""Programmes with their calls, applications and decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.claims import VerifiedClaims
from millmark.programmes.ensuring import ensure_programme
from millmark.programmes.errors import (
    CallClosed,
    IllegalStep,
    InvalidPack,
    InvalidRecord,
    RecordConflict,
    RecordNotFound,
)
from millmark.programmes.life import OFFICES, Actor, ObjectKind, Party, advance, begin
from millmark.programmes.life.application_files import add_version, enter_claims, sign, verdict_of
from millmark.programmes.life.content import Content
from millmark.programmes.life.machines import APPLICATION, CALL
from millmark.programmes.life.tables import StepRow
from millmark.programmes.pack import Level
from millmark.programmes.packs import PackShelf, PolicyPack
from millmark.programmes.packs.judging import Case, judge_case, together
from millmark.programmes.packs.soundness import faults
from millmark.programmes.rules import Verdict
from millmark.programmes.tables import ApplicationClaimRow, ApplicationRow, CallRow, DecisionRow, ProgrammeRow
from millmark.registry import Database

# What opens a shipped pack's call at the platform's own start, as an office would.
_PLATFORM = Actor("platform", "platform", OFFICES)

_OUT_OF_SIGHT = ("draft", "discarded")
"""States of a call that nobody but offices knows of."""


@dataclass(frozen=True, slots=True)
class Programme:
    id: int
    slug: str
    name_zh: str
    name_en: str
    level: Level
    is_demonstration: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One opening of a programme, decided by the rules of `pack`."""

    id: int
    programme_id: int
    slug: str
    title_zh: str
    title_en: str
    opens_on: date
    closes_on: date | None
    pack: str
    pack_edition: str | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """An enterprise's entry in a call, with every claim it has submitted so far, in that order."""

    id: int
    call_id: int
    enterprise_id: int
    claim_ids: tuple[str, ...]
    submitted_at_us: int
    submitted_by: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules answered, by which text of the pack; `claim_ids` are those that decided, `presented` all seen."""

    id: int
    application_id: int
    verdict: Verdict
    presented: tuple[str, ...]
    pack: str
    pack_version: str
    pack_digest: str
    decided_at_us: int
    decided_by: str

    @property
    def ref(self) -> str:
        return f"decision:{self.id}"


class ProgrammeBook:
    """Programmes with all their calls, and calls without a form: an enterprise enters one with a claim, which decides.

    Such a call has no edition of its pack: what is decided on a day is decided by the newest one on the shelf.
    """

    def __init__(
        self,
        database: Database,
        shelf: PackShelf,
        claims: VerifiedClaims,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._claims = claims
        self._now_us = now_us
        self._zone = zone

    def pack(self, pack_id: str) -> PolicyPack:
        """The newest edition; raises `RecordNotFound` when the pack is not on the shelf."""
        editions = self._shelf.editions(pack_id)
        if not editions:
            known = ", ".join(sorted({pack.id for pack in self._shelf})) or "none"
            raise RecordNotFound(f"there is no pack {pack_id!r}; packs here: {known}")
        return editions[-1]

    def publish(self, pack_id: str) -> Call:
        """Opens the pack's programme and call; a second time changes nothing.

        Raises `InvalidPack` when the pack has mistakes, does not answer its own test vectors, or has no call.
        """
        pack = self.pack(pack_id)
        if found := faults(pack, self._shelf):
            raise InvalidPack(f"pack {pack.ref} cannot be published; mend it first: {'; '.join(found)}")
        if pack.programme is None or pack.call is None:
            raise InvalidPack(f"pack {pack.ref} has no programme and call to publish")
        with self._database.transaction() as session:
            programme_id = ensure_programme(session, pack.programme, now_us=self._now_us())
            row = session.scalar(select(CallRow).where(CallRow.slug == pack.call.slug))
            if row is None:
                row = CallRow(
                    programme_id=programme_id,
                    slug=pack.call.slug,
                    title_zh=pack.call.title_zh,
                    title_en=pack.call.title_en,
                    opens_on=pack.call.opens_on or self._today(),
                    closes_on=pack.call.closes_on,
                    pack=pack.id,
                    recorded_at_us=self._now_us(),
                )
                begin(session, CALL, row, "draft", _PLATFORM, at_us=self._now_us(), detail={"pack": pack.id})
                detail = {"pack": pack.id, "digest": pack.ref.digest}
                advance(session, CALL, row, "publish", _PLATFORM, at_us=self._now_us(), detail=detail)
            elif row.pack != pack.id:
                raise RecordConflict(
                    f"call {row.slug!r} belongs to pack {row.pack!r}; give pack {pack.id!r} another slug"
                )
            return _call(row)

    def programmes(self) -> list[Programme]:
        with self._database.reading() as session:
            return [_programme(row) for row in session.scalars(select(ProgrammeRow).order_by(ProgrammeRow.id))]

    def calls(self, programme_id: int | None = None) -> list[Call]:
        """Those that were published, whatever became of them since."""
        query = select(CallRow).where(CallRow.state.not_in(_OUT_OF_SIGHT)).order_by(CallRow.id)
        if programme_id is not None:
            query = query.where(CallRow.programme_id == programme_id)
        with self._database.reading() as session:
            return [_call(row) for row in session.scalars(query)]

    def applications(self, call_id: int | None = None) -> list[Application]:
        """Those that were submitted; drafts are the enterprise's own."""
        query = select(ApplicationRow).where(ApplicationRow.submitted_at_us.is_not(None)).order_by(ApplicationRow.id)
        if call_id is not None:
            query = query.where(ApplicationRow.call_id == call_id)
        with self._database.reading() as session:
            return [_application(session, row) for row in session.scalars(query)]

    def left(self) -> dict[int, int]:
        """When each application that was withdrawn, or ended with its call, did so, by its id."""
        query = (
            select(StepRow.object_id, func.max(StepRow.at_us).label("at_us"))
            .join(ApplicationRow, ApplicationRow.id == StepRow.object_id)
            .where(
                StepRow.object_kind == ObjectKind.APPLICATION,
                StepRow.action.in_(("withdraw", "end")),
                ApplicationRow.state.in_(("withdrawn", "ended")),
            )
            .group_by(StepRow.object_id)
        )
        with self._database.reading() as session:
            return {row.object_id: row.at_us for row in session.execute(query)}

    def decisions(self, application_id: int | None = None) -> list[Decision]:
        """In the order taken; the last one of an application is the one that stands."""
        query = select(DecisionRow).order_by(DecisionRow.id)
        if application_id is not None:
            query = query.where(DecisionRow.application_id == application_id)
        with self._database.reading() as session:
            return [_decision(row) for row in session.scalars(query)]

    def latest_decision(self, application_id: int) -> Decision | None:
        return next(iter(reversed(self.decisions(application_id))), None)

    def submit(self, call_id: int, enterprise_id: int, claim_id: str, *, submitted_by: str) -> Application:
        """Enters an enterprise in a call with one of its own claims; the same claim again changes nothing.

        Raises `RecordNotFound`, `CallClosed`, `InvalidRecord` (the claim is another enterprise's).
        """
        claim = self._claims.one(claim_id)
        if claim.enterprise_id != enterprise_id:
            raise InvalidRecord(f"claim {claim_id} is a claim of another enterprise")
        with self._database.transaction() as session:
            # The lock makes entries in one call follow each other, so that two at once make one application.
            call = session.get(CallRow, call_id, with_for_update=True)
            if call is None or call.state in _OUT_OF_SIGHT:
                raise RecordNotFound(f"there is no call {call_id}")
            self._must_be_open(call)
            if call.pack_edition is not None:
                raise IllegalStep(f"call {call.slug!r} has a form; fill it in, attach the claim there, and submit it")
            application = session.scalar(
                select(ApplicationRow).where(
                    ApplicationRow.call_id == call_id, ApplicationRow.enterprise_id == enterprise_id
                )
            )
            now_us = self._now_us()
            actor = Actor(submitted_by, "manager", frozenset({Party.ENTERPRISE}))
            if application is None:
                application = ApplicationRow(
                    call_id=call_id, enterprise_id=enterprise_id, started_at_us=now_us, started_by=submitted_by
                )
                begin(session, APPLICATION, application, "start", actor, at_us=now_us)
                _enter(session, application, "submit", (claim_id,), actor, now_us, corrected=False)
            elif claim_id not in (presented := _claim_ids(session, application.id)):
                _enter(session, application, "supplement", (*presented, claim_id), actor, now_us, corrected=True)
            session.flush()
            return _application(session, application)

    def decide(self, application_id: int, *, decided_by: str) -> Decision:
        """Checks the application's claims, judges them by the pack, and keeps the decision.

        Nothing is added when the last decision says the same of the same claims by the same text of the pack. Raises
        `RecordNotFound`.
        """
        with self._database.reading() as session:
            row = session.get(ApplicationRow, application_id)
            if row is None:
                raise RecordNotFound(f"there is no application {application_id}")
            application = _application(session, row)
            pack = self.pack(session.scalars(select(CallRow.pack).where(CallRow.id == row.call_id)).one())
        # Verifying reads rows of the history: it takes its time outside of any transaction.
        claims = [self._claims.one(claim_id, application_id) for claim_id in application.claim_ids]
        judgement = judge_case(pack, Case(claims=claims))
        answers = (*judgement.eligibility, *judgement.conditions)
        verdict = together(answer.verdict for answer in answers)
        with self._database.transaction() as session:
            session.get(ApplicationRow, application_id, with_for_update=True)
            last = session.scalar(
                select(DecisionRow)
                .where(DecisionRow.application_id == application_id)
                .order_by(DecisionRow.id.desc())
                .limit(1)
            )
            if last is not None and _says_the_same(_decision(last), verdict, application.claim_ids, pack):
                return _decision(last)
            row_to_keep = self._decision_row(application, verdict, pack, decided_by)
            session.add(row_to_keep)
            session.flush()
            return _decision(row_to_keep)

    def _today(self) -> date:
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def _must_be_open(self, call: CallRow) -> None:
        if call.state != "published":
            raise CallClosed(f"call {call.slug!r} is {call.state}; it takes no applications")
        today = self._today()
        if today < call.opens_on:
            raise CallClosed(f"call {call.slug!r} opens on {call.opens_on}; today is {today}")
        if call.closes_on is not None and today > call.closes_on:
            raise CallClosed(f"call {call.slug!r} closed on {call.closes_on}; today is {today}")

    def _decision_row(
        self, application: Application, verdict: Verdict, pack: PolicyPack, decided_by: str
    ) -> DecisionRow:
        return DecisionRow(
            application_id=application.id,
            application_version=application.version,
            outcome=verdict.outcome,
            grade=verdict.grade,
            reasons=[{"code": reason.code, "zh": reason.zh, "en": reason.en} for reason in verdict.reasons],
            claim_ids=list(verdict.claim_ids),
            presented_claim_ids=list(application.claim_ids),
            demonstration=verdict.demonstration,
            pack=pack.id,
            pack_version=pack.edition,
            pack_digest=pack.ref.digest,
            decided_at_us=self._now_us(),
            decided_by=decided_by,
        )


def _enter(
    session: Session,
    application: ApplicationRow,
    action: str,
    claim_ids: tuple[str, ...],
    actor: Actor,
    now_us: int,
    *,
    corrected: bool,
) -> None:
    """A signed version with these claims; what was signed before stays as it was."""
    content = Content(claim_ids=claim_ids)
    detail = {"digest": content.digest, "signed_by": actor.name}
    advance(session, APPLICATION, application, action, actor, at_us=now_us, detail=detail, corrected=corrected)
    add_version(session, application, content, actor, now_us)
    sign(session, application, actor, now_us)
    enter_claims(session, application, claim_ids, actor, now_us)
    if application.submitted_at_us is None:
        application.submitted_at_us, application.submitted_by = now_us, actor.name
    session.flush()


def _says_the_same(last: Decision, verdict: Verdict, presented: Sequence[str], pack: PolicyPack) -> bool:
    return (last.verdict, last.presented, last.pack_digest) == (verdict, tuple(presented), pack.ref.digest)


def _claim_ids(session: Session, application_id: int) -> tuple[str, ...]:
    query = select(ApplicationClaimRow.claim_id).where(ApplicationClaimRow.application_id == application_id)
    return tuple(session.scalars(query.order_by(ApplicationClaimRow.id)))


def _programme(row: ProgrammeRow) -> Programme:
    return Programme(row.id, row.slug, row.name_zh, row.name_en, Level(row.level), row.is_demonstration)


def _call(row: CallRow) -> Call:
    return Call(
        row.id,
        row.programme_id,
        row.slug,
        row.title_zh,
        row.title_en,
        row.opens_on,
        row.closes_on,
        row.pack,
        row.pack_edition,
    )


def _application(session: Session, row: ApplicationRow) -> Application:
    claim_ids = _claim_ids(session, row.id)
    return Application(
        row.id,
        row.call_id,
        row.enterprise_id,
        claim_ids,
        row.submitted_at_us or row.started_at_us,
        row.submitted_by or row.started_by,
        row.version,
    )


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        id=row.id,
        application_id=row.application_id,
        verdict=verdict_of(row),
        presented=tuple(row.presented_claim_ids),
        pack=row.pack,
        pack_version=row.pack_version,
        pack_digest=row.pack_digest,
        decided_at_us=row.decided_at_us,
        decided_by=row.decided_by,
    )
