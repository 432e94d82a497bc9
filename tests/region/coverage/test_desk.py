"""Coverage kept and asked for on both databases: places, parameters, statements, plans in a process of their own."""

from __future__ import annotations

import time
from collections.abc import Collection, Hashable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from millmark.programmes import shipped_packs
from millmark.region import Ledger, read_city_pack
from millmark.region.coverage.area_class import AreaClass
from millmark.region.coverage.assembling import Duty, Order
from millmark.region.coverage.budget import reaches
from millmark.region.coverage.centres import CentreDesk
from millmark.region.coverage.columns import Places, Sites
from millmark.region.coverage.coverage import Statement, report_on
from millmark.region.coverage.desk import CoverageDesk
from millmark.region.coverage.entries import NewCandidate, NewPlace, Region
from millmark.region.coverage.errors import CoverageConflict, InvalidParameters, InvalidPlace
from millmark.region.coverage.near import distance_m, within_reach
from millmark.region.coverage.parameter_book import ParameterBook
from millmark.region.coverage.parameters import checked, read_parameters
from millmark.region.coverage.solving import Limits
from millmark.registry import Database

NOW_US = 1_790_000_000_000_000
PARAMETERS = read_parameters(Path("/nowhere"))


class OneStation:
    """A station in the middle of Xian'an."""

    def sites(self, as_of: date, states: Collection[str], operator: str | None = None) -> Sites:  # noqa: ARG002
        if operator not in (None, "mobile"):
            return Sites((), np.empty(0, np.int64), np.empty(0), np.empty(0), (), ())
        return Sites(("ledger:1",), np.array([421202]), np.array([114.3]), np.array([29.85]), (("n41",),), (None,))

    def stamp(self) -> Hashable:
        return 1


@pytest.fixture
def desk(database: Database) -> Iterator[CoverageDesk]:
    pack = read_city_pack(shipped_packs() / "xianning-reply")
    clock = time.time_ns() // 1_000 - NOW_US

    def now_us() -> int:
        return time.time_ns() // 1_000 - clock

    opened = CoverageDesk(
        database,
        Region(pack.areas, pack.city.bounds),
        OneStation(),
        ParameterBook(database, PARAMETERS, now_us=now_us),
        CentreDesk(database, Ledger(database, pack, now_us=now_us), now_us=now_us),
        now_us=now_us,
        zone=ZoneInfo("Asia/Shanghai"),
    )
    yield opened
    opened.close()


def place(number: str, /, east_m: float = 0.0, **changes: object) -> NewPlace:
    """A village of 100 persons so far east of the station."""
    degrees = Decimal(str(round(114.3 + east_m / 96_540, 6)))
    new = NewPlace(
        number=number,
        name=f"示例行政村 {number}",
        area_class="village",
        area="421202",
        weight=100,
        longitude=degrees,
        latitude=Decimal("29.85"),
        source="示例",
    )
    return replace(new, **changes)  # type: ignore[arg-type]


def candidate(number: str, east_m: float, wan_yuan: int = 20) -> NewCandidate:
    near = place(number, east_m)
    return NewCandidate(
        number=number,
        name=f"示例站址 {number}",
        area="咸安区",
        cost_fen=wan_yuan * 1_000_000,
        bands="n41",
        longitude=near.longitude,
        latitude=near.latitude,
        source="示例",
    )


def test_a_place_is_covered_within_the_radius_and_not_beyond(desk: CoverageDesk) -> None:
    radius = next(
        one.radius_m for one in reaches(PARAMETERS) if (one.area_class, one.band) == (AreaClass.VILLAGE, "n41")
    )
    desk.places.add(place("inside", radius - 20), recorded_by="li")
    desk.places.add(place("outside", radius + 20), recorded_by="li")
    view = desk.view()
    assert view.coverage.covered.tolist() == [True, False]
    assert desk.view(operator="unicom").coverage.covered.tolist() == [False, False]
    report = view.report("421202")
    assert (report.total.covered_places, report.total.places) == (1, 2)
    assert view.report("421221").total.places == 0


