"""What the machine says of conditions: of an application, and beforehand of an enterprise."""

from __future__ import annotations

from typing import Literal

from millmark.web.shapes.claims import ClaimNameView
from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import Shape, TimeUs

OutcomeName = Literal["met", "not_met", "not_provable", "not_decidable"]


class ConditionReason(Shape):
    code: str
    zh: str
    en: str


class ConditionView(Shape):
    """One condition or eligibility rule of the pack, with its answer."""

    id: str
    text_zh: str
    text_en: str
    outcome: OutcomeName
    grade: GradeName
    reasons: list[ConditionReason]
    claim_ids: list[str]


class AdviceView(Shape):
    """What the machine says of the conditions; officers decide. `demonstration` says it rests on fictional data;
    `claims` name those that the answers speak of."""

    application_version: int
    outcome: OutcomeName
    grade: GradeName
    reasons_zh: list[str]
    reasons_en: list[str]
    conditions: list[ConditionView]
    claim_ids: list[str]
    claims: list[ClaimNameView]
    demonstration: bool
    pack: str
    pack_zh: str
    pack_en: str
    pack_edition: str
    pack_digest: str
    at_us: TimeUs


class FitView(Shape):
    """How an enterprise stands to a call as it is known today.

    Papers still to be attached and what only people judge are among the conditions and do not decide the outcome.
    """

    outcome: OutcomeName
    grade: GradeName
    reasons_zh: list[str]
    reasons_en: list[str]
    conditions: list[ConditionView]
    claim_ids: list[str]
    claims: list[ClaimNameView]
    demonstration: bool


class CallFit(Shape):
    """How an enterprise stands to one open call: `met` of the `asked` conditions hold today."""

    call_id: int
    outcome: OutcomeName
    grade: GradeName
    met: int
    asked: int
    demonstration: bool


class FitList(Shape):
    """One entry for each call that takes applications today and whose pack is on the shelf."""

    fits: list[CallFit]
