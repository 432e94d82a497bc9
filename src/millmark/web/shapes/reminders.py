"""Reminders of deadlines as the API shows them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from millmark.programmes.life.steps import ObjectKind
from millmark.programmes.reminders import Stage
from millmark.web.shapes.shape import Id, Shape, TimeUs


class DeskReminder(Shape):
    """A reminder as it was written; `unread` for whoever asks."""

    id: int
    stage: Stage
    object_kind: ObjectKind
    object_id: int
    action: str
    deadline: date
    text_zh: str
    text_en: str
    title_zh: str
    title_en: str
    enterprise_id: int | None
    enterprise_zh: str | None
    enterprise_en: str | None
    created_at_us: TimeUs
    unread: bool


class DeskReminders(Shape):
    """The latest first, at most a hundred; `unread` counts among them."""

    unread: int
    reminders: list[DeskReminder]


class ReadReminders(Shape):
    """All reminders up to this one were read."""

    up_to: Id = Field(description="The id of the latest reminder that was seen.")
