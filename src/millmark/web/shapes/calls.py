"""Calls of programmes: what they say, and what an office says otherwise than the pack."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from millmark.programmes.life.parties import Party
from millmark.programmes.life.terms import (
    AskedClaim,
    AskedDocument,
    AskedFact,
    AskedLevel,
    Criterion,
    StageDates,
)
from millmark.web.shapes.shape import Shape
from millmark.web.shapes.steps import AllowedView, StepView

Reason = Field(default=None, max_length=4000)


class CallTermsView(Shape):
    """What a call says; `offices` recommend in this order, `host` decides, or records what was decided elsewhere."""

    title_zh: str
    title_en: str
    opens_on: date
    closes_on: date | None
    quota: int | None
    budget_line: str | None
    offices: list[Party]
    host: Party
    decided_here: bool
    area_quotas: dict[str, int]
    criteria: list[Criterion]
    reviewers_min: int
    publicity_days: int
    validity_months: int | None
    correction_days: int
    dates: StageDates
    pledge: bool
    facts: list[AskedFact]
    documents: list[AskedDocument]
    claims: list[AskedClaim]
    levels: list[AskedLevel]


class CallChanges(Shape):
    """What an office says otherwise than the pack proposes, or than the draft says; what is left out stays."""

    title_zh: str | None = Field(default=None, min_length=1, max_length=200)
    title_en: str | None = Field(default=None, min_length=1, max_length=200)
    opens_on: date | None = None
    closes_on: date | None = None
    quota: int | None = Field(default=None, ge=1)
    budget_line: str | None = Field(default=None, min_length=1, max_length=64)
    offices: list[Party] | None = None
    host: Party | None = None
    decided_here: bool | None = None
    area_quotas: dict[str, int] | None = None
    criteria: list[Criterion] | None = Field(default=None, max_length=50)
    reviewers_min: int | None = Field(default=None, ge=0, le=50)
    publicity_days: int | None = Field(default=None, ge=0, le=90)
    validity_months: int | None = Field(default=None, ge=1, le=240)
    correction_days: int | None = Field(default=None, ge=1, le=365)
    dates: StageDates | None = None


class NewCall(CallChanges):
    """A draft from a pack's edition; `slug` is the pack's own unless given."""

    pack: str = Field(min_length=1, max_length=64)
    edition: str = Field(min_length=1, max_length=32)
    slug: str | None = Field(default=None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)


class CallRevision(CallChanges):
    """`version` is the one that was read; it is refused when somebody saved meanwhile."""

    version: int | None = None


class CallStep(Shape):
    """`closes_on` is the new day of an extension."""

    action: Literal["publish", "extend", "close", "cancel", "discard"]
    version: int | None = None
    reason: str | None = Reason
    closes_on: date | None = None


class CallSummary(Shape):
    """`is_open` says whether it takes applications today; `applications` counts those one may see, by state."""

    id: int
    programme: str
    programme_zh: str
    programme_en: str
    level: str
    is_demonstration: bool
    slug: str
    title_zh: str
    title_en: str
    pack: str
    pack_edition: str | None
    state: str
    version: int
    opens_on: date
    closes_on: date | None
    is_open: bool
    days_left: int | None
    quota: int | None
    budget_line: str | None
    applications: dict[str, int]


class CallList(Shape):
    calls: list[CallSummary]


class CallFileView(CallSummary):
    """A call whole, with everything that happened to it."""

    pack_digest: str | None
    terms: CallTermsView
    allowed: list[AllowedView]
    steps: list[StepView]


class CallVersions(Shape):
    """What a call said, oldest first."""

    versions: list[CallTermsView]
