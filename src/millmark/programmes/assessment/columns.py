"""Scoring thousands of enterprises at once: answers as integer columns, points as integers, exact as for one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.errors import NotAssessable
from millmark.programmes.assessment.sheet import LevelRule, Sheet, SheetItem, SheetOption
from millmark.programmes.assessment.stored import StoredAnswers, StoredItem
from millmark.programmes.packs import ItemKind

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Exact: TypeAlias = NDArray[Any]
"""64-bit integers where all fit, else Python's own of any length."""

_NONE = -1
_UNANSWERED = StoredItem()
_SAFE = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class RatioColumn:
    """Shares as two whole numbers; the denominator is 0 where none was given."""

    numerator: Exact
    denominator: Exact


@dataclass(frozen=True, slots=True, eq=False)
class ItemColumn:
    """One item's answers: the position of the one option chosen (-1 for none), or a bit for each of several.

    An item of bands may have its ratio instead; its position is -1 then.
    """

    codes: Ints
    ratio: RatioColumn | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AnswerColumns:
    """The answers of `count` enterprises, in the order in which they were given; keys are the sheet's ids."""

    count: int
    items: Mapping[str, ItemColumn]
    scenarios: Mapping[str, Ints]
    requirements: Mapping[str, Ints]
    layout: tuple[tuple[str, ...], ...]
    """Every item with its options in order: positions mean something only beside it."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreColumns:
    """`units` over `scale` is the exact score, `level` 0 for none; `undecided`: the pack leaves a higher one open."""

    units: Ints
    scale: int
    level: Ints
    undecided: Flags

    def score(self, row: int) -> Fraction:
        return Fraction(int(self.units[row]), self.scale)


def columns_of(sheet: Sheet, answers: Sequence[Answers]) -> AnswerColumns:
    """Answers as columns. What the sheet does not ask for or offer is left out, so that answers to another edition can
    be scored as far as they go; `check_answers` is there for those who must be told.
    """
    return columns_of_stored(sheet, [StoredAnswers.of(one) for one in answers])


def columns_of_stored(sheet: Sheet, answers: Sequence[StoredAnswers]) -> AnswerColumns:
    """As `columns_of`, of answers as they lie in the database."""
    items = [one.items for one in answers]
    scenarios = [one.scenarios for one in answers]
    return AnswerColumns(
        len(answers),
        {
            item.id: _item_column(item, [one.get(item.id, _UNANSWERED) for one in items])
            for item in sheet.items
            if not item.requirements
        },
        {
            scenario.id: np.minimum(_ints([one.get(scenario.id, 0) for one in scenarios]), scenario.top)
            for scenario in sheet.scenarios
        },
        {one.id: _degree_codes(sheet, one.id, answers) for one in sheet.requirements},
        layout_of(sheet),
    )


def layout_of(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    return (
        *((item.id, item.kind, *(option.id for option in item.options)) for item in sheet.items),
        tuple(scenario.id for scenario in sheet.scenarios),
        tuple(one.id for one in sheet.requirements),
        tuple(sheet.degrees),
    )


def score_many(sheet: Sheet, columns: AnswerColumns) -> ScoreColumns:
    """Scores every row exactly as `score_one` does.

    The sheet may be another one than the columns were made with, with other points, edges, gates and minimums, as long
    as it asks the same; raises `NotAssessable` otherwise.
    """
    if layout_of(sheet) != columns.layout:
        raise NotAssessable("these answers were laid out for other questions; lay them out for this pack first")
    scale = _scale(sheet)
    units = np.zeros(columns.count, np.int64)
    for item in sheet.items:
        if item.requirements:
            continue
        units += _item_units(item, columns.items[item.id], scale)
    units += _cumulative_units(sheet, columns, scale)
    level = np.zeros(columns.count, np.int64)
    undecided = np.zeros(columns.count, np.bool_)
    for rule in sorted(sheet.levels, key=lambda rule: rule.level):
        fails, open_ = _rule(sheet, rule, columns, units, scale)
        level[~fails & ~open_] = rule.level
        # A level that holds above one left open settles that one too.
        undecided = (undecided | (open_ & ~fails)) & ~(~fails & ~open_)
    return ScoreColumns(units, scale, level, undecided)


def _item_column(item: SheetItem, answers: Sequence[StoredItem]) -> ItemColumn:
    position = {option.id: number for number, option in enumerate(item.options)}
    if item.kind is ItemKind.MULTI:
        bits = {option: 1 << number for option, number in position.items()}
        return ItemColumn(_ints([sum([bits.get(option, 0) for option in answer.options or ()]) for answer in answers]))
    codes = _ints([_NONE if answer.option is None else position.get(answer.option, _NONE) for answer in answers])
    if item.kind is not ItemKind.BANDS:
        return ItemColumn(codes)
    ratios = [answer.ratio() for answer in answers]
    return ItemColumn(
        codes, RatioColumn(_exact([ratio[0] for ratio in ratios]), _exact([ratio[1] for ratio in ratios]))
    )


def _degree_codes(sheet: Sheet, requirement: str, answers: Sequence[StoredAnswers]) -> Ints:
    position = {degree: number for number, degree in enumerate(sheet.degrees)}
    return _ints([position.get(one.requirements.get(requirement, ""), _NONE) for one in answers])


def _item_units(item: SheetItem, column: ItemColumn, scale: int) -> Ints:
    # The last place of the table is what -1 points at: nothing.
    worth = _ints([*(_whole(item.points * option.share * scale) for option in item.options), 0])
    if item.kind is ItemKind.MULTI:
        units = np.zeros(len(column.codes), np.int64)
        for number in range(len(item.options)):
            units += ((column.codes >> number) & 1) * worth[number]
        return units
    if column.ratio is None:
        return worth[column.codes]
    given = np.asarray(column.ratio.denominator > 0, np.bool_)
    return worth[np.where(given, _bands(item.options, column.ratio), column.codes)]


def _bands(options: Sequence[SheetOption], ratio: RatioColumn) -> Ints:
    """The position of the first band that holds each ratio, -1 for none."""
    found = np.full(len(ratio.numerator), _NONE, np.int64)
    for number in reversed(range(len(options))):
        band = options[number]
        inside = np.ones(len(found), np.bool_) if band.above is None else _above(ratio, band.above)
        if band.up_to is not None:
            inside &= ~_above(ratio, band.up_to)
        found[inside] = number
    return found


def _above(ratio: RatioColumn, edge: Fraction) -> Flags:
    """Whether each ratio is more than the edge; compared crosswise, without dividing."""
    left, right = ratio.numerator, ratio.denominator
    if not _fits(left, right, edge):
        left, right = left.astype(object), right.astype(object)
    return np.asarray(left * edge.denominator > right * edge.numerator, np.bool_)


def _fits(left: Exact, right: Exact, edge: Fraction) -> bool:
    largest = max(int(left.max(initial=0)) * edge.denominator, int(right.max(initial=0)) * abs(edge.numerator))
    return largest < _SAFE


def _cumulative_units(sheet: Sheet, columns: AnswerColumns, scale: int) -> Ints:
    units = np.zeros(columns.count, np.int64)
    counts = np.ones(columns.count, np.bool_)
    for level in sheet.requirement_levels:
        total = np.zeros(columns.count, np.int64)
        for one in sheet.requirements:
            if one.level == level:
                worth = [_whole(one.weight * degree.value * scale) for degree in sheet.degrees.values()]
                total += _ints([*worth, 0])[columns.requirements[one.id]]
        units += np.where(counts, total, 0)
        counts &= total >= math.ceil(sheet.pass_mark * scale)
    return units


def _rule(sheet: Sheet, rule: LevelRule, columns: AnswerColumns, units: Ints, scale: int) -> tuple[Flags, Flags]:
    """Where the level fails for sure, and where something is left open."""
    fails = np.zeros(columns.count, np.bool_)
    is_open = rule.score_min is None
    if rule.score_min is not None:
        fails |= units < math.ceil(rule.score_min * scale)
    for gate in rule.gates:
        count = np.zeros(columns.count, np.int64)
        constrained = np.zeros(columns.count, np.int64)
        for scenario in sheet.scenarios:
            there = columns.scenarios[scenario.id] >= gate.scenario_level
            count += there
            if scenario.constrained:
                constrained += there
        for there_are, least in ((count, gate.count), (constrained, gate.constrained)):
            if least is None:
                is_open = True
            else:
                fails |= there_are < least
    return fails, np.full(columns.count, is_open, np.bool_)


def _scale(sheet: Sheet) -> int:
    """The least number that makes whole units of every option's and every degree's points."""
    worths = [item.points * option.share for item in sheet.items for option in item.options]
    worths += [one.weight * degree.value for one in sheet.requirements for degree in sheet.degrees.values()]
    scale = math.lcm(1, *(worth.denominator for worth in worths))
    if sum(abs(worth) for worth in worths) * scale >= _SAFE:
        raise NotAssessable("the weights of the pack have too many decimals to be added up in 64 bits; round them")
    return scale


def _whole(value: Fraction) -> int:
    assert value.denominator == 1  # noqa: S101 - `_scale` makes it so
    return value.numerator


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)


def _exact(values: Sequence[int]) -> Exact:
    return np.array(values, np.int64 if max(values, default=0) < _SAFE else object)
