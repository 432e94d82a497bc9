"""Budgets, awards, payments and clawbacks. Money is always a whole number of fen, 1 yuan = 100 fen."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from millmark.web.shapes.shape import ExactNumber, Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

Fen: TypeAlias = Annotated[int, Field(ge=1, le=10**15, description="Money in fen, 1 yuan = 100 fen.")]
FenOrNothing: TypeAlias = Annotated[int, Field(ge=0, le=10**15, description="Money in fen, or nothing.")]
Reason: TypeAlias = Annotated[str, Field(max_length=2000)]
Document: TypeAlias = Annotated[str, Field(min_length=1, max_length=400, description="Number or title of a document.")]
Receipt: TypeAlias = Annotated[str, Field(min_length=1, max_length=100, description="Number of the bank's receipt.")]
FundSourceName: TypeAlias = Literal["central", "provincial", "city", "county"]
ConfidenceName: TypeAlias = Literal["A", "A-copy", "B", "U", "L"]


class EnterpriseRef(Shape):
    """Who it is about."""

    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str


class BalancesView(Shape):
    """appropriated = available + committed + paid + recovered, at any moment."""

    appropriated_fen: int
    available_fen: int
    committed_fen: int
    paid_fen: int
    recovered_fen: int


class BudgetLineView(Shape):
    """`programme` is a slug; `purpose` the id of a use that the pack's budget split names, or another."""

    id: int
    code: str
    name_zh: str
    name_en: str
    source: FundSourceName
    year: int
    programme: str
    programme_id: int
    purpose: str
    opened_at_us: TimeUs
    opened_by: str
    balances: BalancesView


class ShareView(Shape):
    """How one fund's year keeps a bound on one of its uses; the label says how sure the pack is of the bound."""

    programme: str
    source: str
    year: int
    purpose: str
    at_least_percent: ExactNumber | None
    at_most_percent: ExactNumber | None
    appropriated_fen: int
    total_fen: int
    kept: bool
    confidence: ConfidenceName


class BudgetList(Shape):
    lines: list[BudgetLineView]
    shares: list[ShareView]


class EntryView(Shape):
    """One movement from an account to another, with the line's balances after it."""

    id: int
    number: int
    kind: Literal["appropriate", "cut", "commit", "release", "pay", "recover", "reuse", "reverse"]
    origin: str
    target: str
    amount_fen: int
    award_id: int | None
    document: str
    reason: str | None
    at_us: TimeUs
    actor: str
    reverses: int | None
    balances: BalancesView


class BudgetDetail(Shape):
    line: BudgetLineView
    entries: list[EntryView]


class NewBudget(Shape):
    """A line with its first appropriation and the document that grants it."""

    code: str = Field(min_length=1, max_length=64)
    name_zh: str = Field(min_length=1, max_length=200)
    name_en: str = Field(min_length=1, max_length=200)
    source: FundSourceName
    year: int = Field(ge=1990, le=2100)
    programme: str = Field(min_length=1, max_length=64)
    purpose: str = Field(min_length=1, max_length=64)
    amount_fen: Fen
    document: Document


class NewEntry(Shape):
    """Raises, cuts, or makes what came back available again (`amount_fen`), or reverses an entry (`entry_id`)."""

    kind: Literal["appropriate", "cut", "reuse", "reverse"]
    amount_fen: Fen | None = None
    entry_id: Id | None = None
    document: str = Field(default="", max_length=400)
    reason: Reason = ""


class CalculationStepView(Shape):
    """One line of the sum; `amount_fen` is what it stands at after it, `refs` where its figures come from."""

    code: str
    zh: str
    en: str
    amount_fen: int
    refs: list[str]
    confidence: ConfidenceName | None
    source: str | None


class InstalmentView(Shape):
    """A part of the award; `after` is the stage of the pack after which it falls due, empty for at once."""

    id: str
    name_zh: str
    name_en: str
    amount_fen: int
    after: str


class FundingView(Shape):
    line_id: Id
    amount_fen: Fen


class AwardView(EnterpriseRef):
    """An award; what is committed, paid and recovered are sums over the entries of the budget lines."""

    id: int
    recognition_id: int
    recognition_number: str
    call_id: int
    programme_id: int
    state: str
    version: int
    amount_fen: int
    committed_fen: int
    paid_fen: int
    recovered_fen: int
    unresolved: list[str]
    excluded_by: list[str]
    confidence: ConfidenceName | None
    record_ref: str | None
    allowed: list[AllowedView]


class AwardList(Shape):
    awards: list[AwardView]


