"""Measures read from a real history and registry."""

from __future__ import annotations

import pytest
from tests.evidence.plant import MONDAY, SITE, SUNDAY, TUESDAY, Plant, by_key, local_us

from millmark.measures import NotMeasurable, UnknownMeasure
from millmark.model import AssetLevel, AssetPath, Period, SeriesRole
from millmark.model.period import HOUR_US

PRESS = SITE.child("press-1")


@pytest.fixture
def working(plant: Plant) -> Plant:
    plant.work_two_days()
    return plant


def test_oee_of_a_day(working: Plant):
    result = working.measures.on("oee", PRESS, MONDAY)
    availability, effectiveness, quality = result.parts
    # RUN 8:00-12:00 and 12:30-16:00; OFF is planned down time, from 17:00; DOWN since Sunday night.
    assert (availability.numerator, availability.denominator) == (7.5 * 3600, 17 * 3600)
    assert (effectiveness.numerator, quality.value) == (500 * 50, 480 / 500)
    assert result.numerator == 480 * 50
    assert result.coverage.share == 1.0


def test_a_period_of_hours_begins_in_the_state_it_finds(working: Plant):
    period = Period(local_us(MONDAY, 11), local_us(MONDAY, 12.25))
    result = working.measures.over("oee", PRESS, period)
    assert (result.parts[0].numerator, result.parts[0].denominator) == (3600, 1.25 * 3600)
    assert result.parts[2].denominator == 250


def test_hours_add_up_to_the_day(working: Plant):
    whole = working.measures.on("oee", PRESS, MONDAY)
    hours = [
        working.measures.over("oee", PRESS, Period(local_us(MONDAY, hour), local_us(MONDAY, hour + 4)))
        for hour in range(0, 24, 4)
    ]
    assert sum(one.numerator for one in hours) == whole.numerator
    assert sum(one.denominator for one in hours) == whole.denominator


def test_a_day_that_is_not_over_is_measured_until_now(working: Plant):
    working.clock.now_us = local_us(MONDAY, 10)
    result = working.measures.on("oee", PRESS, MONDAY)
    assert result.period == Period(local_us(MONDAY, 0), local_us(MONDAY, 10))
    assert result.parts[0].numerator == 2 * 3600
    with pytest.raises(NotMeasurable, match="has not begun"):
        working.measures.on("oee", PRESS, TUESDAY)


def test_connection_by_day(working: Plant):
    result = working.measures.on("equipment_connection_rate", SITE, SUNDAY, MONDAY)
    assert [(part.numerator, part.denominator) for part in result.parts] == [(1, 3), (2, 3)]
    assert result.value == 0.5
    assert [one.series for one in result.inputs] == [f"{SITE}/press-1:state", f"{SITE}/press-2:temperature"]


def test_a_good_point_followed_by_a_bad_one_connects(plant: Plant):
    plant.tell("mill:speed", (MONDAY, 3, 1.5))
    plant.tell("mill:speed", (MONDAY, 3.5, 1.5), (MONDAY, 9, 1.5), quality=2)
    assert plant.measures.on("equipment_connection_rate", SITE, MONDAY).numerator == 1


def test_a_machine_taken_out_of_service_leaves_the_list(working: Plant):
    working.registry.set_service(SITE.child("mill"), from_us=None, until_us=local_us(MONDAY, 0))
    result = working.measures.on("equipment_connection_rate", SITE, SUNDAY, MONDAY)
    assert [part.denominator for part in result.parts] == [3, 2]


def test_energy_crosses_midnight_and_the_end_of_the_register(working: Plant):
    monday = working.measures.on("energy_consumption", SITE, MONDAY)
    assert monday.numerator == pytest.approx(104.8, rel=1e-15)
    assert monday.coverage.covered_us == 23.9 * HOUR_US
    assert working.measures.on("energy_consumption", SITE, SUNDAY).value is None


def test_a_meter_below_a_metered_asset_is_part_of_it(working: Plant):
    working.registry.ensure_gateway("sub", root=SITE, kind="replay", may_register=True)
    working.registry.ensure_series("sub", "meter/hall", "energy", unit="kW.h", role=SeriesRole.ENERGY_COUNTER)
    working.tell("meter/hall:energy", (MONDAY, 1, 0.0), (MONDAY, 2, 50.0))
    assert working.measures.on("energy_consumption", SITE, MONDAY).numerator == pytest.approx(104.8)
    hall = working.measures.on("energy_consumption", by_key(working, "meter/hall:energy").asset, MONDAY)
    assert hall.numerator == 50


def test_what_an_asset_above_declares_holds_below(working: Plant):
    attributes = {"planned_run_time_per_item_s": 10.0, "state.RUN": "APT", "state_hold_s": 3600.0}
    working.registry.ensure_asset(SITE, AssetLevel.SITE, attributes=attributes)
    working.registry.ensure_asset(PRESS, AssetLevel.EQUIPMENT, attributes={})
    result = working.measures.on("oee", PRESS, MONDAY)
    assert result.numerator == 4800
    assert result.denominator == 2 * 3600
    assert result.flags == (f"unmapped_states:{PRESS}",)


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [
        ({"state.RUN": "APT"}, "planned_run_time_per_item_s"),
        ({"planned_run_time_per_item_s": 5.0}, "state.RUN"),
        ({"planned_run_time_per_item_s": 5.0, "state.RUN": "APT", "state_hold_s": 90_000.0}, "up to a day"),
    ],
)
def test_a_work_unit_without_its_declarations_is_named(working: Plant, attributes, complaint):
    working.registry.ensure_asset(PRESS, AssetLevel.EQUIPMENT, attributes=attributes)
    with pytest.raises(NotMeasurable, match=complaint):
        working.measures.on("oee", SITE, MONDAY)


def test_what_cannot_be_measured_says_what_is_missing(working: Plant):
    with pytest.raises(NotMeasurable, match="belongs to no site"):
        working.measures.on("oee", AssetPath.parse("nobody"), MONDAY)
    with pytest.raises(NotMeasurable, match="counts as equipment"):
        working.measures.on("equipment_connection_rate", SITE.child("meter"), MONDAY)
    with pytest.raises(NotMeasurable, match="no work unit"):
        working.measures.on("oee", SITE.child("mill"), MONDAY)
    with pytest.raises(UnknownMeasure, match="energy_consumption"):
        working.measures.on("happiness", SITE, MONDAY)


def test_sites_of_several_time_zones_are_not_one_subject(working: Plant):
    enterprise = working.registry.enterprise_by_slug("acme")
    working.registry.ensure_site(
        enterprise.id, slug="west", name_zh="西厂", name_en="West", area_code="650100", time_zone="Asia/Urumqi"
    )
    with pytest.raises(NotMeasurable, match="several time zones"):
        working.measures.on("oee", AssetPath.parse("acme"), MONDAY)
