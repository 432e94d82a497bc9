"""Consents of enterprises to having their part of published tables told."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from millmark.web.shapes.shape import Id, Shape, TimeUs

_Document = Annotated[str, Field(min_length=1, max_length=500)]


class WaiverForm(Shape):
    """The term is of the months that may be told; without `valid_until` it has no end, without `measures` it is for
    all of them. `document` names the writing."""

    enterprise_id: Id
    valid_from: date
    valid_until: date | None = None
    measures: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=50, default_factory=list)]
    document: _Document


class WaiverWithdrawal(Shape):
    """From `from_day` on nothing more is published by the consent; what was published stays."""

    from_day: date
    document: _Document


class WaivedMeasure(Shape):
    id: str
    zh: str
    en: str


class WaiverView(Shape):
    """`measures` are what may be told, everything if there is none.

    `holds` says whether somebody who publishes on the day that was asked for may rely on it.
    """

    id: int
    enterprise_id: int
    name_zh: str
    name_en: str
    valid_from: date
    valid_until: date | None
    measures: list[WaivedMeasure]
    document: str
    recorded_by: str
    recorded_at_us: TimeUs
    withdrawn_from: date | None
    withdrawal_document: str | None
    withdrawn_by: str | None
    withdrawn_at_us: TimeUs | None
    holds: bool


class WaiverList(Shape):
    """`as_of` is the day that `holds` is told for, `known_at_us` the moment by which it was known; null for now."""

    as_of: date
    known_at_us: TimeUs | None
    waivers: list[WaiverView]
