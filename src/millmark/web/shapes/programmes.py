"""Programmes with their calls, applications and decisions."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from millmark.web.shapes.claims import ClaimNameView
from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import ExactNumber, Id, Shape, TimeUs


class DecisionView(Shape):
    """`demonstration` says that it rests on data of a fictional factory."""

    outcome: Literal["met", "not_met", "not_provable", "not_decidable"]
    grade: GradeName
    reasons_zh: list[str]
    reasons_en: list[str]
    claim_ids: list[str]
    claims: list[ClaimNameView]
    demonstration: bool
    decided_at_us: TimeUs


class ApplicationView(Shape):
    id: int
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    submitted_on: date
    claim_ids: list[str]
    decision: DecisionView | None


class NewApplication(Shape):
    """An enterprise's entry in a call with one of its own claims; the same claim again changes nothing."""

    enterprise_id: Id
    claim_id: str = Field(min_length=1, max_length=64)


class RuleView(Shape):
    """One thing that a call asks, as its pack says it, with the paragraph it comes from."""

    id: str
    kind: str
    text_zh: str
    text_en: str
    measure: str
    comparator: str
    threshold: ExactNumber
    source: str


class CallView(Shape):
    id: int
    title_zh: str
    title_en: str
    opens_on: date
    closes_on: date | None
    pack: str
    pack_zh: str
    pack_en: str
    pack_edition: str | None
    rules: list[RuleView]
    applications: list[ApplicationView]


class ProgrammeView(Shape):
    id: int
    slug: str
    name_zh: str
    name_en: str
    level: str
    is_demonstration: bool
    calls: list[CallView]


class ProgrammeList(Shape):
    programmes: list[ProgrammeView]
