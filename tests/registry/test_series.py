from __future__ import annotations

import pytest
from tests.registry.plants import at, build_plant

from millmark.model import AssetLevel, DataType, Origin, Series, SeriesRole
from millmark.registry import InvalidEntry, NotRegistered, Registry, SeriesDeclaration, SeriesMismatch

PRESS = "press-shop/line-1/press-1"


@pytest.fixture
def plant(registry: Registry) -> Registry:
    build_plant(registry)
    return registry


def test_a_series_is_registered_once_and_found_by_every_name(plant: Registry) -> None:
    first = plant.ensure_series("plc", PRESS, "temperature", unit="Cel")
    assert first == Series(first.id, at(f"acme/north/{PRESS}"), "temperature", "Cel", DataType.FLOAT)
    assert plant.ensure_series("plc", PRESS, "temperature", unit="Cel") == first
    assert plant.series([first.id]) == plant.series() == [first]
    assert plant.series_by_key(first.key) == first
    assert plant.bindings("plc") == {(PRESS, "temperature"): first}


def test_metrics_may_hold_what_paths_may_not(plant: Registry) -> None:
    series = plant.ensure_series("plc", "", "Node Control/Rebirth: a#b+温度")
    assert series.key == "acme/north:Node Control/Rebirth: a#b+温度"
    assert plant.series_by_key(series.key) == series


def test_series_come_in_the_order_they_were_asked_for(plant: Registry) -> None:
    made = plant.ensure_all_series("plc", [SeriesDeclaration(PRESS, f"m{number}") for number in range(1_500)])
    ids = [series.id for series in made]
    assert plant.series(reversed(ids)) == list(reversed(made))
    assert len(set(ids)) == 1_500
    with pytest.raises(NotRegistered, match="999999"):
        plant.series([ids[0], 999_999])


def test_series_below_an_asset(plant: Registry) -> None:
    on_press = plant.ensure_series("plc", PRESS, "b")
    on_line = plant.ensure_series("plc", "press-shop/line-1", "a")
    on_site = plant.ensure_series("plc", "", "power", unit="kW")
    assert plant.series_under(at("acme")) == [on_site, on_line, on_press]
    assert plant.series_under(at("acme/north/press-shop/line-1")) == [on_line, on_press]
    assert plant.series_under(at("acme/north/press")) == []


def test_an_unknown_asset_becomes_equipment_that_does_not_count(plant: Registry) -> None:
    plant.ensure_all_series(
        "plc", [SeriesDeclaration("hall/robot/arm", "angle"), SeriesDeclaration("hall/robot", "on")]
    )
    robot, arm = plant.asset(at("acme/north/hall/robot")), plant.asset(at("acme/north/hall/robot/arm"))
    assert (robot.level, arm.level) == (AssetLevel.EQUIPMENT, AssetLevel.EQUIPMENT)
    assert not robot.counts_as_equipment
    assert not arm.counts_as_equipment


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"unit": "K"}, "unit 'Cel'.*'K'"),
        ({"data_type": DataType.INTEGER}, "data_type 'float'.*'integer'"),
        ({"origin": Origin.PROCESS_MODEL}, "origin 'machine'.*'process_model'"),
    ],
)
def test_the_meaning_of_stored_points_never_changes(plant: Registry, change: dict[str, object], named: str) -> None:
    before = plant.ensure_series("plc", PRESS, "temperature", unit="Cel")
    with pytest.raises(SeriesMismatch, match=named):
        plant.ensure_all_series(
            "plc",
            [SeriesDeclaration(PRESS, "other"), SeriesDeclaration(PRESS, "temperature", **{"unit": "Cel", **change})],
        )
    # All or nothing: the innocent neighbour was not registered either.
    assert plant.series() == [before]


