"""How budgets, awards, payments and clawbacks are shown to whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from millmark.programmes.errors import RecordNotFound
from millmark.programmes.money import (
    Award,
    Balances,
    BudgetLine,
    Disbursement,
    MoneyEntry,
    ShareFinding,
)
from millmark.programmes.packs.labels import Confidence
from millmark.programmes.projects import Clawback
from millmark.registry import Enterprise
from millmark.web.access import Principal, Scope, unknown
from millmark.web.acting import actor_of
from millmark.web.naming import Naming
from millmark.web.services import Services
from millmark.web.shapes.money import (
    AwardDetail,
    AwardView,
    BalancesView,
    BudgetLineView,
    CalculationStepView,
    ClawbackDetail,
    ClawbackView,
    DisbursementDetail,
    DisbursementView,
    EntryView,
    FundingView,
    InstalmentView,
    ReceiptView,
    ShareView,
    SupportView,
)
from millmark.web.shapes.steps import AllowedView, StepView


class MoneyViews:
    """Views for one principal; enterprises are looked up once a request."""

    def __init__(self, platform: Services, who: Principal) -> None:
        self._platform = platform
        self._scope = who.scope
        self.actor = actor_of(who)
        self._enterprises: dict[int, Enterprise] = {}

    def sees(self, enterprise_id: int) -> bool:
        return self._scope.admits(enterprise_id)

    def who(self, enterprise_id: int) -> dict[str, int | str]:
        """The fields that name an enterprise."""
        if enterprise_id not in self._enterprises:
            self._enterprises[enterprise_id] = self._platform.registry.enterprise(enterprise_id)
        found = self._enterprises[enterprise_id]
        return {
            "enterprise_id": found.id,
            "enterprise_zh": found.name_zh,
            "enterprise_en": found.name_en,
            "area_code": found.area_code,
        }

    def award(self, award: Award) -> AwardView:
        return AwardView.model_validate(self._award(award))

    def award_detail(self, award: Award) -> AwardDetail:
        inputs, calculation = award.inputs, award.calculation
        pack_zh, pack_en = Naming(self._platform).pack(award.pack, award.pack_edition)
        payments = self._platform.disbursements.disbursements(award_id=award.id)
        return AwardDetail.model_validate(
            self._award(award)
            | {
                "level": inputs["level"],
                "level_ref": inputs["level_ref"],
                "eligible_cost_fen": calculation["eligible_cost_fen"],
                "other_awards": [_support(one) for one in inputs["awards"]],
                "other_support": [_support(one) for one in inputs["other_support"]],
                "lowered_to_fen": inputs["lowered_to_fen"],
                "lowered_because": inputs["lowered_because"],
                "calculation": [CalculationStepView.model_validate(one) for one in calculation["steps"]],
                "instalments": [InstalmentView.model_validate(one) for one in award.instalments],
                "funding": [FundingView(line_id=one.line_id, amount_fen=one.fen) for one in award.funding],
                "pack": award.pack,
                "pack_zh": pack_zh,
                "pack_en": pack_en,
                "pack_edition": award.pack_edition,
                "pack_digest": award.pack_digest,
                "saved_by": award.saved_by,
                "saved_at_us": award.saved_at_us,
                "disbursements": [self.disbursement(one) for one in payments],
                "entries": [entry_view(one) for one in self._platform.budget.entries(award_id=award.id)],
                "steps": [StepView.of(step) for step in self._platform.awards.steps(award.id)],
            }
        )

    def disbursement(self, one: Disbursement) -> DisbursementView:
        return DisbursementView.model_validate(self._disbursement(one))

    def disbursement_detail(self, one: Disbursement) -> DisbursementDetail:
        steps = [StepView.of(step) for step in self._platform.disbursements.steps(one.id)]
        return DisbursementDetail.model_validate(self._disbursement(one) | {"steps": steps})

    def clawback(self, one: Clawback) -> ClawbackView:
        return ClawbackView.model_validate(self._clawback(one))

    def clawback_detail(self, one: Clawback) -> ClawbackDetail:
        steps = [StepView.of(step) for step in self._platform.clawbacks.steps(one.id)]
        return ClawbackDetail.model_validate(self._clawback(one) | {"steps": steps})

    def _award(self, award: Award) -> dict[str, object]:
        labels = [step["confidence"] for step in award.calculation["steps"] if step["confidence"] is not None]
        return {
            **self.who(award.enterprise_id),
            "id": award.id,
            "recognition_id": award.recognition_id,
            "recognition_number": award.recognition_number,
            "call_id": award.call_id,
            "programme_id": award.programme_id,
            "state": award.state,
            "version": award.version,
            "amount_fen": award.amount_fen,
            "committed_fen": award.committed_fen,
            "paid_fen": award.paid_fen,
            "recovered_fen": award.recovered_fen,
            "unresolved": list(award.calculation["unresolved"]),
            "excluded_by": list(award.calculation["excluded_by"]),
            "confidence": _least_sure(labels),
            "record_ref": None if award.record_id is None else f"award:{award.record_id}",
            "allowed": [AllowedView.of(offer) for offer in self._platform.awards.offers(award, self.actor)],
        }

    def _disbursement(self, one: Disbursement) -> dict[str, object]:
        return {
            **self.who(one.enterprise_id),
            "id": one.id,
            "award_id": one.award_id,
            "line_id": one.line_id,
            "instalment": one.instalment,
            "amount_fen": one.amount_fen,
            "state": one.state,
            "version": one.version,
            "proposed_by": one.proposed_by,
            "approved_by": one.approved_by,
            "receipt": one.receipt,
            "allowed": [AllowedView.of(offer) for offer in self._platform.disbursements.offers(one, self.actor)],
        }

    def _clawback(self, one: Clawback) -> dict[str, object]:
        return {
            **self.who(one.enterprise_id),
            "id": one.id,
            "award_id": one.award_id,
            "state": one.state,
            "version": one.version,
            "grounds": one.grounds.value,
            "grounds_zh": one.grounds.name_zh,
            "grounds_en": one.grounds.name_en,
            "amount_fen": one.amount_fen,
            "received_fen": one.received_fen,
            "outstanding_fen": one.outstanding_fen,
            "document": one.document,
            "opened_by": one.opened_by,
            "receipts": [
                ReceiptView(
                    line_id=receipt.line_id,
                    amount_fen=receipt.amount_fen,
                    receipt=receipt.receipt,
                    booked_by=receipt.booked_by,
                    booked_at_us=receipt.booked_at_us,
                )
                for receipt in one.receipts
            ],
            "allowed": [AllowedView.of(offer) for offer in self._platform.clawbacks.offers(one, self.actor)],
        }


class Owned(Protocol):
    """What belongs to an enterprise."""

    @property
    def enterprise_id(self) -> int: ...


_OwnedT = TypeVar("_OwnedT", bound=Owned)


def found_within(scope: Scope, find: Callable[[], _OwnedT], where: str) -> _OwnedT:
    """What `find` gives, if the scope admits it; what is not there gets the same words as what is not seen."""
    try:
        found = find()
    except RecordNotFound as error:
        raise unknown(where) from error
    scope.demand(found.enterprise_id, where=where)
    return found


def balances_view(balances: Balances) -> BalancesView:
    return BalancesView(
        appropriated_fen=balances.appropriated,
        available_fen=balances.available,
        committed_fen=balances.committed,
        paid_fen=balances.paid,
        recovered_fen=balances.recovered,
    )


def line_view(line: BudgetLine) -> BudgetLineView:
    return BudgetLineView(
        id=line.id,
        code=line.code,
        name_zh=line.name_zh,
        name_en=line.name_en,
        source=line.source.value,
        year=line.year,
        programme=line.programme,
        programme_id=line.programme_id,
        purpose=line.purpose,
        opened_at_us=line.opened_at_us,
        opened_by=line.opened_by,
        balances=balances_view(line.balances),
    )


def share_view(programme: str, found: ShareFinding) -> ShareView:
    return ShareView(
        programme=programme,
        source=found.source,
        year=found.year,
        purpose=found.share.purpose,
        at_least_percent=found.share.at_least,
        at_most_percent=found.share.at_most,
        appropriated_fen=found.fen,
        total_fen=found.total_fen,
        kept=found.kept,
        confidence=found.share.confidence.value,
    )


def entry_view(entry: MoneyEntry) -> EntryView:
    return EntryView(
        id=entry.id,
        number=entry.number,
        kind=entry.kind.value,
        origin=entry.route.origin.value,
        target=entry.route.target.value,
        amount_fen=entry.fen,
        award_id=entry.award_id,
        document=entry.document,
        reason=entry.reason,
        at_us=entry.at_us,
        actor=entry.actor,
        reverses=entry.reverses,
        balances=balances_view(entry.balances),
    )


def _support(kept: dict[str, str | int]) -> SupportView:
    return SupportView.model_validate({"programme": kept["programme"], "amount_fen": kept["fen"], "ref": kept["ref"]})


def _least_sure(labels: Iterable[str]) -> str | None:
    order = [label.value for label in Confidence]
    return max(labels, key=order.index, default=None)
