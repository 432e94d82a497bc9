"""The tables that say what a node's plant is made of: enterprises, their sites and their assets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from millmark.model import AssetLevel, AssetPath
from millmark.registry import AttributeValue, InvalidEntry, check_credit_code
from millmark.registry.attributes import check_attributes
from millmark.registry.codes import check_area_code, check_industry_code, check_slug, check_time_zone
from millmark.settings.table import Table


def _form(check: Callable[[str], str]) -> Callable[[str], str]:
    """The registry's own check of a form, saying what it says in a way that pydantic collects."""

    def checked(text: str) -> str:
        try:
            return check(text)
        except InvalidEntry as error:
            raise ValueError(str(error)) from error

    return checked


def _attributes(values: dict[str, AttributeValue]) -> dict[str, AttributeValue]:
    try:
        return check_attributes(values)
    except InvalidEntry as error:
        raise ValueError(str(error)) from error


def _relative_path(text: str) -> str:
    AssetPath.parse(text)
    return text


Slug = Annotated[str, AfterValidator(_form(lambda text: check_slug(text, "an enterprise or a site")))]
AreaCode = Annotated[str, AfterValidator(_form(check_area_code))]
Name = Annotated[str, Field(min_length=1, max_length=255)]


class AssetTable(Table):
    """One node of the plant below its site.

    `path` is relative to the site, from the top down; nodes above it that are not declared come about by themselves.
    `in_service_from` and `in_service_until` are days of the site: the first day in service, and the first day no more.
    """

    path: Annotated[str, AfterValidator(_relative_path)]
    level: AssetLevel
    name_zh: Name | None = None
    name_en: Name | None = None
    counts_as_equipment: bool | None = None
    in_service_from: date | None = None
    in_service_until: date | None = None
    attributes: Annotated[dict[str, AttributeValue], AfterValidator(_attributes)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.level in (AssetLevel.ENTERPRISE, AssetLevel.SITE):
            raise ValueError(f"a {self.level} has a table of its own; an asset is area, line, cell or equipment")
        first, last = self.in_service_from, self.in_service_until
        if first is not None and last is not None and last <= first:
            raise ValueError(f"in_service_until ({last}) must come after in_service_from ({first})")
        return self


class SiteTable(Table):
    """A place where the enterprise works."""

    slug: Slug
    name_zh: Name
    name_en: Name
    area_code: AreaCode
    time_zone: Annotated[str, AfterValidator(_form(check_time_zone))] = "Asia/Shanghai"
    assets: tuple[AssetTable, ...] = ()


class EnterpriseTable(Table):
    """An enterprise whose machines this node reads; it is registered, or brought up to date, at each start."""

    slug: Slug
    name_zh: Name
    name_en: Name
    area_code: AreaCode
    credit_code: Annotated[str, AfterValidator(_form(check_credit_code))] | None = None
    is_placeholder: bool = False
    is_demonstration: bool = False
    industry_code: Annotated[str, AfterValidator(_form(check_industry_code))] | None = None
    sites: tuple[SiteTable, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        unreal = self.is_placeholder or self.is_demonstration
        if self.credit_code is None and not unreal:
            raise ValueError("an enterprise needs its credit_code, or is_placeholder = true until it is known")
        if self.credit_code is not None and unreal:
            raise ValueError("a placeholder or demonstration must not carry a real entity's credit_code")
        return self


class GatewayTable(Table):
    """An MQTT gateway; its key is made with `millmark gateway key`.

    `root` is the asset everything it brings is placed below; with `may_register` metrics that are not known yet become
    series by themselves.
    """

    id: Annotated[str, AfterValidator(_form(lambda text: check_slug(text, "a gateway")))]
    root: Annotated[str, AfterValidator(_relative_path)]
    may_register: bool = False
