"""Judging a case by a pack's eligibility and conditions: pure, and with a reason for every answer."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from millmark.programmes.claims import PresentedClaim
from millmark.programmes.grade import Grade, weakest
from millmark.programmes.pack import ClaimThreshold, Comparator, Outcome
from millmark.programmes.packs import reasons
from millmark.programmes.packs.asked import (
    AssessedBy,
    ClaimCondition,
    Condition,
    DocumentCondition,
    Eligibility,
    FactCondition,
    JudgementCondition,
    LevelCondition,
    RecognitionCondition,
    ValueCondition,
)
from millmark.programmes.packs.expressions import Answered, Expression
from millmark.programmes.packs.levels import RuleKind
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.vectors import FactValue
from millmark.programmes.rules import Reason, Verdict, evaluate


@dataclass(frozen=True, slots=True)
class ReachedLevel:
    """A level that an enterprise reached in an assessment, 0 for none, and how well that is proven."""

    pack: str
    edition: str
    level: int
    assessed_by: AssessedBy
    grade: Grade


@dataclass(frozen=True, slots=True)
class HeldRecognition:
    """A recognition that an enterprise holds in a programme, with its level where the programme has levels."""

    programme: str
    level: int | None = None


@dataclass(frozen=True, slots=True)
class FactProof:
    """The claims that a fact's value comes from; `said` is what people say it is, where that differs.

    `demonstration` tells that fictional machines are among its sources.
    """

    claim_ids: tuple[str, ...]
    demonstration: bool = False
    said: FactValue | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one enterprise: its facts with their grades, and what it lays before the programme.

    A fact without a grade is self-reported; `fact_proofs` are those of facts that machines prove. `documents` are the
    ids of those accepted, `judgements` what an officer or expert answered to the conditions that only people can judge.
    """

    facts: Mapping[str, FactValue] = field(default_factory=dict)
    fact_grades: Mapping[str, Grade] = field(default_factory=dict)
    fact_proofs: Mapping[str, FactProof] = field(default_factory=dict)
    claims: Sequence[PresentedClaim] = ()
    documents: frozenset[str] = frozenset()
    recognitions: frozenset[HeldRecognition] = frozenset()
    levels: Sequence[ReachedLevel] = ()
    judgements: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer to one condition or eligibility rule, by its id."""

    id: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class LevelJudged:
    """All conditions asked for one level, grade or class, together."""

    number: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """A case judged by a pack.

    `eligible` is all of the eligibility rules together, `overall` all conditions that every application must meet;
    `levels` are all levels that conditions decide. `reached` is the highest of a ladder (0 for none), None where the
    pack has no ladder; `classes` are the classes reached.
    """

    eligibility: tuple[Judged, ...]
    eligible: Verdict
    conditions: tuple[Judged, ...]
    overall: Verdict
    levels: tuple[LevelJudged, ...]
    reached: int | None
    classes: tuple[int, ...]

    def of(self, condition_id: str) -> Verdict:
        """The verdict on a condition or eligibility rule; raises `KeyError`."""
        return {one.id: one.verdict for one in (*self.eligibility, *self.conditions)}[condition_id]


def judge_case(pack: PolicyPack, case: Case) -> Judgement:
    """Everything that the pack asks, answered for the case.

    A level's conditions are those that name it and those that name no level. Raises `InvalidPack` for an expression
    that a pack may not hold.
    """
    eligibility = tuple(Judged(rule.id, _eligible(pack, rule, case)) for rule in pack.eligibility)
    conditions = tuple(Judged(one.id, judge_condition(pack, one, case)) for one in pack.conditions)
    by_id = {one.id: one.verdict for one in conditions}
    by_conditions = pack.rule is not None and pack.rule.kind in (RuleKind.LADDER, RuleKind.CLASSES)
    levels = tuple(
        LevelJudged(
            level.number,
            together(by_id[one.id] for one in pack.conditions if not one.levels or level.number in one.levels),
        )
        for level in (pack.levels if by_conditions else ())
    )
    met = tuple(one.number for one in levels if one.verdict.outcome is Outcome.MET)
    ladder = pack.rule is not None and pack.rule.kind is RuleKind.LADDER
    return Judgement(
        eligibility,
        together(one.verdict for one in eligibility),
        conditions,
        together(by_id[one.id] for one in pack.conditions if not one.levels),
        levels,
        max(met, default=0) if ladder else None,
        () if ladder else met,
    )


def judge_condition(pack: PolicyPack, condition: Condition, case: Case) -> Verdict:
    """What one condition answers to the case."""
    match condition:
        case ClaimCondition():
            return _claim(condition, case)
        case ValueCondition():
            return _proven(_value(pack, condition, case), pack, condition.expression, case)
        case FactCondition():
            return _proven(_fact(pack, condition, case), pack, condition.expression, case)
        case DocumentCondition():
            name_zh, name_en = _document_name(pack, condition.document)
            given = condition.document in case.documents
            # A document that is not there may still come: nothing is proven against the enterprise.
            outcome = Outcome.MET if given else Outcome.NOT_PROVABLE
            return _verdict(outcome, Grade.DOCUMENT_BACKED, reasons.document(name_zh, name_en, given=given))
        case RecognitionCondition():
            held = any(
                one.programme == condition.programme
                and (condition.level is None or (one.level is not None and one.level >= condition.level))
                for one in case.recognitions
            )
            outcome = Outcome.MET if held else Outcome.NOT_MET
            return _verdict(outcome, Grade.DOCUMENT_BACKED, reasons.recognition(condition.programme, held=held))
        case LevelCondition():
            return _level(condition, case)
        case JudgementCondition():
            return _judgement(condition, case)


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Several verdicts as one: met when all are met (also: when there are none), not met as soon as one is not met,
    else not decidable as soon as one is, else not provable; as strong as the weakest."""
    found = tuple(verdicts)
    outcomes = {verdict.outcome for verdict in found}
    outcome = next(
        (one for one in (Outcome.NOT_MET, Outcome.NOT_DECIDABLE, Outcome.NOT_PROVABLE) if one in outcomes), Outcome.MET
    )
    return Verdict(
        outcome,
        weakest(verdict.grade for verdict in found) or Grade.SELF_REPORTED,
        tuple(dict.fromkeys(reason for verdict in found for reason in verdict.reasons)),
        tuple(dict.fromkeys(claim_id for verdict in found for claim_id in verdict.claim_ids)),
        demonstration=any(verdict.demonstration for verdict in found),
    )


