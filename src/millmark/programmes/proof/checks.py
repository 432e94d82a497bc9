"""The checks of a claim on its arrival: pure functions over what is known, each with a sentence in two languages.

A check that fails says how much it takes away: a `refusal` leaves what its author says and no more, a `doubt` leaves a
document, a `note` takes nothing and is there for who reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from millmark.evidence import Claim, VerificationReport
from millmark.evidence.claim import ClaimStatement
from millmark.evidence.nodes import WitnessAlarm, Witnessed
from millmark.model.period import HOUR_US
from millmark.programmes.grade import Grade, weakest
from millmark.programmes.span import days_in_english

DAY_US = 24 * HOUR_US

WITNESS_WITHIN_US = 2 * DAY_US
"""How long after its end a sealed day may reach the region and still count as witnessed when it was made."""

CLOCK_OFF_US = 600_000_000
"""How far the time in a seal may lie before its arrival, beyond the usual way of a seal, before somebody looks."""

COUNTED_DAYS = 90
"""How many days up to a claim's last are looked at for the days that were sealed but are not claimed."""


class Severity(StrEnum):
    """What a failed check takes away from a claim."""

    REFUSAL = "refusal"
    DOUBT = "doubt"
    NOTE = "note"

    @property
    def leaves(self) -> Grade:
        return {
            Severity.REFUSAL: Grade.SELF_REPORTED,
            Severity.DOUBT: Grade.DOCUMENT_BACKED,
            Severity.NOTE: Grade.MACHINE_PROVEN,
        }[self]


@dataclass(frozen=True, slots=True)
class ArrivalCheck:
    """One finding."""

    name: str
    ok: bool
    severity: Severity
    zh: str
    en: str

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "ok": self.ok, "severity": self.severity, "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Demanded:
    """What a call asks of claims of one measure; what is None is not asked."""

    formula_versions: frozenset[str] | None = None
    period_days_min: int | None = None
    period_days_max: int | None = None
    min_coverage: float | None = None


