"""Figures made of claims and decisions, and the way from a figure's record back to the claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.programmes.claim_shelf import ShelfClaim
from tests.region.city import City

from millmark.model import AssetPath, Origin
from millmark.programmes import Grade, Outcome, RecordNotFound
from millmark.region import EntryNotFound, FigureNotFound, InvalidRef


def factory(city: City, slug: str, *, demonstration: bool = True) -> int:
    return city.registry.add_enterprise(
        slug=slug,
        name_zh=f"{slug}(虚构)",
        name_en=slug,
        area_code="421202",
        is_demonstration=demonstration,
        is_placeholder=not demonstration,
    ).id


def shelve(city: City, claim_id: str, enterprise: int, subject: str, connected: float, of: float) -> ShelfClaim:
    claim = ShelfClaim(claim_id, enterprise, AssetPath.parse(subject), connected, of)
    city.shelf.shelved.append(claim)
    return claim


def test_the_citys_connection_rate_sums_machines_and_never_averages_rates(city: City) -> None:
    shelve(city, "a", factory(city, "demo-a"), "demo-a", 4, 5)
    shelve(city, "b", factory(city, "demo-b"), "demo-b", 45, 45)
    rate = city.figures.figure("M01")
    assert rate.value == 98
    assert rate.unit_zh == "%"
    assert rate.grade is Grade.MACHINE_PROVEN
    assert [(r.ref, r.claim_id, r.numerator, r.denominator) for r in rate.records] == [
        ("claim:a", "a", 4, 5),
        ("claim:b", "b", 45, 45),
    ]


def test_demonstration_factories_are_named_beside_the_rate(city: City) -> None:
    shelve(city, "a", factory(city, "demo-a"), "demo-a", 4, 5)
    shelve(city, "c", factory(city, "real", demonstration=False), "real", 1, 1)
    rate = city.figures.figure("M01")
    assert rate.demonstration
    assert [record.demonstration for record in rate.records] == [True, False]
    assert rate.notes_en == ("1 of 2 records come from demonstration (fictional) factories.",)
    assert "虚构" in rate.notes_zh[0]


def test_only_the_latest_verified_claim_of_an_enterprise_counts(city: City) -> None:
    enterprise = factory(city, "demo-a")
    old = shelve(city, "old", enterprise, "demo-a", 1, 5)
    city.shelf.shelved.append(replace(old, id="new", last_date=date(2024, 5, 20), numerator=4.0))
    city.shelf.shelved.append(replace(old, id="forged", last_date=date(2024, 5, 25), numerator=5.0))
    city.shelf.forged.add("forged")
    assert city.values()["M01"] == 80
    assert city.values(date(2024, 5, 19))["M01"] == 20
    assert city.values(date(2024, 4, 30))["M01"] is None


def test_a_site_inside_a_claimed_enterprise_is_not_counted_twice(city: City) -> None:
    enterprise = factory(city, "demo-a")
    shelve(city, "whole", enterprise, "demo-a", 4, 5)
    shelve(city, "site", enterprise, "demo-a/north", 1, 1)
    assert [record.ref for record in city.figures.figure("M01").records] == ["claim:whole"]


def test_an_enterprise_without_machines_gives_no_rate(city: City) -> None:
    shelve(city, "a", factory(city, "demo-a"), "demo-a", 0, 0)
    assert city.values()["M01"] is None


def test_claims_of_other_measures_do_not_enter(city: City) -> None:
    claim = shelve(city, "a", factory(city, "demo-a"), "demo-a", 4, 5)
    city.shelf.shelved[0] = replace(claim, measure="oee")
    assert city.values()["M01"] is None


def test_met_applications_are_counted_by_their_latest_decision(city: City) -> None:
    call = city.programmes.publish("connected-factory-demo")
    decisions = {}
    for slug, connected in (("demo-a", 4), ("demo-b", 2)):
        enterprise = factory(city, slug)
        claim = shelve(city, slug, enterprise, slug, connected, 5)
        city.shelf.shelved[-1] = replace(claim, origins=(Origin.RECORDING,))
        application = city.programmes.submit(call.id, enterprise, slug, submitted_by="ann")
        decisions[slug] = city.programmes.decide(application.id, decided_by="bureau")
    figure = city.figures.figure("M02")
    assert figure.value == 1
    assert [(record.subject, record.count) for record in figure.records] == [("demo-a(虚构)", 1), ("demo-b(虚构)", 0)]
    assert figure.demonstration
    city.shelf.forged.add("demo-a")
    city.programmes.decide(decisions["demo-a"].application_id, decided_by="bureau")
    assert city.values()["M02"] == 0


def test_every_record_of_every_figure_opens(city: City) -> None:
    city.load()
    call = city.programmes.publish("connected-factory-demo")
    enterprise = factory(city, "demo-a")
    shelve(city, "a", enterprise, "demo-a", 4, 5)
    application = city.programmes.submit(call.id, enterprise, "a", submitted_by="ann")
    city.programmes.decide(application.id, decided_by="bureau")
    opened = {
        "ledger": 0,
        "watch": 0,
        "investment": 0,
        "event": 0,
        "proposal": 0,
        "recommendation": 0,
        "recognition": 0,
        "award": 0,
        "decision": 0,
        "claim": 0,
    }
    for figure in city.figures.compute():
        for record in figure.records:
            trace = city.figures.trace(record.ref)
            match record.kind:
                case "ledger":
                    assert trace.entry is not None
                    assert (trace.entry.kind, trace.entry.quantity) == (record.topic, record.quantity)
                case "watch" | "investment" | "event" | "proposal":
                    assert trace.record is not None
                    assert (trace.record.topic, trace.record.quantity) == (record.topic, record.quantity)
                case "claim":
                    assert trace.claim_id == record.claim_id == "a"
                case "decision":
                    assert trace.decision is not None
                    assert trace.decision.verdict.outcome is Outcome.MET
                case _:
                    assert trace.programme_record is not None
                    assert trace.programme_record.subject == record.subject
            opened[record.kind] += 1
    assert all(opened.values())


@pytest.mark.parametrize("ref", ["", "ledger", "ledger:", "ledger:x", "ledger:-1", "claim:", "letter:4", "decision:99"])
def test_a_reference_to_nothing_is_said(city: City, ref: str) -> None:
    with pytest.raises(InvalidRef, match=r"names no record|no record's number|no such decision"):
        city.figures.trace(ref)


def test_a_reference_must_name_the_right_book(city: City) -> None:
    city.load()
    award = city.figures.figure("F26").records[0].ref
    with pytest.raises(InvalidRef, match="is a award, not a recognition"):
        city.figures.trace(award.replace("award", "recognition"))
    with pytest.raises(EntryNotFound):
        city.figures.trace("ledger:99999")
    with pytest.raises(RecordNotFound):
        city.figures.trace("award:99999")


def test_an_unknown_figure_is_answered_with_the_known_ones(city: City) -> None:
    with pytest.raises(FigureNotFound, match="F01, F02"):
        city.figures.figure("F99")


def test_a_figure_knows_its_definition_and_the_value_is_exact(city: City) -> None:
    city.load()
    figure = city.figures.figure("F16")
    assert isinstance(figure.value, Decimal)
    assert str(figure.value) == "14.52"
    assert figure.definition_zh
    assert figure.definition_en
