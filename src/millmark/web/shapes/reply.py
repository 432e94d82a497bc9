"""The reply to a proposal, made of text and live figures."""

from __future__ import annotations

from datetime import date
from typing import Literal

from millmark.web.shapes.shape import Shape


class Segment(Shape):
    """A piece of text; with `figure_id` it is a figure's value in words and links to that figure."""

    text: str
    figure_id: str | None


class Paragraph(Shape):
    segments: list[Segment]


class Reply(Shape):
    language: Literal["zh", "en"]
    title: str
    as_of: date
    paragraphs: list[Paragraph]
