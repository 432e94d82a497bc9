"""Expert reviews, blind until the panel."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from millmark.programmes.life.terms import (
    Criterion,
)
from millmark.web.shapes.advice import AdviceView
from millmark.web.shapes.applications import VersionView
from millmark.web.shapes.calls import CallTermsView
from millmark.web.shapes.shape import ExactNumber, Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

Reason = Field(default=None, max_length=4000)


class NewReview(Shape):
    """`reviewer` is the name of an account with the role reviewer."""

    application_id: Id
    reviewer: str = Field(min_length=1, max_length=64)
    due_on: date | None = None


class Declaration(Shape):
    """On a conflict of interest; a conflict needs its reason in words."""

    conflict: bool
    reason: str | None = Reason


class ScoreForm(Shape):
    """Points by criterion, each between 0 and the criterion's most."""

    scores: dict[str, ExactNumber] = Field(max_length=50)
    comment: str = Field(min_length=1, max_length=8000)
    version: int | None = None


class ReviewStep(Shape):
    action: Literal["release", "ask_again"]
    reason: str = Field(min_length=1, max_length=4000)


class ReviewView(Shape):
    """A review. `application` is shown once no conflict is declared; scores are blind to others until the panel."""

    id: int
    application_id: int
    call_id: int
    title_zh: str
    title_en: str
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    reviewer: str
    state: str
    version: int
    application_state: str
    due_on: date | None
    criteria: list[Criterion]
    scores: dict[str, ExactNumber] | None
    total: ExactNumber | None
    comment: str | None
    assigned_by: str
    assigned_at_us: TimeUs
    allowed: list[AllowedView]


class ReviewDetail(ReviewView):
    application: VersionView | None
    terms: CallTermsView | None
    advice: AdviceView | None
    steps: list[StepView]


class ReviewList(Shape):
    reviews: list[ReviewView]


class ReviewerList(Shape):
    """Accounts that may be assigned."""

    reviewers: list[str]
