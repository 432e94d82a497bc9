"""A factor request as it is read, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from millmark.region.dispatch.errors import InvalidRequest
from millmark.region.factors.deadlines import is_overdue
from millmark.region.factors.machine import OPEN, WITH_DEPARTMENT, WITH_OFFICE

LONGEST_TITLE = 200
LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorContent:
    """What an enterprise lacks, in its own words; `needed_by` is its own wish, not the rules' deadline."""

    title: str
    text: str
    needed_by: date | None = None
    contact: str = ""

    def checked(self) -> Self:
        """Raises `InvalidRequest`, naming the field."""
        for field, value, most in (("title", self.title, LONGEST_TITLE), ("text", self.text, LONGEST_TEXT)):
            if not value.strip() or len(value) > most:
                raise InvalidRequest(f"{field}: say what is needed in at most {most} characters")
        if len(self.contact) > LONGEST_TITLE:
            raise InvalidRequest(f"contact: must have at most {LONGEST_TITLE} characters")
        return self

    def as_json(self) -> dict[str, Any]:
        needed = None if self.needed_by is None else self.needed_by.isoformat()
        return {"title": self.title, "text": self.text, "needed_by": needed, "contact": self.contact}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        needed = kept["needed_by"]
        return cls(
            title=kept["title"],
            text=kept["text"],
            needed_by=None if needed is None else date.fromisoformat(needed),
            contact=kept["contact"],
        )


@dataclass(frozen=True, slots=True)
class Task:
    """What is assigned to a department; without `due_on` the rules say by when."""

    department: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A department's part in a round of a request. `ended_as` is answered, returned, withdrawn, or None while open."""

    id: int
    round: int
    department: str
    lead: bool
    due_on: date
    assigned_at_us: int
    assigned_by: str
    taken_up_at_us: int | None
    ended_at_us: int | None
    ended_as: str | None
    answer: str | None

    @property
    def is_open(self) -> bool:
        return self.ended_as is None


@dataclass(frozen=True, slots=True)
class FactorRequest:
    """`round` counts reopenings from 1; `level` how far the present deadline's passing has escalated it, from 0."""

    id: int
    enterprise_id: int
    area_code: str
    factor: str
    urgency: str
    state: str
    version: int
    round: int
    level: int
    asked_at_us: int
    asked_by: str
    asked_by_office: bool
    assign_by: date
    answer_by: date | None
    answered_at_us: int | None
    settled_at_us: int | None
    content: FactorContent
    assignments: tuple[Assignment, ...]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def due_on(self) -> date | None:
        """The deadline now in force: the office's to assign, or the departments' to answer; none otherwise."""
        return due_on_of(self.state, self.assign_by, self.answer_by)

    def is_overdue(self, today: date) -> bool:
        return is_overdue(self.due_on, today)

    def present(self, department: str) -> Assignment | None:
        """The department's part in this round, if it has one that was not taken away again."""
        return next(
            (
                one
                for one in reversed(self.assignments)
                if one.department == department and one.round == self.round and one.ended_as != "withdrawn"
            ),
            None,
        )

    def concerns(self, department: str | None) -> bool:
        """Whether anything of it is or was assigned to a department."""
        return any(one.department == department for one in self.assignments)


def due_on_of(state: str, assign_by: date, answer_by: date | None) -> date | None:
    if state in WITH_OFFICE:
        return assign_by
    return answer_by if state in WITH_DEPARTMENT else None
