"""Clawback: money that was paid and must come back, from its grounds to the last receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes.errors import InvalidRecord, Overspent, RecordConflict, RecordNotFound, SamePerson
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, steps_of
from millmark.programmes.life.steps import must_be_version
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money.accounts import Account, EntryKind
from millmark.programmes.money.amount import yuan
from millmark.programmes.money.budget import BudgetBook
from millmark.programmes.money.tables import AwardRow
from millmark.programmes.projects.machines import CLAWBACK
from millmark.programmes.projects.tables import ClawbackReceiptRow, ClawbackRow
from millmark.programmes.proof import CHALLENGE, Challenge
from millmark.programmes.tables import ApplicationClaimRow
from millmark.registry import Database


class Grounds(StrEnum):
    """Why money is to come back; what exactly happened is the reason, in words."""

    NOT_ACCEPTED = "not_accepted"
    FALSE_STATEMENT = "false_statement"
    MISUSE = "misuse"
    DOUBLE_FUNDING = "double_funding"
    MOVED_AWAY = "moved_away"
    MISCALCULATED = "miscalculated"
    OTHER = "other"

    @property
    def name_zh(self) -> str:
        return _NAMES[self][0]

    @property
    def name_en(self) -> str:
        return _NAMES[self][1]


_NAMES = {
    Grounds.NOT_ACCEPTED: ("验收不通过", "not accepted"),
    Grounds.FALSE_STATEMENT: ("虚假申报", "false statement"),
    Grounds.MISUSE: ("挪用资金", "misuse of the money"),
    Grounds.DOUBLE_FUNDING: ("重复享受", "paid twice"),
    Grounds.MOVED_AWAY: ("迁出或注销", "moved away or dissolved"),
    Grounds.MISCALCULATED: ("核算有误", "miscalculated"),
    Grounds.OTHER: ("其他", "other"),
}


@dataclass(frozen=True, slots=True)
class FoundGrounds:
    """What is on record against an award: a challenge that ended against a claim its application rested on."""

    grounds: Grounds
    challenge_id: int
    claim_id: str
    state: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came back on a budget line."""

    line_id: int
    amount_fen: int
    receipt: str
    entry_id: int
    booked_by: str
    booked_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clawback:
    id: int
    award_id: int
    enterprise_id: int
    programme_id: int
    state: str
    version: int
    grounds: Grounds
    amount_fen: int
    document: str | None
    opened_by: str
    receipts: tuple[Receipt, ...]

    @property
    def received_fen(self) -> int:
        return sum(one.amount_fen for one in self.receipts)

    @property
    def outstanding_fen(self) -> int:
        return self.amount_fen - self.received_fen if self.state in ("opened", "decided") else 0


class Challenges(Protocol):
    """What clawbacks ask of the book of challenges."""

    def grounds(self, claim_ids: Sequence[str]) -> list[Challenge]: ...


