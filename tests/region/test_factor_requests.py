"""Requests for production factors, from asking to the enterprise's word on whether it helped."""

from __future__ import annotations

from datetime import date

import pytest
from tests.region.city import City

from millmark.programmes.errors import IllegalStep, ReasonMissing, StaleVersion, StepForbidden
from millmark.programmes.life import Actor, Party
from millmark.region.departments import Department, DepartmentNotFound
from millmark.region.dispatch.errors import DispatchConflict, DispatchNotFound, InvalidRequest
from millmark.region.factors import FactorContent, FactorRequest, Task
from millmark.region.factors.book import Act
from millmark.region.factors.machine import FACTOR_REQUEST

DAY_US = 86_400_000_000
MANAGER = Actor("ann", "manager", frozenset({Party.ENTERPRISE}))
OFFICER = Actor("bo", "officer", frozenset({Party.CITY}))
GRID = Actor("cy", "department", frozenset({Party.DEPARTMENT}))
NEED = FactorContent(title="2号线扩容", text="变压器容量不足,需增容800kVA", needed_by=date(2024, 7, 1), contact="张工")


@pytest.fixture
def desk(city: City) -> City:
    for name in ("power-grid", "reform", "finance"):
        city.bureau.departments.put(Department(name, f"部门{name}", name), recorded_by="admin")
    return city


def enterprise(city: City, slug: str = "acme") -> int:
    return city.registry.add_enterprise(
        slug=slug, name_zh="示范厂", name_en="Mill", area_code="421202", is_placeholder=True
    ).id


def asked(city: City, urgency: str = "ordinary", factor: str = "power") -> FactorRequest:
    return city.bureau.factors.ask(enterprise(city, f"e-{urgency}-{factor}"), factor, urgency, NEED, actor=MANAGER)


def assigned(city: City, *departments: str, urgency: str = "ordinary") -> FactorRequest:
    request = asked(city, urgency)
    tasks = [Task(one) for one in departments or ("power-grid",)]
    return city.bureau.factors.act(request.id, Act(action="assign", tasks=tasks), actor=OFFICER)


def test_a_request_goes_from_asking_to_solved(desk: City) -> None:
    book = desk.bureau.factors
    request = asked(desk)
    # Saturday 1 June 2024 in the city: the first working day after is Monday.
    assert (request.state, request.due_on, request.level) == ("filed", date(2024, 6, 3), 0)
    request = book.act(request.id, Act(action="assign", tasks=[Task("power-grid"), Task("reform")]), actor=OFFICER)
    assert (request.state, request.due_on) == ("assigned", date(2024, 6, 14))
    book.act(request.id, Act(action="take_up"), actor=GRID, department="power-grid")
    desk.clock.now_us += 3 * DAY_US
    book.act(request.id, Act(action="contribute", reason="已列入计划"), actor=GRID, department="reform")
    done = book.act(request.id, Act(action="answer", reason="6月20日前增容"), actor=GRID, department="power-grid")
    assert (done.state, done.due_on) == ("answered", None)
    assert [(one.department, one.ended_as) for one in done.assignments] == [
        ("power-grid", "answered"),
        ("reform", "answered"),
    ]
    done = book.act(request.id, Act(action="solved"), actor=MANAGER)
    assert (done.state, done.is_open) == ("solved", False)
    assert [step.action for step in book.steps(request.id)] == [
        "ask",
        "assign",
        "take_up",
        "contribute",
        "answer",
        "solved",
    ]
    [power, reform] = book.statistics(book.requests()).departments
    assert (power.department, power.answered, power.answered_late, power.overdue_share) == ("power-grid", 1, 0, 0)
    assert (power.median_hours, reform.median_hours) == (72.0, 72.0)


def test_what_was_not_solved_is_reopened_and_asked_of_somebody_else(desk: City) -> None:
    book = desk.bureau.factors
    request = assigned(desk)
    book.act(request.id, Act(action="answer", reason="无法办理"), actor=GRID, department="power-grid")
    with pytest.raises(ReasonMissing):
        book.act(request.id, Act(action="not_solved"), actor=MANAGER)
    book.act(request.id, Act(action="not_solved", reason="仍然缺电"), actor=MANAGER)
    again = book.act(request.id, Act(action="reopen", reason="请协调"), actor=OFFICER)
    assert (again.state, again.round, again.due_on) == ("reopened", 2, date(2024, 6, 3))
    again = book.act(request.id, Act(action="assign", tasks=[Task("reform")]), actor=OFFICER)
    assert again.present("power-grid") is None
    assert again.present("reform") is not None


def test_an_overdue_request_goes_up_step_by_step_by_the_rule_alone(desk: City) -> None:
    book = desk.bureau.factors
    request = asked(desk)
    assert book.escalate_overdue() == []
    desk.clock.now_us += 3 * DAY_US  # Tuesday, one day after the deadline of the office
    [step] = book.escalate_overdue()
    assert (step.actor, step.role, step.action) == ("rule", "rule", "escalate")
    assert (step.detail["level"], step.detail["due_on"]) == (1, "2024-06-03")
    assert book.escalate_overdue() == []
    desk.clock.now_us += 30 * DAY_US
    assert [one.detail["level"] for one in book.escalate_overdue()] == [2, 3]
    assert book.request(request.id).level == 3
    # Assigned at last: the departments' own deadline begins, and its passing escalates from the first step.
    done = book.act(request.id, Act(action="assign", tasks=[Task("power-grid")]), actor=OFFICER)
    assert (done.level, done.is_overdue(book.today())) == (0, False)
    with pytest.raises(StepForbidden):
        FACTOR_REQUEST.check(done.state, "escalate", OFFICER)