def test_coverage_follows_what_is_entered_ended_and_corrected(desk: CoverageDesk) -> None:
    near = desk.places.add(place("a"), recorded_by="li")
    assert desk.view().report().total.place_share == 1
    far = desk.places.correct(near.id, place("a", 9_000), reason="坐标有误", recorded_by="li")
    assert desk.view().report().total.place_share == 0
    desk.places.end(far.id, reason="并村", ended_by="li")
    assert desk.view().report().total.place_share is None
    assert desk.places.one(near.id).end_reason == "坐标有误"
    with pytest.raises(CoverageConflict, match="ended already"):
        desk.places.end(far.id, reason="又一次", ended_by="li")


def test_parameters_are_versions_with_reasons(desk: CoverageDesk) -> None:
    desk.places.add(place("a", 3_000), recorded_by="li")
    assert desk.view().report().total.place_share == 0
    wide = [
        one.model_copy(update={"measured_m": {band.id: 4_000 for band in PARAMETERS.bands}})
        for one in PARAMETERS.classes
    ]
    measured = PARAMETERS.model_copy(update={"method": "measured", "classes": tuple(wide)})
    kept = desk.parameters.save(measured, reason="路测", saved_by="li")
    assert desk.view().report().total.place_share == 1
    assert desk.parameters.in_force() == kept
    assert [one.reason for one in desk.parameters.versions()] == ["路测", ""]
    with pytest.raises(InvalidParameters, match="reason"):
        desk.parameters.save(measured, reason=" ", saved_by="li")
    with pytest.raises(InvalidParameters, match="measured_m"):
        checked(PARAMETERS.model_copy(update={"method": "measured"}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"area": "421299"}, "no area 421299"),
        ({"area": "421200"}, "county"),
        ({"longitude": Decimal("29.85"), "latitude": Decimal("114.3")}, "swapped"),
        ({"longitude": Decimal("116.4"), "latitude": Decimal("39.9")}, "outside"),
        ({"weight": 0}, "weight"),
        ({"weight": -5}, "weight"),
        ({"area_class": "moon"}, "area_class"),
        ({"number": "=1+1"}, "number"),
        ({"name": " "}, "name"),
    ],
)
def test_bad_places_are_refused_by_field(desk: CoverageDesk, changes: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidPlace, match=said):
        desk.places.add(place("a", **changes), recorded_by="li")
    assert desk.places.standing()[1] == 0


def test_a_number_stands_once(desk: CoverageDesk) -> None:
    desk.places.add(place("a"), recorded_by="li")
    with pytest.raises(CoverageConflict, match="stands already"):
        desk.places.add(place("a", 100), recorded_by="wang")
    problems = desk.places.try_all([place("b"), place("b"), place("a")], recorded_by="li", apply=True)
    assert [one.at for one in problems] == [1, 2]
    assert desk.places.standing()[1] == 1


def test_a_plan_is_solved_beside_the_web_and_kept(desk: CoverageDesk) -> None:
    for number, east in (("a", 0), ("b", 6_000), ("c", 6_500), ("d", 20_000)):
        desk.places.add(place(number, east), recorded_by="li")
    for number, east, cost in (("x", 6_200, 30), ("y", 6_000, 25), ("z", 20_000, 20)):
        desk.candidates.add(candidate(number, east, cost), recorded_by="li")
    asked = desk.plan("补点", Order(45_000_000, limits=Limits(20.0)), asked_by="li")
    assert asked.state in {"queued", "running", "done"}
    plan = desk.wait_for(asked.id, 120)
    assert plan.state == "done"
    assert plan.result is not None
    assert plan.inputs == {"stations": 1, "candidates": 3, "places": 4, "uncovered_places": 3}
    best = plan.result["best"]
    # The cheaper of the two sites that cover both villages, and the far one: 45 of 45.
    assert (best["weight"], best["cost_fen"], plan.result["gap"]) == (300, 45_000_000, 0.0)
    assert best["tallies"]["village"]["covered_places"] == 4
    again = desk.plan("再算", Order(45_000_000, limits=Limits(20.0)), asked_by="li")
    assert again.inputs_digest == plan.inputs_digest


