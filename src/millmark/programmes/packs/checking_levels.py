"""Checking scenarios, levels and the rule that leads to one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from millmark.programmes.packs.findings import Finding, doubled, error, table_of, warning
from millmark.programmes.packs.levels import CountGate, Level, LevelRule, RuleKind
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.questions import ItemKind

_FILE = "levels.toml"


def check_scenarios(pack: PolicyPack) -> Iterator[Finding]:
    file = "scenarios.toml"
    groups = {one.id for one in pack.groups}
    yield from doubled(file, "groups", (one.id for one in pack.groups))
    yield from doubled(file, "scenarios", (one.id for one in pack.scenarios))
    for scenario in pack.scenarios:
        table = table_of("scenarios", scenario.id)
        if scenario.group not in groups:
            yield error(file, table, "group", f"there is no group {scenario.group!r}")
        numbers = [one.level for one in scenario.levels]
        if numbers != list(range(1, len(numbers) + 1)):
            yield error(file, table, "levels", f"levels must be 1, 2, 3 … in order; they are {numbers}")


def check_levels(pack: PolicyPack) -> Iterator[Finding]:
    if pack.rule is None:
        if pack.has_assessment:
            yield error(_FILE, "[rule]", "", "this file is missing: answers lead to no level without a rule")
        return
    yield from doubled(_FILE, "levels", (one.number for one in pack.levels), "number")
    yield from doubled(_FILE, "levels", (one.id for one in pack.levels))
    numbers = [one.number for one in pack.levels]
    if numbers != sorted(numbers):
        yield error(_FILE, "[[levels]]", "number", f"levels must stand in rising order; they are {numbers}")
    if pack.rule.kind in (RuleKind.LADDER, RuleKind.CLASSES):
        yield from _by_conditions(pack)
    else:
        yield from _by_score(pack, pack.rule)


def _by_conditions(pack: PolicyPack) -> Iterator[Finding]:
    for level in pack.levels:
        table = table_of("levels", level.number)
        if not any(level.number in one.levels for one in pack.conditions):
            yield error(
                _FILE, table, "number", "no condition in conditions.toml names this level; everyone would reach it"
            )
        if level.score_min is not None or level.gates:
            yield error(_FILE, table, "score_min", "scores and gates belong to rules that score, not to conditions")


def _by_score(pack: PolicyPack, rule: LevelRule) -> Iterator[Finding]:
    cumulative = rule.kind is RuleKind.CUMULATIVE
    most = Decimal(len(pack.levels)) if cumulative else Decimal(100)
    if not pack.items:
        yield error(_FILE, "[rule]", "kind", f"{rule.kind} needs questions.toml: there is nothing to score")
    yield from _degrees(pack, rule)
    before: Level | None = None
    for level in pack.levels:
        table = table_of("levels", level.number)
        if level.score_min is None:
            yield warning(_FILE, table, "score_min", "is empty: the level is not decidable until it is filled in")
            continue
        if level.score_min > most:
            yield error(_FILE, table, "score_min", f"{level.score_min} is more than the highest score, {most}")
        if before is not None and before.score_min is not None and level.score_min <= before.score_min:
            yield error(
                _FILE, table, "score_min", f"{level.score_min} is not above {before.score_min} of level {before.number}"
            )
        before = level
    for level in pack.levels:
        for gate in level.gates:
            yield from _gate(pack, level, gate)


def _degrees(pack: PolicyPack, rule: LevelRule) -> Iterator[Finding]:
    cumulative = rule.kind is RuleKind.CUMULATIVE
    if cumulative and (rule.passes_at is None or not rule.degrees):
        yield error(_FILE, "[rule]", "passes_at", "a cumulative rule needs passes_at and degrees")
    yield from doubled(_FILE, "rule degrees", (one.id for one in rule.degrees))
    for item in pack.items:
        if (item.kind is ItemKind.REQUIREMENTS) != cumulative:
            table = table_of("items", item.id)
            yield error("questions.toml", table, "kind", f"{item.kind} does not fit the rule {rule.kind}")


def _gate(pack: PolicyPack, level: Level, gate: CountGate) -> Iterator[Finding]:
    table = f"{table_of('levels', level.number)} gates"
    scenarios = [one for one in pack.scenarios if any(step.level >= gate.at_level for step in one.levels)]
    constrained = sum(one.constrained for one in scenarios)
    if gate.at_least is None or gate.constrained_at_least is None:
        key = "at_least" if gate.at_least is None else "constrained_at_least"
        yield warning(_FILE, table, key, "is empty: the level is not decidable until it is filled in")
    if gate.at_least is not None and gate.at_least > len(scenarios):
        problem = f"{gate.at_least} is more than the {len(scenarios)} scenarios that reach level {gate.at_level}"
        yield error(_FILE, table, "at_least", problem)
    if gate.constrained_at_least is None:
        return
    if gate.constrained_at_least > constrained:
        problem = f"{gate.constrained_at_least} is more than the {constrained} constrained scenarios"
        yield error(_FILE, table, "constrained_at_least", problem)
    if gate.at_least is not None and gate.constrained_at_least > gate.at_least:
        problem = f"{gate.constrained_at_least} of {gate.at_least} scenarios cannot be constrained"
        yield error(_FILE, table, "constrained_at_least", problem)
