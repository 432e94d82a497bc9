"""What would lift an enterprise to the next level, cheapest first: an exact search over changes of its answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import Literal, TypeAlias

from millmark.programmes.assessment.answers import Answers, Chosen, Ratio, Ticked
from millmark.programmes.assessment.scoring import Assessed, options_of, score_one
from millmark.programmes.assessment.sheet import CountGate, LevelRule, Sheet, SheetItem, SheetOption, SheetScenario
from millmark.programmes.packs import ItemKind


class Basis(StrEnum):
    """What a cost is counted in: the enterprise's or the pack's estimates, in fen; else its efforts, or steps."""

    ESTIMATES = "estimates"
    PACK = "pack"
    EFFORT = "effort"
    STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Prices:
    """What changes cost. Keys are `(item, option)`, `(scenario, level)` for the step up to it, and `(requirement,
    degree)`, all as text; `basis` says whose numbers they are. What has no price cannot be chosen."""

    basis: Basis
    of: Mapping[tuple[str, str], int]

    @property
    def in_fen(self) -> bool:
        return self.basis in (Basis.ESTIMATES, Basis.PACK)


ChangeKind: TypeAlias = Literal["option", "tick", "scenario", "requirement"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do: tick an option, move to a better one, raise a scenario, meet a requirement better.

    `gain` is in points of the whole score; a scenario gains none. `more` is how many more machines (or whatever the
    ratio counts) reach the band, where the counts are known.
    """

    kind: ChangeKind
    id: str
    name_zh: str
    name_en: str
    from_zh: str
    from_en: str
    to: str
    to_zh: str
    to_en: str
    gain: Fraction
    cost: int
    more: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The cheapest set of changes that reaches `level_to`; `points_missing` is how far the score is from it now."""

    level_from: int
    level_to: int
    basis: Basis
    changes: tuple[Change, ...]
    cost: int
    score_before: Fraction
    score_after: Fraction
    points_missing: Fraction


class Unreachable(StrEnum):
    """Why there is no plan."""

    TOP = "top"
    OPEN = "open"
    UNPRICED = "unpriced"
    TOO_FAR = "too_far"


def lift(sheet: Sheet, answers: Answers, prices: Sequence[Prices]) -> Plan | Unreachable:
    """The cheapest plan by the first prices that reach the next level.

    `prices` are tried in order, so that money comes before plain steps where it is known for enough changes. The plan
    is cheapest over all sets of changes, not found by taking one after the other.
    """
    now = score_one(sheet, answers)
    above = [rule for rule in sheet.levels if rule.level > now.level]
    if not above:
        return Unreachable.TOP
    target = above[0]
    if target.score_min is None or any(gate.count is None or gate.constrained is None for gate in target.gates):
        return Unreachable.OPEN
    for one in prices:
        changes = _cheapest(sheet, answers, now, target, one)
        if changes is not None:
            after = score_one(sheet, applied(sheet, answers, changes))
            missing = max(Fraction(0), target.score_min - now.score)
            return Plan(
                now.level,
                target.level,
                one.basis,
                tuple(sorted(changes, key=lambda change: (change.cost, -change.gain, change.id))),
                sum(change.cost for change in changes),
                now.score,
                after.score,
                missing,
            )
    return Unreachable.UNPRICED if prices else Unreachable.TOO_FAR


def plain_steps(sheet: Sheet) -> Prices:
    """One for every option, band, level or degree that is moved up."""
    found: dict[tuple[str, str], int] = {}
    for item in sheet.items:
        for position, option in enumerate(_rising(item)):
            found[item.id, option.id] = 1 if item.kind is ItemKind.MULTI else position
    for scenario in sheet.scenarios:
        found |= {(scenario.id, str(level)): 1 for level in range(1, scenario.top + 1)}
    rising = sorted(sheet.degrees.values(), key=lambda degree: degree.value)
    for one in sheet.requirements:
        found |= {(one.id, degree.id): position for position, degree in enumerate(rising)}
    return Prices(Basis.STEPS, found)


def single_changes(sheet: Sheet, answers: Answers, prices: Prices) -> list[Change]:
    """Every change that brings points, best points for its cost first: what to look at beside the plan."""
    found = [change for group in _item_groups(sheet, answers, prices) for change in group]
    return sorted(found, key=lambda change: (-change.gain / max(change.cost, 1), change.cost, change.id))


def applied(sheet: Sheet, answers: Answers, changes: Iterable[Change]) -> Answers:
    """The answers once the changes are made."""
    exclusive = {option.id for item in sheet.items for option in item.options if option.exclusive}
    for change in changes:
        match change.kind:
            case "scenario":
                answers = answers.with_scenario(change.id, int(change.to))
            case "requirement":
                answers = answers.with_requirement(change.id, change.to)
            case "tick":
                ticked = answers.items.get(change.id)
                # "None of these" goes with the first option that is ticked.
                options = ticked.options - exclusive if isinstance(ticked, Ticked) else frozenset()
                answers = answers.with_item(change.id, Ticked(options | {change.to}))
            case _:
                answers = answers.with_item(change.id, Chosen(change.to))
    return answers


def _cheapest(sheet: Sheet, answers: Answers, now: Assessed, target: LevelRule, prices: Prices) -> list[Change] | None:
    scenarios = _cheapest_scenarios(sheet.scenarios, answers, target.gates, prices)
    if scenarios is None:
        return None
    assert target.score_min is not None  # noqa: S101 - `lift` leaves open ones out
    if sheet.requirements:
        points = _cheapest_requirements(sheet, answers, target.score_min, prices)
    else:
        points = _cheapest_points(_item_groups(sheet, answers, prices), target.score_min - now.score)
    return None if points is None else [*points, *scenarios]


# A frontier holds, of all sets of changes looked at so far, those that nothing cheaper or equal beats.
_Frontier = list[tuple[int, Fraction, tuple[Change, ...]]]


def _frontier(groups: Iterable[Sequence[Change]], enough: Fraction | None) -> _Frontier:
    """Cost and gain of the best sets that take at most one change of each group; gains beyond `enough` are worth no
    more than it."""
    best: _Frontier = [(0, Fraction(0), ())]
    for group in groups:
        found = list(best)
        for change in group:
            for cost, gain, chosen in best:
                total = gain + change.gain
                found.append((cost + change.cost, total if enough is None else min(total, enough), (*chosen, change)))
        best = _undominated(found)
    return best


def _undominated(found: _Frontier) -> _Frontier:
    kept: _Frontier = []
    for one in sorted(found, key=lambda entry: (entry[0], -entry[1], len(entry[2]))):
        if not kept or one[1] > kept[-1][1]:
            kept.append(one)
    return kept


def _cheapest_points(groups: Iterable[Sequence[Change]], missing: Fraction) -> tuple[Change, ...] | None:
    if missing <= 0:
        return ()
    for _cost, gain, chosen in _frontier(groups, missing):
        if gain >= missing:
            return chosen
    return None


def _item_groups(sheet: Sheet, answers: Answers, prices: Prices) -> Iterator[list[Change]]:
    """Changes of which at most one may be taken: the better options of one item, or one option that may be ticked."""
    for item in sheet.items:
        if item.requirements:
            continue
        chosen = options_of(item, answers.items.get(item.id))
        if item.kind is ItemKind.MULTI:
            ticked = {option.id for option in chosen}
            for option in item.options:
                if option.id not in ticked and option.share > 0 and not option.exclusive:
                    price = prices.of.get((item.id, option.id))
                    if price is not None:
                        yield [_item_change("tick", item, None, option, item.points * option.share, price, answers)]
        else:
            yield list(_better(item, chosen[0] if chosen else None, answers, prices))


def _better(item: SheetItem, standing: SheetOption | None, answers: Answers, prices: Prices) -> Iterator[Change]:
    share = Fraction(0) if standing is None else standing.share
    paid = 0 if standing is None else prices.of.get((item.id, standing.id), 0)
    for option in item.options:
        price = prices.of.get((item.id, option.id))
        if option.share > share and price is not None:
            # A price is that of being there; what is there already is not paid again in steps or efforts.
            cost = price if prices.in_fen else max(price - paid, 1)
            yield _item_change("option", item, standing, option, item.points * (option.share - share), cost, answers)


def _item_change(
    kind: ChangeKind,
    item: SheetItem,
    standing: SheetOption | None,
    option: SheetOption,
    gain: Fraction,
    cost: int,
    answers: Answers,
) -> Change:
    return Change(
        kind,
        item.id,
        item.name_zh,
        item.name_en,
        "" if standing is None else standing.name_zh,
        "" if standing is None else standing.name_en,
        option.id,
        option.name_zh,
        option.name_en,
        gain,
        cost,
        _more(option, answers.items.get(item.id)),
    )


def _more(option: SheetOption, answer: object) -> int | None:
    """How many more of the whole count must be in the part to pass the band's lower edge."""
    if not isinstance(answer, Ratio) or option.above is None:
        return None
    needed = int(option.above * Fraction(answer.denominator)) + 1
    return max(needed - int(answer.numerator), 0)