def test_an_obligation_that_cannot_be_met_is_named_with_what_is_missing(desk: CoverageDesk) -> None:
    desk.places.add(place("a", 6_000), recorded_by="li")
    desk.places.add(place("b", 12_000, weight=900), recorded_by="li")
    desk.candidates.add(candidate("x", 6_000, 30), recorded_by="li")
    order = Order(90_000_000, (Duty(AreaClass.VILLAGE, 0.5),), limits=Limits(20.0))
    plan = desk.wait_for(desk.plan("无解", order, asked_by="li").id, 120)
    assert plan.state == "infeasible"
    assert plan.result is not None
    assert plan.result["beyond_any_budget"] is True
    (unmet,) = plan.result["unmet"]
    assert (unmet["asked_weight"], unmet["reachable_weight"], unmet["missing_weight"]) == (500, 100, 400)


def test_a_cancelled_plan_stays_cancelled(desk: CoverageDesk) -> None:
    desk.places.add(place("a", 6_000), recorded_by="li")
    desk.candidates.add(candidate("x", 6_000), recorded_by="li")
    asked = desk.plan("取消", Order(90_000_000), asked_by="li")
    cancelled = desk.plans.cancel(asked.id, cancelled_by="wang")
    assert (cancelled.state, cancelled.cancelled_by) == ("cancelled", "wang")
    assert desk.wait_for(asked.id, 120).state == "cancelled"
    with pytest.raises(CoverageConflict):
        desk.plans.cancel(asked.id, cancelled_by="wang")


def test_orders_that_nobody_could_plan_by_are_refused(desk: CoverageDesk) -> None:
    with pytest.raises(InvalidParameters, match="demand place"):
        desk.plan("空", Order(1), asked_by="li")
    desk.places.add(place("a"), recorded_by="li")
    with pytest.raises(InvalidParameters, match="candidate"):
        desk.plan("空", Order(1), asked_by="li")
    for order in (Order(0), Order(1, (Duty(AreaClass.TOWN, 1.5),)), Order(1, limits=Limits(seconds=0))):
        with pytest.raises(InvalidParameters):
            desk.plan("错", order, asked_by="li")


def test_statements_follow_their_rule_and_not_a_hair() -> None:
    count = 20
    places = Places(
        np.arange(count),
        np.full(count, AreaClass.VILLAGE.number),
        np.repeat([421202, 421221], 10),
        np.full(count, 10),
        np.zeros(count),
        np.zeros(count),
    )
    covered = np.ones(count, np.bool_)
    covered[[0, 10]] = False  # 18 of 20 is exactly the 90 % that the rule asks.

    def village() -> Statement:
        return next(
            one for one in report_on(places, covered, PARAMETERS).statements if one.rule.area_class == "village"
        )

    stated = village()
    assert (stated.holds, stated.share, stated.missing) == (True, 0.9, 0)
    covered[[11, 12]] = False
    stated = village()
    assert stated.holds is False
    assert stated.missing == 2
    assert [(one.county, one.missing) for one in stated.below] == [(421221, 1)]


def test_the_grid_finds_the_same_pairs_as_every_distance() -> None:
    random = np.random.default_rng(3)
    places = Places(
        np.arange(300),
        random.integers(0, 5, 300),
        np.zeros(300, np.int64),
        np.ones(300, np.int64),
        random.uniform(113.5, 115, 300),
        random.uniform(29, 30.3, 300),
    )
    longitude, latitude = random.uniform(113.5, 115, 200), random.uniform(29, 30.3, 200)
    radii = random.uniform(0, 9_000, (200, 5))
    found = within_reach(places, longitude, latitude, radii)
    apart = distance_m(places.longitude[:, None], places.latitude[:, None], longitude[None], latitude[None])
    expected = np.argwhere(apart <= radii[:, places.classes].T)
    assert np.stack([found.place, found.site], axis=1).tolist() == expected.tolist()
