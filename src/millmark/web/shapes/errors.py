"""The one shape of every error."""

from __future__ import annotations

from millmark.web.shapes.shape import Shape


class ErrorDetail(Shape):
    """What was wrong, where, and what to do next; `code` is stable and meant for programs."""

    code: str
    message: str
    where: str
    next_step: str


class ErrorAnswer(Shape):
    error: ErrorDetail