NOTHING_DEMANDED = Demanded()


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the checks look at.

    `earlier` are the other claims that are kept here; `witnessed` the used seals as first seen, by site and number;
    `chain_days` how many days of the latest 90 before the claim's end each site sealed.
    """

    claim: Claim
    statement: ClaimStatement
    report: VerificationReport
    applicant_id: int
    applicant_slug: str
    formulas: frozenset[tuple[str, str]]
    arrived_at_us: int
    demanded: Demanded = NOTHING_DEMANDED
    earlier: Sequence[tuple[Claim, ClaimStatement]] = ()
    witnessed: Mapping[tuple[str, int], Witnessed] = field(default_factory=dict)
    alarms: Sequence[WitnessAlarm] = ()
    chain_days: int = 0


Check = Callable[[Known], ArrivalCheck]


def arrival_checks(known: Known) -> tuple[ArrivalCheck, ...]:
    """Every check, in the order a reader wants them; none is left out because another failed."""
    return tuple(check(known) for check in _CHECKS)


def grade_of_checks(checks: Sequence[ArrivalCheck]) -> Grade:
    """What the failed checks leave."""
    return weakest(check.severity.leaves for check in checks if not check.ok) or Grade.MACHINE_PROVEN


def _verified(known: Known) -> ArrivalCheck:
    failed = [check for check in known.report.checks if not check.ok]
    if failed:
        first = failed[0]
        return ArrivalCheck(
            "verified",
            False,
            Severity.REFUSAL,
            f"凭证未通过核验（{first.name}）：{first.detail_zh}",
            f"the claim does not verify ({first.name}): {first.detail_en}",
        )
    count = len(known.report.checks)
    return ArrivalCheck(
        "verified",
        True,
        Severity.REFUSAL,
        f"签名、签发密钥、封存链与叶子的 {count} 项核验全部通过",
        f"signature, issuer's key, chain of seals and leaves: all {count} checks hold",
    )


def _formula(known: Known) -> ArrivalCheck:
    measure, version = known.claim.measure, known.claim.formula_version
    allowed = known.demanded.formula_versions
    if (measure, version) not in known.formulas:
        zh, en = f"本平台不认识指标 {measure} 的公式版本 {version}", f"formula {version} of {measure} is not known here"
    elif allowed is not None and version not in allowed:
        wanted = ", ".join(sorted(allowed))
        zh = f"申报要求 {measure} 使用公式版本 {wanted}，凭证使用 {version}"
        en = f"the call asks for formula {wanted} of {measure}; the claim uses {version}"
    else:
        return ArrivalCheck(
            "formula",
            True,
            Severity.REFUSAL,
            f"公式 {measure} {version} 为已知且允许的版本",
            f"formula {measure} {version} is known and allowed",
        )
    return ArrivalCheck("formula", False, Severity.REFUSAL, zh, en)


def _subject(known: Known) -> ArrivalCheck:
    subject = known.claim.subject
    own = known.claim.enterprise_id == known.applicant_id and subject.segments[0] == known.applicant_slug
    if own:
        zh, en = f"凭证对象 {subject} 属于申报企业", f"the claim's subject {subject} is the applicant's"
    else:
        zh = f"凭证对象 {subject} 不属于申报企业 {known.applicant_slug}"
        en = f"the claim is about {subject}, which is not the applicant's ({known.applicant_slug})"
    return ArrivalCheck("subject", own, Severity.REFUSAL, zh, en)


def _period(known: Known) -> ArrivalCheck:
    claim, asked = known.claim, known.demanded
    days = (claim.last_date - claim.first_date).days + 1
    span = f"{claim.first_date}..{claim.last_date}"
    problem: tuple[str, str] | None = None
    if claim.period.end_us > known.arrived_at_us:
        problem = (f"统计期 {span} 尚未结束", f"its period {span} is not over yet")
    elif claim.issued_at_us > known.arrived_at_us + CLOCK_OFF_US:
        problem = ("签发时间晚于到达时间", "it says it was issued after it arrived")
    elif asked.period_days_min is not None and days < asked.period_days_min:
        problem = (
            f"统计期为 {days} 天，要求不少于 {asked.period_days_min} 天",
            f"it covers {days_in_english(days)}, at least {asked.period_days_min} are asked for",
        )
    elif asked.period_days_max is not None and days > asked.period_days_max:
        problem = (
            f"统计期为 {days} 天，要求不多于 {asked.period_days_max} 天",
            f"it covers {days_in_english(days)}, at most {asked.period_days_max} are asked for",
        )
    if problem is not None:
        return ArrivalCheck("period", False, Severity.REFUSAL, *problem)
    return ArrivalCheck(
        "period", True, Severity.REFUSAL, f"统计期 {span}，共 {days} 天", f"{span}, {days_in_english(days)}"
    )


def _coverage(known: Known) -> ArrivalCheck:
    share, least = known.claim.coverage_share, known.demanded.min_coverage
    ok = least is None or share >= least
    asked_zh, asked_en = ("", "") if least is None else (f"，要求不低于 {least:.1%}", f"; {least:.1%} is the least")
    return ArrivalCheck(
        "coverage",
        ok,
        Severity.REFUSAL,
        f"数据覆盖率 {share:.1%}{asked_zh}",
        f"data for {share:.1%} of the period{asked_en}",
    )


def _replayed(known: Known) -> ArrivalCheck:
    """Seals of this claim must not carry a claim of another enterprise."""
    own = {ref.hash for ref in known.claim.seals}
    for other, _ in known.earlier:
        shared = own & {ref.hash for ref in other.seals}
        if other.enterprise_id != known.claim.enterprise_id and shared:
            return ArrivalCheck(
                "not_replayed",
                False,
                Severity.REFUSAL,
                f"与另一企业的凭证 {other.id} 使用同一封存记录",
                f"it rests on a seal that the claim {other.id} of another enterprise rests on",
            )
    return ArrivalCheck(
        "not_replayed",
        True,
        Severity.REFUSAL,
        "封存记录未被其他企业使用",
        "no other enterprise's claim rests on its seals",
    )


def _consistent(known: Known) -> ArrivalCheck:
    """A second claim about the same thing must say the same, unless amendments of its days stand between the two."""
    claim = known.claim
    for other, _ in known.earlier:
        same = (other.subject, other.measure, other.formula_version, other.first_date, other.last_date) == (
            claim.subject,
            claim.measure,
            claim.formula_version,
            claim.first_date,
            claim.last_date,
        )
        told, now = (other.numerator, other.denominator), (claim.numerator, claim.denominator)
        if not same or told == now:
            continue
        if {ref.hash for ref in other.seals} == {ref.hash for ref in claim.seals}:
            return ArrivalCheck(
                "consistent",
                False,
                Severity.DOUBT,
                f"与先前凭证 {other.id} 矛盾：同一对象、指标、期间与封存，先前为 {told[0]:g}/{told[1]:g}，"
                f"现为 {now[0]:g}/{now[1]:g}",
                f"it contradicts the claim {other.id}: same subject, measure, period and seals, but "
                f"{told[0]:g}/{told[1]:g} then and {now[0]:g}/{now[1]:g} now",
            )
    return ArrivalCheck(
        "consistent", True, Severity.DOUBT, "与先前的凭证不矛盾", "it contradicts no earlier claim of the same subject"
    )


def _denominator(known: Known) -> ArrivalCheck:
    """Machines that an earlier claim counted must not vanish without an end of service."""
    claim, listed = known.claim, _equipment(known.statement)
    for other, statement in known.earlier:
        if (other.subject, other.measure) != (claim.subject, claim.measure) or other.issued_at_us > claim.issued_at_us:
            continue
        before = _equipment(statement)
        still = {name for name, ended_us in before.items() if ended_us is None or ended_us > claim.period.start_us}
        if gone := sorted(still - set(listed)):
            names = ", ".join(gone[:5]) + ("…" if len(gone) > 5 else "")
            return ArrivalCheck(
                "denominator",
                False,
                Severity.DOUBT,
                f"先前凭证 {other.id} 计入的 {len(gone)} 台设备不再计入，且未声明停用：{names}",
                f"{len(gone)} machines that the claim {other.id} counted are not counted any more, and nothing says "
                f"that they went out of service: {names}",
            )
    return ArrivalCheck(
        "denominator",
        True,
        Severity.DOUBT,
        f"设备清单（{len(listed)} 台）没有无故减少",
        f"no machine is missing that an earlier claim counted ({len(listed)} are listed)",
    )


def _equipment(statement: ClaimStatement) -> dict[str, int | None]:
    """The machines a connection rate counts, with the end of their service."""
    listed = statement.parameters.get("equipment")
    if not isinstance(listed, list):
        return {}
    found: dict[str, int | None] = {}
    for one in listed:
        if isinstance(one, dict) and isinstance(one.get("asset"), str):
            until = one.get("in_service_until_us")
            found[one["asset"]] = until if isinstance(until, int) else None
    return found


def _witnessed(known: Known) -> ArrivalCheck:
    """The seals must have reached the region when they were made, and must be the ones that did."""
    missing, late = [], []
    for ref in known.claim.seals:
        seen = known.witnessed.get((ref.site, ref.sequence))
        if seen is None:
            missing.append(ref)
        elif seen.seal.hash != ref.hash:
            return ArrivalCheck(
                "witnessed",
                False,
                Severity.REFUSAL,
                f"{ref.site} 第 {ref.sequence} 号封存与本平台当时收到的不同：历史被重写",
                f"seal {ref.sequence} of {ref.site} is not the one that this platform received when it was made: "
                "the past was written anew",
            )
        elif seen.delay_us > WITNESS_WITHIN_US and seen.seal.kind == "day":
            late.append((ref, seen))
    if missing:
        first = missing[0]
        return ArrivalCheck(
            "witnessed",
            False,
            Severity.DOUBT,
            f"{len(missing)} 个封存从未送达本平台（如 {first.site} 第 {first.sequence} 号）：无法排除事后制作",
            f"{len(missing)} seals never reached this platform (such as {first.sequence} of {first.site}): they may "
            "have been made afterwards",
        )
    if late:
        ref, seen = late[0]
        days = seen.delay_us / DAY_US
        return ArrivalCheck(
            "witnessed",
            False,
            Severity.DOUBT,
            f"{len(late)} 个封存迟到（如 {ref.site} 第 {ref.sequence} 号，日终后 {days:.1f} 天才送达）",
            f"{len(late)} seals came late (such as {ref.sequence} of {ref.site}, {days:.1f} days after its day ended)",
        )
    return ArrivalCheck(
        "witnessed",
        True,
        Severity.DOUBT,
        f"全部 {len(known.claim.seals)} 个封存在形成时已送达本平台",
        f"all {len(known.claim.seals)} seals reached this platform when they were made",
    )


def _clock(known: Known) -> ArrivalCheck:
    """A seal says when it was made, the region knows when it came: a node whose clock was moved shows here."""
    for ref in known.claim.seals:
        seen = known.witnessed.get((ref.site, ref.sequence))
        if seen is None or seen.seal.hash != ref.hash:
            continue
        ahead_us = seen.seal.sealed_at_us - seen.received_at_us
        if ahead_us > CLOCK_OFF_US:
            return _clock_finding(ref.site, ref.sequence, "晚", "after", ahead_us)
        if -ahead_us > WITNESS_WITHIN_US:
            return _clock_finding(ref.site, ref.sequence, "早", "before", -ahead_us)
    return ArrivalCheck(
        "clock", True, Severity.DOUBT, "封存时间与送达时间相符", "the times in the seals fit the times of their arrival"
    )


def _clock_finding(site: str, sequence: int, zh: str, en: str, off_us: int) -> ArrivalCheck:
    hours = off_us / 3_600_000_000
    return ArrivalCheck(
        "clock",
        False,
        Severity.DOUBT,
        f"{site} 第 {sequence} 号封存自称的时间比送达时间{zh} {hours:.1f} 小时：节点时钟可能被改动，或封存被扣留",
        f"seal {sequence} of {site} says it was made {hours:.1f} hours {en} its arrival: the node's clock was moved, "
        "or the seal was held back",
    )


def _no_alarm(known: Known) -> ArrivalCheck:
    sites = {ref.site for ref in known.claim.seals}
    raised = [alarm for alarm in known.alarms if alarm.seal.statement.site in sites]
    if not raised:
        return ArrivalCheck(
            "no_alarm", True, Severity.DOUBT, "其厂区没有互相矛盾的封存", "its sites never sent contradicting seals"
        )
    first = raised[0]
    return ArrivalCheck(
        "no_alarm",
        False,
        Severity.DOUBT,
        f"其厂区曾送来互相矛盾的封存（{first.kind}，{first.seal.date}）",
        f"its sites sent seals that contradict each other ({first.kind}, {first.seal.date})",
    )


def _chosen_days(known: Known) -> ArrivalCheck:
    """How much of what was sealed the claim speaks about: nobody should be judged by the best day alone."""
    days = (known.claim.last_date - known.claim.first_date).days + 1
    whole = days >= known.chain_days
    return ArrivalCheck(
        "chosen_days",
        whole,
        Severity.NOTE,
        f"凭证涵盖 {days} 天；截至其末日的 {COUNTED_DAYS} 天内共封存 {known.chain_days} 天",
        f"it covers {days_in_english(days)}; of the {COUNTED_DAYS} days up to its last, {known.chain_days} were sealed",
    )


_CHECKS: tuple[Check, ...] = (
    _verified,
    _subject,
    _formula,
    _period,
    _coverage,
    _replayed,
    _consistent,
    _denominator,
    _witnessed,
    _clock,
    _no_alarm,
    _chosen_days,
)