def _cheapest_scenarios(
    scenarios: Sequence[SheetScenario], answers: Answers, gates: Sequence[CountGate], prices: Prices
) -> list[Change] | None:
    """The cheapest raises with which every gate holds; exact, by the counts still missing after each scenario."""
    start = tuple(
        count
        for gate in gates
        for count in (
            _missing(scenarios, answers, gate, gate.count, constrained=False),
            _missing(scenarios, answers, gate, gate.constrained, constrained=True),
        )
    )
    best: dict[tuple[int, ...], tuple[int, tuple[Change, ...]]] = {start: (0, ())}
    for scenario in scenarios:
        reached = answers.scenarios.get(scenario.id, 0)
        found = dict(best)
        for to, cost in _raises(scenario, reached, gates, prices):
            change = _scenario_change(scenario, reached, to, cost)
            for missing, (paid, chosen) in best.items():
                left = _left(missing, scenario, reached, to, gates)
                if left not in found or found[left][0] > paid + cost:
                    found[left] = (paid + cost, (*chosen, change))
        best = found
    done = best.get(tuple(0 for _ in start))
    return None if done is None else list(done[1])


def _missing(
    scenarios: Sequence[SheetScenario], answers: Answers, gate: CountGate, least: int | None, *, constrained: bool
) -> int:
    there = sum(
        answers.scenarios.get(one.id, 0) >= gate.scenario_level
        for one in scenarios
        if one.constrained or not constrained
    )
    return max((least or 0) - there, 0)


