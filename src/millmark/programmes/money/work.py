"""What money asks of a project: what was accepted, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import Session

from millmark.programmes.money.calculation import Cost
from millmark.programmes.packs.stages import StageKind


@dataclass(frozen=True, slots=True)
class AcceptedWork:
    """The outcome of an acceptance: the level reached, and the costs that stood the check."""

    level: int | None
    level_ref: str
    costs: Sequence[Cost]


@dataclass(frozen=True, slots=True)
class Progress:
    """Stages that are finished, and for each instalment that waits for milestones which of them are still open."""

    finished: frozenset[StageKind]
    awaited: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Work(Protocol):
    """The projects, as money sees them; each method reads within the caller's transaction."""

    def accepted(self, session: Session, recognition_id: int) -> AcceptedWork | None: ...

    def progress(self, session: Session, recognition_id: int) -> Progress: ...
