"""Payments of an award in instalments: proposed by an office, approved and booked by the treasury."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.errors import InvalidRecord, Overspent, RecordConflict, RecordNotFound, SamePerson
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, steps_of
from millmark.programmes.life.steps import must_be_version
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money.accounts import Account, EntryKind
from millmark.programmes.money.amount import yuan
from millmark.programmes.money.award import unpromised
from millmark.programmes.money.budget import BudgetBook
from millmark.programmes.money.inputs import pack_of
from millmark.programmes.money.machines import AWARD, DISBURSEMENT, LIVE_PAYMENTS
from millmark.programmes.money.tables import AwardRow, AwardVersionRow, DisbursementRow
from millmark.programmes.money.work import Work
from millmark.programmes.packs.shelf import PackShelf
from millmark.programmes.packs.stages import StageKind
from millmark.registry import Database

_AFTER_WORK = (StageKind.EXECUTION, StageKind.ACCEPTANCE, StageKind.FOLLOW_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDisbursement:
    """A payment before it is proposed; `instalment` is one of those that the award was cut into."""

    award_id: int
    line_id: int
    instalment: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disbursement(NewDisbursement):
    id: int
    enterprise_id: int
    programme_id: int
    state: str
    version: int
    proposed_by: str
    approved_by: str | None
    receipt: str | None
    entry_id: int | None


class DisbursementBook:
    """Keeps payments. The award's row is locked first, then the payment's, then the line's, by everybody alike."""

    def __init__(
        self,
        database: Database,
        budget: BudgetBook,
        shelf: PackShelf,
        work: Work,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._budget = budget
        self._shelf = shelf
        self._work = work
        self._now_us = now_us
        self._zone = zone

    def propose(self, new: NewDisbursement, *, actor: Actor, reason: str = "") -> Disbursement:
        """Asks for a payment of a part of a committed award.

        Raises `RecordConflict` when the instalment is not due yet, `Overspent` when more than the instalment, or than
        the line holds for the award, would be on its way.
        """
        with self._database.transaction() as session:
            award = _locked_award(session, new.award_id)
            if award.state != "committed":
                raise RecordConflict(f"award {award.id} is {award.state}; only a committed award is paid")
            self._must_be_due(session, award, new)
            free = unpromised(session, award.id).get(new.line_id, 0)
            if new.amount_fen > free:
                raise Overspent(
                    f"award {award.id}: {yuan(new.amount_fen)} yuan are asked of budget line {new.line_id}, which "
                    f"holds {yuan(max(0, free))} for it that are not on their way yet"
                )
            row = DisbursementRow(
                award_id=new.award_id,
                line_id=new.line_id,
                instalment=new.instalment,
                amount_fen=new.amount_fen,
                proposed_by=actor.name,
            )
            begin(session, DISBURSEMENT, row, "propose", actor, at_us=self._now_us(), reason=reason)
            return _disbursement(row, award)

    def act(
        self,
        disbursement_id: int,
        action: str,
        *,
        actor: Actor,
        reason: str = "",
        receipt: str = "",
        paid_on: date | None = None,
        version: int | None = None,
    ) -> Disbursement:
        """Takes one of the machine's steps; `pay` needs the bank's `receipt`, which books one payment only, and may say
        on which day the bank paid, between the day of approval and today.

        Raises `IllegalStep`, `StepForbidden`, `SamePerson`, `InvalidRecord`, `RecordConflict`, `Overspent`.
        """
        try:
            with self._database.transaction() as session:
                award, row = self._locked(session, disbursement_id)
                must_be_version(row, version, f"disbursement {disbursement_id}")
                detail = {"receipt": receipt} if receipt else {}
                if paid_on is not None:
                    DISBURSEMENT.check(row.state, action, actor, reason)
                    self._must_be_the_day(session, row, action, paid_on)
                    detail["paid_on"] = paid_on.isoformat()
                advance(session, DISBURSEMENT, row, action, actor, at_us=self._now_us(), reason=reason, detail=detail)
                match action:
                    case "approve":
                        self._approve(row, actor)
                    case "pay":
                        self._pay(session, award, row, receipt.strip(), actor)
                    case "return":
                        self._give_back(session, award, row, actor, reason)
                session.flush()
                return _disbursement(row, award)
        except IntegrityError as error:
            raise RecordConflict(
                f"receipt {receipt!r} books another payment already; look it up at the bank",
                f"回单号 {receipt} 已登记另一笔付款,请向银行核实",
            ) from error

    def disbursement(self, disbursement_id: int) -> Disbursement:
        """Raises `RecordNotFound`."""
        found = self.disbursements(disbursement_id=disbursement_id)
        if not found:
            raise RecordNotFound(f"there is no disbursement {disbursement_id}")
        return found[0]

    def disbursements(
        self,
        *,
        disbursement_id: int | None = None,
        award_id: int | None = None,
        enterprise_id: int | None = None,
        state: str | None = None,
    ) -> list[Disbursement]:
        query = (
            select(DisbursementRow, AwardRow)
            .join(AwardRow, AwardRow.id == DisbursementRow.award_id)
            .order_by(DisbursementRow.id)
        )
        if disbursement_id is not None:
            query = query.where(DisbursementRow.id == disbursement_id)
        if award_id is not None:
            query = query.where(DisbursementRow.award_id == award_id)
        if enterprise_id is not None:
            query = query.where(AwardRow.enterprise_id == enterprise_id)
        if state is not None:
            query = query.where(DisbursementRow.state == state)
        with self._database.reading() as session:
            return [_disbursement(row, award) for row, award in session.execute(query)]

    def steps(self, disbursement_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.DISBURSEMENT, disbursement_id)

    @staticmethod
    def offers(disbursement: Disbursement, actor: Actor) -> list[Offer]:
        """What `actor` may do now; whoever proposed a payment neither approves nor books it."""
        own = {"approve", "pay"} if disbursement.proposed_by == actor.name else set()
        return DISBURSEMENT.offers(disbursement.state, actor, without=own)

    @staticmethod
    def _approve(row: DisbursementRow, actor: Actor) -> None:
        if actor.name == row.proposed_by:
            raise SamePerson(
                f"{actor.name} proposed disbursement {row.id}; somebody else must approve it",
                f"拨付 {row.id} 由 {actor.name} 提请,须由另一人批准",
            )
        row.approved_by = actor.name

    def _pay(self, session: Session, award: AwardRow, row: DisbursementRow, receipt: str, actor: Actor) -> None:
        if not receipt:
            raise InvalidRecord("receipt: give the number of the bank's receipt", "请填写银行回单号")
        if actor.name == row.proposed_by:
            raise SamePerson(
                f"{actor.name} proposed disbursement {row.id}; somebody else must book its payment",
                f"拨付 {row.id} 由 {actor.name} 提请,须由另一人登记付款",
            )
        line = self._budget.hold(session, [row.line_id])[row.line_id]
        entry = self._budget.post_for_award(
            session, line, EntryKind.PAY, row.amount_fen, award_id=award.id, document=receipt, actor=actor.name
        )
        row.receipt, row.entry_id = receipt, entry.id
        if not any(accounts.get(Account.COMMITTED) for accounts in self._budget.of_award(session, award.id).values()):
            advance(session, AWARD, award, "settle", actor, at_us=self._now_us())

    def _must_be_the_day(self, session: Session, row: DisbursementRow, action: str, paid_on: date) -> None:
        """What the bank paid was approved before, and is not yet to come."""
        if action != "pay":
            raise InvalidRecord(
                "paid_on: only the booking of a payment has a day of payment", "只有登记付款才填付款日期"
            )
        approved = [step for step in steps_of(session, ObjectKind.DISBURSEMENT, row.id) if step.action == "approve"]
        first = self._day(approved[-1].at_us) if approved else date.min
        if not first <= paid_on <= self._day(self._now_us()):
            raise InvalidRecord(
                f"paid_on: {paid_on} is not between the day of approval ({first}) and today",
                f"付款日期 {paid_on} 应在批准之日({first})至今日之间",
            )

    def _day(self, at_us: int) -> date:
        return utc_datetime(at_us).astimezone(self._zone).date()

    def _give_back(self, session: Session, award: AwardRow, row: DisbursementRow, actor: Actor, reason: str) -> None:
        """The bank sent the money back: it is committed again, to be paid anew."""
        assert row.entry_id is not None  # noqa: S101 - a paid disbursement has its entry
        line = self._budget.hold(session, [row.line_id])[row.line_id]
        self._budget.reverse_within(session, line, row.entry_id, reason=reason, actor=actor.name)
        if award.state == "paid":
            advance(session, AWARD, award, "reopen", actor, at_us=self._now_us(), reason=reason)

    def _must_be_due(self, session: Session, award: AwardRow, new: NewDisbursement) -> None:
        kept = session.scalars(
            select(AwardVersionRow).where(
                AwardVersionRow.award_id == award.id, AwardVersionRow.version == award.version
            )
        ).one()
        due = next((one for one in kept.instalments if one["id"] == new.instalment), None)
        if due is None:
            known = ", ".join(one["id"] for one in kept.instalments)
            raise InvalidRecord(f"instalment: award {award.id} has no {new.instalment!r}; it has {known}")
        if new.amount_fen < 1:
            raise InvalidRecord("amount_fen: a payment is 1 fen or more")
        live = select(DisbursementRow).where(
            DisbursementRow.award_id == award.id,
            DisbursementRow.instalment == new.instalment,
            DisbursementRow.state.in_(LIVE_PAYMENTS),
        )
        under_way = sum(row.amount_fen for row in session.scalars(live))
        if under_way + new.amount_fen > due["amount_fen"]:
            raise Overspent(
                f"award {award.id}: instalment {new.instalment!r} is {yuan(due['amount_fen'])} yuan, of which "
                f"{yuan(under_way)} are paid or on their way; {yuan(new.amount_fen)} more are too much"
            )
        self._must_have_come_to(session, award, new.instalment, due["after"])

    def _must_have_come_to(self, session: Session, award: AwardRow, instalment: str, after: str) -> None:
        recognition = session.get_one(RecognitionRow, award.recognition_id)
        progress = self._work.progress(session, recognition.id)
        if waits := progress.awaited.get(instalment):
            raise RecordConflict(
                f"award {award.id}: instalment {instalment!r} waits for milestones: "
                f"{', '.join(waits)}; confirm them first"
            )
        stages = {stage.id: stage.kind for stage in pack_of(session, self._shelf, recognition).stages}
        kind = stages.get(after)
        if kind in _AFTER_WORK and kind not in progress.finished:
            raise RecordConflict(
                f"award {award.id}: instalment {instalment!r} falls due after {after!r}, which is not finished yet"
            )

    def _locked(self, session: Session, disbursement_id: int) -> tuple[AwardRow, DisbursementRow]:
        award_id = session.scalar(select(DisbursementRow.award_id).where(DisbursementRow.id == disbursement_id))
        if award_id is None:
            raise RecordNotFound(f"there is no disbursement {disbursement_id}")
        award = _locked_award(session, award_id)
        row = session.get_one(DisbursementRow, disbursement_id, with_for_update={"key_share": True})
        return award, row


def _locked_award(session: Session, award_id: int) -> AwardRow:
    row = session.get(AwardRow, award_id, with_for_update={"key_share": True})
    if row is None:
        raise RecordNotFound(f"there is no award {award_id}")
    return row


def _disbursement(row: DisbursementRow, award: AwardRow) -> Disbursement:
    return Disbursement(
        id=row.id,
        award_id=row.award_id,
        line_id=row.line_id,
        instalment=row.instalment,
        amount_fen=row.amount_fen,
        enterprise_id=award.enterprise_id,
        programme_id=award.programme_id,
        state=row.state,
        version=row.version,
        proposed_by=row.proposed_by,
        approved_by=row.approved_by,
        receipt=row.receipt,
        entry_id=row.entry_id,
    )