def test_a_later_answer_counts_as_late_for_its_department_alone(desk: City) -> None:
    book = desk.bureau.factors
    request = assigned(desk, "power-grid", "reform", urgency="critical")
    assert request.due_on == date(2024, 6, 2)
    book.act(request.id, Act(action="contribute", reason="已知悉"), actor=GRID, department="reform")
    desk.clock.now_us += 5 * DAY_US
    assert book.request(request.id).is_overdue(book.today())
    book.act(request.id, Act(action="answer", reason="已恢复供电"), actor=GRID, department="power-grid")
    shares = {one.department: one.overdue_share for one in book.statistics(book.requests()).departments}
    assert shares == {"power-grid": 1, "reform": 0}


def test_a_department_returns_what_is_not_its_own_and_the_office_assigns_again(desk: City) -> None:
    book = desk.bureau.factors
    request = assigned(desk, "finance")
    with pytest.raises(DispatchConflict, match="reform leads none"):
        book.act(request.id, Act(action="return", reason="非我局职责"), actor=GRID, department="reform")
    returned = book.act(request.id, Act(action="return", reason="非我局职责"), actor=GRID, department="finance")
    assert (returned.state, returned.assignments[0].ended_as) == ("returned", "returned")
    again = book.act(request.id, Act(action="assign", tasks=[Task("power-grid")]), actor=OFFICER)
    assert again.state == "assigned"
    moved = book.act(request.id, Act(action="reassign", tasks=[Task("reform")], reason="由发改牵头"), actor=OFFICER)
    assert [(one.department, one.ended_as) for one in moved.assignments] == [
        ("finance", "returned"),
        ("power-grid", "withdrawn"),
        ("reform", None),
    ]


def test_an_extension_moves_the_deadline_and_never_back(desk: City) -> None:
    book = desk.bureau.factors
    request = assigned(desk)
    with pytest.raises(InvalidRequest, match="after the present deadline"):
        book.act(request.id, Act(action="extend", due_on=date(2024, 6, 14), reason="等批复"), actor=OFFICER)
    done = book.act(request.id, Act(action="extend", due_on=date(2024, 6, 28), reason="等批复"), actor=OFFICER)
    assert (done.due_on, done.assignments[0].due_on) == (date(2024, 6, 28), date(2024, 6, 28))


def test_an_amendment_is_a_new_version_and_the_old_one_stays(desk: City) -> None:
    book = desk.bureau.factors
    request = asked(desk)
    better = FactorContent(title="2号线扩容", text="需增容1000kVA")
    assert book.amend(request.id, better, actor=MANAGER, version=1).version == 2
    assert [(one[0], one[1].text) for one in book.versions(request.id)] == [(1, NEED.text), (2, better.text)]
    with pytest.raises(StaleVersion):
        book.amend(request.id, better, actor=MANAGER, version=1)


def test_who_may_take_a_step_is_said_and_nobody_else_takes_it(desk: City) -> None:
    book = desk.bureau.factors
    request = asked(desk)
    assert [one.action for one in book.offers(request, MANAGER)] == ["amend", "withdraw"]
    assert [one.action for one in book.offers(request, OFFICER)] == ["amend", "assign"]
    with pytest.raises(StepForbidden):
        book.act(request.id, Act(action="assign", tasks=[Task("reform")]), actor=MANAGER)
    with pytest.raises(IllegalStep):
        book.act(request.id, Act(action="solved"), actor=MANAGER)
    request = book.act(request.id, Act(action="assign", tasks=[Task("reform"), Task("finance")]), actor=OFFICER)
    assert [one.action for one in book.offers(request, GRID, "reform")] == ["take_up", "return", "answer"]
    assert [one.action for one in book.offers(request, GRID, "finance")] == ["contribute"]
    assert book.offers(request, GRID, "power-grid") == []
    with pytest.raises(DispatchConflict):
        book.act(request.id, Act(action="answer", reason="好"), actor=GRID, department="finance")


@pytest.mark.parametrize(
    ("factor", "urgency", "content", "says"),
    [
        ("steam", "ordinary", NEED, "factor: 'steam'"),
        ("power", "soon", NEED, "urgency: 'soon'"),
        ("power", "ordinary", FactorContent(title=" ", text="x"), "title"),
        ("power", "ordinary", FactorContent(title="x", text=""), "text"),
    ],
)
def test_a_request_that_says_nothing_is_refused(
    desk: City, factor: str, urgency: str, content: FactorContent, says: str
) -> None:
    number = enterprise(desk)
    with pytest.raises(InvalidRequest, match=says):
        desk.bureau.factors.ask(number, factor, urgency, content, actor=MANAGER)
    assert desk.bureau.factors.requests() == []


def test_a_wrong_assignment_leaves_everything_as_it_was(desk: City) -> None:
    book = desk.bureau.factors
    request = asked(desk)
    for tasks, error in (
        ([], InvalidRequest),
        ([Task("reform"), Task("reform")], InvalidRequest),
        ([Task("reform"), Task("nobody")], DepartmentNotFound),
        ([Task("reform", date(2024, 5, 31))], InvalidRequest),
    ):
        with pytest.raises(error):
            book.act(request.id, Act(action="assign", tasks=tasks), actor=OFFICER)
    assert book.request(request.id) == request
    with pytest.raises(DispatchNotFound):
        book.request(99)