class ClawbackBook:
    """Keeps clawbacks. The award's row is locked first, then the clawback's, then the line's, by everybody alike."""

    def __init__(
        self, database: Database, budget: BudgetBook, challenges: Challenges, *, now_us: Callable[[], int]
    ) -> None:
        self._database = database
        self._budget = budget
        self._challenges = challenges
        self._now_us = now_us

    def possible_grounds(self, award_id: int) -> list[FoundGrounds]:
        """What speaks for taking an award's money back; somebody still has to decide. Raises `RecordNotFound`."""
        with self._database.reading() as session:
            if session.get(AwardRow, award_id) is None:
                raise RecordNotFound(f"there is no award {award_id}")
            query = (
                select(ApplicationClaimRow.claim_id)
                .join(RecognitionRow, RecognitionRow.application_id == ApplicationClaimRow.application_id)
                .join(AwardRow, AwardRow.recognition_id == RecognitionRow.id)
                .where(AwardRow.id == award_id)
                .order_by(ApplicationClaimRow.id)
            )
            claim_ids = list(session.scalars(query))
        return [_grounds_of(one) for one in self._challenges.grounds(claim_ids)]

    def open(self, award_id: int, amount_fen: int, grounds: Grounds, *, reason: str, actor: Actor) -> Clawback:
        """Says what must come back and why; never more than was paid and is not asked back already.

        The step names the challenges that stand against the award's claims, so that what was known then stays known.
        """
        against = [one.challenge_id for one in self.possible_grounds(award_id)]
        with self._database.transaction() as session:
            award = session.get(AwardRow, award_id, with_for_update={"key_share": True})
            if award is None:
                raise RecordNotFound(f"there is no award {award_id}")
            own = self._budget.of_award(session, award_id).values()
            paid = sum(accounts.get(Account.PAID, 0) for accounts in own)
            asked = sum(one.outstanding_fen for one in _clawbacks(session, award_id=award_id))
            if not 1 <= amount_fen <= paid - asked:
                raise Overspent(
                    f"award {award_id}: {yuan(amount_fen)} yuan cannot be clawed back: {yuan(paid)} are paid and still "
                    f"there, {yuan(asked)} of them asked back already"
                )
            row = ClawbackRow(
                award_id=award_id, grounds=grounds, amount_fen=amount_fen, document=None, opened_by=actor.name
            )
            detail = {"grounds": grounds, "amount_fen": amount_fen, "challenges": against}
            begin(session, CLAWBACK, row, "open", actor, at_us=self._now_us(), reason=reason, detail=detail)
            return _clawback(session, row, award)

    def act(
        self,
        clawback_id: int,
        action: str,
        *,
        actor: Actor,
        reason: str = "",
        document: str = "",
        version: int | None = None,
    ) -> Clawback:
        """Decides (by somebody else than who opened it, by a document), drops, or waives the rest."""
        if action in ("open", "receive", "close"):
            raise InvalidRecord(f"action: {action!r} is not taken by name; book a receipt instead")
        with self._database.transaction() as session:
            award, row = self._locked(session, clawback_id)
            must_be_version(row, version, f"clawback {clawback_id}")
            detail = {"document": document} if document else None
            advance(session, CLAWBACK, row, action, actor, at_us=self._now_us(), reason=reason, detail=detail)
            if action == "decide":
                if not document.strip():
                    raise InvalidRecord("document: name the decision's document")
                if actor.name == row.opened_by:
                    raise SamePerson(f"{actor.name} opened clawback {clawback_id}; somebody else must decide it")
                row.document = document.strip()
            session.flush()
            return _clawback(session, row, award)

    def receive(self, clawback_id: int, line_id: int, amount_fen: int, *, receipt: str, actor: Actor) -> Clawback:
        """Books money that came back; the last fen closes the clawback.

        Raises `Overspent` for more than is outstanding, or than the award was paid from that line; `RecordConflict` for
        a receipt that is booked already.
        """
        if not receipt.strip():
            raise InvalidRecord("receipt: give the number of the bank's receipt")
        try:
            with self._database.transaction() as session:
                award, row = self._locked(session, clawback_id)
                left = _clawback(session, row, award).outstanding_fen
                detail = {"receipt": receipt.strip(), "amount_fen": amount_fen, "line": line_id}
                action = "close" if amount_fen == left and row.state == "decided" else "receive"
                advance(session, CLAWBACK, row, action, actor, at_us=self._now_us(), detail=detail)
                if not 1 <= amount_fen <= left:
                    raise Overspent(
                        f"clawback {clawback_id}: {yuan(left)} yuan are outstanding, not {yuan(amount_fen)}"
                    )
                line = self._budget.hold(session, [line_id])[line_id]
                entry = self._budget.post_for_award(
                    session,
                    line,
                    EntryKind.RECOVER,
                    amount_fen,
                    award_id=award.id,
                    document=receipt,
                    actor=actor.name,
                    reason=f"clawback:{clawback_id}",
                )
                session.add(
                    ClawbackReceiptRow(
                        clawback_id=clawback_id,
                        line_id=line_id,
                        amount_fen=amount_fen,
                        receipt=receipt.strip(),
                        entry_id=entry.id,
                        booked_by=actor.name,
                        booked_at_us=self._now_us(),
                    )
                )
                session.flush()
                return _clawback(session, row, award)
        except IntegrityError as error:
            raise RecordConflict(f"receipt {receipt!r} is booked already; look it up at the bank") from error

    def clawback(self, clawback_id: int) -> Clawback:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            found = _clawbacks(session, clawback_id=clawback_id)
        if not found:
            raise RecordNotFound(f"there is no clawback {clawback_id}")
        return found[0]

    def clawbacks(
        self, *, award_id: int | None = None, enterprise_id: int | None = None, state: str | None = None
    ) -> list[Clawback]:
        with self._database.reading() as session:
            found = _clawbacks(session, award_id=award_id)
        return [
            one for one in found if enterprise_id in (None, one.enterprise_id) and (state is None or one.state == state)
        ]

    def steps(self, clawback_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.CLAWBACK, clawback_id)

    @staticmethod
    def offers(clawback: Clawback, actor: Actor) -> list[Offer]:
        own = {"decide"} if clawback.opened_by == actor.name else set()
        return CLAWBACK.offers(clawback.state, actor, without={"close", *own})

    @staticmethod
    def _locked(session: Session, clawback_id: int) -> tuple[AwardRow, ClawbackRow]:
        award_id = session.scalar(select(ClawbackRow.award_id).where(ClawbackRow.id == clawback_id))
        if award_id is None:
            raise RecordNotFound(f"there is no clawback {clawback_id}")
        award = session.get_one(AwardRow, award_id, with_for_update={"key_share": True})
        return award, session.get_one(ClawbackRow, clawback_id, with_for_update={"key_share": True})


def _grounds_of(challenge: Challenge) -> FoundGrounds:
    name_zh, name_en = CHALLENGE.states[challenge.state]
    return FoundGrounds(
        Grounds.FALSE_STATEMENT,
        challenge.id,
        challenge.claim_id,
        challenge.state,
        f"质询 {challenge.id}（凭证 {challenge.claim_id}）：{name_zh}",
        f"challenge {challenge.id} of claim {challenge.claim_id}: {name_en}",
    )


def _clawbacks(session: Session, *, award_id: int | None = None, clawback_id: int | None = None) -> list[Clawback]:
    query = select(ClawbackRow, AwardRow).join(AwardRow, AwardRow.id == ClawbackRow.award_id).order_by(ClawbackRow.id)
    if award_id is not None:
        query = query.where(ClawbackRow.award_id == award_id)
    if clawback_id is not None:
        query = query.where(ClawbackRow.id == clawback_id)
    return [_clawback(session, row, award) for row, award in session.execute(query).all()]


def _clawback(session: Session, row: ClawbackRow, award: AwardRow) -> Clawback:
    receipts = session.scalars(
        select(ClawbackReceiptRow).where(ClawbackReceiptRow.clawback_id == row.id).order_by(ClawbackReceiptRow.id)
    )
    return Clawback(
        id=row.id,
        award_id=row.award_id,
        enterprise_id=award.enterprise_id,
        programme_id=award.programme_id,
        state=row.state,
        version=row.version,
        grounds=Grounds(row.grounds),
        amount_fen=row.amount_fen,
        document=row.document,
        opened_by=row.opened_by,
        receipts=tuple(
            Receipt(one.line_id, one.amount_fen, one.receipt, one.entry_id, one.booked_by, one.booked_at_us)
            for one in receipts
        ),
    )
