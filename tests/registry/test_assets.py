from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registry.plants import at, build_enterprise, build_plant

from millmark.model import AssetLevel, AssetPath
from millmark.registry import InvalidEntry, MisplacedAsset, NotRegistered, Registry, StateTime
from millmark.registry.placement import levels_between

PRESS = at("acme/north/press-shop/line-1/press-1")


def test_an_asset_keeps_its_place_site_and_level(registry: Registry) -> None:
    site = build_plant(registry)
    press = registry.asset(PRESS)
    assert (press.level, press.site_id, press.enterprise_id) == (AssetLevel.EQUIPMENT, site.id, site.enterprise_id)
    assert press.counts_as_equipment


def test_ensuring_again_takes_over_what_is_given_and_leaves_the_rest(registry: Registry) -> None:
    build_plant(registry)
    before = registry.asset(PRESS)
    after = registry.ensure_asset(
        PRESS, AssetLevel.EQUIPMENT, name_zh="一号压机", attributes={"maker": "X", "tonnes": 250}
    )
    assert after.id == before.id
    assert after == registry.asset(PRESS)
    assert (after.name_zh, after.name_en, after.counts_as_equipment) == ("一号压机", "press-1", True)
    assert after.attributes == {"maker": "X", "tonnes": 250}


def test_a_level_may_not_stand_below_a_lower_one(registry: Registry) -> None:
    build_plant(registry)
    with pytest.raises(MisplacedAsset, match="declared as area, but stands below 'acme/north/press-shop/line-1'"):
        registry.ensure_asset(at("acme/north/press-shop/line-1/store"), AssetLevel.AREA)
    with pytest.raises(MisplacedAsset, match="declared as cell"):
        registry.ensure_asset(PRESS.child("head"), AssetLevel.CELL)
    assert registry.ensure_asset(PRESS.child("motor"), AssetLevel.EQUIPMENT).level is AssetLevel.EQUIPMENT


def test_another_level_for_a_registered_asset_is_refused(registry: Registry) -> None:
    build_plant(registry)
    with pytest.raises(MisplacedAsset, match="registered as equipment, not as cell"):
        registry.ensure_asset(PRESS, AssetLevel.CELL)


@pytest.mark.parametrize("level", [AssetLevel.ENTERPRISE, AssetLevel.SITE])
def test_enterprises_and_sites_do_not_come_about_by_the_way(registry: Registry, level: AssetLevel) -> None:
    build_enterprise(registry)
    with pytest.raises(MisplacedAsset, match=f"add_{level}"):
        registry.ensure_asset(at("acme/west"), level)


def test_missing_parents_are_registered_only_when_told(registry: Registry) -> None:
    build_plant(registry)
    path = at("acme/north/paint-shop/line-7/cell-1/robot-1")
    with pytest.raises(NotRegistered, match="'acme/north/paint-shop' above it is not"):
        registry.ensure_asset(path, AssetLevel.EQUIPMENT)
    assert registry.assets_under(at("acme/north/paint-shop")) == []
    registry.ensure_asset(path, AssetLevel.EQUIPMENT, create_parents=True)
    found = registry.assets_under(at("acme/north/paint-shop"))
    assert [(asset.path.name, asset.level) for asset in found] == [
        ("paint-shop", AssetLevel.AREA),
        ("line-7", AssetLevel.LINE),
        ("cell-1", AssetLevel.CELL),
        ("robot-1", AssetLevel.EQUIPMENT),
    ]
    assert not any(asset.counts_as_equipment for asset in found)
    assert {asset.site_id for asset in found} == {registry.sites()[0].id}


def test_an_asset_of_no_registered_enterprise_is_refused(registry: Registry) -> None:
    with pytest.raises(NotRegistered, match="register 'ghost' first"):
        registry.ensure_asset(at("ghost/north/press-1"), AssetLevel.EQUIPMENT, create_parents=True)


@given(
    upper=st.sampled_from([level for level in AssetLevel if level is not AssetLevel.EQUIPMENT]),
    child=st.sampled_from(list(AssetLevel)[2:]),
    missing=st.integers(0, 5),
)
def test_levels_made_up_for_missing_parents_always_descend(upper: AssetLevel, child: AssetLevel, missing: int) -> None:
    try:
        levels = levels_between(upper, AssetPath(("a",)), child, missing)
    except MisplacedAsset:
        assert child is not AssetLevel.EQUIPMENT
        assert missing > 0
        return
    assert len(levels) == missing
    chain = [upper, *levels, child] if upper.may_contain(child) else []
    assert all(above.may_contain(below) for above, below in pairwise(chain))


