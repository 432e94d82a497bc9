"""Scoring one enterprise: exact, with the tree of points and the reason for every level that holds or fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from millmark.programmes.assessment.answers import Answers, Chosen, ItemAnswer, Ratio, Ticked
from millmark.programmes.assessment.errors import InvalidAnswers
from millmark.programmes.assessment.sheet import (
    CountGate,
    LevelRule,
    Sheet,
    SheetBranch,
    SheetItem,
    SheetNode,
    SheetOption,
    SheetRequirement,
)
from millmark.programmes.packs import ItemKind


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """`options` are the ids that brought the points; `answered` tells "nothing yet" from "none of these"."""

    item: SheetItem
    points: Fraction
    answered: bool
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoredBranch:
    branch: SheetBranch
    points: Fraction
    parts: tuple[ScoredNode, ...]


ScoredNode: TypeAlias = "ScoredBranch | ScoredItem"


@dataclass(frozen=True, slots=True)
class GateCheck:
    """What one gate asks and what is there; `holds` is None where the pack leaves the number empty."""

    gate: CountGate
    count: int
    constrained: int

    @property
    def holds(self) -> bool | None:
        return _all([_at_least(self.count, self.gate.count), _at_least(self.constrained, self.gate.constrained)])


@dataclass(frozen=True, slots=True)
class LevelCheck:
    """Whether one level's conditions hold, each by itself; None where the pack leaves a number empty."""

    rule: LevelRule
    score: Fraction
    gates: tuple[GateCheck, ...]

    @property
    def score_holds(self) -> bool | None:
        return _at_least(self.score, self.rule.score_min)

    @property
    def holds(self) -> bool | None:
        return _all([self.score_holds, *(gate.holds for gate in self.gates)])


@dataclass(frozen=True, slots=True)
class LevelTotal:
    """The total of one level of a cumulative sheet, and whether it counts: all below it are passed."""

    level: int
    total: Fraction
    counts: bool
    passed: bool


@dataclass(frozen=True, slots=True)
class Assessed:
    """`level` is the highest one whose conditions hold, 0 for none of them.

    `undecided` are levels above it that the pack leaves open, so that the result may still be a higher one; `missing`
    are the ids of what was not answered, which counts as nothing.
    """

    score: Fraction
    level: int
    checks: tuple[LevelCheck, ...]
    tree: ScoredBranch | None
    totals: tuple[LevelTotal, ...]
    missing: tuple[str, ...]

    @property
    def undecided(self) -> tuple[int, ...]:
        return tuple(check.rule.level for check in self.checks if check.holds is None and check.rule.level > self.level)

    @property
    def items(self) -> tuple[ScoredItem, ...]:
        return () if self.tree is None else tuple(_scored_items(self.tree))


def score_one(sheet: Sheet, answers: Answers) -> Assessed:
    """Scores answers; raises `InvalidAnswers` for one that the sheet does not ask for or offer."""
    check_answers(sheet, answers)
    totals = _totals(sheet, answers)
    counted = _Counted(sheet, answers, frozenset(one.level for one in totals if one.counts))
    tree = None if sheet.root is None else counted.branch(sheet.root)
    score = Fraction(0) if tree is None else tree.points
    checks = tuple(_level(sheet, rule, score, answers) for rule in sheet.levels)
    reached = [check.rule.level for check in checks if check.holds]
    return Assessed(score, max(reached, default=0), checks, tree, totals, missing(sheet, answers))


def check_answers(sheet: Sheet, answers: Answers) -> None:
    """Raises `InvalidAnswers` for the first answer that does not fit its question."""
    items = {item.id: item for item in sheet.items if not item.requirements}
    for item_id, answer in answers.items.items():
        if item_id not in items:
            raise InvalidAnswers(f"items.{item_id}: the pack has no such item")
        _check_item(items[item_id], answer)
    tops = {scenario.id: scenario.top for scenario in sheet.scenarios}
    for scenario_id, level in answers.scenarios.items():
        if scenario_id not in tops:
            raise InvalidAnswers(f"scenarios.{scenario_id}: the pack has no such scenario")
        if level > tops[scenario_id]:
            raise InvalidAnswers(f"scenarios.{scenario_id}: level {level} is above the highest, {tops[scenario_id]}")
    requirements = {one.id for one in sheet.requirements}
    for requirement_id, degree in answers.requirements.items():
        if requirement_id not in requirements:
            raise InvalidAnswers(f"requirements.{requirement_id}: the pack has no such requirement")
        if degree not in sheet.degrees:
            known = ", ".join(sheet.degrees)
            raise InvalidAnswers(f"requirements.{requirement_id}: {degree!r} is no degree of this pack; write {known}")


def missing(sheet: Sheet, answers: Answers) -> tuple[str, ...]:
    """What was not answered, in the order asked."""
    return (
        *(item.id for item in sheet.items if not item.requirements and item.id not in answers.items),
        *(scenario.id for scenario in sheet.scenarios if scenario.id not in answers.scenarios),
        *(one.id for one in sheet.requirements if one.id not in answers.requirements),
    )


