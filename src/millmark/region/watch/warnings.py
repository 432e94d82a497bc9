"""Warnings that rules raise about enterprises, and what the office did about each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.region.watch.columns import MonthlyColumns, monthly_columns
from millmark.region.watch.errors import WarningMissing, WarningStep
from millmark.region.watch.rules import WatchRules
from millmark.region.watch.tables import WarningRow, WarningStepRow
from millmark.region.watch.warning_rules import Episode, Watched, episodes
from millmark.registry import Database

LOOKED_BACK: Final = 30
"""Months that a sweep looks at: two years for a comparison, and half a year of run before."""

RECENT: Final = 3
"""A warning is raised while its rule spoke within these latest months; older runs are history."""


class WarningState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ACTING = "acting"
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"


STEPS: Final[Mapping[str, tuple[frozenset[WarningState], WarningState, bool]]] = {
    "acknowledge": (frozenset({WarningState.OPEN}), WarningState.ACKNOWLEDGED, False),
    "act": (
        frozenset({WarningState.OPEN, WarningState.ACKNOWLEDGED, WarningState.ACTING}),
        WarningState.ACTING,
        True,
    ),
    "resolve": (frozenset({WarningState.ACKNOWLEDGED, WarningState.ACTING}), WarningState.RESOLVED, True),
    "dismiss": (
        frozenset({WarningState.OPEN, WarningState.ACKNOWLEDGED, WarningState.ACTING}),
        WarningState.FALSE_ALARM,
        True,
    ),
    "reopen": (frozenset({WarningState.RESOLVED, WarningState.FALSE_ALARM}), WarningState.OPEN, True),
}
"""Each step: from which states, to which one, and whether it needs a note."""


_NOT_CLOSED: Final = (WarningState.OPEN.value, WarningState.ACKNOWLEDGED.value, WarningState.ACTING.value)


@dataclass(frozen=True, slots=True)
class Step:
    action: str
    note: str
    actor: str
    at_us: int


@dataclass(frozen=True, slots=True)
class RaisedWarning:
    """A rule spoke of the enterprise from `first_month` to `last_month`; `values` are what its reason names."""

    id: int
    enterprise_id: int
    rule: str
    first_month: int
    last_month: int
    severity: str
    values: Mapping[str, float]
    state: WarningState
    raised_at_us: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: warnings raised, and those that went on."""

    month: int
    raised: int
    continued: int


