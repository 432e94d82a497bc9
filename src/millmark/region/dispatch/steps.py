"""Everything that happens to an object of the dispatch desk, with actor, time and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.life import Actor, Machine
from millmark.region.dispatch.tables import DispatchStepRow


class Living(Protocol):
    """A row with a life: where it stands, and which version of its content holds."""

    id: Any
    state: Any
    version: Any


@dataclass(frozen=True, slots=True)
class DispatchStep:
    """One thing that happened; `version` is that of the object's content after it."""

    id: int
    object_kind: str
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


def take(
    session: Session,
    machine: Machine,
    row: Living,
    action: str,
    actor: Actor,
    *,
    at_us: int,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
    is_new: bool = False,
    corrected: bool = False,
) -> DispatchStep:
    """Checks a step against the machine, sets the row's state and writes the step down, in the caller's transaction.

    `is_new` adds the row in its first state and version 1; `corrected` says that a new version of the content holds.
    A row that is there must be locked by its reader. `detail` must be JSON. Raises what `Machine.check` raises.
    """
    before = None if is_new else row.state
    found = machine.check(before, action, actor, reason)
    row.state = found.target or before
    if is_new:
        row.version = 1
        session.add(row)
    elif corrected:
        row.version += 1
    session.flush()
    step = DispatchStepRow(
        object_kind=machine.kind,
        object_id=row.id,
        version=row.version,
        state_from=before,
        state_to=row.state,
        action=action,
        actor=actor.name,
        role=actor.role,
        at_us=at_us,
        reason=(reason or "").strip() or None,
        detail=dict(detail or {}),
    )
    session.add(step)
    session.flush()
    return _step(step)


def steps_of(session: Session, kind: str, object_id: int) -> list[DispatchStep]:
    """Everything that happened to an object, in order."""
    query = select(DispatchStepRow).where(DispatchStepRow.object_kind == kind, DispatchStepRow.object_id == object_id)
    return [_step(row) for row in session.scalars(query.order_by(DispatchStepRow.id))]


def _step(row: DispatchStepRow) -> DispatchStep:
    return DispatchStep(
        id=row.id,
        object_kind=row.object_kind,
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
