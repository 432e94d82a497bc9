"""Registering what the settings declare: the gateways and series that the drivers will bring."""

from __future__ import annotations

from millmark.drivers.config import DriverConfig, TagDeclaration
from millmark.model import AssetPath
from millmark.registry import AlreadyRegistered, InvalidEntry, NotRegistered, Registry, SeriesDeclaration
from millmark.settings.errors import InvalidSettings
from millmark.settings.settings import Settings


def declare(settings: Settings, registry: Registry) -> None:
    """Registers each connection's gateway and series, or brings them up to date; may be repeated.

    Raises `InvalidSettings`, naming file and table, for what the registry refuses.
    """
    for kind, drivers in settings.tables.connections.items():
        for number, driver in enumerate(drivers):
            try:
                _declare_driver(registry, driver)
            except (InvalidEntry, NotRegistered, AlreadyRegistered) as error:
                raise InvalidSettings(f"{settings.file}: table [{kind}[{number}]]: {error}") from error


def _declare_driver(registry: Registry, driver: DriverConfig) -> None:
    registry.ensure_gateway(driver.gateway, root=AssetPath.parse(driver.root), kind=driver.kind)
    registry.ensure_all_series(driver.gateway, [_series(tag) for tag in driver.declared])


def _series(tag: TagDeclaration) -> SeriesDeclaration:
    return SeriesDeclaration(tag.asset, tag.metric, tag.unit, tag.data_type, tag.role, tag.origin, tag.rollover)