def _claim(condition: ClaimCondition, case: Case) -> Verdict:
    if condition.threshold is None:
        return _empty(condition.text_zh, condition.text_en)
    version = condition.formula_version
    of_measure = [claim for claim in case.claims if claim.measure == condition.measure]
    fitting = [claim for claim in of_measure if version is None or claim.formula_version in (None, version)]
    if of_measure and not fitting and version is not None:
        return _verdict(Outcome.NOT_PROVABLE, Grade.SELF_REPORTED, reasons.other_formula(version))
    rule = ClaimThreshold(
        kind="claim_threshold",
        id=condition.id,
        text_zh=condition.text_zh,
        text_en=condition.text_en,
        source=condition.source or condition.id,
        measure=condition.measure,
        comparator=condition.comparator,
        threshold=condition.threshold,
        min_coverage=condition.min_coverage,
        period_days_min=condition.period_days_min,
        period_days_max=condition.period_days_max,
        required_grade=condition.required_grade,
        accepts_demonstration_data=condition.accepts_demonstration_data,
    )
    return evaluate(rule, fitting)


def _value(pack: PolicyPack, condition: ValueCondition, case: Case) -> Verdict:
    if condition.threshold is None:
        return _empty(condition.text_zh, condition.text_en)
    expression = pack.expression(condition.expression)
    answered = expression.answer(case.facts)
    grade = _grade(expression, case)
    if unproven := _unproven(pack, answered, grade, condition.required_grade):
        return _verdict(Outcome.NOT_PROVABLE, grade, unproven)
    if not isinstance(answered.value, Decimal):
        return _verdict(Outcome.NOT_PROVABLE, grade, reasons.expression("comes to no number"))
    met = COMPARE[condition.comparator](answered.value, condition.threshold)
    said = reasons.value(answered.value, f"{condition.comparator} {condition.threshold}", condition.unit, met=met)
    return _verdict(Outcome.MET if met else Outcome.NOT_MET, grade, said)


def _fact(pack: PolicyPack, condition: FactCondition, case: Case) -> Verdict:
    return _true(pack, condition.expression, condition.required_grade, condition.text_zh, condition.text_en, case)


def _eligible(pack: PolicyPack, rule: Eligibility, case: Case) -> Verdict:
    found = _true(pack, rule.expression, Grade.SELF_REPORTED, rule.text_zh, rule.text_en, case)
    return _proven(found, pack, rule.expression, case)


