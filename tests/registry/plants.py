"""A small plant most tests of this room start from."""

from __future__ import annotations

from millmark.model import AssetLevel, AssetPath
from millmark.registry import Enterprise, Registry, Site

HUAWEI = "914403001922038216"
TENCENT = "9144030071526726XG"


def at(path: str) -> AssetPath:
    return AssetPath.parse(path)


def build_enterprise(registry: Registry, slug: str = "acme") -> Enterprise:
    return registry.add_enterprise(
        slug=slug, name_zh="示范工厂(虚构)", name_en="Acme", area_code="421200", is_demonstration=True
    )


def build_plant(registry: Registry) -> Site:
    """acme / north / press-shop / line-1 / press-1, with the gateway `plc` at the site."""
    enterprise = build_enterprise(registry)
    site = registry.add_site(enterprise.id, slug="north", name_zh="北厂", name_en="North works", area_code="421202")
    registry.ensure_asset(at("acme/north/press-shop"), AssetLevel.AREA)
    registry.ensure_asset(at("acme/north/press-shop/line-1"), AssetLevel.LINE)
    registry.ensure_asset(at("acme/north/press-shop/line-1/press-1"), AssetLevel.EQUIPMENT, counts_as_equipment=True)
    registry.ensure_gateway("plc", root=site.path, kind="opcua")
    return site
