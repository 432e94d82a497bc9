"""Registering what the settings declare: the plant, its gateways and the series that the drivers will bring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from millmark.drivers.config import DriverConfig, TagDeclaration
from millmark.model import AssetPath, utc_us
from millmark.registry import AlreadyRegistered, InvalidEntry, NotRegistered, Registry, SeriesDeclaration, Site
from millmark.settings.errors import InvalidSettings
from millmark.settings.plant import EnterpriseTable, SiteTable
from millmark.settings.settings import Settings


def declare(settings: Settings, registry: Registry) -> None:
    """Registers enterprises, sites, assets, gateways and series, or brings them up to date; may be repeated.

    Raises `InvalidSettings` naming file and table for what the registry refuses.
    """
    for number, enterprise in enumerate(settings.tables.enterprise):
        with _naming_the_table(settings, f"enterprise[{number}]"):
            _declare_enterprise(registry, enterprise)
    for number, gateway in enumerate(settings.tables.gateway):
        with _naming_the_table(settings, f"gateway[{number}]"):
            root = AssetPath.parse(gateway.root)
            registry.ensure_gateway(gateway.id, root=root, kind="mqtt", may_register=gateway.may_register)
    for kind, drivers in settings.tables.connections.items():
        for number, driver in enumerate(drivers):
            with _naming_the_table(settings, f"{kind}[{number}]"):
                _declare_driver(registry, driver)


def series_declaration(tag: TagDeclaration) -> SeriesDeclaration:
    """What a driver's tag is to the registry."""
    return SeriesDeclaration(tag.asset, tag.metric, tag.unit, tag.data_type, tag.role, tag.origin, tag.rollover)


@contextmanager
def _naming_the_table(settings: Settings, table: str) -> Iterator[None]:
    try:
        yield
    except (InvalidEntry, NotRegistered, AlreadyRegistered) as error:
        raise InvalidSettings(f"{settings.file}: table [{table}]: {error}") from error


def _declare_enterprise(registry: Registry, table: EnterpriseTable) -> None:
    enterprise = registry.ensure_enterprise(**table.model_dump(exclude={"sites"}))
    for site_table in table.sites:
        site = registry.ensure_site(enterprise.id, **site_table.model_dump(exclude={"assets"}))
        _declare_assets(registry, site, site_table)


def _declare_assets(registry: Registry, site: Site, table: SiteTable) -> None:
    # From the top down, whatever the order of the file: what is declared gets its declared level.
    for asset in sorted(table.assets, key=lambda asset: asset.path.count("/")):
        registry.ensure_asset(
            site.path.join(asset.path),
            asset.level,
            name_zh=asset.name_zh,
            name_en=asset.name_en,
            counts_as_equipment=asset.counts_as_equipment,
            in_service_from_us=_start_of(asset.in_service_from, site.zone),
            in_service_until_us=_start_of(asset.in_service_until, site.zone),
            attributes=asset.attributes,
            create_parents=True,
        )


def _declare_driver(registry: Registry, driver: DriverConfig) -> None:
    registry.ensure_gateway(driver.gateway, root=AssetPath.parse(driver.root), kind=driver.kind)
    registry.ensure_all_series(driver.gateway, [series_declaration(tag) for tag in driver.declared])


def _start_of(day: date | None, zone: ZoneInfo) -> int | None:
    return None if day is None else utc_us(datetime.combine(day, time(), tzinfo=zone))