def options_of(item: SheetItem, answer: ItemAnswer | None) -> tuple[SheetOption, ...]:
    """The options of the item that an answer stands for; a ratio stands for the band it falls into."""
    match answer:
        case None:
            return ()
        case Chosen(option):
            return tuple(one for one in item.options if one.id == option)
        case Ticked(options):
            return tuple(one for one in item.options if one.id in options)
        case Ratio():
            band = None if answer.share is None else item.band_of(answer.share)
            return () if band is None else (band,)


def points_of(item: SheetItem, answer: ItemAnswer | None) -> Fraction:
    return item.points * sum((one.share for one in options_of(item, answer)), start=Fraction(0))


def _check_item(item: SheetItem, answer: ItemAnswer) -> None:
    match answer:
        case Chosen(option):
            if item.kind is ItemKind.MULTI:
                raise InvalidAnswers(f"items.{item.id}: takes any number of options; write options")
            _demand_option(item, option)
        case Ticked(options):
            _check_ticked(item, options)
        case Ratio():
            _check_ratio(item, answer)


def _check_ticked(item: SheetItem, options: frozenset[str]) -> None:
    if item.kind is not ItemKind.MULTI:
        raise InvalidAnswers(f"items.{item.id}: takes one option; write option")
    for option in sorted(options):
        _demand_option(item, option)
    alone = [one.id for one in item.options if one.exclusive and one.id in options]
    if alone and len(options) > 1:
        raise InvalidAnswers(f"items.{item.id}: {alone[0]} excludes every other option")


def _check_ratio(item: SheetItem, answer: Ratio) -> None:
    if item.kind is not ItemKind.BANDS:
        raise InvalidAnswers(f"items.{item.id}: is no ratio; write the option chosen")
    if answer.share is None:
        raise InvalidAnswers(f"items.{item.id}.denominator: must be more than 0")
    if item.band_of(answer.share) is None:
        counts = f"{answer.numerator} of {answer.denominator}"
        raise InvalidAnswers(f"items.{item.id}: {counts} lies in none of the bands; look at both counts")


def _demand_option(item: SheetItem, option: str) -> None:
    if item.option(option) is None:
        known = ", ".join(one.id for one in item.options)
        raise InvalidAnswers(f"items.{item.id}: {option!r} is none of its options; there are {known}")


def _degree(sheet: Sheet, one: SheetRequirement, answers: Answers) -> Fraction:
    degree = answers.requirements.get(one.id)
    return Fraction(0) if degree is None else sheet.degrees[degree].value


@dataclass(frozen=True, slots=True)
class _Counted:
    """Adds up the tree; `levels` are those of a cumulative sheet that count."""

    sheet: Sheet
    answers: Answers
    levels: frozenset[int]

    def branch(self, branch: SheetBranch) -> ScoredBranch:
        parts = tuple(self.node(part) for part in branch.parts)
        return ScoredBranch(branch, sum((part.points for part in parts), start=Fraction(0)), parts)

    def node(self, node: SheetNode) -> ScoredNode:
        if isinstance(node, SheetBranch):
            return self.branch(node)
        if node.requirements:
            return self._required(node)
        answer = self.answers.items.get(node.id)
        chosen = tuple(option.id for option in options_of(node, answer))
        return ScoredItem(node, points_of(node, answer), answer is not None, chosen)

    def _required(self, item: SheetItem) -> ScoredItem:
        points = sum(
            (
                one.weight * _degree(self.sheet, one, self.answers)
                for one in item.requirements
                if one.level in self.levels
            ),
            start=Fraction(0),
        )
        answered = any(one.id in self.answers.requirements for one in item.requirements)
        return ScoredItem(item, points, answered, ())


def _totals(sheet: Sheet, answers: Answers) -> tuple[LevelTotal, ...]:
    totals: list[LevelTotal] = []
    below_passed = True
    for level in sheet.requirement_levels:
        asked = [one for one in sheet.requirements if one.level == level]
        total = sum((one.weight * _degree(sheet, one, answers) for one in asked), start=Fraction(0))
        passed = below_passed and total >= sheet.pass_mark
        totals.append(LevelTotal(level, total, counts=below_passed, passed=passed))
        below_passed = passed
    return tuple(totals)


def _level(sheet: Sheet, rule: LevelRule, score: Fraction, answers: Answers) -> LevelCheck:
    gates = []
    for gate in rule.gates:
        there = [
            scenario for scenario in sheet.scenarios if answers.scenarios.get(scenario.id, 0) >= gate.scenario_level
        ]
        gates.append(GateCheck(gate, len(there), sum(scenario.constrained for scenario in there)))
    return LevelCheck(rule, score, tuple(gates))


def _scored_items(branch: ScoredBranch) -> Sequence[ScoredItem]:
    found: list[ScoredItem] = []
    for part in branch.parts:
        if isinstance(part, ScoredBranch):
            found.extend(_scored_items(part))
        else:
            found.append(part)
    return found


def _at_least(value: Fraction | int, least: Fraction | int | None) -> bool | None:
    return None if least is None else value >= least


def _all(parts: Sequence[bool | None]) -> bool | None:
    """False as soon as one fails, then None as soon as one is not known."""
    if False in parts:
        return False
    return None if None in parts else True
