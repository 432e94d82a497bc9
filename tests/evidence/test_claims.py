"""Issuing claims over sealed days, and checking them."""

from __future__ import annotations

import pytest
from tests.evidence.plant import MONDAY, SITE, SUNDAY, TUESDAY, Plant, local_us

from millmark.evidence import NodeKey, NotClaimable, NotSealed, RowsMissing, UnknownClaim, verify_document
from millmark.measures import NotMeasurable
from millmark.model import AssetPath, Origin, Period
from millmark.model.period import HOUR_US, SECOND_US

PRESS = SITE.child("press-1")
CHECKS = [
    "document_form",
    "issuer_key",
    "claim_signature",
    "claim_statement",
    "seal_signatures",
    "seal_chain",
    "sealed_days",
    "leaves_in_seals",
    "leaves_complete",
]
ROW_CHECKS = ["rows_file", "rows_in_leaves", "value_recomputed"]


@pytest.fixture
def sealed(plant: Plant) -> Plant:
    plant.work_two_days()
    plant.seal_both()
    return plant


def holds(report):
    assert [(check.name, check.detail_en) for check in report.checks if not check.ok] == []
    assert all(check.detail_zh for check in report.checks)
    return report


@pytest.mark.parametrize(
    ("measure", "subject", "numerator", "denominator"),
    [
        ("equipment_connection_rate", SITE, 2, 3),
        ("equipment_connection_rate", AssetPath.parse("acme"), 2, 3),
        ("oee", PRESS, 50 * 480, (24 - 7) * 3600),
        ("energy_consumption", SITE, 104.8, 1),
    ],
)
def test_a_claim_is_issued_and_verified(plant_on_each: Plant, measure, subject, numerator, denominator):
    plant = plant_on_each
    plant.work_two_days()
    plant.seal_both()
    claim = plant.claims.issue(measure, subject, MONDAY, MONDAY)
    assert (claim.numerator, claim.denominator) == (pytest.approx(numerator, rel=1e-15), denominator)
    assert claim.value == claim.numerator / claim.denominator
    assert claim.period == Period(local_us(MONDAY, 0), local_us(TUESDAY, 0))
    assert plant.claims.claim(claim.id).document == claim.document
    report = holds(plant.claims.verify(claim.id))
    assert report.verified
    assert [check.name for check in report.checks] == CHECKS + ROW_CHECKS
    assert report.recomputed_value == claim.value
    alone = holds(verify_document(claim.document))
    assert [check.name for check in alone.checks] == CHECKS
    assert alone.recomputed_value is None


@pytest.mark.parametrize("measure", ["equipment_connection_rate", "oee", "energy_consumption"])
def test_what_the_console_shows_is_what_is_claimed(sealed: Plant, measure):
    shown = sealed.measures.on(measure, SITE, MONDAY)
    claim = sealed.claims.issue(measure, SITE, MONDAY)
    assert (claim.value, claim.numerator, claim.denominator) == (shown.value, shown.numerator, shown.denominator)
    assert claim.coverage == shown.coverage
    assert claim.inputs == shown.inputs


def test_the_day_before_tells_how_the_day_began(sealed: Plant):
    claim = sealed.claims.issue("oee", PRESS, MONDAY)
    assert claim.coverage_share == 1.0
    assert [seal.sequence for seal in claim.seals] == [1, 2]
    assert claim.inputs[0].first_us == local_us(SUNDAY, 23.5)


def test_without_the_day_before_the_time_until_the_first_row_is_uncovered(plant: Plant):
    plant.work_two_days()
    plant.seals.seal_day(plant.site_id, MONDAY)
    claim = plant.claims.issue("oee", PRESS, MONDAY)
    assert claim.coverage.covered_us == 17 * HOUR_US
    holds(plant.claims.verify(claim.id))


def test_two_days_are_one_claim(sealed: Plant):
    claim = sealed.claims.issue("energy_consumption", SITE, SUNDAY, MONDAY)
    assert claim.numerator == pytest.approx(104.8)
    assert (claim.first_date, claim.last_date) == (SUNDAY, MONDAY)
    holds(sealed.claims.verify(claim.id))
    rate = sealed.claims.issue("equipment_connection_rate", SITE, SUNDAY, MONDAY)
    assert (rate.numerator, rate.denominator) == (3, 6)
    holds(sealed.claims.verify(rate.id))


