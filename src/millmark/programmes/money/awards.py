"""Awards: calculated from what was accepted, proposed with the lines that carry them, approved by somebody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.errors import InvalidRecord, Overspent, RecordConflict, RecordNotFound, SamePerson
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, steps_of
from millmark.programmes.life.steps import must_be_version
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money.accounts import Account, EntryKind
from millmark.programmes.money.amount import yuan
from millmark.programmes.money.award import Award, Funding, awards_of, unpromised, version_of
from millmark.programmes.money.budget import BudgetBook
from millmark.programmes.money.calculation import Support, calculate, instalments, reduced_pro_rata
from millmark.programmes.money.funding import check_funding
from millmark.programmes.money.inputs import (
    Asked,
    Lowered,
    calculation_as_json,
    gathered,
    inputs_as_json,
    money_of,
    pack_of,
)
from millmark.programmes.money.machines import AWARD, LIVE_PAYMENTS
from millmark.programmes.money.tables import (
    AwardRow,
    AwardVersionRow,
    DisbursementRow,
    MoneyEntryRow,
    MoneyPostingRow,
)
from millmark.programmes.money.work import Work
from millmark.programmes.packs.shelf import PackShelf
from millmark.programmes.packs.vectors import FactValue
from millmark.programmes.records import NewProgrammeRecord, ProgrammeRecords, RecordKind
from millmark.programmes.span import DateSpan
from millmark.programmes.tables import ProgrammeRow
from millmark.registry import Database
from millmark.registry.tables import EnterpriseRow


class AwardBook:
    """Keeps awards; every step is one transaction with its entries, its programme record and its line in the log."""

    def __init__(
        self,
        database: Database,
        budget: BudgetBook,
        shelf: PackShelf,
        records: ProgrammeRecords,
        work: Work,
        *,
        facts: Callable[[int], Mapping[str, FactValue | None]],
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._budget = budget
        self._shelf = shelf
        self._records = records
        self._work = work
        self._facts = facts
        self._now_us = now_us
        self._zone = zone

    def calculate(self, recognition_id: int, *, actor: Actor, asked: Asked | None = None) -> Award:
        """Opens the award of a recognition. Raises `RecordNotFound`, `RecordConflict` when it has one already."""
        facts = self._facts_for(recognition_id)
        try:
            with self._database.transaction() as session:
                recognition = _standing(session, recognition_id)
                row = AwardRow(
                    recognition_id=recognition.id,
                    holds=recognition.id,
                    programme_id=recognition.programme_id,
                    enterprise_id=recognition.enterprise_id,
                    record_id=None,
                )
                begin(session, AWARD, row, "calculate", actor, at_us=self._now_us())
                self._add_version(session, row, recognition, facts, asked or Asked(), actor)
                return self._award(session, row)
        except IntegrityError as error:
            raise RecordConflict(
                f"recognition {recognition_id} has an award already; look at it, or withdraw it"
            ) from error

    def recalculate(
        self, award_id: int, *, actor: Actor, asked: Asked | None = None, reason: str = "", version: int | None = None
    ) -> Award:
        """Calculates anew from what the books say now, as a new version; before it is proposed.

        Afterwards it can only be less: a committed award is reduced, what is left over goes back to its lines, and the
        city's record is replaced. Raises `IllegalStep`, `Overspent` (more than before, or than is left to release).
        """
        facts = self._facts_for(self.award(award_id).recognition_id)
        with self._database.transaction() as session:
            row = self._locked(session, award_id, version)
            recognition = session.get_one(RecognitionRow, row.recognition_id)
            action = "reduce" if row.state == "committed" else "recalculate"
            before = version_of(session, row)
            advance(session, AWARD, row, action, actor, at_us=self._now_us(), reason=reason, corrected=True)
            kept = self._add_version(session, row, recognition, facts, asked or Asked(), actor)
            if action == "reduce":
                self._reduce(session, row, before, kept, actor, reason)
            return self._award(session, row)

    def fit(self, call_id: int, budget_fen: int, *, reason: str, actor: Actor) -> list[Award]:
        """Cuts all calculated awards of a call in proportion, so that together they are within a budget, to the fen.

        Only where the pack says that awards are cut so. Raises `RecordConflict`, `InvalidRecord`.
        """
        if not reason.strip():
            raise InvalidRecord("reason: say which decision sets the budget")
        query = (
            select(AwardRow)
            .join(RecognitionRow, RecognitionRow.id == AwardRow.recognition_id)
            .where(RecognitionRow.call_id == call_id, AwardRow.state == "calculated")
            .order_by(AwardRow.id)
            .with_for_update(of=AwardRow, key_share=True)
        )
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
            before = [version_of(session, row) for row in rows]
            cut = reduced_pro_rata([kept.amount_fen for kept in before], budget_fen)
            for row, kept, fen in zip(rows, before, cut, strict=True):
                if fen < kept.amount_fen:
                    self._lower(session, row, kept, Lowered(fen, reason), actor)
            return awards_of(session, select(AwardRow).where(AwardRow.id.in_([row.id for row in rows])))

    def propose(
        self, award_id: int, funding: Sequence[Funding], *, actor: Actor, reason: str = "", version: int | None = None
    ) -> Award:
        """Lays the award before whoever approves, with the lines that are to carry it; nothing is taken from them yet.

        Raises `RecordConflict` while the calculation leaves something open, `InvalidRecord` when the lines do not add
        up to the award or belong to another programme.
        """
        with self._database.transaction() as session:
            row = self._locked(session, award_id, version)
            before = version_of(session, row)
            advance(session, AWARD, row, "propose", actor, at_us=self._now_us(), reason=reason, corrected=True)
            if still_open := before.calculation["unresolved"]:
                raise RecordConflict(
                    f"award {award_id} cannot be proposed: not known yet: {', '.join(still_open)}",
                    f"奖补 {award_id} 的核算还有未定事项:{'、'.join(still_open)};请先补齐并重新核算",
                )
            check_funding(session, row, before.amount_fen, funding)
            self._copy_version(session, before, row.version, funding, actor)
            return self._award(session, row)

    def approve(self, award_id: int, *, document: str, actor: Actor, version: int | None = None) -> Award:
        """Commits the money on its lines and records the award for the city's figures, all or nothing.

        Raises `SamePerson` for whoever proposed it, `Overspent` when a line has not enough.
        """
        with self._database.transaction() as session:
            row = self._locked(session, award_id, version)
            kept = version_of(session, row)
            advance(session, AWARD, row, "approve", actor, at_us=self._now_us(), detail={"document": document})
            if actor.name == kept.saved_by:
                raise SamePerson(
                    f"{actor.name} proposed award {award_id}; somebody else must approve it",
                    f"奖补 {award_id} 由 {actor.name} 提请,须由另一人批准",
                )
            lines = self._budget.hold(session, [one["line_id"] for one in kept.funding])
            for one in kept.funding:
                self._budget.post_for_award(
                    session,
                    lines[one["line_id"]],
                    EntryKind.COMMIT,
                    one["fen"],
                    award_id=award_id,
                    document=document,
                    actor=actor.name,
                )
            row.record_id = self._record(session, row, kept.amount_fen, document, actor)
            session.flush()
            return self._award(session, row)

    def send_back(self, award_id: int, *, reason: str, actor: Actor, version: int | None = None) -> Award:
        """Returns a proposed award to whoever calculated it."""
        with self._database.transaction() as session:
            row = self._locked(session, award_id, version)
            advance(session, AWARD, row, "return", actor, at_us=self._now_us(), reason=reason)
            return self._award(session, row)

    def withdraw(self, award_id: int, *, reason: str, actor: Actor, version: int | None = None) -> Award:
        """Gives up an award of which nothing is paid or on its way: commitments are released, the record is voided."""
        with self._database.transaction() as session:
            row = self._locked(session, award_id, version)
            advance(session, AWARD, row, "withdraw", actor, at_us=self._now_us(), reason=reason)
            live = select(DisbursementRow.id).where(
                DisbursementRow.award_id == award_id, DisbursementRow.state.in_(LIVE_PAYMENTS)
            )
            if (payment := session.scalars(live).first()) is not None:
                raise RecordConflict(
                    f"award {award_id} has disbursement {payment} under way or paid; cancel it, or claw the money back",
                    f"奖补 {award_id} 的拨付 {payment} 正在办理或已付款;请先取消该拨付,或追回资金",
                )
            self._release(session, row, None, actor, reason)
            row.holds = None
            if row.record_id is not None:
                self._records.void_within(session, row.record_id, reason=reason, recorded_by=actor.name)
            session.flush()
            return self._award(session, row)

    def award(self, award_id: int) -> Award:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            row = session.get(AwardRow, award_id)
            if row is None:
                raise RecordNotFound(f"there is no award {award_id}")
            return self._award(session, row)

    def awards(
        self, *, enterprise_id: int | None = None, programme_id: int | None = None, state: str | None = None
    ) -> list[Award]:
        query = select(AwardRow).order_by(AwardRow.id)
        if enterprise_id is not None:
            query = query.where(AwardRow.enterprise_id == enterprise_id)
        if programme_id is not None:
            query = query.where(AwardRow.programme_id == programme_id)
        if state is not None:
            query = query.where(AwardRow.state == state)
        with self._database.reading() as session:
            return awards_of(session, query)

    def recovered_by_record(self, before_us: int) -> dict[int, int]:
        """What came back of awards before a moment, in fen by the id of the record that the city's figures count."""
        query = (
            select(AwardRow.record_id, func.sum(MoneyPostingRow.amount_fen))
            .join(MoneyEntryRow, MoneyEntryRow.award_id == AwardRow.id)
            .join(MoneyPostingRow, MoneyPostingRow.entry_id == MoneyEntryRow.id)
            .where(
                AwardRow.record_id.is_not(None),
                MoneyPostingRow.account == Account.RECOVERED,
                MoneyEntryRow.at_us < before_us,
            )
            .group_by(AwardRow.record_id)
        )
        with self._database.reading() as session:
            return {record_id: int(fen) for record_id, fen in session.execute(query) if record_id is not None and fen}

    def enterprise_of_recognition(self, recognition_id: int) -> int:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            found = session.scalar(select(RecognitionRow.enterprise_id).where(RecognitionRow.id == recognition_id))
        if found is None:
            raise RecordNotFound(f"there is no recognition {recognition_id}")
        return found

    def steps(self, award_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.AWARD, award_id)

    def offers(self, award: Award, actor: Actor) -> list[Offer]:
        """What `actor` may do now by hand."""
        forbidden = {"settle", "reopen"} | ({"approve"} if award.saved_by == actor.name else set())
        return AWARD.offers(award.state, actor, without=forbidden)

    def _facts_for(self, recognition_id: int) -> Mapping[str, FactValue | None]:
        return self._facts(self.enterprise_of_recognition(recognition_id))

    @staticmethod
    def _locked(session: Session, award_id: int, version: int | None) -> AwardRow:
        row = session.get(AwardRow, award_id, with_for_update={"key_share": True})
        if row is None:
            raise RecordNotFound(f"there is no award {award_id}")
        must_be_version(row, version, f"award {award_id}")
        return row

    def _add_version(
        self,
        session: Session,
        row: AwardRow,
        recognition: RecognitionRow,
        facts: Mapping[str, FactValue | None],
        asked: Asked,
        actor: Actor,
    ) -> AwardVersionRow:
        pack = pack_of(session, self._shelf, recognition)
        slug = session.get_one(ProgrammeRow, row.programme_id).slug
        inputs = gathered(session, pack, recognition, row.id, facts, self._work, asked)
        found = calculate(money_of(pack), slug, inputs)
        kept = AwardVersionRow(
            award_id=row.id,
            version=row.version,
            amount_fen=found.amount_fen,
            inputs=inputs_as_json(inputs),
            calculation=calculation_as_json(found),
            instalments=[
                {
                    "id": one.id,
                    "name_zh": one.name_zh,
                    "name_en": one.name_en,
                    "amount_fen": one.fen,
                    "after": one.after,
                }
                for one in instalments(money_of(pack), found.amount_fen)
            ],
            funding=[],
            pack=pack.ref.id,
            pack_edition=pack.ref.edition,
            pack_digest=pack.ref.digest,
            saved_by=actor.name,
            saved_at_us=self._now_us(),
        )
        session.add(kept)
        session.flush()
        return kept

    def _lower(self, session: Session, row: AwardRow, before: AwardVersionRow, to: Lowered, actor: Actor) -> None:
        recognition = session.get_one(RecognitionRow, row.recognition_id)
        pack = pack_of(session, self._shelf, recognition)
        if not money_of(pack).rule.reduces_pro_rata:
            raise RecordConflict(f"pack {pack.ref} does not cut awards in proportion; decide each award by itself")
        advance(session, AWARD, row, "recalculate", actor, at_us=self._now_us(), reason=to.because, corrected=True)
        support = [Support(**one) for one in before.inputs["other_support"]]
        self._add_version(session, row, recognition, self._facts(row.enterprise_id), Asked(support, to), actor)

    def _copy_version(
        self, session: Session, before: AwardVersionRow, version: int, funding: Sequence[Funding], actor: Actor
    ) -> None:
        session.add(
            AwardVersionRow(
                award_id=before.award_id,
                version=version,
                amount_fen=before.amount_fen,
                inputs=before.inputs,
                calculation=before.calculation,
                instalments=before.instalments,
                funding=[{"line_id": one.line_id, "fen": one.fen} for one in funding],
                pack=before.pack,
                pack_edition=before.pack_edition,
                pack_digest=before.pack_digest,
                saved_by=actor.name,
                saved_at_us=self._now_us(),
            )
        )
        session.flush()

    def _reduce(
        self,
        session: Session,
        row: AwardRow,
        before: AwardVersionRow,
        kept: AwardVersionRow,
        actor: Actor,
        reason: str,
    ) -> None:
        less = before.amount_fen - kept.amount_fen
        if less < 0:
            raise Overspent(
                f"award {row.id} would come to {yuan(kept.amount_fen)} yuan, more than the {yuan(before.amount_fen)} "
                "committed; a committed award is only ever reduced",
                f"奖补 {row.id} 将为 {yuan(kept.amount_fen)} 元,高于已批准的 {yuan(before.amount_fen)} 元;"
                "批准后只能核减",
            )
        if kept.calculation["unresolved"]:
            unknown = kept.calculation["unresolved"]
            raise RecordConflict(
                f"award {row.id}: not known yet: {', '.join(unknown)}",
                f"奖补 {row.id} 的核算还有未定事项:{'、'.join(unknown)};请先补齐",
            )
        released = self._release(session, row, less, actor, reason)
        kept.funding = [
            {"line_id": one["line_id"], "fen": one["fen"] - released.get(one["line_id"], 0)} for one in before.funding
        ]
        if less and row.record_id is not None:
            self._records.void_within(session, row.record_id, reason=reason, recorded_by=actor.name)
            row.record_id = self._record(session, row, kept.amount_fen, reason, actor)
        session.flush()

    def _release(self, session: Session, row: AwardRow, fen: int | None, actor: Actor, reason: str) -> dict[int, int]:
        """Releases `fen` of what is neither paid nor on its way, the last line first; None releases all of it."""
        free = unpromised(session, row.id)
        if fen is not None and fen > sum(free.values()):
            raise Overspent(
                f"award {row.id}: {yuan(fen)} yuan would go back, but only {yuan(sum(free.values()))} are neither paid "
                "nor on their way; cancel payments under way, or claw back what is paid",
                f"奖补 {row.id} 应退回 {yuan(fen)} 元,而未付且不在办理中的只有 {yuan(sum(free.values()))} 元;请先取消"
                "办理中的拨付,或追回已付资金",
            )
        lines = self._budget.hold(session, free)
        left = sum(free.values()) if fen is None else fen
        released: dict[int, int] = {}
        for line_id in sorted(free, reverse=True):
            part = min(left, free[line_id])
            if part:
                self._budget.post_for_award(
                    session,
                    lines[line_id],
                    EntryKind.RELEASE,
                    part,
                    award_id=row.id,
                    document=f"award:{row.id}",
                    actor=actor.name,
                    reason=reason,
                )
                released[line_id] = part
                left -= part
        return released

    def _record(self, session: Session, row: AwardRow, fen: int, document: str, actor: Actor) -> int | None:
        """Has the city's figures count the award, where they count its recognition too."""
        if not fen or session.get_one(RecognitionRow, row.recognition_id).record_id is None:
            return None
        enterprise = session.get_one(EnterpriseRow, row.enterprise_id)
        record = NewProgrammeRecord(
            kind=RecordKind.AWARD,
            programme=session.get_one(ProgrammeRow, row.programme_id).slug,
            area=enterprise.area_code,
            span=DateSpan.of_day(self._today()),
            source=f"{document} (award:{row.id})",
            subject=enterprise.name_zh,
            enterprise_id=enterprise.id,
            amount_fen=fen,
            placeholder=enterprise.is_placeholder,
        )
        return self._records.add_within(session, record, recorded_by=actor.name).id

    def _today(self) -> date:
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    @staticmethod
    def _award(session: Session, row: AwardRow) -> Award:
        session.flush()
        return awards_of(session, select(AwardRow).where(AwardRow.id == row.id))[0]


def _standing(session: Session, recognition_id: int) -> RecognitionRow:
    row = session.get(RecognitionRow, recognition_id, with_for_update={"key_share": True})
    if row is None:
        raise RecordNotFound(f"there is no recognition {recognition_id}")
    if row.state != "valid":
        raise RecordConflict(f"recognition {row.number} is {row.state}: nothing is awarded on it")
    return row
