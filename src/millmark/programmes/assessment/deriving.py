"""Answers that follow from facts: a ratio of two, or whether one rose, stayed or fell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from millmark.programmes.assessment.answers import Chosen, ItemAnswer, Ratio
from millmark.programmes.assessment.facts import FactRecord
from millmark.programmes.grade import Grade, weakest
from millmark.programmes.packs import Change, Item, PolicyPack, Trend
from millmark.programmes.packs import Ratio as RatioOfFacts


@dataclass(frozen=True, slots=True)
class DerivedAnswer:
    """An answer with the facts it follows from, as good as the weakest of them."""

    item_id: str
    answer: ItemAnswer
    grade: Grade
    facts: tuple[FactRecord, ...]


def derived_answers(pack: PolicyPack, facts: Mapping[str, FactRecord]) -> dict[str, DerivedAnswer]:
    """Every item whose facts are all there, by its id."""
    found = {}
    for item in pack.items:
        used = _facts_of(item)
        if not used or any(name not in facts for name in used):
            continue
        values = {name: facts[name].value for name in used}
        answer = _answer(item, {name: value for name, value in values.items() if isinstance(value, Decimal)})
        if answer is not None:
            records = tuple(facts[name] for name in used)
            grade = weakest(record.grade for record in records) or Grade.SELF_REPORTED
            found[item.id] = DerivedAnswer(item.id, answer, grade, records)
    return found


def _facts_of(item: Item) -> tuple[str, ...]:
    match item.derived:
        case RatioOfFacts() as ratio:
            return (ratio.numerator, ratio.denominator)
        case Change() as change:
            names = (change.numerator, change.denominator, change.numerator_before, change.denominator_before)
            return tuple(name for name in names if name is not None)
        case None:
            return ()


def _answer(item: Item, values: Mapping[str, Decimal]) -> ItemAnswer | None:
    match item.derived:
        case RatioOfFacts() as ratio:
            numerator, denominator = values.get(ratio.numerator), values.get(ratio.denominator)
            return None if numerator is None or not denominator else Ratio(numerator, denominator)
        case Change() as change:
            trend = _trend(change, values)
            return next((Chosen(option.id) for option in item.options if option.trend is trend), None)
        case None:
            return None


def _trend(change: Change, values: Mapping[str, Decimal]) -> Trend | None:
    now = _value(change.numerator, change.denominator, values)
    before = _value(change.numerator_before, change.denominator_before, values)
    if now is None or before is None:
        return None
    if abs(now - before) <= Fraction(change.flat_within) * abs(before):
        return Trend.FLAT
    return Trend.UP if now > before else Trend.DOWN


def _value(numerator: str, denominator: str | None, values: Mapping[str, Decimal]) -> Fraction | None:
    if numerator not in values:
        return None
    if denominator is None:
        return Fraction(values[numerator])
    below = values.get(denominator)
    return Fraction(values[numerator]) / Fraction(below) if below else None