def _raises(
    scenario: SheetScenario, reached: int, gates: Sequence[CountGate], prices: Prices
) -> Iterator[tuple[int, int]]:
    """The levels of the gates above where the scenario stands, each with the price of all steps up to it."""
    for to in sorted({gate.scenario_level for gate in gates}):
        steps = [prices.of.get((scenario.id, str(level))) for level in range(reached + 1, to + 1)]
        if reached < to <= scenario.top and None not in steps:
            yield to, sum(step for step in steps if step is not None)


def _left(
    missing: tuple[int, ...], scenario: SheetScenario, reached: int, to: int, gates: Sequence[CountGate]
) -> tuple[int, ...]:
    left = list(missing)
    for number, gate in enumerate(gates):
        if reached < gate.scenario_level <= to:
            left[2 * number] = max(left[2 * number] - 1, 0)
            if scenario.constrained:
                left[2 * number + 1] = max(left[2 * number + 1] - 1, 0)
    return tuple(left)


def _scenario_change(scenario: SheetScenario, reached: int, to: int, cost: int) -> Change:
    return Change(
        "scenario",
        scenario.id,
        scenario.name_zh,
        scenario.name_en,
        f"{reached}级",
        f"level {reached}",
        str(to),
        f"{to}级",
        f"level {to}",
        Fraction(0),
        cost,
    )


def _cheapest_requirements(
    sheet: Sheet, answers: Answers, least: Fraction, prices: Prices
) -> tuple[Change, ...] | None:
    """Over the frontiers of all levels: one counts only where every one below it is passed."""
    frontiers = [
        _frontier(_requirement_groups(sheet, answers, level, prices), None) for level in sheet.requirement_levels
    ]
    standing = [one.total for one in score_one(sheet, answers).totals]
    # Cost, score so far and changes of the ways in which every level so far is passed.
    passing: _Frontier = [(0, Fraction(0), ())]
    best: tuple[int, tuple[Change, ...]] | None = None
    for total, frontier in zip(standing, frontiers, strict=True):
        found: _Frontier = []
        for (paid, score, chosen), (cost, gain, more) in product(passing, frontier):
            entry = (paid + cost, score + total + gain, (*chosen, *more))
            if entry[1] >= least and (best is None or entry[0] < best[0]):
                best = (entry[0], entry[2])
            if total + gain >= sheet.pass_mark:
                found.append(entry)
        passing = _undominated(found)
        if not passing:
            break
    return None if best is None else best[1]


def _requirement_groups(sheet: Sheet, answers: Answers, level: int, prices: Prices) -> Iterator[list[Change]]:
    for item in sheet.items:
        for one in item.requirements:
            if one.level != level:
                continue
            standing = sheet.degrees.get(answers.requirements.get(one.id, ""))
            value = Fraction(0) if standing is None else standing.value
            paid = 0 if standing is None else prices.of.get((one.id, standing.id), 0)
            yield [
                Change(
                    "requirement",
                    one.id,
                    f"{item.name_zh}:{one.text_zh}" if one.text_zh != item.name_zh else item.name_zh,
                    f"{item.name_en}: {one.text_en}" if one.text_en != item.name_en else item.name_en,
                    "" if standing is None else standing.name_zh,
                    "" if standing is None else standing.name_en,
                    degree.id,
                    degree.name_zh,
                    degree.name_en,
                    one.weight * (degree.value - value),
                    price if prices.in_fen else max(price - paid, 1),
                )
                for degree in sheet.degrees.values()
                if degree.value > value and (price := prices.of.get((one.id, degree.id))) is not None
            ]


def _rising(item: SheetItem) -> list[SheetOption]:
    return sorted(item.options, key=lambda option: option.share)
