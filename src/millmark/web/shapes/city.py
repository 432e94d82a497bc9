"""The city, its counties and its map (GeoJSON, RFC 7946)."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from millmark.web.shapes.shape import Shape

Position: TypeAlias = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
Ring: TypeAlias = list[Position]


class County(Shape):
    area_code: str
    name_zh: str
    name_en: str
    enterprises: int
    equipment: int
    connected_now: int
    claims: int


class City(Shape):
    area_code: str
    name_zh: str
    name_en: str
    time_zone: str
    counties: list[County]
    enterprises_elsewhere: int


class Polygon(Shape):
    type: Literal["Polygon"]
    coordinates: list[Ring]


class MultiPolygon(Shape):
    type: Literal["MultiPolygon"]
    coordinates: list[list[Ring]]


class AreaProperties(Shape):
    adcode: str = Field(pattern=r"^\d{6}$")
    name_zh: str
    name_en: str


class AreaFeature(Shape):
    type: Literal["Feature"]
    id: str
    properties: AreaProperties
    geometry: Annotated[Polygon | MultiPolygon, Field(discriminator="type")]


class CityMap(Shape):
    """`boundaries` says whether the areas are a schematic drawing or a file that the operator added.

    `problem` says why the operator's file was left aside, if it was.
    """

    type: Literal["FeatureCollection"]
    boundaries: Literal["schematic", "user"]
    problem: str | None
    features: list[AreaFeature]
