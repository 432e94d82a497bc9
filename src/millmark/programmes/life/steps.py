"""The log of steps: everything that happens to an object of a programme, with actor, time and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.errors import StaleVersion
from millmark.programmes.life.machine import Machine
from millmark.programmes.life.parties import Actor
from millmark.programmes.life.tables import StepRow


class ObjectKind(StrEnum):
    """What has a life of its own in a programme."""

    CALL = "call"
    APPLICATION = "application"
    REVIEW = "review"
    PUBLICITY = "publicity"
    OBJECTION = "objection"
    RECOGNITION = "recognition"
    AWARD = "award"
    DISBURSEMENT = "disbursement"
    PROJECT = "project"
    ACCEPTANCE = "acceptance"
    CLAWBACK = "clawback"
    ASSESSMENT = "assessment"
    CHALLENGE = "challenge"
    REMINDER = "reminder"
    SUPPLIER = "supplier"
    SOLUTION = "solution"
    DEMAND = "demand"
    ANSWER = "answer"
    CASE = "case"
    EVENT = "event"
    REGISTRATION = "registration"
    PROPOSAL = "proposal"
    CONSULTATION = "consultation"
    COMMITMENT = "commitment"


class Living(Protocol):
    """A row with a life: where it stands, and which version of its content holds."""

    id: Any
    state: Any
    version: Any


class Versioned(Protocol):
    """Anything with a version of its content."""

    @property
    def version(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened; `version` is the version of the object's content that holds after it."""

    id: int
    object_kind: ObjectKind
    object_id: int
    version: int
    state_from: str | None
    state_to: str
    action: str
    actor: str
    role: str
    at_us: int
    reason: str | None
    detail: Mapping[str, Any]


def record(
    session: Session,
    *,
    kind: ObjectKind,
    object_id: int,
    version: int,
    state_from: str | None,
    state_to: str,
    action: str,
    actor: Actor,
    at_us: int,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Step:
    """Writes a step down in the transaction of the change itself; `detail` must be JSON. There is no way to edit it."""
    row = StepRow(
        object_kind=kind,
        object_id=object_id,
        version=version,
        state_from=state_from,
        state_to=state_to,
        action=action,
        actor=actor.name,
        role=actor.role,
        at_us=at_us,
        reason=(reason or "").strip() or None,
        detail=dict(detail or {}),
    )
    session.add(row)
    session.flush()
    return _step(row)


def begin(
    session: Session,
    machine: Machine,
    row: Living,
    action: str,
    actor: Actor,
    *,
    at_us: int,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Step:
    """The first step of an object: checks it, adds the row in its first state and version 1, and records the step."""
    found = machine.check(None, action, actor, reason)
    row.state, row.version = found.target, 1
    session.add(row)
    session.flush()
    return record(
        session,
        kind=ObjectKind(machine.kind),
        object_id=row.id,
        version=1,
        state_from=None,
        state_to=found.target,
        action=action,
        actor=actor,
        at_us=at_us,
        reason=reason,
        detail=detail,
    )


def advance(
    session: Session,
    machine: Machine,
    row: Living,
    action: str,
    actor: Actor,
    *,
    at_us: int,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
    corrected: bool = False,
) -> Step:
    """Checks a step, sets the row's state, and records it; `corrected` says that a new version of the content holds.

    `row` must be locked by its reader (`with_for_update=True`): two at once would both find the step possible.
    """
    found = machine.check(row.state, action, actor, reason)
    before, row.state = row.state, found.target or row.state
    if corrected:
        row.version += 1
    session.flush()
    return record(
        session,
        kind=ObjectKind(machine.kind),
        object_id=row.id,
        version=row.version,
        state_from=before,
        state_to=row.state,
        action=action,
        actor=actor,
        at_us=at_us,
        reason=reason,
        detail=detail,
    )


def must_be_version(row: Versioned, seen: int | None, what: str) -> None:
    """Raises `StaleVersion` when somebody acts on a version of `row` that no longer holds; None does not ask."""
    if seen is not None and seen != row.version:
        raise StaleVersion(
            f"{what} is at version {row.version}, not {seen}: somebody saved it meanwhile; read it again, then act",
            f"所依据的是第 {seen} 版,现为第 {row.version} 版,期间已有改动;请重新查看后再办理",
        )


def steps_of(session: Session, kind: ObjectKind, object_id: int) -> list[Step]:
    """Everything that happened to an object, in order."""
    query = select(StepRow).where(StepRow.object_kind == kind, StepRow.object_id == object_id).order_by(StepRow.id)
    return [_step(row) for row in session.scalars(query)]


def steps_after(session: Session, step_id: int, limit: int) -> list[Step]:
    """Steps with a higher id than `step_id`, in order, at most `limit`.

    Ids are given out before the transactions that use them end, so with PostgreSQL a lower id may still appear later.
    """
    query = select(StepRow).where(StepRow.id > step_id).order_by(StepRow.id).limit(limit)
    return [_step(row) for row in session.scalars(query)]


def _step(row: StepRow) -> Step:
    return Step(
        id=row.id,
        object_kind=ObjectKind(row.object_kind),
        object_id=row.object_id,
        version=row.version,
        state_from=row.state_from,
        state_to=row.state_to,
        action=row.action,
        actor=row.actor,
        role=row.role,
        at_us=row.at_us,
        reason=row.reason,
        detail=row.detail,
    )
