"""Judging a case by a pack: every kind of condition from both sides, and what several come to together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.model import AssetPath, Origin
from millmark.programmes import Grade, PresentedClaim, Reason, Verdict, shipped_packs
from millmark.programmes.pack import Outcome
from millmark.programmes.packs import AssessedBy, FactValue, PolicyPack, read_shelf
from millmark.programmes.packs.judging import Case, HeldRecognition, ReachedLevel, judge_case, together

SHELF = read_shelf([shipped_packs()])
GRADIENT = SHELF.pack("smart-factory-gradient", "2025")
ZHONGSHAN = SHELF.pack("pilot-city-zhongshan", "2024")
CITY = SHELF.pack("city-smart-manufacturing", "2023")
CLOUD = SHELF.pack("cloud-benchmark", "2023")
DEMO = SHELF.pack("connected-factory-demo", "1")
FACTS: Mapping[str, FactValue] = {
    "above_scale": True,
    "bad_credit": False,
    "larger_accident_3y": False,
    "violation_3y": False,
    "secure_controllable": True,
    "organisation_in_place": True,
    "segments_covered": ("production_work",),
    "ai_use": "none",
}


def outcome(pack: PolicyPack, condition: str, case: Case) -> Outcome:
    return judge_case(pack, case).of(condition).outcome


def codes(pack: PolicyPack, condition: str, case: Case) -> list[str]:
    return [reason.code for reason in judge_case(pack, case).of(condition).reasons]


def level(number: int, by: AssessedBy, grade: Grade = Grade.DOCUMENT_BACKED) -> ReachedLevel:
    return ReachedLevel("sme-digital-level", "2024", number, by, grade)


def test_facts_decide_and_say_how_well_they_are_proven() -> None:
    proven = Case(facts=FACTS, fact_grades={"secure_controllable": Grade.DOCUMENT_BACKED})
    verdict = judge_case(GRADIENT, proven).of("secure-controllable")
    assert (verdict.outcome, verdict.grade) == (Outcome.MET, Grade.DOCUMENT_BACKED)
    said = Case(facts={**FACTS, "secure_controllable": False})
    assert outcome(GRADIENT, "secure-controllable", said) is Outcome.NOT_MET


def test_a_fact_that_is_not_given_proves_nothing_and_is_named() -> None:
    verdict = judge_case(GRADIENT, Case()).of("secure-controllable")
    assert verdict.outcome is Outcome.NOT_PROVABLE
    assert verdict.reasons[0].code == "facts_missing"
    assert "关键装备、工业软件与系统安全可控" in verdict.reasons[0].zh


def test_only_an_expert_s_level_counts_where_an_expert_s_is_asked() -> None:
    own = Case(levels=[level(3, AssessedBy.SELF)])
    assert codes(ZHONGSHAN, "level-two", own) == ["no_assessment"]
    assert outcome(ZHONGSHAN, "level-two", own) is Outcome.NOT_PROVABLE
    both = Case(levels=[level(3, AssessedBy.SELF), level(1, AssessedBy.EXPERT)])
    assert outcome(ZHONGSHAN, "level-two", both) is Outcome.NOT_MET
    assert outcome(ZHONGSHAN, "level-two", Case(levels=[level(2, AssessedBy.EXPERT)])) is Outcome.MET


def test_an_expert_s_level_stands_before_the_enterprise_s_own() -> None:
    def maturity(number: int, by: AssessedBy) -> ReachedLevel:
        return ReachedLevel("cmmm", "2020", number, by, Grade.DOCUMENT_BACKED)

    case = Case(levels=[maturity(3, AssessedBy.SELF), maturity(1, AssessedBy.EXPERT)])
    assert outcome(GRADIENT, "cmmm-2", case) is Outcome.NOT_MET


def test_a_recognition_of_a_lower_grade_is_not_enough() -> None:
    for held, expected in ((None, Outcome.NOT_MET), (1, Outcome.NOT_MET), (2, Outcome.MET), (3, Outcome.MET)):
        case = Case(recognitions=frozenset({HeldRecognition("smart-factory", held)}))
        assert outcome(GRADIENT, "prior-advanced", case) is expected
    assert outcome(GRADIENT, "prior-advanced", Case()) is Outcome.NOT_MET


def test_a_document_that_is_not_there_may_still_come() -> None:
    assert outcome(CITY, "application-form", Case()) is Outcome.NOT_PROVABLE
    assert outcome(CITY, "application-form", Case(documents=frozenset({"application-form"}))) is Outcome.MET


def test_what_people_judge_waits_for_them() -> None:
    assert codes(CITY, "demonstration", Case()) == ["not_judged"]
    assert outcome(CITY, "demonstration", Case(judgements={"demonstration": False})) is Outcome.NOT_MET


def test_an_empty_threshold_is_not_decidable_whatever_is_shown() -> None:
    shown = Case(facts={"key_systems": Decimal(4), "cloud_systems": Decimal(4)})
    assert codes(CLOUD, "cloud-rate", shown) == ["threshold_empty"]
    assert outcome(CLOUD, "cloud-rate", shown) is Outcome.NOT_DECIDABLE


def claim(numerator: int, *, verified: bool = True, formula_version: str | None = "1") -> PresentedClaim:
    return PresentedClaim(
        id="claim",
        enterprise_id=1,
        subject=AssetPath.parse("mill"),
        measure="equipment_connection_rate",
        first_date=date(2024, 6, 1),
        last_date=date(2024, 6, 30),
        numerator=Decimal(numerator),
        denominator=Decimal(100),
        coverage_share=Decimal(1),
        origins=frozenset({Origin.MACHINE}),
        issued_at_us=0,
        verified=verified,
        formula_version=formula_version,
    )


@pytest.mark.parametrize(
    ("numerator", "verified", "expected"),
    [(60, True, Outcome.MET), (59, True, Outcome.NOT_MET), (99, False, Outcome.NOT_PROVABLE)],
)
def test_a_claim_decides_only_when_it_verifies(numerator: int, verified: bool, expected: Outcome) -> None:
    judged = judge_case(DEMO, Case(claims=[claim(numerator, verified=verified)]))
    assert judged.overall.outcome is expected
    assert judged.overall.claim_ids == ("claim",)


def test_a_claim_by_another_version_of_the_formula_proves_nothing() -> None:
    other = Case(claims=[claim(99, formula_version="2")])
    assert codes(DEMO, "equipment-connection-rate", other) == ["other_formula"]
    assert judge_case(DEMO, other).overall.outcome is Outcome.NOT_PROVABLE
    beside = Case(claims=[claim(99, formula_version="2"), claim(59)])
    assert judge_case(DEMO, beside).overall.outcome is Outcome.NOT_MET


def test_a_ladder_gives_the_highest_grade_whose_conditions_all_hold() -> None:
    case = Case(
        facts=FACTS,
        levels=[ReachedLevel("cmmm", "2020", 2, AssessedBy.SELF, Grade.SELF_REPORTED)],
        judgements={"peer-average": True},
    )
    found = judge_case(GRADIENT, case)
    assert found.eligible.outcome is Outcome.MET
    assert found.reached == 1
    assert {one.number: one.verdict.outcome for one in found.levels} == {
        1: Outcome.MET,
        2: Outcome.NOT_MET,
        3: Outcome.NOT_MET,
        4: Outcome.NOT_MET,
    }


def verdict(outcome: Outcome, grade: Grade) -> Verdict:
    return Verdict(outcome, grade, (Reason(outcome.value, "中", "en"),), (), demonstration=False)


verdicts = st.lists(st.builds(verdict, st.sampled_from(Outcome), st.sampled_from(Grade)), min_size=1, max_size=6)


@given(verdicts)
def test_several_are_met_only_when_all_are_and_no_better_proven_than_the_weakest(found: list[Verdict]) -> None:
    whole = together(found)
    outcomes = {one.outcome for one in found}
    assert (whole.outcome is Outcome.MET) == (outcomes == {Outcome.MET})
    assert (whole.outcome is Outcome.NOT_MET) == (Outcome.NOT_MET in outcomes)
    assert whole.grade is min((one.grade for one in found), key=lambda grade: grade.rank)
    assert together(reversed(found)).outcome is whole.outcome