def test_what_is_below_an_asset_is_found_whatever_its_neighbours_are_called(registry: Registry) -> None:
    build_plant(registry)
    for name in ("line-1", "line-10", "line-1 b", "line-1.b", "线一", "line-1-Ω", "Line-1"):
        registry.ensure_asset(at(f"acme/north/press-shop/{name}"), AssetLevel.LINE)
        registry.ensure_asset(at(f"acme/north/press-shop/{name}/æ"), AssetLevel.EQUIPMENT)
        registry.ensure_asset(at(f"acme/north/press-shop/{name}/机床%_"), AssetLevel.EQUIPMENT)
    for name in ("line-10", "line-1 b", "线一", "Line-1"):
        line = at(f"acme/north/press-shop/{name}")
        assert {asset.path for asset in registry.assets_under(line)} == {line, line.child("æ"), line.child("机床%_")}
    texts = [str(asset.path) for asset in registry.assets_under(at("acme"))]
    assert texts == sorted(texts)


def test_the_level_of_an_asset_is_corrected_if_its_neighbours_allow(registry: Registry) -> None:
    build_plant(registry)
    line = at("acme/north/press-shop/line-1")
    assert registry.move_to_level(line, AssetLevel.CELL).level is AssetLevel.CELL
    assert registry.asset(line).level is AssetLevel.CELL
    registry.ensure_asset(PRESS.child("motor"), AssetLevel.EQUIPMENT)
    with pytest.raises(MisplacedAsset):
        registry.move_to_level(PRESS, AssetLevel.AREA)
    with pytest.raises(MisplacedAsset):
        registry.move_to_level(at("acme/north/press-shop"), AssetLevel.CELL)
    with pytest.raises(MisplacedAsset, match="add_site"):
        registry.move_to_level(at("acme/north"), AssetLevel.AREA)
    with pytest.raises(NotRegistered):
        registry.move_to_level(at("acme/south"), AssetLevel.AREA)


def test_an_asset_is_in_service_from_its_start_to_before_its_end(registry: Registry) -> None:
    build_plant(registry)
    press = registry.asset(PRESS)
    assert press.in_service_at(0)
    press = registry.ensure_asset(PRESS, AssetLevel.EQUIPMENT, in_service_from_us=100, in_service_until_us=200)
    assert [press.in_service_at(time) for time in (99, 100, 199, 200)] == [False, True, True, False]
    with pytest.raises(InvalidEntry, match="leave service"):
        registry.ensure_asset(PRESS, AssetLevel.EQUIPMENT, in_service_until_us=100)
    reopened = registry.set_service(PRESS, from_us=150, until_us=None)
    assert reopened == registry.asset(PRESS)
    assert (reopened.in_service_from_us, reopened.in_service_until_us) == (150, None)
    with pytest.raises(InvalidEntry):
        registry.set_service(PRESS, from_us=5, until_us=5)


def test_attributes_a_measure_reads_come_back_typed(registry: Registry) -> None:
    build_plant(registry)
    said = {"planned_run_time_per_item_s": 1.5, "state.RUNNING": "APT", "state.3": "PLANNED_DOWN", "tonnes": 250}
    registry.ensure_asset(PRESS, AssetLevel.EQUIPMENT, attributes=said)
    press = registry.asset(PRESS)
    assert press.planned_run_time_per_item_s == 1.5
    assert press.state_times == {"RUNNING": StateTime.APT, "3": StateTime.PLANNED_DOWN}
    assert press.attributes == said
    line = registry.asset(at("acme/north/press-shop/line-1"))
    assert line.planned_run_time_per_item_s is None
    assert line.state_times == {}


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"planned_run_time_per_item_s": 0}, "above 0"),
        ({"planned_run_time_per_item_s": -1.0}, "above 0"),
        ({"planned_run_time_per_item_s": "2"}, "above 0"),
        ({"planned_run_time_per_item_s": float("nan")}, "finite"),
        ({"state.RUNNING": "running"}, "APT, AUST, ADET, ADOT, PLANNED_DOWN"),
        ({"state.RUNNING": 1}, "one of APT"),
        ({"state.": "APT"}, "names no state"),
        ({"": 1}, "blanks"),
        ({" x": 1}, "blanks"),
        ({"on": True}, "number or a text"),
        ({"list": [1]}, "number or a text"),
        ({"far": float("inf")}, "finite"),
    ],
)
def test_attributes_that_cannot_be_meant_are_refused(
    registry: Registry, attributes: dict[str, float], reason: str
) -> None:
    build_plant(registry)
    with pytest.raises(InvalidEntry, match=reason):
        registry.ensure_asset(PRESS, AssetLevel.EQUIPMENT, attributes=attributes)


def test_a_path_too_long_for_an_index_is_refused(registry: Registry) -> None:
    build_enterprise(registry)
    with pytest.raises(MisplacedAsset, match="longer than 512"):
        registry.ensure_asset(at("acme/" + "x" * 600), AssetLevel.AREA)
