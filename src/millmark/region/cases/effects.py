"""Effects of a case: before against after, by two claims of one measure, or as told. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from millmark.programmes import Grade, PresentedClaim, weakest
from millmark.programmes.projects import EffectName, Side
from millmark.programmes.rules import grade_of
from millmark.region.cases.errors import InvalidCase

_MILLIONTH = Decimal("0.000001")
_HUNDREDTH = Decimal("0.01")
# ExactDecimal keeps millionths in 64 bits.
_LARGEST = Decimal(9_000_000_000_000)


class Basis(StrEnum):
    """What an effect rests on."""

    MEASURED = "measured"
    TOLD = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEffect:
    """One effect; `measure` and `formula_version` where claims show it."""

    name: EffectName
    before: Side
    after: Side
    grade: Grade
    measure: str | None = None
    formula_version: str | None = None

    @property
    def basis(self) -> Basis:
        return Basis.TOLD if self.measure is None else Basis.MEASURED

    @property
    def change(self) -> Decimal:
        return self.after.value - self.before.value

    @property
    def change_percent(self) -> Decimal | None:
        """The change in percent of the value before, to a hundredth; None where that was zero."""
        if not self.before.value:
            return None
        with localcontext() as exact:
            exact.prec = 50
            return (self.change / abs(self.before.value) * 100).quantize(_HUNDREDTH)

    @property
    def is_better(self) -> bool | None:
        """None where nothing changed."""
        return None if not self.change else (self.change < 0) == self.name.lower_is_better


def measured(name: EffectName, before: PresentedClaim, after: PresentedClaim, *, enterprise_id: int) -> CaseEffect:
    """The effect that two claims show; raises `InvalidCase` unless they are a pair: of the enterprise, of one measure,
    formula and subject, the second period wholly after the first."""
    problems = {
        "before_claim_id, after_claim_id: both must be of the case's enterprise": any(
            claim.enterprise_id != enterprise_id for claim in (before, after)
        ),
        f"claims: one is about {before.measure}, the other about {after.measure}": before.measure != after.measure,
        f"claims: formula {before.formula_version} and {after.formula_version} are not the same": before.formula_version
        != after.formula_version,
        f"claims: one is of {before.subject}, the other of {after.subject}": before.subject != after.subject,
        f"claims: the one after must begin after {before.last_date}": after.first_date <= before.last_date,
        "claims: one has nothing to divide by, so it has no value": not (before.denominator and after.denominator),
    }
    for problem, applies in problems.items():
        if applies:
            raise InvalidCase(problem)
    return CaseEffect(
        name=_named(name),
        before=_side(before),
        after=_side(after),
        grade=weakest(grade_of(claim) for claim in (before, after)) or Grade.SELF_REPORTED,
        measure=before.measure,
        formula_version=before.formula_version,
    )


def told(name: EffectName, before: Side, after: Side) -> CaseEffect:
    """An effect as somebody tells it; raises `InvalidCase` for periods that overlap."""
    if before.first > before.last or after.first > after.last:
        raise InvalidCase("before, after: a period must not end before it starts")
    if before.last >= after.first:
        raise InvalidCase(f"after: its period must begin after {before.last}, when the one before ends")
    for value in (before.value, after.value):
        if not value.is_finite() or abs(value) > _LARGEST:
            raise InvalidCase(f"value: {value} is beyond what is kept; at most {_LARGEST}")
    return CaseEffect(name=_named(name), before=_plain(before), after=_plain(after), grade=Grade.SELF_REPORTED)


def grade_of_case(effects: Iterable[CaseEffect]) -> Grade:
    """The grade of a case: that of its weakest effect; without any it is a story, self-reported."""
    return weakest(effect.grade for effect in effects) or Grade.SELF_REPORTED


def _named(name: EffectName) -> EffectName:
    if not name.name_zh.strip():
        raise InvalidCase("name_zh: say what got better")
    return name


def _plain(side: Side) -> Side:
    return Side(value=side.value.quantize(_MILLIONTH), first=side.first, last=side.last)


def _side(claim: PresentedClaim) -> Side:
    with localcontext() as exact:
        exact.prec = 60
        value = claim.numerator / claim.denominator
    return Side(
        value=value.quantize(_MILLIONTH),
        first=claim.first_date,
        last=claim.last_date,
        claim_id=claim.id,
        coverage=claim.coverage_share.quantize(_MILLIONTH),
    )
