"""Working days, deadlines and escalation, against a plain reckoning day by day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millmark.programmes import InvalidPack, shipped_packs
from millmark.region.dispatch.calendar import DayKind, Term, WorkCalendar
from millmark.region.dispatch.rules import DispatchRules, Escalation, read_dispatch_rules
from millmark.region.factors.deadlines import escalations_due, is_overdue

RULES = read_dispatch_rules(shipped_packs() / "xianning-reply")
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
TERMS = st.builds(Term, st.integers(0, 60), st.sampled_from(DayKind))
CALENDARS = st.builds(
    WorkCalendar,
    st.frozensets(DAYS, max_size=60),
    st.frozensets(DAYS, max_size=20),
)
STEPS = st.lists(TERMS, max_size=4).map(
    lambda terms: tuple(Escalation(after=term, to_zh="上级", to_en="above") for term in terms)
)


def plainly_working(calendar: WorkCalendar, day: date) -> bool:
    if day in calendar.working_weekends:
        return True
    return day.isoweekday() <= 5 and day not in calendar.holidays


def plainly_after(calendar: WorkCalendar, start: date, term: Term) -> date:
    """The same term, counted on a list of all days."""
    if term.kind is DayKind.CALENDAR:
        return start + timedelta(days=term.days)
    ahead = [start + timedelta(days=number) for number in range(800)]
    working = [day for day in ahead if plainly_working(calendar, day)]
    return working[0] if term.days == 0 else [day for day in working if day > start][term.days - 1]


@settings(max_examples=50, deadline=None)
@given(CALENDARS, DAYS, TERMS)
def test_a_term_ends_where_counting_day_by_day_ends(calendar: WorkCalendar, start: date, term: Term) -> None:
    assert calendar.after(start, term) == plainly_after(calendar, start, term)


@settings(max_examples=50, deadline=None)
@given(CALENDARS, DAYS, DAYS, st.integers(0, 60))
def test_who_asks_later_is_not_answered_by_an_earlier_day(
    calendar: WorkCalendar, one: date, other: date, days: int
) -> None:
    term = Term(days, DayKind.WORKING)
    earlier, later = sorted((one, other))
    assert calendar.after(earlier, term) <= calendar.after(later, term)
    assert calendar.is_working(calendar.after(earlier, term))


@settings(max_examples=50, deadline=None)
@given(CALENDARS, DAYS, st.integers(0, 40))
def test_a_longer_term_never_ends_earlier(calendar: WorkCalendar, start: date, days: int) -> None:
    ends = [calendar.after(start, Term(days + more, DayKind.WORKING)) for more in range(3)]
    assert ends == sorted(ends)
    assert ends[0] >= start


@settings(max_examples=50, deadline=None)
@given(CALENDARS, DAYS, st.integers(1, 30))
def test_working_days_between_undo_a_term(calendar: WorkCalendar, start: date, days: int) -> None:
    assert calendar.working_days_between(start, calendar.after(start, Term(days, DayKind.WORKING))) == days


@settings(max_examples=50, deadline=None)
@given(CALENDARS, DAYS, DAYS, STEPS)
def test_nothing_is_escalated_before_its_deadline_has_passed(
    calendar: WorkCalendar, due_on: date, today: date, steps: tuple[Escalation, ...]
) -> None:
    due = escalations_due(due_on, today, 0, steps, calendar)
    assert not due or is_overdue(due_on, today)
    assert all(due_on <= one.since <= today for one in due)
    assert [one.level for one in due] == sorted(one.level for one in due)


@settings(max_examples=50, deadline=None)
@given(CALENDARS, DAYS, st.lists(st.integers(0, 90), min_size=1, max_size=8), STEPS)
def test_running_daily_or_seldom_takes_the_same_steps_once(
    calendar: WorkCalendar, due_on: date, runs: list[int], steps: tuple[Escalation, ...]
) -> None:
    last = due_on + timedelta(days=max(runs))
    steps = tuple(sorted(steps, key=lambda step: calendar.after(due_on, step.after)))
    taken: list[int] = []
    for offset in sorted(runs):
        level = max(taken, default=0)
        taken += [one.level for one in escalations_due(due_on, due_on + timedelta(days=offset), level, steps, calendar)]
    assert taken == [one.level for one in escalations_due(due_on, last, 0, steps, calendar)]
    assert len(set(taken)) == len(taken)


def test_what_has_no_deadline_is_never_late() -> None:
    assert not is_overdue(None, date(2026, 1, 1))
    assert escalations_due(None, date(2026, 1, 1), 0, RULES.escalation, RULES.calendar) == []


@pytest.mark.parametrize(
    ("start", "term", "ends"),
    [
        # The spring festival of 2026: 15 to 23 February off, 14 and 28 February worked.
        ("2026-02-13", "1wd", "2026-02-14"),
        ("2026-02-13", "2wd", "2026-02-24"),
        ("2026-02-16", "0wd", "2026-02-24"),
        ("2026-02-27", "1wd", "2026-02-28"),
        ("2026-09-30", "3wd", "2026-10-10"),
        ("2026-11-27", "1d", "2026-11-28"),
        # Not covered by a notice: weekends alone.
        ("2027-10-01", "1wd", "2027-10-04"),
    ],
)
def test_the_holidays_of_the_notice_are_kept(start: str, term: str, ends: str) -> None:
    assert RULES.calendar.after(date.fromisoformat(start), Term.parse(term)) == date.fromisoformat(ends)


def test_the_rule_of_a_factor_stands_before_that_of_all() -> None:
    assert str(RULES.deadline("land", "ordinary").answer) == "20wd"
    assert str(RULES.deadline("power", "ordinary").answer) == "10wd"
    assert str(RULES.deadline("land", "critical").answer) == "1d"


def test_a_citys_own_rules_stand_before_the_shipped_ones(tmp_path: Path) -> None:
    shipped = (shipped_packs() / "dispatch" / "dispatch.toml").read_text("utf-8")
    own = tmp_path / "dispatch.toml"
    own.write_text(shipped.replace('answer = "10wd"', 'answer = "5wd"'), "utf-8")
    rules: DispatchRules = read_dispatch_rules(tmp_path)
    assert str(rules.deadline("power", "ordinary").answer) == "5wd"
    own.write_text(shipped.replace('assign = "1wd"', 'assign = "soon"', 1), "utf-8")
    with pytest.raises(InvalidPack, match="soon"):
        read_dispatch_rules(tmp_path)
    own.write_text(shipped.replace('urgency = "critical"', 'urgency = "urgent"', 1), "utf-8")
    with pytest.raises(InvalidPack, match="no deadline for"):
        read_dispatch_rules(tmp_path)
