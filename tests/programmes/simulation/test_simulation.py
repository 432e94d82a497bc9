"""The simulator against the plain ways: one enterprise after the other, and the money calculation of the desk."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programmes.assessment.answering import PACK, Drawn, drawn_answers

from millmark.programmes import shipped_packs
from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.compiling import assess
from millmark.programmes.assessment.stored import StoredAnswers
from millmark.programmes.money import AwardInputs, Cost, calculate
from millmark.programmes.packs import Confidence, PolicyPack, read_shelf
from millmark.programmes.simulation import (
    Costs,
    InvalidPatch,
    Member,
    NotSimulatable,
    Patch,
    Policy,
    Population,
    Simulator,
    compare_outcomes,
    patched,
)

SHELF = read_shelf([shipped_packs()])
ZHONGSHAN = SHELF.pack("pilot-city-zhongshan", "2024")
HANGZHOU = SHELF.pack("pilot-city-hangzhou", "2024")
FACTS = {"scheme_2022": False, "funded_little_giant": False, "headcount_last_year": Decimal(40)}


def population(drawn: list[Drawn], facts: dict[str, object] | None = None) -> Population:
    return Population(
        [
            Member(
                row, "", "", "421202", "3011", StoredAnswers.of(one.answers), None, FACTS if facts is None else facts
            )  # type: ignore[arg-type]
            for row, one in enumerate(drawn)
        ]
    )


def awards_one_by_one(pack: PolicyPack, levels: list[int], fen: int) -> list[int]:
    assert pack.money is not None
    findings = {one.id: False for one in pack.money.exclusions}
    category = next((one.id for one in pack.money.cost_categories if one.eligible), "software")
    costs = [Cost("invoice", category, fen)]
    return [
        calculate(pack.money, pack.id, AwardInputs(level=level, costs=costs, findings=findings)).amount_fen
        for level in levels
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(drawn_answers(), min_size=1, max_size=6),
    st.integers(0, 10**12),
    st.booleans(),
    st.sampled_from([None, "123456.78"]),
    st.integers(0, 39),
)
def test_columns_pay_what_the_calculation_of_one_award_pays(
    drawn: list[Drawn], fen: int, by_share: bool, cap: str | None, least: int
) -> None:
    pack = HANGZHOU if by_share else ZHONGSHAN
    changed, _ = patched(pack, [Patch("money.rule.cap_yuan", cap)], SHELF)
    lower, _ = patched(PACK, [Patch("levels.1.score_min", str(least))], SHELF)
    outcome = Simulator(population(drawn)).outcome(Policy(changed, lower), Costs(None, fen), ignore_eligibility=True)
    levels = [assess(lower, one.answers).level for one in drawn]
    assert outcome.level.tolist() == levels
    assert outcome.award_fen.tolist() == awards_one_by_one(changed, levels, fen)


def test_an_enterprise_of_unknown_facts_is_undecided_and_not_paid() -> None:
    drawn = Drawn(next(_best()), Decimal(0), {})
    simulator = Simulator(population([drawn], {}))
    outcome = simulator.outcome(Policy(ZHONGSHAN, PACK), Costs(None, 0))
    assert (outcome.eligible.tolist(), outcome.award_fen.tolist()) == ([-1], [0])
    known = {"registered_in_city": True, "is_sme": True, "in_chosen_industry": True, "scheme_2022": False}
    paid = Simulator(population([drawn], known)).outcome(Policy(ZHONGSHAN, PACK), Costs(None, 0))  # type: ignore[arg-type]
    assert (paid.eligible.tolist(), paid.award_fen.tolist()) == ([1], [100_000_000])
    excluded = Simulator(population([drawn], {**known, "scheme_2022": True}))  # type: ignore[arg-type]
    assert excluded.outcome(Policy(ZHONGSHAN, PACK), Costs(None, 0)).award_fen.tolist() == [0]
    # What asks for documents is told, not guessed.
    assert any("application form" in en.lower() for _, en in paid.unanswered)


def _best() -> Iterator[Answers]:
    vector = next(one for one in PACK.vectors if one.expect.level == 4)
    assert vector.answers is not None
    yield Answers.from_json(vector.answers.model_dump(mode="json", exclude_none=True))


@settings(max_examples=30, deadline=None)
@given(st.lists(drawn_answers(), min_size=1, max_size=10), st.integers(1, 12), st.integers(0, 100))
def test_gains_and_losses_add_up_in_every_grouping(drawn: list[Drawn], count: int, score: int) -> None:
    patches = [Patch("levels.2.gates.0.at_least", count), Patch("levels.2.score_min", str(score))]
    try:
        changed, _ = patched(PACK, patches, SHELF)
    except InvalidPatch:
        return  # above the next level's minimum: the check of packs says so
    people = population(drawn)
    simulator = Simulator(people)
    before = simulator.outcome(Policy(PACK, PACK), Costs(None, 0))
    after = simulator.outcome(Policy(changed, changed), Costs(None, 0))
    found = compare_outcomes(people, before, after, 4)
    one_by_one = [np.sign(assess(changed, one.answers).level - assess(PACK, one.answers).level) for one in drawn]
    assert (found.level_up, found.level_down) == (one_by_one.count(1), one_by_one.count(-1))
    assert found.changed_total == sum(sign != 0 for sign in one_by_one)
    for groups in (found.by_county, found.by_industry, found.by_size):
        assert sum(group.enterprises for group in groups) == len(drawn)
        assert sum(group.level_up for group in groups) == found.level_up
    assert sum(found.moves.values()) == len(drawn)


def test_a_changed_number_is_marked_as_set_locally_and_the_pack_stays() -> None:
    changed, applied = patched(PACK, [Patch("levels.3.gates.0.at_least", 6)], SHELF)
    assert (applied[0].before, applied[0].after, applied[0].confidence) == ("8", "6", Confidence.UNVERIFIED)
    gate = changed.levels_by_number[3].gates[0]
    assert (gate.at_least, gate.confidence) == (6, Confidence.LOCAL)
    assert PACK.levels_by_number[3].gates[0].at_least == 8
    assert changed.ref.digest == ""


def test_a_number_may_be_emptied_and_then_decides_nothing() -> None:
    changed, _ = patched(PACK, [Patch("levels.4.score_min", None)], SHELF)
    outcome = Simulator(population([Drawn(one, Decimal(0), {}) for one in _best()])).outcome(
        Policy(changed, changed), Costs(None, 0)
    )
    assert (outcome.level.tolist(), outcome.undecided.tolist()) == ([3], [True])


@pytest.mark.parametrize("pack", list(SHELF), ids=lambda pack: str(pack.ref))
def test_every_pack_on_the_shelf_can_be_simulated_or_says_why_not(pack: PolicyPack) -> None:
    levels_of = pack if pack.has_assessment else None
    people = population([Drawn(one, Decimal(0), {}) for one in _best()])
    try:
        outcome = Simulator(people).outcome(Policy(pack, levels_of), Costs(None, 0))
    except NotSimulatable as error:
        assert str(pack.ref) in str(error)  # noqa: PT017
    else:
        assert len(outcome.level) == 1
