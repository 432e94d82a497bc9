"""Deadlines reach people: each once for every stage, each side its own, and read by whoever has read them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.programmes.life.office import BUREAU, MANAGER, Office, office_over

from millmark.programmes.life import Actor, ObjectKind, Party
from millmark.programmes.life.steps import steps_after
from millmark.programmes.reminders import Notice, ReminderBook, Stage, addressed_tasks, stage_of
from millmark.registry import Database

DAY_US = 86_400_000_000


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return office_over(database, tmp_path / "files")


class Reminding:
    def __init__(self, office: Office, database: Database) -> None:
        self._office = office
        self.book = ReminderBook(database, now_us=lambda: office.clock[0])

    def day(self) -> list[Notice]:
        reviewers = [one.reviewer for one in self._office.life.reviews.reviews()]
        return self.book.write(addressed_tasks((self._office.life.desk,), reviewers))


@pytest.mark.parametrize(
    ("days_left", "stage"),
    [
        (None, None),
        (8, None),
        (7, Stage.WEEK),
        (2, Stage.WEEK),
        (1, Stage.LAST_DAY),
        (0, Stage.LAST_DAY),
        (-1, Stage.OVERDUE),
    ],
)
def test_a_deadline_comes_to_its_stages(days_left: int | None, stage: Stage | None) -> None:
    assert stage_of(days_left) is stage


def test_each_stage_of_a_deadline_is_told_once(office: Office, database: Database) -> None:
    acme, other = office.enterprise("acme"), office.enterprise("other")
    call_id = office.call("one")
    draft = office.life.applications.start(call_id, acme, MANAGER)
    remind, told = Reminding(office, database), []
    for _ in range(33):
        told += [(office.today, one.stage, one.object_id) for one in remind.day() if one.party is Party.ENTERPRISE]
        assert remind.day() == [], "a second round on the same day adds nothing"
        office.clock[0] += DAY_US
    closes = office.life.calls.call(call_id).terms.closes_on
    assert closes is not None
    # A draft of a call that has closed can no longer be submitted: nobody is told that it is overdue.
    assert told == [
        (closes - timedelta(days=7), Stage.WEEK, draft.id),
        (closes - timedelta(days=1), Stage.LAST_DAY, draft.id),
    ]

    mine = remind.book.notices(MANAGER, lambda enterprise_id: enterprise_id == acme)
    assert [one.stage for one in mine] == [Stage.LAST_DAY, Stage.WEEK]
    assert remind.book.notices(MANAGER, lambda enterprise_id: enterprise_id == other) == []
    assert remind.book.notices(Actor("ann", "reviewer", frozenset({Party.REVIEWER})), lambda _: True) == []


def test_a_deadline_that_was_moved_is_another_occasion(office: Office, database: Database) -> None:
    call_id = office.call("one", closes_on=office.today + timedelta(days=6))
    office.life.applications.start(call_id, office.enterprise("acme"), MANAGER)
    remind = Reminding(office, database)
    assert [one.deadline for one in remind.day()] == [office.today + timedelta(days=6)]
    moved = office.today + timedelta(days=7)
    office.life.calls.extend(call_id, BUREAU, closes_on=moved, reason="节假日顺延")
    assert [one.deadline for one in remind.day()] == [moved]


def test_a_reviewer_alone_hears_of_their_review(office: Office, database: Database) -> None:
    call_id = office.call("one", reviewers_min=1)
    application_id = office.submitted(call_id, office.enterprise("acme"), "acme-good")
    office.act(application_id, "accept")
    office.act(application_id, "open_review")
    due = office.today + timedelta(days=1)
    office.life.reviews.assign(application_id, "ann", BUREAU, due_on=due)
    remind = Reminding(office, database)
    (notice,) = [one for one in remind.day() if one.object_kind is ObjectKind.REVIEW]
    assert (notice.account, notice.stage, notice.deadline) == ("ann", Stage.LAST_DAY, due)
    reviewer = frozenset({Party.REVIEWER})
    assert remind.book.notices(Actor("ann", "reviewer", reviewer), lambda _: True) == [notice]
    assert remind.book.notices(Actor("ben", "reviewer", reviewer), lambda _: True) == []


def test_every_reminder_is_a_step_that_webhooks_tell_of(office: Office, database: Database) -> None:
    office.life.applications.start(
        office.call("one", closes_on=office.today + timedelta(days=1)), office.enterprise("acme"), MANAGER
    )
    (notice,) = Reminding(office, database).day()
    with database.reading() as session:
        (step,) = [one for one in steps_after(session, 0, 100) if one.object_kind is ObjectKind.REMINDER]
    assert (step.object_id, step.action, step.state_to, step.actor) == (notice.id, "due", "last_day", "platform")
    assert step.detail["object_kind"] == "application"


def test_what_was_read_stays_read(office: Office, database: Database) -> None:
    book = Reminding(office, database).book
    assert book.read_up_to("ann") == 0
    assert book.mark_read("ann", 7) == 7
    assert book.mark_read("ann", 3) == 7
    assert (book.read_up_to("ann"), book.read_up_to("ben")) == (7, 0)