def _proven(verdict: Verdict, pack: PolicyPack, text: str, case: Case) -> Verdict:
    """The verdict with the claims behind the facts that its expression reads, and what people say otherwise."""
    proofs = {name: case.fact_proofs[name] for name in sorted(pack.expression(text).facts) if name in case.fact_proofs}
    if not proofs:
        return verdict
    said = tuple(
        reasons.machines_say(pack.facts_by_id[name], case.facts[name], proof.said)
        for name, proof in proofs.items()
        if proof.said is not None
    )
    return replace(
        verdict,
        reasons=(*verdict.reasons, *said),
        claim_ids=tuple(dict.fromkeys(claim_id for proof in proofs.values() for claim_id in proof.claim_ids)),
        demonstration=any(proof.demonstration for proof in proofs.values()),
    )


def _true(pack: PolicyPack, text: str, required: Grade, zh: str, en: str, case: Case) -> Verdict:
    expression = pack.expression(text)
    answered = expression.answer(case.facts)
    grade = _grade(expression, case)
    if unproven := _unproven(pack, answered, grade, required):
        return _verdict(Outcome.NOT_PROVABLE, grade, unproven)
    if not isinstance(answered.value, bool):
        return _verdict(Outcome.NOT_PROVABLE, grade, reasons.expression("is neither true nor false"))
    outcome = Outcome.MET if answered.value else Outcome.NOT_MET
    return _verdict(outcome, grade, reasons.facts(zh, en, met=answered.value))


def _unproven(pack: PolicyPack, answered: Answered, grade: Grade, required: Grade) -> Reason | None:
    """Why an expression's answer proves nothing; None when it does."""
    if answered.problem:
        return reasons.expression(answered.problem)
    if answered.value is None:
        missing = [pack.facts_by_id[name] for name in answered.missing]
        return reasons.facts_missing([fact.name_zh for fact in missing], [fact.name_en for fact in missing])
    return None if grade.rank >= required.rank else reasons.facts_too_weak(grade, required)


def _level(condition: LevelCondition, case: Case) -> Verdict:
    counting = [
        one
        for one in case.levels
        if (one.pack, one.edition) == (condition.pack, condition.edition)
        and (condition.assessed_by is AssessedBy.SELF or one.assessed_by is AssessedBy.EXPERT)
    ]
    if not counting:
        said = reasons.no_assessment(condition.pack, condition.edition, by_expert=condition.assessed_by)
        return _verdict(Outcome.NOT_PROVABLE, Grade.SELF_REPORTED, said)
    # An expert's assessment stands before the enterprise's own.
    found = max(counting, key=lambda one: (one.assessed_by is AssessedBy.EXPERT, one.grade.rank, one.level))
    met = found.level >= condition.at_least
    said = reasons.level(found.level, condition.at_least, met=met)
    return _verdict(Outcome.MET if met else Outcome.NOT_MET, found.grade, said)


def _judgement(condition: JudgementCondition, case: Case) -> Verdict:
    answer = case.judgements.get(condition.id)
    said = reasons.judged(condition.decided_by, answer)
    if answer is None:
        return _verdict(Outcome.NOT_PROVABLE, Grade.SELF_REPORTED, said)
    return _verdict(Outcome.MET if answer else Outcome.NOT_MET, Grade.DOCUMENT_BACKED, said)


def _grade(expression: Expression, case: Case) -> Grade:
    """As strong as the weakest fact that the expression reads."""
    grades = (case.fact_grades.get(name, Grade.SELF_REPORTED) for name in expression.facts if name in case.facts)
    return weakest(grades) or Grade.SELF_REPORTED


def _document_name(pack: PolicyPack, document_id: str) -> tuple[str, str]:
    document = pack.documents_by_id.get(document_id)
    return (document_id, document_id) if document is None else (document.name_zh, document.name_en)


def _empty(text_zh: str, text_en: str) -> Verdict:
    return _verdict(Outcome.NOT_DECIDABLE, Grade.SELF_REPORTED, reasons.threshold_empty(text_zh, text_en))


def _verdict(outcome: Outcome, grade: Grade, reason: Reason) -> Verdict:
    return Verdict(outcome, grade, (reason,), (), demonstration=False)


COMPARE: Mapping[Comparator, Callable[[Decimal, Decimal], bool]] = {
    Comparator.AT_LEAST: operator.ge,
    Comparator.MORE_THAN: operator.gt,
    Comparator.AT_MOST: operator.le,
    Comparator.LESS_THAN: operator.lt,
}
