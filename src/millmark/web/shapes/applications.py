"""Applications: what they say, version by version, and the steps of both sides."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from millmark.programmes.life.parties import Party
from millmark.web.shapes.advice import AdviceView, OutcomeName
from millmark.web.shapes.calls import CallTermsView
from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import ExactNumber, Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

ClaimId: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
Reason = Field(default=None, max_length=4000)


class NewApplicationDraft(Shape):
    enterprise_id: Id


class ContentForm(Shape):
    """What an enterprise fills in: facts as JSON by id, file ids by document id, claims, the level applied for, and
    the pledge that all of it is true."""

    facts: dict[str, Any] = Field(default_factory=dict, max_length=500)
    documents: dict[str, str] = Field(default_factory=dict, max_length=200)
    claim_ids: list[str] = Field(default_factory=list, max_length=50)
    level: int | None = None
    pledge: bool = False
    version: int | None = None


FactJson: TypeAlias = bool | int | float | str | list[str] | None
"""A fact as a form gives it; exact numbers are texts."""


class ContentView(Shape):
    facts: dict[str, FactJson]
    documents: dict[str, str]
    claim_ids: list[str]
    level: int | None
    pledge: bool


class VersionView(Shape):
    """One version of an application; `digest` is the SHA-256 of its canonical text, which the signature is about."""

    version: int
    content: ContentView
    digest: str
    saved_by: str
    saved_at_us: TimeUs
    signed_by: str | None
    signed_at_us: TimeUs | None


class VersionList(Shape):
    versions: list[VersionView]


class StatisticsView(Shape):
    """Of the reviewers' totals; `outliers` are reviewers far from the others."""

    count: int
    mean: ExactNumber
    median: ExactNumber
    spread: ExactNumber
    lowest: ExactNumber
    highest: ExactNumber
    full_marks: ExactNumber
    outliers: list[str]


class RankView(Shape):
    """The place that an office gave an application on the list of what it recommends in a call; 1 is the first."""

    office: Party
    rank: int


class ApplicationSummary(Shape):
    """`deadline` is the day by which it should leave its state; `in_charge` is whose turn it is. `ranks` are told to
    offices and auditors alone."""

    id: int
    call_id: int
    title_zh: str
    title_en: str
    programme: str
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    state: str
    version: int
    level: int | None
    outcome: OutcomeName | None
    grade: GradeName | None
    in_charge: Party
    deadline: date | None
    days_left: int | None
    started_at_us: TimeUs
    submitted_at_us: TimeUs | None
    ranks: list[RankView]


class ApplicationQueue(Shape):
    applications: list[ApplicationSummary]


class ApplicationFileView(ApplicationSummary):
    """An application whole. `missing` are parts the call requires and the current version lacks; `statistics` are
    there from the panel on, for those who may read reviews."""

    terms: CallTermsView
    current: VersionView
    missing: list[str]
    advice: AdviceView | None
    statistics: StatisticsView | None
    recognition_id: int | None
    open_objections: int
    allowed: list[AllowedView]
    steps: list[StepView]


class OwnStep(Shape):
    """A step of the enterprise's own."""

    version: int | None = None
    reason: str | None = Reason


class SupplementForm(Shape):
    """Claims to add to what was submitted."""

    claim_ids: list[ClaimId] = Field(min_length=1, max_length=50)
    version: int | None = None


class OfficeStepForm(Shape):
    """A step of an office. `due_in_days` is for `return`, `judgements` (by condition) for `judge`, `rank` for what is
    recommended: its place on the office's own list of the call, from 1; `rank` as a step without a number takes it
    off the list."""

    action: Literal[
        "return",
        "accept",
        "judge",
        "recommend_county",
        "recommend_city",
        "recommend_province",
        "rank",
        "open_review",
        "close_scoring",
        "rescore",
        "pass",
        "fail",
        "reject",
    ]
    version: int | None = None
    reason: str | None = Reason
    due_in_days: int | None = Field(default=None, ge=1, le=365)
    judgements: dict[str, bool] = Field(default_factory=dict, max_length=100)
    rank: int | None = None
