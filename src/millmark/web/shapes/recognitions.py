"""Recognitions, with their end and what the city counts."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from millmark.web.shapes.shape import Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView


class NewRecognition(Shape):
    """`document` names the decision's own document; it must be given where the decision is made elsewhere."""

    application_id: Id
    level: int | None = Field(default=None, ge=1, le=9)
    document: str | None = Field(default=None, min_length=1, max_length=1000)
    valid_from: date | None = None
    number: str | None = Field(default=None, min_length=1, max_length=64)


class RecognitionStep(Shape):
    """`valid_until` is the new end of a renewal."""

    action: Literal["revoke", "renew"]
    reason: str = Field(min_length=1, max_length=4000)
    valid_until: date | None = None


class RecognitionView(Shape):
    """`holds` says whether it is neither revoked nor over today; `record` is what the city's figures count."""

    id: int
    application_id: int
    call_id: int
    title_zh: str
    title_en: str
    programme: str
    programme_zh: str
    programme_en: str
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    number: str
    level: int | None
    state: str
    version: int
    valid_from: date
    valid_until: date | None
    holds: bool
    document: str | None
    record: str | None
    recognised_by: str
    recognised_at_us: TimeUs
    allowed: list[AllowedView]


class RecognitionDetail(RecognitionView):
    steps: list[StepView]


class RecognitionList(Shape):
    recognitions: list[RecognitionView]
