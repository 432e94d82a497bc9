"""What changes cost: by the enterprise's own estimates, by the pack's, or in plain steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from millmark.programmes.assessment.lift import Basis, Prices, plain_steps
from millmark.programmes.assessment.sheet import Sheet
from millmark.programmes.packs import PolicyPack, fen_of


def prices_of(pack: PolicyPack, sheet: Sheet, estimates: Mapping[tuple[str, str], int]) -> list[Prices]:
    """In the order in which they are to be tried: the more they know of money, the earlier.

    The enterprise's estimates stand before the pack's for the same change; both are in fen, and what neither knows
    cannot be chosen by them. The pack's efforts count where it gives one for every change, else every step is one.
    """
    found = []
    costs = dict(_costs(pack))
    if estimates:
        found.append(Prices(Basis.ESTIMATES, {**costs, **estimates}))
    if costs:
        found.append(Prices(Basis.PACK, costs))
    steps = plain_steps(sheet)
    efforts = dict(_efforts(pack))
    if efforts and set(steps.of) <= set(efforts):
        found.append(Prices(Basis.EFFORT, efforts))
    return [*found, steps]


def _costs(pack: PolicyPack) -> Iterator[tuple[tuple[str, str], int]]:
    for item in pack.items:
        for option in item.options:
            if option.cost_yuan is not None:
                yield (item.id, option.id), fen_of(option.cost_yuan)
    for scenario in pack.scenarios:
        for level in scenario.levels:
            if level.cost_yuan is not None:
                yield (scenario.id, str(level.level)), fen_of(level.cost_yuan)


def _efforts(pack: PolicyPack) -> Iterator[tuple[tuple[str, str], int]]:
    for item in pack.items:
        for option in item.options:
            if option.effort is not None:
                yield (item.id, option.id), option.effort
    for scenario in pack.scenarios:
        for level in scenario.levels:
            if level.effort is not None:
                yield (scenario.id, str(level.level)), level.effort
