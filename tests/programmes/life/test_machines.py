"""State machines as data: what a table must keep, and that no walk leaves it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.programmes.errors import IllegalStep, ReasonMissing, StepForbidden
from millmark.programmes.life import Actor, Machine, Party, office_of_area, transition
from millmark.programmes.life.machines import APPLICATION, MACHINES
from millmark.registry import area_prefix

EVERYBODY = Actor("everybody", "admin", frozenset(Party))


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)
def test_every_state_is_reached_and_named_in_both_languages(machine: Machine) -> None:
    reached: set[str] = set()
    waiting = [one.target for one in machine.transitions if not one.sources]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting += [one.target or state for one in machine.transitions if state in one.sources]
    assert reached == set(machine.states)
    assert all(zh and en and zh != en for zh, en in machine.states.values())
    assert all(one.name_zh and one.name_en and one.by for one in machine.transitions)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)
def test_what_takes_something_away_needs_a_reason(machine: Machine) -> None:
    taking_away = {"return", "reject", "fail", "revoke", "cancel", "uphold", "dismiss", "declare_conflict", "release"}
    assert all(one.needs_reason for one in machine.transitions if one.action in taking_away)


@given(st.lists(st.sampled_from(APPLICATION.actions), max_size=30), st.sampled_from(list(Party)))
def test_no_walk_leaves_the_table(actions: list[str], party: Party) -> None:
    """Whatever is tried: a step is either offered and taken, or refused with what is possible."""
    state: str | None = None
    actor = Actor("somebody", "role", frozenset({party}))
    for action in actions:
        offered = {one.action for one in APPLICATION.offers(state, actor)}
        try:
            taken = APPLICATION.check(state, action, actor, "reason")
        except StepForbidden:
            assert action not in offered
            # Somebody else may: go on as they would.
            taken = APPLICATION.check(state, action, EVERYBODY, "reason")
        except IllegalStep:
            assert action not in offered
            continue
        assert state is None or state in taken.sources
        state = taken.target or state
        assert state in APPLICATION.states


def test_a_reason_of_blanks_is_none() -> None:
    with pytest.raises(ReasonMissing, match="'return' of an application needs its reason"):
        APPLICATION.check("submitted", "return", EVERYBODY, "  ")


def test_a_table_with_a_hole_does_not_start() -> None:
    with pytest.raises(ValueError, match="states without a name: open"):
        Machine("thing", (transition("make", "", "open", {Party.CITY}, ("建", "make")),), {})
    with pytest.raises(ValueError, match="no step leads to lost"):
        Machine(
            "thing",
            (transition("make", "", "open", {Party.CITY}, ("建", "make")),),
            {"open": ("开", "open"), "lost": ("失", "lost")},
        )
    make = transition("make", "", "open", {Party.CITY}, ("建", "make"))
    with pytest.raises(ValueError, match="stands twice"):
        Machine("thing", (make, make), {"open": ("开", "open")})


@pytest.mark.parametrize(
    ("code", "office", "prefix"),
    [("420000", Party.PROVINCE, "42"), ("421200", Party.CITY, "4212"), ("421202", Party.COUNTY, "421202")],
)
def test_a_code_says_whose_office_it_is(code: str, office: Party, prefix: str) -> None:
    assert (office_of_area(code), area_prefix(code)) == (office, prefix)