def test_days_that_are_not_sealed_are_named(plant: Plant):
    plant.work_two_days()
    plant.seals.seal_day(plant.site_id, SUNDAY)
    with pytest.raises(NotSealed, match=r"acme/north: 2026-03-02, 2026-03-03"):
        plant.claims.issue("oee", PRESS, SUNDAY, TUESDAY)


def test_nothing_observed_is_nothing_to_claim(sealed: Plant):
    sealed.seals.seal_day(sealed.site_id, MONDAY)
    with pytest.raises(NotClaimable, match="lies before"):
        sealed.claims.issue("oee", PRESS, MONDAY, SUNDAY)
    with pytest.raises(NotMeasurable, match="no series with the role energy_counter"):
        sealed.claims.issue("energy_consumption", SITE.child("mill"), MONDAY)


def test_rows_that_came_after_the_seal_are_no_part_of_a_claim_until_they_are_amended(sealed: Plant):
    before = sealed.claims.issue("energy_consumption", SITE, MONDAY)
    sealed.tell("meter:energy", (MONDAY, 23.95, 204_704.0))
    same = sealed.claims.issue("energy_consumption", SITE, MONDAY)
    assert same.value == before.value
    assert sealed.seals.amend(sealed.site_id, MONDAY) is not None
    after = sealed.claims.issue("energy_consumption", SITE, MONDAY)
    assert after.value == pytest.approx(before.value + 100)
    assert [seal.sequence for seal in after.seals] == [1, 2, 3]
    for claim in (before, same, after):
        holds(sealed.claims.verify(claim.id))


def test_a_late_end_of_the_day_before_counts_as_well(sealed: Plant):
    sealed.tell("press-1:state", (SUNDAY, 23.75, "OFF"))
    sealed.tell("press-1:total", (SUNDAY, 23.2, 88.0))
    sealed.seals.amend(sealed.site_id, SUNDAY)
    claim = sealed.claims.issue("oee", PRESS, MONDAY)
    assert claim.denominator == 10 * 3600
    holds(sealed.claims.verify(claim.id))


def test_a_day_of_bad_quality_proves_no_connection(plant: Plant):
    plant.tell("press-2:temperature", (MONDAY, 3, 20.0), (MONDAY, 4, 21.0), quality=2)
    plant.tell("press-1:total", (MONDAY, 3, 1.0))
    plant.tell("press-1:total", (MONDAY, 5, 1.0), quality=2)
    plant.seals.seal_day(plant.site_id, MONDAY)
    claim = plant.claims.issue("equipment_connection_rate", SITE, MONDAY)
    assert (claim.numerator, claim.denominator) == (1, 3)
    holds(plant.claims.verify(claim.id))


def test_claims_are_listed_latest_first_and_carry_their_origins(sealed: Plant):
    first = sealed.claims.issue("oee", PRESS, MONDAY)
    sealed.clock.now_us += SECOND_US
    second = sealed.claims.issue("energy_consumption", SITE, MONDAY)
    assert [claim.id for claim in sealed.claims.claims()] == [second.id, first.id]
    assert [claim.id for claim in sealed.claims.claims(first.enterprise_id)] == [second.id, first.id]
    assert sealed.claims.claims(first.enterprise_id + 1) == []
    assert first.origins == (Origin.PROCESS_MODEL,)
    assert second.origins == (Origin.MACHINE,)
    with pytest.raises(UnknownClaim, match="no claim 7"):
        sealed.claims.claim("7")


def test_a_claim_of_an_unknown_node_is_not_trusted(sealed: Plant):
    claim = sealed.claims.issue("oee", PRESS, MONDAY)
    report = verify_document(claim.document, sealed.claims.rows(claim.id), [NodeKey.generate().id])
    assert report.failures == ("issuer_key",)
    assert not report.verified
    assert report.recomputed_value == claim.value


def test_rows_gone_from_the_history_are_told(sealed: Plant):
    claim = sealed.claims.issue("oee", PRESS, MONDAY)
    store = sealed.history._store.writer
    store.command("ALTER TABLE millmark.points DELETE WHERE toHour(source_time, 'Asia/Shanghai') = 12")
    with pytest.raises(RowsMissing, match="any more"):
        sealed.claims.rows(claim.id)
    report = sealed.claims.verify(claim.id)
    assert report.failures == ("rows_file",)
    assert report.recomputed_value is None
