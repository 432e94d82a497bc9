"""What claims answer, and what they do not: formula, period, coverage and verification are held against each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.programmes.assessment.answering import PACK
from tests.programmes.claim_shelf import ClaimShelf, ShelfClaim

from millmark.model import AssetPath, Origin
from millmark.programmes import Grade, VerifiedClaims
from millmark.programmes.assessment.answers import Answers, Ratio
from millmark.programmes.assessment.compiling import sheet_of
from millmark.programmes.assessment.deriving import derived_answers
from millmark.programmes.assessment.facts import FactRecord
from millmark.programmes.assessment.grades import Voice, compare, strongest
from millmark.programmes.assessment.kept import AssessedKind, Assessment
from millmark.programmes.assessment.machines import MachineFinding, machine_findings

SHEET = sheet_of(PACK)
CLAIM = ShelfClaim("c1", 1, AssetPath.parse("mill"), 41.0, 100.0)


def findings(
    *claims: ShelfClaim, forged: tuple[str, ...] = (), demonstration: tuple[int, ...] = ()
) -> list[MachineFinding]:
    shelf = ClaimShelf(list(claims), set(forged))
    verified = VerifiedClaims(shelf, demonstration_enterprises=lambda: demonstration, now_us=lambda: 0)
    return machine_findings(PACK, verified, 1)


def item_finding(found: list[MachineFinding]) -> MachineFinding:
    return next(one for one in found if one.binding.item == "equipment-connection")


def self_assessment(answers: Answers) -> Assessment:
    return Assessment(
        1,
        1,
        AssessedKind.SELF,
        PACK.id,
        PACK.edition,
        "",
        None,
        "draft",
        1,
        answers,
        {},
        {},
        None,
        None,
        "",
        0,
        "",
        0,
        "",
    )


def test_machines_say_forty_one_percent_where_the_enterprise_says_eighty() -> None:
    own = Answers({"equipment-connection": Ratio(Decimal(80), Decimal(100))})
    found = findings(CLAIM)
    assert item_finding(found).ratio == Ratio(Decimal(41), Decimal(100))
    row = next(one for one in compare(SHEET, self_assessment(own), None, found) if one.id == "equipment-connection")
    assert [(entry.voice, entry.grade) for entry in row.entries] == [
        (Voice.SELF, Grade.SELF_REPORTED),
        (Voice.MACHINE, Grade.MACHINE_PROVEN),
    ]
    (difference,) = row.differences
    assert difference.changes_points
    assert "the enterprise says 80% (80/100); the machines say 41% (41/100)" in difference.en
    assert "企业自评为80%(80/100);机器数据为41%(41/100)" in difference.zh
    assert strongest(SHEET, own, None, found).items["equipment-connection"] == Ratio(Decimal(41), Decimal(100))


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (replace(CLAIM, formula_version="2"), "other_formula"),
        (replace(CLAIM, first_date=date(2022, 1, 1)), "wrong_period"),
        (replace(CLAIM, denominator=0.0, numerator=0.0), "nothing_measured"),
    ],
)
def test_a_claim_that_does_not_fit_answers_nothing_and_says_why(claim: ShelfClaim, code: str) -> None:
    one = item_finding(findings(claim))
    assert one.ratio is None
    assert [reason.code for reason in one.shortcomings] == [code]


def test_a_claim_of_little_coverage_supports_no_scenario() -> None:
    oee = replace(CLAIM, measure="oee", first_date=date(2024, 4, 1), last_date=date(2024, 5, 1), coverage_share=0.5)
    (one,) = findings(oee)
    assert [reason.code for reason in one.shortcomings] == ["too_little_coverage"]
    (held,) = findings(replace(oee, coverage_share=0.95))
    assert (held.level, held.shortcomings) == (3, ())


def test_a_forged_claim_proves_nothing_and_an_older_true_one_does() -> None:
    later = replace(CLAIM, id="c2", numerator=99.0, last_date=date(2024, 5, 2), first_date=date(2024, 5, 2))
    (reason,) = item_finding(findings(later, forged=("c2",))).shortcomings
    assert reason.code == "not_verified"
    assert item_finding(findings(CLAIM, later, forged=("c2",))).claim_ids == ("c1",)


def test_sites_are_added_up_for_the_same_days_only_and_none_counts_twice() -> None:
    north = replace(CLAIM, id="n", subject=AssetPath.parse("mill/north"), numerator=1.0, denominator=4.0)
    south = replace(CLAIM, id="s", subject=AssetPath.parse("mill/south"), numerator=2.0, denominator=6.0)
    line = replace(CLAIM, id="l", subject=AssetPath.parse("mill/north/line"), numerator=9.0, denominator=9.0)
    assert item_finding(findings(north, south, line)).ratio == Ratio(Decimal(3), Decimal(10))
    other_day = replace(south, first_date=date(2024, 5, 2), last_date=date(2024, 5, 2))
    (reason,) = item_finding(findings(north, other_day)).shortcomings
    assert reason.code == "different_days"


def test_demonstration_data_are_marked() -> None:
    assert not item_finding(findings(CLAIM)).demonstration
    assert item_finding(findings(CLAIM, demonstration=(1,))).demonstration
    assert item_finding(findings(replace(CLAIM, origins=(Origin.RECORDING,)))).demonstration


def test_machine_days_are_no_number_of_machines() -> None:
    week = replace(CLAIM, first_date=date(2024, 4, 25), numerator=35.0, denominator=70.0)
    of_fact = [one for one in findings(week) if one.binding.fact == "production_machines"]
    assert [[reason.code for reason in one.shortcomings] for one in of_fact] == [["more_than_a_day"]]
    (one_day,) = [one for one in findings(CLAIM) if one.binding.fact == "production_machines"]
    assert one_day.value == 100


def test_answers_follow_from_facts_as_their_definitions_say() -> None:
    def told(name: str, value: str) -> FactRecord:
        return FactRecord(1, 1, name, Decimal(value), "", date(2026, 1, 1), Grade.DOCUMENT_BACKED, "", 0, "")

    values = {
        "production_machines": "10",
        "digital_machines": "7",
        "energy_last_year": "90",
        "revenue_last_year": "1000",
        "energy_year_before": "100",
        "revenue_year_before": "1000",
        "cost_last_year": "800",
        "cost_year_before": "800",
    }
    found = derived_answers(PACK, {name: told(name, value) for name, value in values.items()})
    assert found["equipment-digitalisation"].answer == Ratio(Decimal(7), Decimal(10))
    assert found["equipment-digitalisation"].grade is Grade.DOCUMENT_BACKED
    chosen = {key: getattr(one.answer, "option", None) for key, one in found.items()}
    assert chosen["energy-intensity"] == "down"
    assert chosen["cost-per-revenue"] == "flat"
    assert "equipment-connection" not in found
