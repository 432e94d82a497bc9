"""The rule of CMMM 2020 written down a second time, plainly, with the weights that the sources give: no pack is read.

Sub-domain shares, which no source gives, stand in equal parts, rounded to hundredths of a percent as in the pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

HALF = [50, 50]
SEVENTHS = [Fraction(share) for share in ("14.28", "14.28", "14.28", "14.29", "14.29", "14.29", "14.29")]
THIRDS = [Fraction(share) for share in ("33.34", "33.33", "33.33")]

ELEMENTS = {
    "process": {"people": 6, "technology": 11, "resources": 15, "manufacturing": 68},
    "discrete": {"people": 6, "technology": 11, "resources": 6, "manufacturing": 77},
}
DOMAINS = {
    "process": {"design": 4, "production": 63, "logistics": 15, "sales": 15, "service": 3},
    "discrete": {"design": 13, "production": 48, "logistics": 13, "sales": 13, "service": 13},
}
UNDER = {
    "people": ("strategy", "skills"),
    "technology": ("data", "integration", "information-security"),
    "resources": ("equipment", "network"),
    "design": ("product-design", "process-design"),
    "production": (
        "purchasing",
        "planning-scheduling",
        "production-operation",
        "equipment-management",
        "warehousing",
        "safety-environment",
        "energy-management",
    ),
    "logistics": ("logistics",),
    "sales": ("sales",),
    "service": ("customer-service", "product-service"),
}
SUB_DOMAINS = tuple(name for names in UNDER.values() for name in names)
DEGREES = {"full": Fraction(1), "most": Fraction(4, 5), "part": Fraction(1, 2), "none": Fraction(0)}
SHARES = {1: [100], 2: HALF, 3: THIRDS, 7: SEVENTHS}


def at_level(variant: str, degrees: Mapping[str, str]) -> Fraction:
    """The score of one level, from 0 to 1, of the degree of each sub-domain."""

    def group(name: str) -> Fraction:
        names = UNDER[name]
        shares = SHARES[len(names)]
        return sum(
            (DEGREES[degrees[one]] * Fraction(share) / 100 for one, share in zip(names, shares, strict=True)),
            Fraction(),
        )

    manufacturing = sum((group(name) * share / 100 for name, share in DOMAINS[variant].items()), Fraction())
    total = manufacturing * ELEMENTS[variant]["manufacturing"] / 100
    for name in ("people", "technology", "resources"):
        total += group(name) * ELEMENTS[variant][name] / 100
    return total


def result(variant: str, levels: list[Mapping[str, str]]) -> tuple[Fraction, int]:
    """The total and the level: a level's score counts while every lower one has reached 0.8."""
    total = Fraction()
    for degrees in levels:
        score = at_level(variant, degrees)
        total += score
        if score < Fraction(4, 5):
            break
    reached = 0
    for number, least in enumerate(("0.8", "1.8", "2.8", "3.8", "4.8"), 1):
        if total >= Fraction(least):
            reached = number
    return total, reached
