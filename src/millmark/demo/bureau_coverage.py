"""What coverage and layout show in the demonstration: places, candidates, a first plan, a data centre's outlook.

All of it is marked as demonstration: no village, site or price in it is a real one. May be repeated: what is there
stays as people left it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from millmark.demo.coverage_layout import SOURCE, layout_of
from millmark.region import city_map
from millmark.region.coverage.area_class import AreaClass
from millmark.region.coverage.assembling import Duty, Order
from millmark.region.coverage.centres import Case, Scenario
from millmark.region.coverage.solving import Limits

if TYPE_CHECKING:
    from millmark.composition import Platform

BY: Final = "demo"
PLACES: Final = 1_100
CANDIDATES: Final = 420
STATIONS: Final = 900
BUDGET_FEN: Final = 1_800_000_000

_CASES: Final = (
    Case(id="low", name_zh="低增长", name_en="low", growth=0.15),
    Case(id="middle", name_zh="基准", name_en="base", growth=0.30),
    Case(id="high", name_zh="高增长", name_en="high", growth=0.50),
)


def seed_coverage(platform: Platform) -> None:
    """Enters what is not there yet."""
    desk = platform.bureau.coverage
    if desk.places.standing(limit=1)[1] or desk.candidates.standing(limit=1)[1]:
        return
    made = layout_of(city_map(platform.settings.data).areas, places=PLACES, candidates=CANDIDATES, stations=STATIONS)
    desk.places.try_all(made.places, recorded_by=BY, apply=True)
    desk.candidates.try_all(made.candidates, recorded_by=BY, apply=True)
    _outlooks(platform)
    order = Order(
        BUDGET_FEN,
        (Duty(AreaClass.VILLAGE, 0.55), Duty(AreaClass.TOWN, 0.8)),
        limits=Limits(seconds=30.0),
    )
    desk.plan("演示规划:1800万元新建站址", order, asked_by=BY)


def _outlooks(platform: Platform) -> None:
    """The centres are those of the ledger; how much of them is used is an assumption, and says so."""
    desk = platform.bureau.coverage.centres
    for centre in desk.centres(platform.bureau.coverage.today()):
        for resource in ("egress", "racks"):
            capacity = sum(float(one.added) for one in centre.records if one.resource == resource)
            if not capacity:
                continue
            scenario = Scenario(
                centre=centre.name,
                resource="egress" if resource == "egress" else "racks",
                first_year=platform.bureau.coverage.today().year,
                demand=round(capacity * 0.22, 3),
                fill_share=0.8,
                years=10,
                cases=_CASES,
                source=f"{SOURCE};需求起点按容量的22%假设",
                placeholder=True,
            )
            name = f"{centre.name} · {'出口带宽' if resource == 'egress' else '机架'}(演示)"
            desk.save(name, scenario, reason="演示:需求起点和增长率均为假设", saved_by=BY)
