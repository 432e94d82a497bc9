"""What waits for whom, and how the objects of a programme live."""

from __future__ import annotations

from datetime import date

from millmark.programmes.life.desk import Due
from millmark.programmes.life.steps import ObjectKind
from millmark.web.shapes.shape import Shape


class NamedState(Shape):
    id: str
    name_zh: str
    name_en: str


class MachineView(Shape):
    """How one kind of object lives: its states and actions, and every step that may be taken."""

    kind: str
    states: list[NamedState]
    actions: list[NamedState]
    ends: list[str]


class MachineList(Shape):
    machines: list[MachineView]


class TaskView(Shape):
    """A step to take next; `days_left` is negative when it is overdue."""

    object_kind: ObjectKind
    object_id: int
    action: str
    text_zh: str
    text_en: str
    call_id: int
    title_zh: str
    title_en: str
    enterprise_id: int | None
    enterprise_zh: str | None
    enterprise_en: str | None
    state: str
    deadline: date | None
    due: Due
    days_left: int | None


class TaskList(Shape):
    """What waits for whoever asks, the most urgent first."""

    tasks: list[TaskView]
