"""Enterprises, what stands in them, and their live values."""

from __future__ import annotations

from pydantic import Field, JsonValue

from millmark.model.asset import AssetLevel
from millmark.model.series import DataType, Origin, SeriesRole
from millmark.web.shapes.shape import Finite, Shape, TimeUs


class EnterpriseView(Shape):
    """`equipment` counts what is meant to be connected; `connected_now` what brought a good value lately."""

    id: int
    slug: str
    name_zh: str
    name_en: str
    area_code: str
    is_demonstration: bool
    is_placeholder: bool
    equipment: int
    connected_now: int
    claims: int


class EnterpriseList(Shape):
    enterprises: list[EnterpriseView]


class SiteView(Shape):
    id: int
    slug: str
    name_zh: str
    name_en: str
    area_code: str
    time_zone: str
    path: str


class SiteList(Shape):
    sites: list[SiteView]


class AssetView(Shape):
    path: str
    level: AssetLevel
    name_zh: str
    name_en: str
    parent: str | None
    counts_as_equipment: bool


class SeriesView(Shape):
    id: int
    key: str
    asset: str
    metric: str
    unit: str
    data_type: DataType
    role: SeriesRole
    origin: Origin


class SeriesDetail(SeriesView):
    """`declared` is what the device last said of the series beside its type and unit: ranges, a description, …"""

    declared: dict[str, JsonValue]


class EnterpriseDetail(Shape):
    enterprise: EnterpriseView
    sites: list[SiteView]
    assets: list[AssetView]
    series: list[SeriesView]


class NewEnterprise(Shape):
    """With a credit code (GB 32100-2015), or marked as a placeholder of somebody not identified yet."""

    slug: str = Field(min_length=1, max_length=63)
    name_zh: str = Field(min_length=1, max_length=255)
    name_en: str = Field(min_length=1, max_length=255)
    area_code: str = Field(min_length=6, max_length=6)
    credit_code: str | None = Field(default=None, max_length=18)
    is_placeholder: bool = False
    industry_code: str | None = Field(default=None, max_length=5)


class NewSite(Shape):
    slug: str = Field(min_length=1, max_length=63)
    name_zh: str = Field(min_length=1, max_length=255)
    name_en: str = Field(min_length=1, max_length=255)
    area_code: str = Field(min_length=6, max_length=6)
    time_zone: str = "Asia/Shanghai"


class NewAsset(Shape):
    """What is null stays as it is; the asset above it must be registered. `attributes` replaces all attributes.

    OEE reads `planned_run_time_per_item_s` (seconds) and `state.<STATE>` (APT, AUST, ADET, ADOT or PLANNED_DOWN).
    """

    path: str = Field(min_length=1, max_length=512)
    level: AssetLevel
    name_zh: str | None = Field(default=None, max_length=255)
    name_en: str | None = Field(default=None, max_length=255)
    counts_as_equipment: bool | None = None
    attributes: dict[str, float | str] | None = None


class LivePoint(Shape):
    """The latest point of a series by source time: `value` for numbers, `text` for texts, null where none was given."""

    series: int
    source_time_us: TimeUs
    value: Finite
    text: str | None
    quality: int


class LivePoints(Shape):
    """`dropped` says how many updates a slow reader missed before this snapshot; 0 otherwise."""

    points: list[LivePoint]
    dropped: int