class SupportView(Shape):
    """Other public money; `programme` is its slug, or what it was called."""

    programme: str
    amount_fen: int
    ref: str


class DisbursementView(EnterpriseRef):
    """One payment; who proposed it neither approves nor books it."""

    id: int
    award_id: int
    line_id: int
    instalment: str
    amount_fen: int
    state: str
    version: int
    proposed_by: str
    approved_by: str | None
    receipt: str | None
    allowed: list[AllowedView]


class DisbursementList(Shape):
    disbursements: list[DisbursementView]


class AwardDetail(AwardView):
    """An award with the whole sum: what it was calculated from, every step, its instalments, lines and payments."""

    level: int | None
    level_ref: str
    eligible_cost_fen: int
    other_awards: list[SupportView]
    other_support: list[SupportView]
    lowered_to_fen: int | None
    lowered_because: str
    calculation: list[CalculationStepView]
    instalments: list[InstalmentView]
    funding: list[FundingView]
    pack: str
    pack_zh: str
    pack_en: str
    pack_edition: str
    pack_digest: str
    saved_by: str
    saved_at_us: TimeUs
    disbursements: list[DisbursementView]
    entries: list[EntryView]
    steps: list[StepView]


class NewSupport(Shape):
    """Other public money that the enterprise has for the same; `document` says where that stands."""

    programme: str = Field(min_length=1, max_length=64)
    amount_fen: Fen
    document: Document


class AskedFor(Shape):
    """What an office adds to a calculation: support to deduct, and a decision to give less."""

    other_support: list[NewSupport] = Field(default=[], max_length=50)
    lowered_to_fen: FenOrNothing | None = None
    lowered_because: Reason = ""


class NewAward(AskedFor):
    recognition_id: Id


class FitAwards(Shape):
    """Cuts a call's calculated awards in proportion to a budget; `reason` names the decision that sets it."""

    call_id: Id
    budget_fen: FenOrNothing
    reason: str = Field(min_length=1, max_length=2000)


class AwardStep(AskedFor):
    """`propose` needs `funding`, `approve` its `document`; `recalculate` and `reduce` take what an office adds."""

    action: Literal["recalculate", "reduce", "propose", "return", "approve", "withdraw"]
    version: int | None = None
    reason: Reason = ""
    document: str = Field(default="", max_length=400)
    funding: list[FundingView] = Field(default=[], max_length=50)


class NewDisbursementForm(Shape):
    award_id: Id
    line_id: Id
    instalment: str = Field(min_length=1, max_length=64)
    amount_fen: Fen
    reason: Reason = ""


class DisbursementStep(Shape):
    """`pay` needs the bank's `receipt` and may say on which day the bank paid (`paid_on`)."""

    action: Literal["approve", "reject", "cancel", "pay", "return"]
    version: int | None = None
    reason: Reason = ""
    receipt: str = Field(default="", max_length=100)
    paid_on: date | None = None


class DisbursementDetail(DisbursementView):
    steps: list[StepView]


class ReceiptView(Shape):
    line_id: int
    amount_fen: int
    receipt: str
    booked_by: str
    booked_at_us: TimeUs


GroundsName: TypeAlias = Literal[
    "not_accepted", "false_statement", "misuse", "double_funding", "moved_away", "miscalculated", "other"
]


class ClawbackView(EnterpriseRef):
    """Money of an award that is to come back."""

    id: int
    award_id: int
    state: str
    version: int
    grounds: GroundsName
    grounds_zh: str
    grounds_en: str
    amount_fen: int
    received_fen: int
    outstanding_fen: int
    document: str | None
    opened_by: str
    receipts: list[ReceiptView]
    allowed: list[AllowedView]


class ClawbackList(Shape):
    clawbacks: list[ClawbackView]


class ClawbackDetail(ClawbackView):
    steps: list[StepView]


class NewClawback(Shape):
    award_id: Id
    amount_fen: Fen
    grounds: GroundsName
    reason: str = Field(min_length=1, max_length=2000)


class ClawbackStep(Shape):
    """`decide` needs its `document`."""

    action: Literal["decide", "drop", "waive"]
    version: int | None = None
    reason: Reason = ""
    document: str = Field(default="", max_length=400)


class NewReceipt(Shape):
    line_id: Id
    amount_fen: Fen
    receipt: Receipt


class MyMoney(Shape):
    """All the money of one enterprise: awards, payments and what must come back."""

    awarded_fen: int
    paid_fen: int
    recovered_fen: int
    outstanding_fen: int
    awards: list[AwardView]
    disbursements: list[DisbursementView]
    clawbacks: list[ClawbackView]
