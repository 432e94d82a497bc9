"""Whom each task of the desks is for: the side, or the reviewer, that should take the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from millmark.programmes.life import Actor, Party
from millmark.programmes.life.desk import Task

_SIDES = (Party.ENTERPRISE, Party.COUNTY, Party.CITY, Party.PROVINCE, Party.TREASURER)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A task with whom it waits for; `account` where it is one person's alone."""

    party: Party
    account: str | None
    task: Task


class TaskDesk(Protocol):
    """Computes what waits for an actor."""

    def tasks(self, actor: Actor, admits: Callable[[int], bool], /) -> list[Task]: ...


def addressed_tasks(desks: Iterable[TaskDesk], reviewers: Iterable[str]) -> Iterator[Addressed]:
    """Every task with a deadline, for each side that it waits for; reviews for their reviewer alone."""
    desks = tuple(desks)
    for party in _SIDES:
        actor = Actor(f"side:{party}", party.value, frozenset({party}))
        for desk in desks:
            yield from (Addressed(party, None, task) for task in desk.tasks(actor, _everybody) if task.deadline)
    for name in sorted(set(reviewers)):
        actor = Actor(name, Party.REVIEWER.value, frozenset({Party.REVIEWER}))
        for desk in desks:
            yield from (
                Addressed(Party.REVIEWER, name, task) for task in desk.tasks(actor, _everybody) if task.deadline
            )


def _everybody(_enterprise_id: int) -> bool:
    return True
