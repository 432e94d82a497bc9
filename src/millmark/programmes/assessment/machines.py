"""What machines answer: claims held against a pack's evidence bindings, each checked before it answers anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TypeAlias

from millmark.model import AssetPath
from millmark.programmes.assessment.answers import Ratio
from millmark.programmes.assessment.compiling import scale_of
from millmark.programmes.claims import PresentedClaim, VerifiedClaims
from millmark.programmes.grade import Grade
from millmark.programmes.packs import Answers as AnswersBy
from millmark.programmes.packs import Binding, PolicyPack
from millmark.programmes.rules import Reason
from millmark.programmes.span import days_in_english

_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class MachineFinding:
    """What the claims of one binding come to.

    For an item `ratio` answers it; for a scenario `level` is what the claim supports, people check the rest of it; for
    a fact `value`. With `shortcomings` the claims prove nothing, and none of these is set.
    """

    binding: Binding
    claims: tuple[PresentedClaim, ...]
    shortcomings: tuple[Reason, ...]
    ratio: Ratio | None = None
    level: int | None = None
    value: Decimal | None = None

    @property
    def answers(self) -> bool:
        return not self.shortcomings

    @property
    def grade(self) -> Grade:
        return Grade.MACHINE_PROVEN if self.answers else Grade.SELF_REPORTED

    @property
    def demonstration(self) -> bool:
        """Whether anything in it comes from a fictional factory, a recording or a process model."""
        return any(claim.demonstration or not claim.from_machines_alone for claim in self.claims)

    @property
    def claim_ids(self) -> tuple[str, ...]:
        return tuple(claim.id for claim in self.claims)


Standing: TypeAlias = Callable[[str, Callable[[PresentedClaim], bool]], Sequence[PresentedClaim]]
"""Claims of a measure that fit, the latest of each subject; those that verify before others."""


def machine_findings(pack: PolicyPack, claims: VerifiedClaims, enterprise_id: int) -> list[MachineFinding]:
    """One finding for each binding of which the enterprise has a claim of the measure at all."""
    return findings_by(pack, partial(claims.standing, enterprise_id))


def findings_by(pack: PolicyPack, standing: Standing) -> list[MachineFinding]:
    """The same over the claims that `standing` gives."""
    found = []
    for binding in pack.bindings:
        fitting = standing(binding.measure, partial(_fits, binding))
        if fitting:
            found.append(_finding(pack, binding, fitting))
            continue
        others = standing(binding.measure, lambda _claim: True)
        if others:
            latest = max(others, key=lambda claim: (claim.last_date, claim.issued_at_us))
            found.append(MachineFinding(binding, (latest,), _misfit(binding, latest)))
    return found


def standing_of(
    presented: Sequence[PresentedClaim], measure: str, fits: Callable[[PresentedClaim], bool]
) -> list[PresentedClaim]:
    """Of claims laid before somebody those of the measure that fit: of each subject the latest that verifies, else
    the latest; subjects inside another one's are left out."""
    found: dict[AssetPath, PresentedClaim] = {}
    for claim in sorted(presented, key=lambda one: (one.verified, one.last_date, one.issued_at_us, one.id)):
        if claim.measure == measure and fits(claim):
            found[claim.subject] = claim
    return [
        claim
        for subject, claim in found.items()
        if not any(other != subject and subject.is_under(other) for other in found)
    ]


def _finding(pack: PolicyPack, binding: Binding, claims: Sequence[PresentedClaim]) -> MachineFinding:
    problems = _unusable(claims)
    if problems:
        return MachineFinding(binding, tuple(claims), problems)
    numerator = sum((claim.numerator for claim in claims), start=Decimal(0))
    denominator = sum((claim.denominator for claim in claims), start=Decimal(0))
    match binding.answers:
        case AnswersBy.SUPPORTS:
            return MachineFinding(binding, tuple(claims), (), level=binding.level)
        case AnswersBy.RATIO if binding.item is None:
            return MachineFinding(binding, tuple(claims), (), value=numerator * binding.scale / denominator)
        case AnswersBy.RATIO:
            item = pack.items_by_id[str(binding.item)]
            factor = Fraction(binding.scale) / scale_of(item)
            ratio = Ratio(
                (numerator * factor.numerator / factor.denominator).quantize(_MILLIONTH),
                denominator.quantize(_MILLIONTH),
            )
            return MachineFinding(binding, tuple(claims), (), ratio=_plain(ratio))
        case _:
            # A measure over several days counts each machine once a day; only one day's count is a number of machines.
            if any(claim.days != 1 for claim in claims):
                return MachineFinding(binding, tuple(claims), (_not_one_day(claims[0]),))
            number = numerator if binding.answers is AnswersBy.NUMERATOR else denominator
            return MachineFinding(binding, tuple(claims), (), value=number)


