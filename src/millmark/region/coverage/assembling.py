"""From places, stations and candidates to a problem of new sites, and from its solution back to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from millmark.region.coverage.area_class import AREA_CLASSES, AreaClass
from millmark.region.coverage.columns import Ints, Places, Sites, digest_of
from millmark.region.coverage.coverage import Coverage, Tally, coverage_of, report_on
from millmark.region.coverage.errors import InvalidParameters
from millmark.region.coverage.parameters import Parameters
from millmark.region.coverage.planning import Choice, Obligation, Problem, covered_by
from millmark.region.coverage.solving import Limits, Solution


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation as it is asked for: at least `least_share` of the weight of a class covered, by what stands and
    what is new together; over the whole area of the plan, or in each county of it."""

    area_class: AreaClass
    least_share: float
    each_county: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What a plan is asked: `budget_fen` for new sites within `area_code` (None: the whole city)."""

    budget_fen: int
    duties: tuple[Duty, ...] = ()
    area_code: str | None = None
    limits: Limits = field(default_factory=Limits)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"duties": [asdict(one) | {"area_class": one.area_class.value} for one in self.duties]}


@dataclass(frozen=True, slots=True)
class DutyStanding:
    """A duty in one county (None: the whole area): the weight there, what is covered, and what is asked."""

    name: str
    area_class: AreaClass
    county: int | None
    weight: int
    covered_weight: int
    asked_weight: int


@dataclass(frozen=True, slots=True)
class Assembled:
    """`open_rows` are the places that nothing covers (rows of the coverage's places): those of the problem."""

    problem: Problem
    coverage: Coverage
    candidates: Sites
    open_rows: Ints
    duties: tuple[DutyStanding, ...]
    parameters: Parameters
    digest: str

    @property
    def inputs(self) -> dict[str, int]:
        return {
            "stations": len(self.coverage.sites),
            "candidates": len(self.candidates),
            "places": len(self.coverage.places),
            "uncovered_places": len(self.open_rows),
        }


def check_order(order: Order) -> Order:
    """Raises `InvalidParameters`, naming what is wrong."""
    if not 0 < order.budget_fen <= 10**16:
        raise InvalidParameters("budget: must be more than nothing")
    if not 1 <= order.limits.seconds <= 600:
        raise InvalidParameters("seconds: must lie between 1 and 600")
    if not 0 <= order.limits.gap <= 0.2:
        raise InvalidParameters("gap: must lie between 0 and 0.2")
    for one in order.duties:
        if not 0 < one.least_share <= 1:
            raise InvalidParameters(f"obligations: the share of {one.area_class.value} must lie between 0 and 1")
    if len({one.area_class for one in order.duties}) < len(order.duties):
        raise InvalidParameters("obligations: a class stands more than once")
    return order


def assembled(
    order: Order, places: Places, stations: Sites, candidates: Sites, costs: Sequence[int], parameters: Parameters
) -> Assembled:
    """Places and candidates are those of the order's area already; stations may stand outside of it."""
    check_order(order)
    if not len(places):
        raise InvalidParameters("places: there is no demand place in this area; enter or import some first")
    if not len(candidates):
        raise InvalidParameters("candidates: there is no candidate site in this area; enter or import some first")
    coverage = coverage_of(places, stations, parameters)
    open_rows = np.flatnonzero(~coverage.covered).astype(np.int64)
    open_places = places.of_rows(open_rows)
    reached = coverage_of(open_places, candidates, parameters).pairs
    duties, obligations = _duties(order, places, coverage, open_places)
    prices = np.array(costs, np.int64)
    digest = digest_of(
        [
            places.ids, places.classes, places.counties, places.weights, places.longitude, places.latitude,
            stations.refs, stations.longitude, stations.latitude, stations.bands, stations.heights_m,
            candidates.refs, candidates.longitude, candidates.latitude, candidates.bands, candidates.heights_m,
            prices, parameters.model_dump_json(), sorted(order.as_json().items(), key=str),
        ]
    )  # fmt: skip
    problem = Problem(open_places.weights, prices, reached.place, reached.site, order.budget_fen, obligations)
    return Assembled(problem, coverage, candidates, open_rows, duties, parameters, digest)


def told(work: Assembled, solution: Solution) -> dict[str, Any]:
    """What came of a plan, as it is kept: JSON of numbers and ids."""
    choice = solution.choice
    after = None if choice is None else _after(work, choice)
    by_greed = _after(work, solution.greedy)
    standing = {one.name: one for one in work.duties}
    return {
        "status": solution.status,
        "seconds": solution.seconds,
        "sites_left": solution.sites,
        "groups_left": solution.groups,
        "bound": solution.bound,
        "gap": solution.gap,
        "greedy_gap": solution.greedy_gap,
        "open_ids": work.coverage.places.ids[work.open_rows].tolist(),
        "before": _tallies(work, work.coverage.covered),
        "best": None if choice is None or after is None else _chosen(work, choice, after),
        "greedy": _chosen(work, solution.greedy, by_greed)
        | {"unmet": [_unmet(standing[one.name], one.needed, one.reachable) for one in solution.greedy_unmet]},
        "duties": [_duty(work, one, after) for one in work.duties],
        "unmet": [_unmet(standing[one.name], one.needed, one.reachable) for one in solution.unmet],
        "beyond_any_budget": solution.beyond_any_budget,
        "needed_at_least_fen": None if solution.needed is None else solution.needed.at_least,
        "needed_enough_fen": None if solution.needed is None else solution.needed.enough,
    }


def _duties(
    order: Order, places: Places, coverage: Coverage, open_places: Places
) -> tuple[tuple[DutyStanding, ...], tuple[Obligation, ...]]:
    standings, obligations = [], []
    for duty in order.duties:
        number = duty.area_class.number
        counties = np.unique(places.counties[places.classes == number]).tolist() if duty.each_county else [None]
        for county in counties:
            name = duty.area_class.value if county is None else f"{duty.area_class.value}:{county}"
            mine = (places.classes == number) & ((places.counties == county) if county is not None else True)
            weight, covered = (int(places.weights[rows].sum()) for rows in (mine, mine & coverage.covered))
            # The share as it was written: rounded up to a whole, but not for the hair of a floating number.
            asked = -(-weight * round(duty.least_share * 1_000_000) // 1_000_000)
            standings.append(DutyStanding(name, duty.area_class, county, weight, covered, asked))
            if asked > covered:
                of_county = (open_places.counties == county) if county is not None else True
                member = np.flatnonzero((open_places.classes == number) & of_county).astype(np.int64)
                obligations.append(Obligation(name, member, asked - covered))
    return tuple(standings), tuple(obligations)


def _after(work: Assembled, choice: Choice) -> Any:
    covered = work.coverage.covered.copy()
    covered[work.open_rows[covered_by(work.problem, choice.sites)]] = True
    return covered


def _chosen(work: Assembled, choice: Choice, covered: Any) -> dict[str, Any]:
    """The sites in the order in which they add most, each with what it adds to those before it."""
    new_rows = np.flatnonzero(covered & ~work.coverage.covered)
    return {
        "cost_fen": choice.cost,
        "weight": choice.weight,
        "places": len(new_rows),
        "sites": [one | {"id": int(work.candidates.refs[one["id"]])} for one in _in_order(work.problem, choice)],
        "place_ids": work.coverage.places.ids[new_rows].tolist(),
        "tallies": _tallies(work, covered),
    }


def _in_order(problem: Problem, choice: Choice) -> list[dict[str, int]]:
    order = np.argsort(problem.site_of, kind="stable")
    starts = np.searchsorted(problem.site_of[order], np.arange(problem.sites + 1))
    of_sites = problem.place_of[order]
    covered = np.zeros(problem.places, np.bool_)
    own = {row: of_sites[starts[row] : starts[row + 1]] for row in choice.sites}
    first = sorted(choice.sites, key=lambda row: (-int(problem.weights[own[row]].sum()), row))
    found = []
    for row in first:
        new = own[row][~covered[own[row]]]
        covered[own[row]] = True
        found.append(
            {
                "id": row,
                "cost_fen": int(problem.costs[row]),
                "weight": int(problem.weights[new].sum()),
                "places": len(new),
            }
        )
    return found


def _tallies(work: Assembled, covered: Any) -> dict[str, dict[str, int]]:
    report = report_on(work.coverage.places, covered, work.parameters)
    return {"total": _tally(report.total)} | {one.value: _tally(report.by_class[one]) for one in AREA_CLASSES}


def _tally(tally: Tally) -> dict[str, int]:
    return asdict(tally)


def _duty(work: Assembled, one: DutyStanding, after: Any) -> dict[str, Any]:
    places = work.coverage.places
    mine = places.classes == one.area_class.number
    if one.county is not None:
        mine = mine & (places.counties == one.county)
    return _named(one) | {
        "weight": one.weight,
        "asked_weight": one.asked_weight,
        "before_weight": one.covered_weight,
        "after_weight": None if after is None else int(places.weights[mine & after].sum()),
    }


def _unmet(one: DutyStanding, needed: int, reachable: int) -> dict[str, Any]:
    return _named(one) | {
        "weight": one.weight,
        "asked_weight": one.asked_weight,
        "reachable_weight": one.covered_weight + reachable,
        "missing_weight": max(0, needed - reachable),
    }


def _named(one: DutyStanding) -> dict[str, Any]:
    return {"area_class": one.area_class.value, "county": None if one.county is None else str(one.county)}
