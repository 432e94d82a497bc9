"""What coverage and layout show in the demonstration: places, candidates, a first plan, a data centre's outlook.

All of it is marked as demonstration: no village, site or price in it is a real one. May be repeated: what is there
stays as people left it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from millmark.demo.coverage_layout import SOURCE, MadeStation, layout_of
from millmark.programmes import Grade
from millmark.region import NewLedgerEntry, city_map
from millmark.region.coverage.area_class import AreaClass
from millmark.region.coverage.assembling import Duty, Order
from millmark.region.coverage.centres import Case, Scenario
from millmark.region.coverage.solving import Limits
from millmark.region.stations import STATION_KIND, stations_of

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
    _stand(platform, made.stations)
    desk.places.try_all(made.places, recorded_by=BY, apply=True)
    desk.candidates.try_all(made.candidates, recorded_by=BY, apply=True)
    _outlooks(platform)
    order = Order(
        BUDGET_FEN,
        (Duty(AreaClass.VILLAGE, 0.85), Duty(AreaClass.TOWN, 0.98)),
        limits=Limits(seconds=30.0),
    )
    desk.plan("演示规划:1800万元新建站址", order, asked_by=BY)


def _stand(platform: Platform, stations: Sequence[MadeStation]) -> None:
    """Stations with a place, where the ledger has none: as parts of its number in bulk, so that no figure changes."""
    ledger = platform.ledger
    if len(stations_of(ledger, ledger.today())):
        return
    wholes = [
        one
        for one in ledger.standing(ledger.today())
        if one.kind == STATION_KIND and one.subject is None and (one.quantity or 0) >= len(stations)
    ]
    if not wholes:
        return
    with ledger.database.transaction() as session:
        for one in stations:
            entry = NewLedgerEntry(
                kind=STATION_KIND,
                area=one.area,
                span=wholes[0].span,
                source=SOURCE,
                quantity=Decimal(1),
                subject=one.number,
                grade=Grade.SELF_REPORTED,
                placeholder=True,
                longitude=float(one.longitude),
                latitude=float(one.latitude),
                fields={
                    "operator": one.operator,
                    "area_class": one.area_class.value,
                    "bands": list(one.bands),
                    "status": "in-service",
                },
                part_of=wholes[0].id,
            )
            ledger.add_within(session, entry, recorded_by=BY)


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
