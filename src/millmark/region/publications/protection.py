"""Whether a figure may be told: by the installation's confidential rules of disclosure, those of the statistics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from millmark.region.disclosure import SafetyRules, assess, grouped
from millmark.region.publications.contributors import COUNTED, Parts, Told
from millmark.region.publications.errors import Obstacle


def obstacle_of(told: Told, rules: SafetyRules, before: Sequence[Told] = ()) -> Obstacle | None:
    """Why a figure cannot be told beside what was told before, if it cannot: each of its sums is held against the
    rules, and so is what changed in it since."""
    for parts in told.parts.values():
        if (found := _unsafe(parts, rules)) is not None:
            return found
    if any(_changes_tell(told.parts, one.parts, rules) for one in before):
        return Obstacle.DIFFERENCE
    return None


def tellable(past: Iterable[Told], rules: SafetyRules, before: Sequence[Told]) -> list[Told]:
    """Of earlier days those that may stand beside each other and what was told before, the latest first."""
    found: list[Told] = []
    for one in sorted(past, key=lambda one: one.as_of, reverse=True):
        if obstacle_of(one, rules, [*before, *found]) is None:
            found.append(one)
    return found


def _unsafe(parts: Mapping[int, int], rules: SafetyRules) -> Obstacle | None:
    holdings = np.array(list(parts), np.int64)
    amounts = np.array(list(parts.values()), np.int64)
    findings = assess(grouped(1, np.zeros(len(holdings), np.int64), holdings, amounts), rules)
    if findings.few.any():
        return Obstacle.FEW
    return Obstacle.DOMINANT if findings.dominant.any() else None


def _changes_tell(now: Parts, before: Parts, rules: SafetyRules) -> bool:
    for name in now.keys() - COUNTED:
        here, there = now[name], before.get(name, {})
        changed = {one: here.get(one, 0) - there.get(one, 0) for one in here.keys() | there.keys()}
        changed = {one: amount for one, amount in changed.items() if amount}
        if there and changed and _unsafe(changed, rules) is not None:
            return True
    return False
