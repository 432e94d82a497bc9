"""The city's map: schematic by default, the operator's own file when it is sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from millmark.programmes import shipped_packs
from millmark.region import InvalidBoundaries, city_map, city_overview, read_areas, read_city_pack
from millmark.registry import Database, Registry

SQUARE = [[[114.0, 29.0], [114.1, 29.0], [114.1, 29.1], [114.0, 29.0]]]


def feature(**changes: Any) -> dict[str, Any]:
    sound: dict[str, Any] = {
        "type": "Feature",
        "properties": {"adcode": "421202", "name": "咸安区", "name_en": "Xian'an District"},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    return sound | changes


def written(folder: Path, *features: dict[str, Any]) -> Path:
    path = folder / "boundaries.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), "utf-8")
    return path


def test_without_a_file_the_six_counties_are_drawn_schematically(tmp_path: Path) -> None:
    shown = city_map(tmp_path)
    assert (shown.boundaries, shown.problem) == ("schematic", None)
    assert [area.adcode for area in shown.areas] == ["421202", "421221", "421222", "421223", "421224", "421281"]
    document = shown.geojson()
    assert document["boundaries"] == "schematic"
    json.dumps(document, allow_nan=False)


def test_the_operators_file_takes_the_schematic_ones_place(tmp_path: Path) -> None:
    many = {"type": "MultiPolygon", "coordinates": [SQUARE, SQUARE]}
    written(tmp_path, feature(), feature(properties={"adcode": "421281", "name_zh": "赤壁市"}, geometry=many))
    shown = city_map(tmp_path)
    assert shown.boundaries == "user"
    assert [(area.name_zh, area.name_en, len(area.polygons)) for area in shown.areas] == [
        ("咸安区", "Xian'an District", 1),
        ("赤壁市", "赤壁市", 2),
    ]
    (tmp_path / "again").mkdir()
    again = tmp_path / "again" / "boundaries.geojson"
    again.write_text(json.dumps(shown.geojson()), "utf-8")
    assert read_areas(again) == shown.areas


def test_a_file_that_cannot_be_used_is_named_and_the_map_is_still_there(tmp_path: Path) -> None:
    written(tmp_path, feature(geometry=None))
    shown = city_map(tmp_path)
    assert shown.boundaries == "schematic"
    assert shown.problem is not None
    assert "boundaries.geojson: features[0]" in shown.problem


def geometry(coordinates: object, kind: str = "Polygon") -> dict[str, Any]:
    return feature(geometry={"type": kind, "coordinates": coordinates})


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (feature(properties=None), r"features\[0\]: needs properties"),
        (feature(properties={"adcode": 421202, "name": "x"}), r"features\[0\]\.properties\.adcode"),
        (feature(properties={"adcode": "42120", "name": "x"}), r"features\[0\]\.properties\.adcode"),
        (feature(properties={"adcode": "421202"}), r"features\[0\]\.properties\.name_zh"),
        (feature(properties={"adcode": "421202", "name": "x", "name_en": 1}), r"features\[0\]\.properties\.name_en"),
        (geometry([114.0, 29.0], "Point"), r"features\[0\]\.geometry\.type: must be Polygon or MultiPolygon"),
        (geometry([]), r"coordinates: must be a list that is not empty"),
        (geometry([SQUARE[0][:3]]), r"coordinates\[0\]: a ring has four positions"),
        (geometry([[*SQUARE[0][:3], [1.0, 1.0]]]), r"coordinates\[0\]: a ring .* ends where it starts"),
        (geometry([[[29.0, 114.0]] * 4]), r"coordinates\[0\]\[0\]: \[29\.0, 114\.0\] is no longitude"),
        (geometry([[["a", "b"]] * 4]), r"coordinates\[0\]\[0\]: must be \[longitude, latitude\]"),
        (geometry([[[True, False]] * 4]), r"coordinates\[0\]\[0\]: must be"),
        (geometry({"a": 1}), r"coordinates: must be a list"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_in_the_file(tmp_path: Path, bad: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidBoundaries, match=named):
        read_areas(written(tmp_path, bad))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", "FeatureCollection"),
        ('{"features": []}', "FeatureCollection"),
        ("NaN", "is not JSON"),
    ],
)
def test_what_is_no_feature_collection_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "boundaries.geojson"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidBoundaries, match=problem):
        read_areas(path)


def test_an_area_stands_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidBoundaries, match="421202 stands more than once"):
        read_areas(written(tmp_path, feature(), feature()))


def test_every_enterprise_is_counted_once_in_its_county_or_elsewhere(sqlite_database: Database, tmp_path: Path) -> None:
    registry = Registry(sqlite_database)
    for slug, area in (("demo-a", "421202"), ("demo-b", "421202"), ("demo-c", "421281"), ("demo-d", "421200")):
        registry.add_enterprise(slug=slug, name_zh=slug, name_en=slug, area_code=area, is_demonstration=True)
    pack = read_city_pack(shipped_packs() / "xianning-reply")
    city = city_overview(pack, city_map(tmp_path), registry.enterprises())
    assert (city.area_code, city.name_zh, city.time_zone) == ("421200", "咸宁市", "Asia/Shanghai")
    assert {county.name_zh: county.enterprises for county in city.counties if county.enterprises} == {
        "咸安区": 2,
        "赤壁市": 1,
    }
    assert len(city.elsewhere) == 1