class WarningBook:
    """Raises warnings by the rules and keeps the steps taken on each."""

    def __init__(self, database: Database, rules: WatchRules, *, zone: ZoneInfo, now_us: Callable[[], int]) -> None:
        self._database = database
        self._rules = rules
        self._zone = zone
        self._now_us = now_us

    def sweep(
        self,
        month: int,
        asked_from: Mapping[int, int],
        *,
        running_hours: Mapping[tuple[int, int], float] | None = None,
        only: Iterable[int] | None = None,
    ) -> Swept:
        """Looks at all enterprises, or at `only` some, up to a month.

        `asked_from` says who must report, and from which month on; `running_hours` what claims prove, by enterprise and
        month. May be repeated: a run that is known already goes on.
        """
        first = month - LOOKED_BACK + 1
        chosen = None if only is None else sorted(set(only))
        columns = monthly_columns(self._database, first, month, enterprises=chosen)
        asked = {one: start for one, start in asked_from.items() if chosen is None or one in chosen}
        ids = np.union1d(np.unique(columns.enterprise_id), np.array(sorted(asked), np.int64))
        if not len(ids):
            return Swept(month, 0, 0)
        watched = self._watched(columns, ids, first, month, asked, running_hours or {})
        found = [one for one in episodes(self._rules.warnings, watched) if one.last_month > month - RECENT]
        with self._database.transaction() as session:
            return self._keep(session, found, ids, month)

    def warnings(
        self,
        *,
        enterprise_id: int | None = None,
        states: Iterable[WarningState] | None = None,
        rule: str | None = None,
        limit: int = 500,
    ) -> list[RaisedWarning]:
        """Warnings with their steps, the latest raised first."""
        query = select(WarningRow).order_by(WarningRow.raised_at_us.desc(), WarningRow.id.desc()).limit(limit)
        if enterprise_id is not None:
            query = query.where(WarningRow.enterprise_id == enterprise_id)
        if states is not None:
            query = query.where(WarningRow.state.in_([one.value for one in states]))
        if rule is not None:
            query = query.where(WarningRow.rule == rule)
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            steps = _steps_of(session, [row.id for row in rows])
            return [_warning(row, steps.get(row.id, ())) for row in rows]

    def open(self) -> list[tuple[int, str]]:
        """Enterprise and rule of every warning that is not closed."""
        query = select(WarningRow.enterprise_id, WarningRow.rule).where(WarningRow.state.in_(_NOT_CLOSED))
        with self._database.reading() as session:
            return [(enterprise, rule) for enterprise, rule in session.execute(query)]

    def warning(self, warning_id: int) -> RaisedWarning:
        """Raises `WarningMissing`."""
        with self._database.reading() as session:
            row = session.get(WarningRow, warning_id)
            if row is None:
                raise WarningMissing(f"there is no warning {warning_id}")
            return _warning(row, _steps_of(session, [warning_id]).get(warning_id, ()))

    def act(self, warning_id: int, action: str, *, note: str, actor: str) -> RaisedWarning:
        """Takes a step; raises `WarningMissing`, or `WarningStep` for one that cannot be taken now."""
        step = STEPS.get(action)
        if step is None:
            raise WarningStep(f"{action!r} is no step of a warning; steps are {', '.join(STEPS)}")
        states, to, needs_note = step
        if needs_note and not note.strip():
            raise WarningStep(f"note: say what was found or done; the step {action!r} needs it")
        with self._database.transaction() as session:
            row = session.get(WarningRow, warning_id, with_for_update=True)
            if row is None:
                raise WarningMissing(f"there is no warning {warning_id}")
            if WarningState(row.state) not in states:
                raise WarningStep(
                    f"the warning is {row.state}; {action!r} is for one that is {', '.join(sorted(states))}"
                )
            row.state = to.value
            session.add(
                WarningStepRow(
                    warning_id=warning_id, action=action, note=note.strip(), actor=actor, at_us=self._now_us()
                )
            )
        return self.warning(warning_id)

    def _watched(
        self,
        columns: MonthlyColumns,
        ids: npt.NDArray[np.int64],
        first: int,
        month: int,
        asked_from: Mapping[int, int],
        running_hours: Mapping[tuple[int, int], float],
    ) -> Watched:
        shape = (len(ids), month - first + 1)
        rows, at = np.searchsorted(ids, columns.enterprise_id), columns.month - first
        values = {name: np.full(shape, np.nan) for name in columns.indicators}
        for name, matrix in values.items():
            matrix[rows, at] = columns.as_float(name)
        there = np.zeros(shape, np.bool_)
        there[rows, at] = True
        hours = np.full(shape, np.nan)
        place = {int(one): row for row, one in enumerate(ids)}
        for (enterprise, when), proven in running_hours.items():
            if enterprise in place and first <= when <= month:
                hours[place[enterprise], when - first] = proven
        start = np.array([asked_from.get(int(one), month + 1) for one in ids])
        due = np.array([self._is_due(first + column) for column in range(shape[1])], np.bool_)
        asked = (first + np.arange(shape[1]))[None, :] >= start[:, None]
        return Watched(first, values | {"running_hours": hours}, asked & due[None, :] & ~there)

    def _is_due(self, month: int) -> bool:
        return self._rules.is_asked(month) and self._rules.due_us(month, self._zone) < self._now_us()

    def _keep(self, session: Session, found: list[Episode], ids: npt.NDArray[np.int64], month: int) -> Swept:
        known: dict[tuple[int, str], list[WarningRow]] = {}
        for row in session.scalars(select(WarningRow).where(WarningRow.last_month >= month - LOOKED_BACK)):
            known.setdefault((row.enterprise_id, row.rule), []).append(row)
        raised = continued = 0
        for one in found:
            enterprise_id = int(ids[one.row])
            same = next((row for row in known.get((enterprise_id, one.rule), []) if _overlap(row, one)), None)
            if same is None:
                session.add(self._row(one, enterprise_id))
                raised += 1
            elif one.last_month > same.last_month:
                same.last_month, same.values = one.last_month, dict(one.numbers)
                continued += 1
        return Swept(month, raised, continued)

    def _row(self, one: Episode, enterprise_id: int) -> WarningRow:
        rule = self._rules.warning(one.rule)
        return WarningRow(
            enterprise_id=enterprise_id,
            rule=one.rule,
            first_month=one.first_month,
            last_month=one.last_month,
            severity="medium" if rule is None else rule.severity,
            values=dict(one.numbers),
            state=WarningState.OPEN.value,
            raised_at_us=self._now_us(),
        )


def _overlap(row: WarningRow, one: Episode) -> bool:
    """The same run, though a late report may have moved its beginning."""
    return row.first_month <= one.last_month and one.first_month <= row.last_month + 1


def _steps_of(session: Session, ids: list[int]) -> dict[int, tuple[Step, ...]]:
    found: dict[int, tuple[Step, ...]] = {}
    query = select(WarningStepRow).where(WarningStepRow.warning_id.in_(ids)).order_by(WarningStepRow.id)
    for row in session.scalars(query):
        step = Step(row.action, row.note, row.actor, row.at_us)
        found[row.warning_id] = (*found.get(row.warning_id, ()), step)
    return found


def _warning(row: WarningRow, steps: tuple[Step, ...]) -> RaisedWarning:
    return RaisedWarning(
        row.id,
        row.enterprise_id,
        row.rule,
        row.first_month,
        row.last_month,
        row.severity,
        dict(row.values),
        WarningState(row.state),
        row.raised_at_us,
        steps,
    )
