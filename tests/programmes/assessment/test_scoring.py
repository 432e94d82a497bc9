"""Scores and levels of the 2024 edition: its own cases, the plain rules, one against many."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programmes import plain_sme_2024 as plain
from tests.programmes.assessment.answering import PACK, Drawn, drawn_answers

from millmark.programmes import shipped_packs
from millmark.programmes.assessment.answers import Answers, Chosen, Ratio
from millmark.programmes.assessment.columns import columns_of, score_many
from millmark.programmes.assessment.compiling import assess, sheet_of
from millmark.programmes.assessment.errors import InvalidAnswers, NotAssessable
from millmark.programmes.assessment.scoring import score_one
from millmark.programmes.packs import Vector, read_policy_pack

SHEET = sheet_of(PACK)
CMMM = read_policy_pack(shipped_packs() / "cmmm" / "2020")


def test_all_items_together_are_worth_a_hundred_points() -> None:
    assert sum(item.points for item in SHEET.items) == 100
    assert len(SHEET.items) == 15
    assert {scenario.name_zh for scenario in SHEET.scenarios if scenario.constrained} == set(plain.CONSTRAINED)
    assert {scenario.name_zh for scenario in SHEET.scenarios if not scenario.constrained} == set(plain.FREE)


@pytest.mark.parametrize("vector", PACK.vectors, ids=lambda vector: vector.name)
def test_a_case_of_the_pack_comes_out_as_it_says(vector: Vector) -> None:
    assert vector.answers is not None
    answers = Answers.from_json(vector.answers.model_dump(mode="json", exclude_none=True))
    assessed = score_one(SHEET, answers)
    many = score_many(SHEET, columns_of(SHEET, [answers]))
    if vector.expect.score is not None:
        assert assessed.score == many.score(0) == Fraction(vector.expect.score)
    if vector.expect.level is not None:
        assert assessed.level == int(many.level[0]) == vector.expect.level


@settings(max_examples=150, deadline=None)
@given(st.lists(drawn_answers(), min_size=1, max_size=8))
def test_one_many_and_the_plain_rules_say_the_same(drawn: list[Drawn]) -> None:
    many = score_many(SHEET, columns_of(SHEET, [one.answers for one in drawn]))
    for row, one in enumerate(drawn):
        assessed = score_one(SHEET, one.answers)
        assert assessed.score == Fraction(one.points) == many.score(row)
        assert assessed.level == one.level == int(many.level[row])
        assert Answers.from_json(one.answers.to_json()) == one.answers


@pytest.mark.parametrize(("part", "whole"), [(1, 10), (2, 10), (4, 10), (6, 10), (0, 7), (7, 7)])
def test_a_band_holds_its_upper_edge(part: int, whole: int) -> None:
    answers = Answers({"equipment-connection": Ratio(Decimal(part), Decimal(whole))})
    expected = Fraction(6 * [0, 25, 50, 75, 100][plain.band(Decimal(part), Decimal(whole))], 100)
    assert score_one(SHEET, answers).score == expected
    assert score_many(SHEET, columns_of(SHEET, [answers])).score(0) == expected


def test_a_long_ratio_is_compared_exactly() -> None:
    """Just above a fifth, by one part in a million million: more than a float tells apart after a division."""
    whole = Decimal("999999999999.999995")
    just_above = Ratio((whole / 5).quantize(Decimal("0.000001")) + Decimal("0.000001"), whole)
    on_it = Ratio(whole / 5, whole)
    scores = [score_one(SHEET, Answers({"equipment-connection": one})).score for one in (on_it, just_above)]
    assert scores == [Fraction(3, 2), 3]
    columns = columns_of(SHEET, [Answers({"equipment-connection": one}) for one in (on_it, just_above)])
    assert [score_many(SHEET, columns).score(row) for row in (0, 1)] == scores


def test_a_level_tells_which_gate_fails() -> None:
    best = {item.id: Chosen(max(item.options, key=lambda option: option.share).id) for item in PACK.items}
    items = {key: answer for key, answer in best.items() if PACK.items_by_id[key].kind != "multi"}
    scenarios = {scenario.id: 3 for scenario in PACK.scenarios if not scenario.constrained}
    assessed = score_one(SHEET, Answers(items, scenarios))
    assert assessed.score == 57
    assert assessed.level == 0
    one = assessed.checks[0]
    assert (one.score_holds, one.gates[0].count, one.gates[0].constrained, one.holds) == (True, 6, 0, False)


def test_an_empty_number_leaves_the_level_open_not_failed() -> None:
    top = PACK.levels_by_number[4]
    opened = top.model_copy(update={"score_min": None})
    pack = read_policy_pack(shipped_packs() / "sme-digital-level" / "2024")
    object.__setattr__(pack, "levels", tuple(opened if one.number == 4 else one for one in pack.levels))
    sheet = sheet_of(pack)
    scenarios = {scenario.id: 4 for scenario in pack.scenarios}
    answers = Answers({}, scenarios)
    assessed = score_one(sheet, answers)
    assert assessed.undecided == (4,)
    assert bool(score_many(sheet, columns_of(sheet, [answers])).undecided[0])


def test_answers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidAnswers, match=r"items\.network"):
        score_one(SHEET, Answers({"network": Chosen("five-g")}))
    with pytest.raises(NotAssessable, match="process"):
        assess(CMMM, Answers())


@pytest.mark.parametrize("variant", [one.id for one in CMMM.variants])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_cumulative_level_counts_only_above_passed_ones(variant: str, data: st.DataObject) -> None:
    sheet = sheet_of(CMMM, variant)
    degrees = list(sheet.degrees)
    drawn = [
        Answers({}, {}, {one.id: data.draw(st.sampled_from(degrees)) for one in sheet.requirements})
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    many = score_many(sheet, columns_of(sheet, drawn))
    for row, answers in enumerate(drawn):
        assessed = score_one(sheet, answers)
        expected, passed = Fraction(0), True
        for level in sheet.requirement_levels:
            if not passed:
                break
            total = sum(
                one.weight * sheet.degrees[answers.requirements[one.id]].value
                for one in sheet.requirements
                if one.level == level
            )
            expected += total
            passed = total >= sheet.pass_mark
        assert assessed.score == expected == many.score(row)
        assert assessed.level == int(many.level[row])
        assert assessed.tree is not None
        assert assessed.tree.points == expected


def test_all_requirements_met_is_the_highest_level() -> None:
    for variant in CMMM.variants:
        sheet = sheet_of(CMMM, variant.id)
        best = max(sheet.degrees.values(), key=lambda degree: degree.value).id
        assessed = score_one(sheet, Answers({}, {}, {one.id: best for one in sheet.requirements}))
        assert (assessed.score, assessed.level) == (5, 5)