def _plain(ratio: Ratio) -> Ratio:
    return Ratio(_without_zeros(ratio.numerator), _without_zeros(ratio.denominator))


def _without_zeros(number: Decimal) -> Decimal:
    return number.to_integral_value() if number == number.to_integral_value() else number.normalize()


def _fits(binding: Binding, claim: PresentedClaim) -> bool:
    return not _misfit(binding, claim)


def _misfit(binding: Binding, claim: PresentedClaim) -> tuple[Reason, ...]:
    """What keeps a claim from answering this binding at all, whether it verifies or not."""
    reasons = []
    if claim.formula_version is not None and claim.formula_version != binding.formula_version:
        reasons.append(
            Reason(
                "other_formula",
                f"凭证 {claim.id} 按公式版本{claim.formula_version}计算,本项要求版本{binding.formula_version}。",
                f"Claim {claim.id} was computed by version {claim.formula_version} of the formula; "
                f"version {binding.formula_version} is asked for.",
            )
        )
    most = binding.period_days_max
    if claim.days < binding.period_days_min or (most is not None and claim.days > most):
        asked_zh = f"不少于{binding.period_days_min}天" if most is None else f"{binding.period_days_min}至{most}天"
        asked_en = f"at least {binding.period_days_min}" if most is None else f"{binding.period_days_min} to {most}"
        reasons.append(
            Reason(
                "wrong_period",
                f"凭证 {claim.id} 的统计期为{claim.days}天,要求{asked_zh}。",
                f"Claim {claim.id} covers {days_in_english(claim.days)}, {asked_en} are asked for.",
            )
        )
    if claim.coverage_share < binding.min_coverage:
        reasons.append(
            Reason(
                "too_little_coverage",
                f"凭证 {claim.id} 的数据覆盖率为{_percent(claim.coverage_share)},"
                f"要求不低于{_percent(binding.min_coverage)}。",
                f"Claim {claim.id} has data for {_percent(claim.coverage_share)} of its period, "
                f"{_percent(binding.min_coverage)} is the least.",
            )
        )
    return tuple(reasons)


def _unusable(claims: Sequence[PresentedClaim]) -> tuple[Reason, ...]:
    for claim in claims:
        if not claim.verified:
            return (
                Reason(
                    "not_verified",
                    f"凭证 {claim.id} 未通过核验,不能作为机器证据。",
                    f"Claim {claim.id} does not verify: it is no proof by machines.",
                ),
            )
        if claim.denominator <= 0:
            return (
                Reason(
                    "nothing_measured",
                    f"凭证 {claim.id} 的分母为0,没有可比较的数值。",
                    f"Claim {claim.id} has the denominator 0: there is no value to compare.",
                ),
            )
    if len({(claim.first_date, claim.last_date) for claim in claims}) > 1:
        return (
            Reason(
                "different_days",
                "各厂区凭证的统计期不同,不能合并;请按同一时段出具凭证。",
                "The claims of the sites speak of different days and cannot be added up; issue them for the same ones.",
            ),
        )
    return ()


def _not_one_day(claim: PresentedClaim) -> Reason:
    return Reason(
        "more_than_a_day",
        f"凭证 {claim.id} 覆盖{claim.days}天,计数为台·天;台数须由单日凭证证明。",
        f"Claim {claim.id} covers {days_in_english(claim.days)} and counts machine-days; "
        "a number of machines needs a day's claim.",
    )


def _percent(share: Decimal) -> str:
    return f"{format((share * 100).quantize(Decimal('0.1')).normalize(), 'f')}%"
