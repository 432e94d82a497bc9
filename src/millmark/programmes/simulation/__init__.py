"""The policy simulator: a pack with changed numbers, held against all enterprises before anybody publishes it."""

from millmark.programmes.simulation.comparing import Comparison, Group, Side, compare_outcomes
from millmark.programmes.simulation.errors import InvalidPatch, NotSimulatable
from millmark.programmes.simulation.outcome import Costs, OutcomeColumns, Policy, Simulator
from millmark.programmes.simulation.patching import AppliedPatch, Patch, patched
from millmark.programmes.simulation.population import Member, Population, Told, population_of

__all__ = [
    "AppliedPatch",
    "Comparison",
    "Costs",
    "Group",
    "InvalidPatch",
    "Member",
    "NotSimulatable",
    "OutcomeColumns",
    "Patch",
    "Policy",
    "Population",
    "Side",
    "Simulator",
    "Told",
    "compare_outcomes",
    "patched",
    "population_of",
]
