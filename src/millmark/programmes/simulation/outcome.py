"""What a policy comes to for every enterprise: score, level, whether it may apply, and its award, as columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.programmes.assessment.columns import AnswerColumns, columns_of_stored, layout_of, score_many
from millmark.programmes.assessment.compiling import sheet_of
from millmark.programmes.assessment.facts import FactValue
from millmark.programmes.packs import (
    Condition,
    FactCondition,
    LevelCondition,
    MoneyKind,
    MoneyRule,
    PolicyPack,
    RuleKind,
    Tier,
    ValueCondition,
)
from millmark.programmes.packs.expressions import Expression
from millmark.programmes.packs.judging import COMPARE
from millmark.programmes.simulation.errors import NotSimulatable
from millmark.programmes.simulation.population import Population

Ints: TypeAlias = NDArray[np.int64]
Truth: TypeAlias = NDArray[np.int8]
"""1 for yes, 0 for no, -1 for what cannot be decided."""

UNKNOWN = -1
_FEN_PER_10K_YUAN = 1_000_000


@dataclass(frozen=True, slots=True)
class Policy:
    """A pack, and the assessment whose levels it speaks of: itself, another, or none."""

    pack: PolicyPack
    levels_of: PolicyPack | None


@dataclass(frozen=True, slots=True)
class Costs:
    """The eligible cost of each enterprise: a fact in 万元 where it was told, else one sum for all."""

    fact: str | None
    each_fen: int


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeColumns:
    """`units` over `scales` are exact scores, 0 over 1 without an assessment. `eligible` covers the eligibility rules
    and those conditions that a simulation can answer; `award_fen` is 0 for whoever gets nothing.
    """

    assessed: NDArray[np.bool_]
    units: Ints
    scales: Ints
    level: Ints
    undecided: NDArray[np.bool_]
    eligible: Truth
    award_fen: Ints
    unanswered: tuple[tuple[str, str], ...]
    """Texts, Chinese and English, of what asks for documents, claims or people, and was taken as met."""

    def score(self, row: int) -> Fraction | None:
        return Fraction(int(self.units[row]), int(self.scales[row])) if self.assessed[row] else None


class Simulator:
    """Evaluates policies over one population. The answers are laid out as columns once for all policies that ask the
    same, and an expression is answered once for every different set of facts."""

    def __init__(self, population: Population) -> None:
        self._population = population
        self._columns: dict[Hashable, AnswerColumns] = {}

    def outcome(self, policy: Policy, costs: Costs, *, ignore_eligibility: bool = False) -> OutcomeColumns:
        """Raises `NotSimulatable` when the policy decides nothing that can be simulated."""
        if policy.levels_of is None and policy.pack.money is None and policy.pack.rule is None:
            raise NotSimulatable(f"pack {policy.pack.ref} has neither levels nor money: there is nothing to simulate")
        assessed, units, scales, level, undecided = self._levels(policy.levels_of)
        eligible, unanswered, level = self._asked(policy, level, assessed)
        if ignore_eligibility:
            eligible = np.ones_like(eligible)
        awards = self._awards(policy.pack, level, costs)
        awards[eligible != 1] = 0
        return OutcomeColumns(assessed, units, scales, level, undecided, eligible, awards, unanswered)

    def _levels(self, pack: PolicyPack | None) -> tuple[NDArray[np.bool_], Ints, Ints, Ints, NDArray[np.bool_]]:
        count = len(self._population)
        assessed, undecided = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        units, scales, level = np.zeros(count, np.int64), np.ones(count, np.int64), np.zeros(count, np.int64)
        if pack is None or not pack.has_assessment:
            return assessed, units, scales, level, undecided
        known = {variant.id for variant in pack.variants}
        for variant, rows in self._population.variants().items():
            if (variant is None) == bool(known) or (variant is not None and variant not in known):
                continue  # answered by another edition's table of weights, which this pack does not have
            sheet = sheet_of(pack, variant)
            key = (layout_of(sheet), variant)
            if key not in self._columns:
                answers = [self._population.members[row].answers for row in rows]
                self._columns[key] = columns_of_stored(sheet, [one for one in answers if one is not None])
            scored = score_many(sheet, self._columns[key])
            assessed[rows], units[rows], scales[rows] = True, scored.units, scored.scale
            level[rows], undecided[rows] = scored.level, scored.undecided
        return assessed, units, scales, level, undecided

    def _asked(
        self, policy: Policy, level: Ints, assessed: NDArray[np.bool_]
    ) -> tuple[Truth, tuple[tuple[str, str], ...], Ints]:
        """Eligibility with the conditions that every application must meet; the level that conditions decide, where
        they do; and what was left out."""
        pack = policy.pack
        met = np.ones(len(self._population), np.int8)
        eligible = met
        for rule in pack.eligibility:
            eligible = _both(eligible, self._true(pack, rule.expression))
        found = [self._condition(policy, condition, level, assessed) for condition in pack.conditions]
        unanswered = tuple(
            (condition.text_zh, condition.text_en)
            for condition, answer in zip(pack.conditions, found, strict=True)
            if answer is None
        )
        answers = [met if answer is None else answer for answer in found]
        for condition, answer in zip(pack.conditions, answers, strict=True):
            if not condition.levels:
                eligible = _both(eligible, answer)
        if pack.rule is not None and pack.rule.kind in (RuleKind.LADDER, RuleKind.CLASSES):
            level = self._by_conditions(pack, answers)
        return eligible, unanswered, level

    def _condition(
        self, policy: Policy, condition: Condition, level: Ints, assessed: NDArray[np.bool_]
    ) -> Truth | None:
        """None for what asks for documents, claims, recognitions or people."""
        match condition:
            case FactCondition():
                return self._true(policy.pack, condition.expression)
            case ValueCondition():
                return self._compared(policy.pack, condition)
            case LevelCondition() if policy.levels_of is not None and condition.pack == policy.levels_of.id:
                found = (level >= condition.at_least).astype(np.int8)
                found[~assessed] = UNKNOWN
                return found
            case _:
                return None

    def _by_conditions(self, pack: PolicyPack, answers: Sequence[Truth]) -> Ints:
        """The highest grade or class whose conditions hold."""
        level = np.zeros(len(self._population), np.int64)
        for one in sorted(pack.levels, key=lambda one: one.number):
            holds = np.ones(len(level), np.int8)
            for condition, answer in zip(pack.conditions, answers, strict=True):
                if not condition.levels or one.number in condition.levels:
                    holds = _both(holds, answer)
            level[holds == 1] = one.number
        return level

    def _true(self, pack: PolicyPack, text: str) -> Truth:
        def answer(expression: Expression, facts: Mapping[str, FactValue]) -> int:
            value = expression.answer(facts).value
            return UNKNOWN if value is None or not isinstance(value, bool) else int(value)

        return self._answered(pack, text, answer)

    def _compared(self, pack: PolicyPack, condition: ValueCondition) -> Truth:
        threshold = condition.threshold

        def answer(expression: Expression, facts: Mapping[str, FactValue]) -> int:
            value = expression.answer(facts).value
            if threshold is None or isinstance(value, bool) or value is None:
                return UNKNOWN
            return int(COMPARE[condition.comparator](value, threshold))

        return self._answered(pack, condition.expression, answer)

    def _answered(
        self, pack: PolicyPack, text: str, answer: Callable[[Expression, Mapping[str, FactValue]], int]
    ) -> Truth:
        expression = pack.expression(text)
        known: dict[Hashable, int] = {}
        found = np.empty(len(self._population), np.int8)
        for row, member in enumerate(self._population.members):
            key = tuple(member.facts.get(name) for name in expression.facts)
            if key not in known:
                known[key] = answer(expression, member.facts)
            found[row] = known[key]
        return found

    def _awards(self, pack: PolicyPack, level: Ints, costs: Costs) -> Ints:
        """As `money.calculate` gives them, without what only an application knows: other support, invoices, awards."""
        money = pack.money
        count = len(self._population)
        if money is None or money.rule.kind is MoneyKind.NONE:
            return np.zeros(count, np.int64)
        rule = money.rule
        match rule.kind:
            case MoneyKind.TIERS:
                awards = _tiers(money.tiers, level)
            case MoneyKind.SHARE:
                awards = _shares(rule, self._costs(costs))
            case _:
                awards = np.full(count, rule.amount_fen or 0, np.int64)
        if rule.min_level is not None:
            awards[level < rule.min_level] = 0
        if rule.cap_fen is not None:
            awards = np.minimum(awards, rule.cap_fen)
        for exclusion in money.exclusions:
            if exclusion.expression is not None:
                awards[self._true(pack, exclusion.expression) != 0] = 0
        return awards

    def _costs(self, costs: Costs) -> Ints:
        found = np.full(len(self._population), costs.each_fen, np.int64)
        if costs.fact is not None:
            for row, member in enumerate(self._population.members):
                told = member.facts.get(costs.fact)
                if isinstance(told, Decimal):
                    found[row] = int(told * _FEN_PER_10K_YUAN)
        return found


def _tiers(tiers: Sequence[Tier], level: Ints) -> Ints:
    """The tier of the level, or of the nearest one below it that has one."""
    awards = np.zeros(len(level), np.int64)
    for tier in sorted(tiers, key=lambda tier: tier.level):
        awards[level >= tier.level] = tier.amount_fen
    return awards


def _shares(rule: MoneyRule, costs: Ints) -> Ints:
    """So many percent, parts of a fen dropped; in exact integers."""
    if rule.percent is None:
        return np.zeros(len(costs), np.int64)
    percent = Fraction(rule.percent) / 100
    if int(costs.max(initial=0)) * percent.numerator < 2**62:
        return costs * percent.numerator // percent.denominator
    return np.array([int(fen) * percent.numerator // percent.denominator for fen in costs], np.int64)


def _both(first: Truth, second: Truth) -> Truth:
    """No as soon as one is no, then unknown as soon as one is not known."""
    both = np.ones(len(first), np.int8)
    both[(first == UNKNOWN) | (second == UNKNOWN)] = UNKNOWN
    both[(first == 0) | (second == 0)] = 0
    return both
