"""Investment projects: what is planned, what came of it, and which of them figures count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.region.city import City

from millmark.programmes import Grade
from millmark.programmes.errors import IllegalStep, StaleVersion, StepForbidden
from millmark.programmes.life import Actor, Party
from millmark.region.departments import Department
from millmark.region.dispatch.errors import DispatchConflict, DispatchNotFound, InvalidRequest
from millmark.region.errors import EntryConflict, EntryNotFound
from millmark.region.investments import (
    Investment,
    InvestmentContent,
    Milestone,
    Payment,
    PlannedMilestone,
    ProblemAct,
)

DAY_US = 86_400_000_000
OFFICER = Actor("bo", "officer", frozenset({Party.CITY}))
STAFF = Actor("cy", "department", frozenset({Party.DEPARTMENT}))
PLAN = InvestmentContent(
    name_zh="示范产业园",
    name_en="Demonstration park",
    planned_fen=86_000_000_000,
    milestones=(
        PlannedMilestone(
            key="started", name_zh="开工", name_en="ground broken", planned_on=date(2024, 5, 1), stage="started"
        ),
        PlannedMilestone(key="producing", name_zh="投产", name_en="in production", planned_on=date(2025, 6, 1)),
    ),
)


def registered(city: City, content: InvestmentContent = PLAN) -> Investment:
    return city.bureau.investments.register(
        content, area_code="421202", source="招商工作简报第3期", actor=OFFICER, stage="signed"
    )


def test_the_reply_names_two_projects_and_nothing_else_is_made_up_of_them(city: City, facts_file: Path) -> None:
    city.load(facts_file)
    found = city.bureau.investments.projects()
    assert [one.content.name_zh for one in found] == ["安芯美半导体", "强芯半导体"]
    assert {(one.stage, one.content.planned_fen, one.paid_fen, one.milestones) for one in found} == {
        (None, None, 0, ())
    }
    figure = city.figures.figure("F10")
    assert [record.subject for record in figure.records] == ["安芯美半导体", "强芯半导体"]
    assert [record.ref for record in figure.records] == [one.ref for one in found]
    trace = city.figures.trace(found[0].ref)
    assert trace.record is not None
    assert trace.record.source == found[0].source


def test_a_project_counts_from_the_day_it_is_tracked_until_it_no_longer_is(city: City) -> None:
    book, today = city.bureau.investments, city.bureau.investments.today()

    def counted(day: date, known_at_us: int | None = None) -> int:
        return len(list(book.standing_records(day, known_at_us)))

    project = registered(city)
    assert (counted(today - timedelta(days=1)), counted(today)) == (0, 1)
    before = city.clock.now_us
    city.clock.now_us += 10 * DAY_US
    later = book.today()
    book.act(project.id, "untrack", actor=OFFICER, reason="转为一般项目")
    assert (counted(later - timedelta(days=1)), counted(later)) == (1, 0)
    # As it was known before anybody wrote that down, it still counted.
    assert counted(later, before) == 1
    with pytest.raises(DispatchConflict):
        book.act(project.id, "untrack", actor=OFFICER, reason="再次")
    book.act(project.id, "track", actor=OFFICER, reason="重新列入")
    assert counted(later) == 1
    with pytest.raises(EntryConflict, match="tracked already"):
        registered(city)
    known = city.clock.now_us
    city.clock.now_us += DAY_US
    book.act(project.id, "void", actor=OFFICER, reason="误登")
    assert (counted(later), counted(later, known)) == (0, 1)
    assert book.record(project.id).subject == "示范产业园"
    with pytest.raises(EntryNotFound):
        book.record(99)


def test_a_plan_is_revised_by_a_version_and_what_was_reached_stays(city: City) -> None:
    book, progress = city.bureau.investments, city.bureau.progress
    project = registered(city)
    assert [one.key for one in project.overdue_milestones(book.today())] == ["started"]
    project = progress.reach(project.id, "started", date(2024, 5, 20), actor=OFFICER, note="奠基")
    assert project.milestones[0].is_late()
    assert not project.is_overdue(book.today())
    revised = book.revise(
        project.id, replace(PLAN, planned_fen=90_000_000_000), actor=OFFICER, reason="追加投资", version=1
    )
    assert (revised.version, revised.milestones[0].actual_on) == (2, date(2024, 5, 20))
    assert [(one[0], one[1].planned_fen, one[4]) for one in book.versions(project.id)] == [
        (1, 86_000_000_000, None),
        (2, 90_000_000_000, "追加投资"),
    ]
    with pytest.raises(StaleVersion):
        book.revise(project.id, PLAN, actor=OFFICER, version=1)


def test_stages_go_on_freely_and_back_with_a_reason(city: City) -> None:
    book = city.bureau.investments
    project = registered(city)
    project = book.set_stage(project.id, "producing", date(2024, 5, 30), actor=OFFICER)
    assert [one.stage for one in project.stages] == ["signed", "producing"]
    with pytest.raises(InvalidRequest, match="say why"):
        book.set_stage(project.id, "started", date(2024, 5, 30), actor=OFFICER)
    assert book.set_stage(project.id, "started", date(2024, 5, 31), actor=OFFICER, reason="误报").stage == "started"
    with pytest.raises(InvalidRequest, match="has not come"):
        book.set_stage(project.id, "producing", date(2030, 1, 1), actor=OFFICER)
    with pytest.raises(StepForbidden):
        book.set_stage(project.id, "producing", date(2024, 5, 31), actor=STAFF)
    book.act(project.id, "end", actor=OFFICER, reason="投资方退出")
    with pytest.raises(IllegalStep):
        book.set_stage(project.id, "producing", date(2024, 5, 31), actor=OFFICER)
    assert not book.project(project.id).is_overdue(book.today())


def test_a_problem_is_escalated_by_the_rule_and_solved_by_whose_it_is(city: City) -> None:
    city.bureau.departments.put(Department("housing", "市住建局", "Housing"), recorded_by="admin")
    progress, book = city.bureau.progress, city.bureau.investments
    project = registered(city)
    raised = progress.raise_problem(project.id, "水管口径不足", actor=OFFICER, department="housing")
    # Ten working days after Saturday 1 June 2024.
    assert raised.due_on == date(2024, 6, 14)
    city.clock.now_us += 14 * DAY_US
    [step] = progress.escalate_overdue()
    assert (step.actor, step.detail["level"]) == ("rule", 1)
    assert progress.escalate_overdue() == []
    assert book.project(project.id).is_overdue(book.today())
    with pytest.raises(DispatchConflict, match="not finance's"):
        progress.act_on_problem(raised.id, ProblemAct(action="take_up"), actor=STAFF, department="finance")
    solve = ProblemAct(action="solve", reason="已扩容")
    done = progress.act_on_problem(raised.id, solve, actor=STAFF, department="housing")
    assert (done.state, done.ended_on) == ("solved", book.today())
    again = progress.act_on_problem(raised.id, ProblemAct(action="reopen", reason="仍不足"), actor=OFFICER)
    assert (again.state, again.level, again.ended_on) == ("open", 0, None)


def test_what_cannot_be_is_refused(city: City) -> None:
    progress = city.bureau.progress
    project = registered(city)
    for amount in (0, -1, 10**16):
        with pytest.raises(InvalidRequest, match="amount_fen"):
            progress.pay(project.id, amount, date(2024, 5, 1), source="月报", actor=OFFICER)
    with pytest.raises(InvalidRequest, match="has not come"):
        progress.pay(project.id, 1, date(2030, 5, 1), source="月报", actor=OFFICER)
    with pytest.raises(InvalidRequest, match="source"):
        progress.pay(project.id, 1, date(2024, 5, 1), source=" ", actor=OFFICER)
    with pytest.raises(DispatchNotFound, match="it has started, producing"):
        progress.reach(project.id, "opened", date(2024, 5, 1), actor=OFFICER)
    with pytest.raises(DispatchNotFound):
        progress.void_payment(project.id, 7, actor=OFFICER, reason="误填")
    with pytest.raises(InvalidRequest, match="stands twice"):
        registered(city, replace(PLAN, name_zh="另一个", milestones=(PLAN.milestones[0], PLAN.milestones[0])))
    assert len(city.bureau.investments.projects()) == 1


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
PAYMENTS = st.lists(
    st.builds(
        Payment,
        st.integers(1, 9),
        DAYS,
        st.integers(1, 10**12),
        st.just("月报"),
        st.just(Grade.DOCUMENT_BACKED),
        st.just("bo"),
        st.just(0),
        st.none() | st.integers(10, 20),
        st.none(),
    )
)
MILESTONES = st.lists(
    st.builds(
        Milestone,
        st.text(min_size=1, max_size=3),
        st.just("节点"),
        st.just("milestone"),
        st.none(),
        DAYS,
        st.none() | DAYS,
        st.just(""),
        st.none(),
    )
)


@settings(max_examples=50, deadline=None)
@given(PAYMENTS, MILESTONES, DAYS, st.sampled_from(["active", "paused", "ended", "void"]))
def test_money_and_lateness_are_what_a_plain_count_gives(
    payments: list[Payment], milestones: list[Milestone], today: date, state: str
) -> None:
    project = Investment(
        id=1,
        kind="tracked-investment-project",
        version=1,
        state=state,
        stage=None,
        stages=(),
        area="421202",
        area_code="421202",
        enterprise_id=None,
        count=1,
        tracked_from=None,
        tracked_until=None,
        source="",
        grade=Grade.DOCUMENT_BACKED,
        placeholder=False,
        recorded_at_us=0,
        recorded_by="",
        content=PLAN,
        milestones=tuple(milestones),
        payments=tuple(payments),
        problems=(),
    )
    paid = 0
    for one in payments:
        if one.voided_by is None:
            paid += one.amount_fen
    assert project.paid_fen == paid
    late = {id(one) for one in milestones if one.actual_on is None and (today - one.planned_on).days >= 1}
    expected = late if state in ("active", "paused") else set()
    assert {id(one) for one in project.overdue_milestones(today)} == expected
    # A day later nothing that was late has become punctual.
    tomorrow = project.overdue_milestones(today + timedelta(days=1))
    assert expected <= {id(one) for one in tomorrow}
