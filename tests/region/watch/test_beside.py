"""Reports beside what claims prove: sums of claims that add up, and how the reported electricity stands to them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.programmes.claim_shelf import ShelfClaim

from millmark.model import AssetPath, Origin
from millmark.programmes import Grade
from millmark.programmes.claims import PresentedClaim
from millmark.region.watch.beside import ENERGY, Proven, beside, chosen_claims, proven
from millmark.region.watch.months import read_month

MAY = read_month("2024-05")


def claim(name: str, path: str, first: int, last: int, *, measure: str = ENERGY, month: int = 5) -> ShelfClaim:
    return ShelfClaim(
        name, 1, AssetPath.parse(path), 10.0, 1.0, date(2024, month, first), date(2024, month, last), measure
    )


def test_claims_that_add_up_are_chosen_and_none_counts_a_day_twice() -> None:
    shelf = [
        claim("long", "light", 1, 20),
        claim("inside", "light/main/line", 1, 31),
        claim("again", "light", 20, 22),
        claim("rest", "light", 21, 31),
        claim("june", "light", 1, 2, month=6),
        claim("oee", "light", 1, 2, measure="oee"),
    ]
    assert [one.id for one in chosen_claims(shelf, ENERGY, MAY)] == ["long", "rest"]
    assert [one.id for one in chosen_claims(shelf[1:2], ENERGY, MAY)] == ["inside"]


def presented(kwh: str, first: int, last: int, *, verified: bool = True, manual: bool = False) -> PresentedClaim:
    return PresentedClaim(
        id=f"{first}-{last}",
        enterprise_id=1,
        subject=AssetPath.parse("light"),
        measure=ENERGY,
        first_date=date(2024, 5, first),
        last_date=date(2024, 5, last),
        numerator=Decimal(kwh),
        denominator=Decimal(1),
        coverage_share=Decimal(1),
        origins=frozenset({Origin.PROCESS_MODEL if manual else Origin.MACHINE}),
        issued_at_us=0,
        verified=verified,
    )


def test_only_what_verifies_proves_and_made_up_readings_lower_the_grade() -> None:
    shown = proven([presented("100", 1, 10), presented("50", 11, 20, verified=False)])
    assert (shown.energy_kwh, shown.days, shown.grade) == (Decimal(100), 10, Grade.MACHINE_PROVEN)
    assert proven([presented("100", 1, 10, manual=True)]).grade is Grade.SELF_REPORTED
    assert proven([]).energy_kwh is None


@pytest.mark.parametrize(
    ("reported", "kwh", "days", "verdict"),
    [
        (1000, "980", 31, "agrees"),
        (1000, "320", 10, "agrees"),
        (1000, "300", 31, "part"),
        (1000, "1200", 31, "contradicts"),
        (1000, "1200", 3, "contradicts"),
        (0, "10", 3, "none"),
        (None, "10", 3, "none"),
    ],
)
def test_reported_electricity_agrees_with_claims_is_partly_proven_or_contradicted(
    reported: int | None, kwh: str, days: int, verdict: str
) -> None:
    shown = Proven(Decimal(kwh), None, None, days, Grade.MACHINE_PROVEN, ("a",))
    assert beside(reported, shown, MAY).verdict == verdict
