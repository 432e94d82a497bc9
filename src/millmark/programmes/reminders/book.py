"""The book of reminders: written once a day from what waits, read by those whom it waits for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.life import PLATFORM, Actor, ObjectKind, Party
from millmark.programmes.life.steps import record
from millmark.programmes.reminders.round import Addressed
from millmark.programmes.reminders.stages import Stage, stage_of
from millmark.programmes.reminders.tables import ReminderMarkRow, ReminderRow
from millmark.registry import Database

_MOST_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A reminder as it was written; it stays as it was whatever becomes of the object."""

    id: int
    party: Party
    account: str | None
    enterprise_id: int | None
    object_kind: ObjectKind
    object_id: int
    action: str
    stage: Stage
    deadline: date
    text_zh: str
    text_en: str
    title_zh: str
    title_en: str
    created_at_us: int


class ReminderBook:
    """Keeps reminders, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def write(self, tasks: Iterable[Addressed]) -> list[Notice]:
        """Reminds of every task whose deadline has come to a stage that nobody was reminded of yet.

        Each reminder is a step of its own kind, `reminder.due`, so that webhooks tell of it. A deadline that was moved
        is another occasion. Returns the new ones.
        """
        due = {}
        for one in tasks:
            stage = stage_of(one.task.days_left)
            if stage is not None and one.task.deadline is not None:
                due[_occasion(one, stage)] = (one, stage, one.task.deadline)
        if not due:
            return []
        with self._database.transaction() as session:
            known = set(session.scalars(select(ReminderRow.occasion).where(ReminderRow.deadline.in_(_days(due)))))
            rows = [
                self._row(occasion, one, stage, deadline)
                for occasion, (one, stage, deadline) in due.items()
                if occasion not in known
            ]
            session.add_all(rows)
            session.flush()
            for row in rows:
                self._tell(session, row)
            return [_notice(row) for row in rows]

    def notices(self, actor: Actor, admits: Callable[[int], bool], *, limit: int = 100) -> list[Notice]:
        """What `actor` was reminded of, the latest first; `admits` says whose enterprises' things one sees."""
        query = (
            select(ReminderRow)
            .where(ReminderRow.party.in_(sorted(actor.parties)))
            .order_by(ReminderRow.id.desc())
            .limit(_MOST_SHOWN)
        )
        with self._database.reading() as session:
            found = [_notice(row) for row in session.scalars(query)]
        mine = [
            one
            for one in found
            if one.account in (None, actor.name) and (one.enterprise_id is None or admits(one.enterprise_id))
        ]
        return mine[:limit]

    def read_up_to(self, account: str) -> int:
        """The last reminder that an account has read; 0 for none."""
        with self._database.reading() as session:
            mark = session.get(ReminderMarkRow, account)
            return 0 if mark is None else mark.read_id

    def mark_read(self, account: str, up_to: int) -> int:
        """Notes that an account has read up to a reminder; what was read stays read."""
        with self._database.transaction() as session:
            mark = session.get(ReminderMarkRow, account, with_for_update=True)
            if mark is None:
                mark = ReminderMarkRow(account=account, read_id=0, at_us=self._now_us())
                session.add(mark)
            mark.read_id, mark.at_us = max(mark.read_id, up_to), self._now_us()
            return mark.read_id

    def _row(self, occasion: str, one: Addressed, stage: Stage, deadline: date) -> ReminderRow:
        task = one.task
        return ReminderRow(
            occasion=occasion,
            party=one.party.value,
            account=one.account,
            enterprise_id=task.enterprise_id,
            object_kind=task.object_kind.value,
            object_id=task.object_id,
            action=task.action,
            stage=stage.value,
            deadline=deadline,
            text_zh=task.text_zh,
            text_en=task.text_en,
            title_zh=task.call.terms.title_zh,
            title_en=task.call.terms.title_en,
            created_at_us=self._now_us(),
        )

    def _tell(self, session: Session, row: ReminderRow) -> None:
        record(
            session,
            kind=ObjectKind.REMINDER,
            object_id=row.id,
            version=1,
            state_from=None,
            state_to=row.stage,
            action="due",
            actor=PLATFORM,
            at_us=row.created_at_us,
            detail={"object_kind": row.object_kind, "object_id": row.object_id, "party": row.party},
        )


def _occasion(one: Addressed, stage: Stage) -> str:
    task = one.task
    whose = one.party.value if one.account is None else f"{one.party.value}={one.account}"
    return f"{task.object_kind.value}:{task.object_id}:{task.action}:{whose}:{task.deadline}:{stage.value}"


def _days(due: dict[str, tuple[Addressed, Stage, date]]) -> Collection[date]:
    return {deadline for _, _, deadline in due.values()}


def _notice(row: ReminderRow) -> Notice:
    return Notice(
        id=row.id,
        party=Party(row.party),
        account=row.account,
        enterprise_id=row.enterprise_id,
        object_kind=ObjectKind(row.object_kind),
        object_id=row.object_id,
        action=row.action,
        stage=Stage(row.stage),
        deadline=row.deadline,
        text_zh=row.text_zh,
        text_en=row.text_en,
        title_zh=row.title_zh,
        title_en=row.title_en,
        created_at_us=row.created_at_us,
    )