def test_role_and_rollover_follow_the_declaration_that_names_a_role(plant: Registry) -> None:
    meter = {"unit": "kW.h", "data_type": DataType.INTEGER}
    first = plant.ensure_series("plc", PRESS, "energy", **meter)
    assert (first.role, first.rollover) == (SeriesRole.SIGNAL, None)
    said = plant.ensure_series("plc", PRESS, "energy", role=SeriesRole.ENERGY_COUNTER, rollover=2.0**32, **meter)
    assert (said.id, said.role, said.rollover) == (first.id, SeriesRole.ENERGY_COUNTER, 2.0**32)
    # A birth certificate that knows nothing of roles leaves them.
    assert plant.ensure_series("plc", PRESS, "energy", **meter) == said
    assert plant.series_by_key(said.key) == said


def test_a_new_gateway_goes_on_with_the_series_of_the_one_it_replaces(plant: Registry) -> None:
    old = plant.ensure_series("plc", PRESS, "temperature", unit="Cel")
    plant.ensure_gateway("plc-2", root=at("acme/north/press-shop"), kind="mqtt", may_register=True)
    new = plant.ensure_series("plc-2", "line-1/press-1", "temperature", unit="Cel")
    assert new == old
    assert plant.bindings("plc-2") == {("line-1/press-1", "temperature"): old}
    assert plant.bindings("plc") == {(PRESS, "temperature"): old}


@pytest.mark.parametrize(
    ("declaration", "reason"),
    [
        (SeriesDeclaration(PRESS, "t", unit="degrees"), "'degrees' is not a UCUM unit"),
        (SeriesDeclaration(PRESS, ""), "cannot name a metric"),
        (SeriesDeclaration(PRESS, " t"), "cannot name a metric"),
        (SeriesDeclaration(PRESS, "t\x00"), "cannot name a metric"),
        (SeriesDeclaration(PRESS, "x" * 256), "cannot name a metric"),
        (SeriesDeclaration("a//b", "t"), "no place below 'acme/north'"),
        (SeriesDeclaration("a/+", "t"), "no place below 'acme/north'"),
        (SeriesDeclaration("x" * 600, "t"), "longer than 512"),
        (SeriesDeclaration(PRESS, "t", rollover=0), "above 0"),
        (SeriesDeclaration(PRESS, "t", rollover=float("inf")), "above 0"),
        (SeriesDeclaration(PRESS, "t", data_type=DataType.TEXT, rollover=5), "only a number can roll over"),
    ],
)
def test_what_cannot_be_a_series_is_refused(plant: Registry, declaration: SeriesDeclaration, reason: str) -> None:
    with pytest.raises(InvalidEntry, match=reason):
        plant.ensure_all_series("plc", [declaration])
    assert plant.series() == []


def test_names_of_nothing_are_said_to_be_unknown(plant: Registry) -> None:
    for ask in (
        lambda: plant.ensure_series("ghost", PRESS, "t"),
        lambda: plant.bindings("ghost"),
        lambda: plant.series_by_key("acme/north:t"),
        lambda: plant.series_by_key("no key at all"),
    ):
        with pytest.raises(NotRegistered):
            ask()


def test_an_id_is_never_given_out_twice(plant: Registry) -> None:
    from sqlalchemy import text

    first = plant.ensure_series("plc", PRESS, "a")
    with plant.database.transaction() as session:
        session.execute(text("DELETE FROM bindings"))
        session.execute(text("DELETE FROM series"))
    assert plant.ensure_series("plc", PRESS, "a").id > first.id


def test_what_a_device_says_of_a_series_is_kept_as_its_latest_word(registry: Registry) -> None:
    build_plant(registry)
    found = registry.ensure_series("plc", "hall/robot", "speed")
    assert registry.declared_properties(found.id) == {}
    registry.declare_properties({found.id: {"engLow": 0.0, "engHigh": 500.0}})
    registry.declare_properties({found.id: {"engLow": 0.0, "documentation": "转速", "alarms": [{"high": None}]}})
    assert registry.declared_properties(found.id) == {
        "engLow": 0.0,
        "documentation": "转速",
        "alarms": [{"high": None}],
    }
