"""What a call asks of claims on their arrival, from the evidence bindings of its packs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from millmark.programmes.packs import Binding, ClaimCondition, PolicyPack
from millmark.programmes.proof.checks import Demanded


def demands_of(packs: Iterable[PolicyPack]) -> Mapping[str, Demanded]:
    """What claims of each bound measure must have, by measure.

    A measure that is bound more than once, or that a condition asks for too, demands no more than the least of its
    uses: a claim that serves one of them must not be refused for the sake of another. Measures that no binding names
    are left to the conditions, which say themselves what a claim lacks.
    """
    found = list(packs)
    uses: dict[str, list[Binding | ClaimCondition]] = {}
    for pack in found:
        for binding in pack.bindings:
            uses.setdefault(binding.measure, []).append(binding)
    for pack in found:
        for condition in pack.conditions:
            if isinstance(condition, ClaimCondition) and condition.measure in uses:
                uses[condition.measure].append(condition)
    return {measure: _least(of_measure) for measure, of_measure in uses.items()}


def _least(uses: list[Binding | ClaimCondition]) -> Demanded:
    versions = {use.formula_version for use in uses}
    longest = [use.period_days_max for use in uses]
    return Demanded(
        formula_versions=frozenset(one for one in versions if one is not None) if None not in versions else None,
        period_days_min=min(use.period_days_min for use in uses),
        period_days_max=max(one for one in longest if one is not None) if None not in longest else None,
        min_coverage=float(min(use.min_coverage for use in uses)),
    )
