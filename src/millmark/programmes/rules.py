"""Deciding a rule on claims: pure, exact, and with a reason for every answer."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from millmark.programmes.claims import PresentedClaim
from millmark.programmes.grade import Grade
from millmark.programmes.pack import ClaimThreshold, Comparator, Outcome
from millmark.programmes.span import days_in_english


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule answered as it did; `code` is stable, the sentences are for people."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one rule, or of all rules of a pack together."""

    outcome: Outcome
    grade: Grade
    reasons: tuple[Reason, ...]
    claim_ids: tuple[str, ...]
    demonstration: bool


_COMPARE: Mapping[Comparator, Callable[[Decimal, Decimal], bool]] = {
    Comparator.AT_LEAST: operator.ge,
    Comparator.MORE_THAN: operator.gt,
    Comparator.AT_MOST: operator.le,
    Comparator.LESS_THAN: operator.lt,
}


def evaluate(rule: ClaimThreshold, claims: Sequence[PresentedClaim]) -> Verdict:
    """What `rule` answers to `claims`: the latest claim that proves anything decides.

    Latest is the latest last day, then the latest issue. When no claim proves anything, the latest one's shortcomings
    are the reasons.
    """
    candidates = sorted(
        (claim for claim in claims if claim.measure == rule.measure),
        key=lambda claim: (claim.last_date, claim.issued_at_us, claim.id),
        reverse=True,
    )
    if not candidates:
        return Verdict(Outcome.NOT_PROVABLE, Grade.SELF_REPORTED, (_no_claim(rule),), (), demonstration=False)
    judged = [(claim, _shortcomings(rule, claim)) for claim in candidates]
    sound = next((claim for claim, shortcomings in judged if not shortcomings), None)
    if sound is not None:
        return _compared(rule, sound)
    latest, shortcomings = judged[0]
    return Verdict(
        Outcome.NOT_PROVABLE,
        grade_of(latest),
        shortcomings,
        (latest.id,),
        demonstration=_is_demonstration(latest),
    )


def grade_of(claim: PresentedClaim) -> Grade:
    """A claim that does not verify is worth what its author says, no more; others what arrival and challenges leave."""
    if claim.worth is not None:
        return claim.worth
    return Grade.MACHINE_PROVEN if claim.verified else Grade.SELF_REPORTED


def _compared(rule: ClaimThreshold, claim: PresentedClaim) -> Verdict:
    with localcontext() as exact:
        exact.prec = 60
        # Numerator against threshold x denominator: three machines of five are exactly 0.6, their float ratio is less.
        met = _COMPARE[rule.comparator](claim.numerator, rule.threshold * claim.denominator)
        share = (claim.numerator / claim.denominator).quantize(Decimal("0.0001"))
    ratio = f"{_plain(claim.numerator)}/{_plain(claim.denominator)} = {share}"
    threshold = f"{rule.comparator} {rule.threshold}"
    span = f"{claim.first_date}..{claim.last_date}"
    reasons = [
        Reason(
            "threshold_met" if met else "threshold_not_met",
            f"凭证 {claim.id}({span}):{ratio},{'达到' if met else '未达到'}要求 {threshold}。",
            f"Claim {claim.id} ({span}): {ratio} {'meets' if met else 'does not meet'} the required {threshold}.",
        )
    ]
    if _is_demonstration(claim):
        reasons.append(_demonstration_data(claim))
    return Verdict(
        Outcome.MET if met else Outcome.NOT_MET,
        grade_of(claim),
        tuple(reasons),
        (claim.id,),
        demonstration=_is_demonstration(claim),
    )


def _shortcomings(rule: ClaimThreshold, claim: PresentedClaim) -> tuple[Reason, ...]:
    """Everything that keeps the claim from proving anything under this rule."""
    checks = (_grade_too_low, _wrong_period, _too_little_coverage, _nothing_measured, _not_from_machines)
    return tuple(reason for check in checks if (reason := check(rule, claim)) is not None)


def _grade_too_low(rule: ClaimThreshold, claim: PresentedClaim) -> Reason | None:
    grade = grade_of(claim)
    if grade.rank >= rule.required_grade.rank:
        return None
    return Reason(
        "not_verified",
        f"凭证 {claim.id} 未通过核验,证据等级为{grade.name_zh},要求{rule.required_grade.name_zh}。",
        f"Claim {claim.id} does not verify: it is {grade.name_en}, {rule.required_grade.name_en} is required.",
    )


def _wrong_period(rule: ClaimThreshold, claim: PresentedClaim) -> Reason | None:
    most = rule.period_days_max
    if claim.days >= rule.period_days_min and (most is None or claim.days <= most):
        return None
    asked_zh = f"不少于{rule.period_days_min}天" if most is None else f"{rule.period_days_min}至{most}天"
    asked_en = f"at least {rule.period_days_min}" if most is None else f"{rule.period_days_min} to {most}"
    return Reason(
        "wrong_period",
        f"凭证 {claim.id} 的统计期为{claim.days}天,要求{asked_zh}。",
        f"Claim {claim.id} covers {days_in_english(claim.days)}, {asked_en} are asked for.",
    )


def _too_little_coverage(rule: ClaimThreshold, claim: PresentedClaim) -> Reason | None:
    if claim.coverage_share >= rule.min_coverage:
        return None
    return Reason(
        "too_little_coverage",
        f"凭证 {claim.id} 的数据覆盖率为{_percent(claim.coverage_share)},要求不低于{_percent(rule.min_coverage)}。",
        f"Claim {claim.id} has data for {_percent(claim.coverage_share)} of its period, "
        f"{_percent(rule.min_coverage)} is the least.",
    )


def _nothing_measured(_rule: ClaimThreshold, claim: PresentedClaim) -> Reason | None:
    if claim.denominator > 0:
        return None
    return Reason(
        "nothing_measured",
        f"凭证 {claim.id} 的分母为{_plain(claim.denominator)},没有可比较的数值。",
        f"Claim {claim.id} has the denominator {_plain(claim.denominator)}: there is no value to compare.",
    )


def _not_from_machines(rule: ClaimThreshold, claim: PresentedClaim) -> Reason | None:
    if claim.from_machines_alone or rule.accepts_demonstration_data:
        return None
    return Reason(
        "not_from_machines",
        f"凭证 {claim.id} 的数据含有录制或模型生成的测点,不能证明真实设备的情况。",
        f"Claim {claim.id} rests on recorded or modelled series; they prove nothing about real machines.",
    )


def _no_claim(rule: ClaimThreshold) -> Reason:
    return Reason(
        "no_claim",
        f"没有提交指标“{rule.measure}”的凭证。",
        f"No claim of the measure {rule.measure} was presented.",
    )


def _demonstration_data(claim: PresentedClaim) -> Reason:
    return Reason(
        "demonstration_data",
        f"演示数据:凭证 {claim.id} 来自演示设备(录制数据或过程模型),签名与核验真实,结论仅供演示。",
        f"Demonstration data: claim {claim.id} comes from demonstration machines (recordings or a process model); "
        "signature and verification are real, the decision is for demonstration only.",
    )


def _is_demonstration(claim: PresentedClaim) -> bool:
    return claim.demonstration or not claim.from_machines_alone


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _percent(share: Decimal) -> str:
    return f"{_plain((share * 100).quantize(Decimal('0.1')))}%"
