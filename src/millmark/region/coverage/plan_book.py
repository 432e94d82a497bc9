"""Keeps plans: what was asked, from which inputs, how far it is and what came of it; a finished one never changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.region.coverage.errors import CoverageConflict, CoverageNotFound, InvalidParameters
from millmark.region.coverage.tables import CoveragePlanRow
from millmark.registry import Database, area_prefix

PlanState: TypeAlias = Literal["queued", "running", "done", "infeasible", "cancelled", "failed", "interrupted"]

_SILENT_US: Final = 120_000_000
"""A plan whose process has not been heard of for so long was interrupted, by a restart for example."""

_OPEN: Final = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Plan:
    """`order` and `result` as JSON, see `assembling`; `progress` is the solver's latest word."""

    id: int
    name: str
    state: PlanState
    area_code: str | None
    order: dict[str, Any]
    parameters_id: int | None
    inputs: dict[str, int]
    inputs_digest: str
    progress: dict[str, Any]
    result: dict[str, Any] | None
    asked_by: str
    asked_at_us: int
    started_at_us: int | None
    finished_at_us: int | None
    cancelled_by: str | None

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN


class PlanBook:
    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def ask(
        self,
        name: str,
        *,
        area_code: str | None,
        order: dict[str, Any],
        parameters_id: int | None,
        inputs: dict[str, int],
        digest: str,
        asked_by: str,
    ) -> Plan:
        """A plan that waits for its turn; raises `InvalidParameters`."""
        name = name.strip()
        if not 0 < len(name) <= 200:
            raise InvalidParameters("name: give the plan a name of at most 200 characters")
        now = self._now_us()
        row = CoveragePlanRow(
            name=name,
            state="queued",
            area_code=area_code,
            order=order,
            parameters_id=parameters_id,
            inputs=inputs,
            inputs_digest=digest,
            progress={"beat_us": now},
            result=None,
            asked_by=asked_by,
            asked_at_us=now,
        )
        with self._database.transaction() as session:
            session.add(row)
            session.flush()
            return self._plan(row)

    def plan(self, plan_id: int) -> Plan:
        """Raises `CoverageNotFound`."""
        with self._database.reading() as session:
            return self._plan(_found(session, plan_id))

    def plans(self, *, area_code: str | None = None, limit: int = 200) -> list[Plan]:
        """The newest first; with an area those made for it or a part of it."""
        query = select(CoveragePlanRow).order_by(CoveragePlanRow.id.desc()).limit(limit)
        if area_code is not None:
            query = query.where(CoveragePlanRow.area_code.startswith(area_prefix(area_code)))
        with self._database.reading() as session:
            return [self._plan(row) for row in session.scalars(query)]

    def start(self, plan_id: int) -> bool:
        """Whether the plan's turn may begin: False where it was cancelled meanwhile."""
        with self._database.transaction() as session:
            row = _found(session, plan_id)
            if row.state != "queued":
                return False
            row.state, row.started_at_us = "running", self._now_us()
            row.progress = {"beat_us": self._now_us(), "stage": "reading"}
            return True

    def beat(self, plan_id: int, progress: dict[str, Any] | None = None) -> bool:
        """Keeps the latest word of a plan, or that it is still worked on; False where it was cancelled."""
        with self._database.transaction() as session:
            row = _found(session, plan_id)
            if row.state not in _OPEN:
                return False
            row.progress = (row.progress if progress is None else progress) | {"beat_us": self._now_us()}
            return True

    def finish(self, plan_id: int, state: PlanState, result: dict[str, Any] | None) -> None:
        """What came of it; nothing where somebody cancelled it meanwhile."""
        with self._database.transaction() as session:
            row = _found(session, plan_id)
            if row.state in _OPEN:
                row.state, row.result, row.finished_at_us = state, result, self._now_us()

    def cancel(self, plan_id: int, *, cancelled_by: str) -> Plan:
        """Raises `CoverageNotFound`, or `CoverageConflict` for one that is over."""
        with self._database.transaction() as session:
            row = _found(session, plan_id)
            if row.state not in _OPEN:
                raise CoverageConflict(f"the plan {plan_id} is {row.state} already; nothing is left to cancel")
            row.state, row.cancelled_by, row.finished_at_us = "cancelled", cancelled_by, self._now_us()
            return self._plan(row)

    def _plan(self, row: CoveragePlanRow) -> Plan:
        state = cast("PlanState", row.state)
        if state in _OPEN and self._now_us() - int(row.progress.get("beat_us", row.asked_at_us)) > _SILENT_US:
            state = "interrupted"
        return Plan(
            row.id,
            row.name,
            state,
            row.area_code,
            row.order,
            row.parameters_id,
            row.inputs,
            row.inputs_digest,
            row.progress,
            row.result,
            row.asked_by,
            row.asked_at_us,
            row.started_at_us,
            row.finished_at_us,
            row.cancelled_by,
        )


def _found(session: Session, plan_id: int) -> CoveragePlanRow:
    row = session.get(CoveragePlanRow, plan_id)
    if row is None:
        raise CoverageNotFound(f"there is no plan {plan_id}")
    return row
