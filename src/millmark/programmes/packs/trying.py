"""Trying a pack's vectors: what the platform's own engines answer, compared with what the pack expects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.compiling import assess
from millmark.programmes.errors import ProgrammeError
from millmark.programmes.grade import Grade
from millmark.programmes.money.calculation import AwardInputs, Cost, Support, calculate
from millmark.programmes.pack import Outcome
from millmark.programmes.packs.asked import AssessedBy
from millmark.programmes.packs.judging import Case, HeldRecognition, Judgement, ReachedLevel, judge_case
from millmark.programmes.packs.levels import RuleKind
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.money import Money, fen_of
from millmark.programmes.packs.vectors import AwardCase, CaseAnswers, Vector


@dataclass(frozen=True, slots=True)
class Tried:
    """One vector: `failures` are sentences saying what came out instead; none when it holds."""

    name: str
    failures: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.failures


def try_vectors(pack: PolicyPack) -> tuple[Tried, ...]:
    """Every vector of the pack, in its order."""
    return tuple(Tried(vector.name, tuple(_failures(pack, vector))) for vector in pack.vectors)


def _failures(pack: PolicyPack, vector: Vector) -> Iterator[str]:
    try:
        if vector.answers is not None:
            yield from _assessed(pack, vector, vector.answers)
        judgement = judge_case(pack, case_of(vector))
        yield from _judged(pack, vector, judgement)
        if vector.expect.award_yuan is not None:
            yield from _paid(pack, vector)
    except ProgrammeError as wrong:
        yield f"cannot be answered: {wrong}"


def case_of(vector: Vector) -> Case:
    """A vector as a case; its levels count as an expert's, proven by documents."""
    levels = []
    for named, level in vector.levels.items():
        pack_id, _, edition = named.partition("/")
        levels.append(ReachedLevel(pack_id, edition, level, AssessedBy.EXPERT, Grade.DOCUMENT_BACKED))
    return Case(
        facts=vector.facts,
        fact_grades=dict.fromkeys(vector.facts, vector.fact_grade),
        claims=[claim.presented(number) for number, claim in enumerate(vector.claims)],
        documents=frozenset(vector.documents),
        recognitions=frozenset(_recognition(named) for named in vector.recognitions),
        levels=levels,
        judgements=vector.judgements,
    )


def _recognition(named: str) -> HeldRecognition:
    """`slug`, or `slug:level` of a programme with levels."""
    slug, _, level = named.partition(":")
    return HeldRecognition(slug, int(level) if level else None)


def _assessed(pack: PolicyPack, vector: Vector, answers: CaseAnswers) -> Iterator[str]:
    document = answers.model_dump(mode="json", exclude_none=True)
    found = assess(pack, Answers.from_json(document), variant=vector.variant)
    expect = vector.expect
    if expect.score is not None and found.score != Fraction(expect.score):
        yield f"score {_shown(found.score)} instead of {expect.score}"
    if expect.level is not None and found.level != expect.level:
        yield f"level {found.level} instead of {expect.level}"
    points = {one.item.id: one.points for one in found.items}
    for item, expected in expect.points.items():
        if item not in points:
            yield f"there is no item {item!r}"
        elif points[item] != Fraction(expected):
            yield f"{item}: {_shown(points[item])} points instead of {expected}"


def _judged(pack: PolicyPack, vector: Vector, found: Judgement) -> Iterator[str]:
    expect = vector.expect
    by_conditions = pack.rule is not None and pack.rule.kind is RuleKind.LADDER
    if by_conditions and expect.level is not None and found.reached != expect.level:
        yield f"level {found.reached} instead of {expect.level}"
    if expect.classes is not None and found.classes != expect.classes:
        yield f"classes {found.classes} instead of {expect.classes}"
    if expect.eligible is not None and (found.eligible.outcome is Outcome.MET) != expect.eligible:
        yield f"eligibility is {found.eligible.outcome}, expected {'met' if expect.eligible else 'anything else'}"
    for condition, outcome in expect.outcomes.items():
        if (answer := found.of(condition).outcome) is not outcome:
            yield f"{condition}: {answer} instead of {outcome}"
    if expect.outcome is not None and found.overall.outcome is not expect.outcome:
        yield f"all together {found.overall.outcome} instead of {expect.outcome}"
    if expect.grade is not None and found.overall.grade is not expect.grade:
        yield f"grade {found.overall.grade} instead of {expect.grade}"
    codes = tuple(reason.code for reason in found.overall.reasons)
    if expect.reasons is not None and codes != expect.reasons:
        yield f"reasons {', '.join(codes) or 'none'} instead of {', '.join(expect.reasons) or 'none'}"


def _paid(pack: PolicyPack, vector: Vector) -> Iterator[str]:
    if pack.money is None:
        yield "the pack has no money.toml"
        return
    expected = vector.expect.award_yuan
    award = vector.award or AwardCase()
    slug = "" if pack.programme is None else pack.programme.slug
    found = calculate(pack.money, slug, _inputs(pack, pack.money, vector, award))
    if expected is not None and found.amount_fen != fen_of(expected):
        yield f"an award of {Decimal(found.amount_fen) / 100} yuan instead of {expected}"
    if found.unresolved:
        yield f"the award is not resolved: {', '.join(found.unresolved)}"


def _inputs(pack: PolicyPack, money: Money, vector: Vector, award: AwardCase) -> AwardInputs:
    findings: dict[str, bool | None] = {}
    for exclusion in money.exclusions:
        if exclusion.expression is not None:
            value = pack.expression(exclusion.expression).answer(vector.facts).value
            findings[exclusion.id] = value if isinstance(value, bool) else None
    other = fen_of(award.other_support_yuan)
    return AwardInputs(
        level=award.level,
        costs=[Cost(f"vector:{name}", name, fen_of(yuan)) for name, yuan in award.costs_yuan.items()],
        awards=[Support(slug, 0, f"vector:{slug}") for slug in award.awarded_programmes],
        other_support=[Support("other", other, "vector:other")] if other else [],
        findings=findings,
    )


def _shown(number: Fraction) -> str:
    return format((Decimal(number.numerator) / Decimal(number.denominator)).normalize(), "f")
