"""What claims prove of a month, beside what an enterprise reports of it: pure functions over claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from millmark.programmes import Grade
from millmark.programmes.claims import PresentedClaim, SignedClaim
from millmark.region.watch.months import first_day, last_day

ENERGY = "energy_consumption"
EFFECTIVENESS = "oee"

_S_PER_HOUR = 3600
_SLACK = Decimal("0.05")
_CLOSE = Decimal("0.15")

Verdict = Literal["agrees", "part", "contradicts", "none"]


@dataclass(frozen=True, slots=True)
class Proven:
    """What claims of a month prove. `days` are the days of the month that they speak of, `grade` is the weakest one's.

    Energy in kWh; `running_hours` are the hours in which good items were made at planned speed (the numerator of OEE
    after ISO 22400-2), `busy_hours` the planned busy hours (its denominator).
    """

    energy_kwh: Decimal | None
    running_hours: Decimal | None
    busy_hours: Decimal | None
    days: int
    grade: Grade | None
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Reported electricity against proven energy.

    `agrees` where the share that is proven fits the share of days that claims speak of; `part` where claims prove less,
    as when meters of a part of the plant are connected; `contradicts` where they prove more than was reported.
    `share` is proven over reported.
    """

    verdict: Verdict
    share: Decimal | None
    days: int
    days_of_month: int


def chosen_claims(claims: Iterable[SignedClaim], measure: str, month: int) -> list[SignedClaim]:
    """Claims of a measure within a month that add up: the longest first, none about days and a subject that another
    one speaks of already, the subject inside it included."""
    first, last = first_day(month), last_day(month)
    fitting = [one for one in claims if one.measure == measure and first <= one.first_date and one.last_date <= last]
    found: list[SignedClaim] = []
    for one in sorted(fitting, key=lambda each: (_days(each), each.issued_at_us, each.id), reverse=True):
        if not any(_same_ground(one, other) for other in found):
            found.append(one)
    # A subject around another one speaks of it, too, whichever was claimed for longer.
    return [one for one in found if not any(other is not one and _covers(other, one) for other in found)]


def proven(claims: Sequence[PresentedClaim]) -> Proven:
    """Sums over claims that add up; those that do not verify prove nothing."""
    holding = [one for one in claims if one.verified]
    energy = [one.numerator for one in holding if one.measure == ENERGY]
    effective = [one for one in holding if one.measure == EFFECTIVENESS]
    days = {
        one.first_date + timedelta(days=day)
        for one in holding
        for day in range((one.last_date - one.first_date).days + 1)
    }
    machines_alone = all(one.from_machines_alone for one in holding)
    grade = None if not holding else Grade.MACHINE_PROVEN if machines_alone else Grade.SELF_REPORTED
    return Proven(
        energy_kwh=sum(energy, Decimal(0)) if energy else None,
        running_hours=sum((one.numerator for one in effective), Decimal(0)) / _S_PER_HOUR if effective else None,
        busy_hours=sum((one.denominator for one in effective), Decimal(0)) / _S_PER_HOUR if effective else None,
        days=len(days),
        grade=grade,
        claim_ids=tuple(one.id for one in holding),
    )


def beside(reported_kwh: int | None, shown: Proven, month: int) -> Beside:
    """How the reported electricity stands to the proven energy."""
    days_of_month = last_day(month).day
    if shown.energy_kwh is None or not reported_kwh:
        return Beside("none", None, shown.days, days_of_month)
    share = shown.energy_kwh / reported_kwh
    of_days = Decimal(shown.days) / days_of_month
    if share > 1 + _SLACK:
        verdict: Verdict = "contradicts"
    elif abs(share - of_days) <= _CLOSE * of_days:
        verdict = "agrees"
    else:
        verdict = "part"
    return Beside(verdict, share, shown.days, days_of_month)


def _days(claim: SignedClaim) -> int:
    return (claim.last_date - claim.first_date).days + 1


def _overlap(one: SignedClaim, other: SignedClaim) -> bool:
    return one.first_date <= other.last_date and other.first_date <= one.last_date


def _same_ground(one: SignedClaim, other: SignedClaim) -> bool:
    return one.subject == other.subject and _overlap(one, other)


def _covers(around: SignedClaim, inner: SignedClaim) -> bool:
    return around.subject != inner.subject and inner.subject.is_under(around.subject) and _overlap(around, inner)
