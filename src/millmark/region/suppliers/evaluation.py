"""What a year's marks come to, by the pool's rules. Pure and exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from millmark.region.suppliers.errors import InvalidContent
from millmark.region.suppliers.rules import Criterion, GradeRule, PoolRules, Side

Marks = Mapping[str, int]
BEST_MARK = 10


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A year's outcome: `score` of 100 and its grade, None with a reason where too few marks are there."""

    score: Decimal | None
    grade: GradeRule | None
    enterprise_score: Decimal | None
    office_score: Decimal | None
    enterprises: int
    missing_zh: str = ""
    missing_en: str = ""


def check_marks(rules: PoolRules, side: Side, marks: Marks) -> None:
    """Raises `InvalidContent` unless every criterion of the side, and no other, has a mark of 0..10."""
    wanted = {one.id for one in rules.of_side(side)}
    if set(marks) != wanted:
        raise InvalidContent(f"marks: give one for each of {', '.join(sorted(wanted))}, and for nothing else")
    for criterion, mark in marks.items():
        if not 0 <= mark <= BEST_MARK:
            raise InvalidContent(f"marks.{criterion}: {mark} is not within 0..{BEST_MARK}")


def evaluate(rules: PoolRules, enterprises: Sequence[Marks], office: Marks | None) -> Evaluated:
    """The score of a year; each enterprise counts alike. Marks must have passed `check_marks`."""
    theirs = [_side_score(rules.of_side(Side.ENTERPRISE), marks) for marks in enterprises]
    enterprise = sum(theirs, Fraction(0)) / len(theirs) if theirs else None
    ours = None if office is None else _side_score(rules.of_side(Side.OFFICE), office)
    told = (_rounded(enterprise), _rounded(ours), len(theirs))
    least = rules.evaluation.enterprises_min
    if len(theirs) < least or enterprise is None:
        return Evaluated(
            None,
            None,
            *told,
            f"需至少{least}家服务过的企业评分,现有{len(theirs)}家",
            f"needs the marks of at least {least} enterprises served; {len(theirs)} gave theirs",
        )
    if ours is None:
        return Evaluated(None, None, *told, "主管部门尚未评分", "the office has not given its marks")
    shares = rules.evaluation
    score = (enterprise * shares.enterprise_share + ours * shares.office_share) / 100
    grade = next(one for one in rules.grades if score >= Fraction(one.min))
    return Evaluated(_rounded(score), grade, *told)


def _side_score(criteria: Sequence[Criterion], marks: Marks) -> Fraction:
    """Out of 100: the weights of a side come to 100, a mark to 10."""
    return sum((Fraction(one.weight * marks[one.id], BEST_MARK) for one in criteria), Fraction(0))


def _rounded(score: Fraction | None) -> Decimal | None:
    if score is None:
        return None
    return (Decimal(score.numerator) / Decimal(score.denominator)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
