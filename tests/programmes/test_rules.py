"""What a rule answers to claims, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millmark.model import AssetPath, Origin
from millmark.programmes import (
    ClaimThreshold,
    Grade,
    Outcome,
    PresentedClaim,
    Verdict,
    evaluate,
    shipped_packs,
)
from millmark.programmes.packs import ClaimCondition, read_policy_pack
from millmark.programmes.packs.judging import Case, judge_case
from millmark.programmes.packs.trying import try_vectors

PACK = read_policy_pack(shipped_packs() / "connected-factory-demo" / "1")
CONDITION = next(one for one in PACK.conditions if isinstance(one, ClaimCondition))
RULE = ClaimThreshold.model_validate(
    {name: getattr(CONDITION, name) for name in ClaimThreshold.model_fields}
    | {"min_coverage": Decimal("0.5"), "accepts_demonstration_data": False}
)
CLAIM = PresentedClaim(
    id="c1",
    enterprise_id=1,
    subject=AssetPath.parse("acme"),
    measure="equipment_connection_rate",
    first_date=date(2024, 5, 1),
    last_date=date(2024, 5, 7),
    numerator=Decimal(28),
    denominator=Decimal(35),
    coverage_share=Decimal("0.98"),
    origins=frozenset({Origin.MACHINE}),
    issued_at_us=1,
    verified=True,
)


def judged(claim: PresentedClaim) -> Verdict:
    return judge_case(PACK, Case(claims=[claim])).overall


def test_a_changed_threshold_is_caught_by_the_vectors() -> None:
    strict = replace(PACK, conditions=(CONDITION.model_copy(update={"threshold": Decimal("0.61")}),))
    assert [one.name for one in try_vectors(strict) if not one.holds] == ["three of five is exactly the threshold"]


def test_a_threshold_is_read_as_the_exact_decimal_that_is_written() -> None:
    assert str(CONDITION.threshold) == "0.60"


def test_a_sound_claim_over_the_threshold_is_met_and_machine_proven() -> None:
    verdict = evaluate(RULE, [CLAIM])
    assert (verdict.outcome, verdict.grade, verdict.claim_ids) == (Outcome.MET, Grade.MACHINE_PROVEN, ("c1",))
    assert "28/35 = 0.8000" in verdict.reasons[0].en
    assert "达到要求" in verdict.reasons[0].zh


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_the_comparison_is_exact_at_the_threshold(numerator: int, denominator: int) -> None:
    claim = replace(CLAIM, numerator=Decimal(numerator), denominator=Decimal(denominator))
    met = 10 * numerator >= 6 * denominator
    assert evaluate(RULE, [claim]).outcome is (Outcome.MET if met else Outcome.NOT_MET)


@pytest.mark.parametrize(
    ("comparator", "outcome"),
    [(">=", Outcome.MET), (">", Outcome.NOT_MET), ("<=", Outcome.MET), ("<", Outcome.NOT_MET)],
)
def test_at_the_threshold_the_comparator_decides(comparator: str, outcome: Outcome) -> None:
    rule = ClaimThreshold.model_validate(RULE.model_dump() | {"comparator": comparator})
    claim = replace(CLAIM, numerator=Decimal(3), denominator=Decimal(5))
    assert evaluate(rule, [claim]).outcome is outcome


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (replace(CLAIM, verified=False), "not_verified"),
        (replace(CLAIM, first_date=CLAIM.last_date - timedelta(days=800)), "wrong_period"),
        (replace(CLAIM, coverage_share=Decimal("0.49")), "too_little_coverage"),
        (replace(CLAIM, denominator=Decimal(0)), "nothing_measured"),
        (replace(CLAIM, origins=frozenset({Origin.MACHINE, Origin.RECORDING})), "not_from_machines"),
        (replace(CLAIM, origins=frozenset({Origin.PROCESS_MODEL})), "not_from_machines"),
    ],
)
def test_a_claim_that_falls_short_proves_nothing_either_way(claim: PresentedClaim, code: str) -> None:
    verdict = evaluate(RULE, [claim])
    assert verdict.outcome is Outcome.NOT_PROVABLE
    assert [reason.code for reason in verdict.reasons] == [code]
    assert all(reason.zh and reason.en for reason in verdict.reasons)


def test_all_shortcomings_are_told_at_once() -> None:
    verdict = evaluate(RULE, [replace(CLAIM, verified=False, coverage_share=Decimal(0))])
    assert [reason.code for reason in verdict.reasons] == ["not_verified", "too_little_coverage"]
    assert verdict.grade is Grade.SELF_REPORTED


def test_no_claim_of_the_measure_is_not_provable() -> None:
    verdict = evaluate(RULE, [replace(CLAIM, measure="oee")])
    assert (verdict.outcome, verdict.grade, verdict.claim_ids) == (Outcome.NOT_PROVABLE, Grade.SELF_REPORTED, ())


def test_the_latest_sound_claim_decides_not_the_best_one() -> None:
    worse = replace(CLAIM, id="c2", last_date=date(2024, 6, 1), first_date=date(2024, 6, 1), numerator=Decimal(1))
    assert evaluate(RULE, [worse, CLAIM]).outcome is Outcome.NOT_MET


def test_a_later_claim_that_proves_nothing_does_not_hide_a_sound_one() -> None:
    forged = replace(CLAIM, id="c2", last_date=date(2024, 6, 1), verified=False)
    assert evaluate(RULE, [forged, CLAIM]).claim_ids == ("c1",)


def test_demonstration_data_is_accepted_where_the_pack_says_so_and_always_named() -> None:
    claim = replace(CLAIM, origins=frozenset({Origin.RECORDING}))
    verdict = judged(claim)
    assert verdict.outcome is Outcome.MET
    assert verdict.demonstration
    assert [reason.code for reason in verdict.reasons] == ["threshold_met", "demonstration_data"]


def test_a_machine_of_a_fictional_enterprise_is_demonstration_data_too() -> None:
    assert judged(replace(CLAIM, demonstration=True)).demonstration
