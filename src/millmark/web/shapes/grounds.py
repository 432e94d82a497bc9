"""What is on record against an award."""

from __future__ import annotations

from millmark.web.shapes.money import GroundsName
from millmark.web.shapes.shape import Shape


class GroundsView(Shape):
    """A challenge that ended against a claim which the award's application rested on."""

    grounds: GroundsName
    challenge_id: int
    claim_id: str
    state: str
    text_zh: str
    text_en: str


class GroundsList(Shape):
    grounds: list[GroundsView]
