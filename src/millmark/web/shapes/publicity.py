"""Lists made public, and objections to them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from millmark.web.shapes.shape import Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

Reason = Field(default=None, max_length=4000)


class NewPublicity(Shape):
    """Makes applications of a call public, all or none; `days` may be more than the call says."""

    call_id: Id
    application_ids: list[Id] = Field(min_length=1, max_length=1000)
    days: int | None = Field(default=None, ge=1, le=365)


class PublicityStep(Shape):
    """`closes_on` is the new day of an extension."""

    action: Literal["extend", "close"]
    reason: str | None = Reason
    closes_on: date | None = None


class PublicityEntry(Shape):
    application_id: int
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    state: str


class PublicityView(Shape):
    """A list made public, both days included; `takes_objections` says whether anybody signed in may object today."""

    id: int
    call_id: int
    title_zh: str
    title_en: str
    programme: str
    state: str
    version: int
    opens_on: date
    closes_on: date
    takes_objections: bool
    entries: list[PublicityEntry]
    allowed: list[AllowedView]


class PublicityList(Shape):
    publicities: list[PublicityView]


class NewObjection(Shape):
    """`objector` is for officers who take down what somebody else says."""

    application_id: Id
    text: str = Field(min_length=1, max_length=8000)
    objector: str | None = Field(default=None, min_length=1, max_length=200)


class Resolution(Shape):
    upheld: bool
    reason: str = Field(min_length=1, max_length=4000)


class ObjectionView(Shape):
    id: int
    publicity_id: int
    application_id: int
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    state: str
    version: int
    text: str
    objector: str | None
    raised_by: str
    raised_at_us: TimeUs
    allowed: list[AllowedView]
    steps: list[StepView]


class ObjectionList(Shape):
    objections: list[ObjectionView]
