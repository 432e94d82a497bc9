"""How fast coverage is reckoned and a plan of new sites is solved, and how near to the best it comes."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypedDict

import numpy as np

from millmark.bench.machine import Machine, this_machine, versions
from millmark.demo.coverage_layout import Layout, layout_of
from millmark.region.coverage.area_class import AreaClass
from millmark.region.coverage.assembling import Assembled, Duty, Order, assembled, told
from millmark.region.coverage.columns import Places, Sites
from millmark.region.coverage.coverage import coverage_of, report_on
from millmark.region.coverage.parameters import Parameters, read_parameters
from millmark.region.coverage.solving import Limits, solve
from millmark.region.geography import SCHEMATIC, read_areas

_BUDGET_SHARES: Final = (0.05, 0.1, 0.2, 0.4)
"""Budgets as shares of what all candidates cost together: tight ones are the hard ones."""

_DUTIES: Final = (Duty(AreaClass.VILLAGE, 0.7), Duty(AreaClass.TOWN, 0.8))
_INDOORS_DB: Final = 18.0
"""Loss through walls: asked to be covered indoors, half of the made-up places are not, and a plan is hard."""


class CoverageFigures(TypedDict):
    """Seconds to find which stations cover which places, and to count shares and statements."""

    pairs_s: float
    report_s: float
    covered_share: float


class PlanFigures(TypedDict):
    """One plan. `whole_s` from columns to a told result, of which `solver_s` is reducing, greedy and HiGHS;
    `whole_cpu_s` is the processor's time for all of it, which a busy machine does not make longer. `gap` is how far the
    choice can be from the best, at most, by the solver's bound; `greedy_gap` the same of the greedy one. `sites_left`
    and `groups_left` are what the reduction left of candidates and uncovered places."""

    name: str
    budget_fen: int
    duties: int
    status: str
    whole_s: float
    whole_cpu_s: float
    solver_s: float
    gap: float | None
    greedy_gap: float | None
    chosen: int
    weight: int
    uncovered_places: int
    sites_left: int
    groups_left: int


class CoverageReport(TypedDict):
    machine: Machine
    versions: Mapping[str, str]
    stations: int
    candidates: int
    places: int
    coverage: CoverageFigures
    plans: list[PlanFigures]
    most_memory_mb: int


def measure_coverage(
    stations: int = 4_000,
    candidates: int = 3_000,
    places: int = 10_000,
    *,
    seconds: float = 60.0,
    scratch: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> CoverageReport:
    """A made-up region of that size; plans with tight and wide budgets, with and without rural obligations, and where
    nothing stands yet."""
    tell("layout")
    layout = layout_of(read_areas(SCHEMATIC), places=places, candidates=candidates, stations=stations)
    parameters = read_parameters(Path("/nowhere"))
    columns, standing, offered, costs = _columns(layout)
    tell("coverage")
    began = time.perf_counter()
    coverage = coverage_of(columns, standing, parameters)
    found = time.perf_counter()
    report = report_on(columns, coverage.covered, parameters)
    done = time.perf_counter()
    plans = []
    indoors = _indoors(parameters)
    for share in _BUDGET_SHARES:
        budget = int(sum(costs) * share)
        for name, duties, sites, by in (
            ("outdoors", (), standing, parameters),
            ("indoors", (), standing, indoors),
            ("indoors, rural obligations", _DUTIES, standing, indoors),
            ("outdoors, nothing stands yet", (), _none(), parameters),
        ):
            tell(f"{name}, {share:.0%} of all costs")
            order = Order(budget, duties, limits=Limits(seconds=seconds))
            plans.append(_planned(name, order, columns, sites, offered, costs, by))
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        machine = this_machine(Path(folder))
    return CoverageReport(
        machine=machine,
        versions={**versions(()), "highspy": _highs_version()},
        stations=len(standing),
        candidates=len(offered),
        places=len(columns),
        coverage=CoverageFigures(
            pairs_s=round(found - began, 3),
            report_s=round(done - found, 3),
            covered_share=round(report.total.place_share or 0.0, 3),
        ),
        plans=plans,
        most_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def _planned(
    name: str, order: Order, places: Places, stations: Sites, candidates: Sites, costs: tuple[int, ...], by: Parameters
) -> PlanFigures:
    began, began_cpu = time.perf_counter(), time.process_time()
    work: Assembled = assembled(order, places, stations, candidates, costs, by)
    solution = solve(work.problem, order.limits)
    told(work, solution)
    return PlanFigures(
        name=name,
        budget_fen=order.budget_fen,
        duties=len(work.problem.obligations),
        status=solution.status,
        whole_s=round(time.perf_counter() - began, 2),
        whole_cpu_s=round(time.process_time() - began_cpu, 2),
        solver_s=round(solution.seconds, 2),
        gap=None if solution.gap is None else round(solution.gap, 5),
        greedy_gap=None if solution.greedy_gap is None else round(solution.greedy_gap, 5),
        chosen=0 if solution.choice is None else len(solution.choice.sites),
        weight=0 if solution.choice is None else solution.choice.weight,
        uncovered_places=work.problem.places,
        sites_left=solution.sites,
        groups_left=solution.groups,
    )


def _columns(layout: Layout) -> tuple[Places, Sites, Sites, tuple[int, ...]]:
    places = Places(
        np.arange(1, len(layout.places) + 1, dtype=np.int64),
        np.array([AreaClass(one.area_class).number for one in layout.places], np.int64),
        np.array([int(one.area) for one in layout.places], np.int64),
        np.array([one.weight for one in layout.places], np.int64),
        np.array([float(one.longitude) for one in layout.places]),
        np.array([float(one.latitude) for one in layout.places]),
    )
    stations = Sites(
        tuple(one.number for one in layout.stations),
        np.array([int(one.area) for one in layout.stations], np.int64),
        np.array([float(one.longitude) for one in layout.stations]),
        np.array([float(one.latitude) for one in layout.stations]),
        tuple(one.bands for one in layout.stations),
        (None,) * len(layout.stations),
    )
    candidates = Sites(
        tuple(str(number) for number in range(1, len(layout.candidates) + 1)),
        np.array([int(one.area) for one in layout.candidates], np.int64),
        np.array([float(one.longitude) for one in layout.candidates]),
        np.array([float(one.latitude) for one in layout.candidates]),
        tuple(one.band_ids for one in layout.candidates),
        (None,) * len(layout.candidates),
    )
    return places, stations, candidates, tuple(one.cost_fen for one in layout.candidates)


def _indoors(parameters: Parameters) -> Parameters:
    classes = tuple(
        one.model_copy(update={"penetration_db": one.penetration_db + _INDOORS_DB}) for one in parameters.classes
    )
    return parameters.model_copy(update={"classes": classes})


def _none() -> Sites:
    return Sites((), np.empty(0, np.int64), np.empty(0), np.empty(0), (), ())


def _highs_version() -> str:
    from importlib import metadata

    return metadata.version("highspy")
