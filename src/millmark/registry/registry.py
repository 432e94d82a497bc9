"""The room's front: what exists, each operation one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from millmark.model import AssetLevel, AssetPath, DataType, Origin, Series, SeriesRole, UnitSystem
from millmark.registry import assets, declared, enterprises, gateways, quotas, series, sites, write_grants
from millmark.registry.assets import AssetDetails
from millmark.registry.attributes import AttributeValue
from millmark.registry.enterprises import NewEnterprise
from millmark.registry.orm import Database
from millmark.registry.records import (
    Asset,
    Enterprise,
    Gateway,
    GatewayKind,
    GatewayQuota,
    JsonValue,
    SeriesDeclaration,
    Site,
    WriteGrant,
)
from millmark.registry.sites import NewSite


def _system_time_us() -> int:
    return time.time_ns() // 1_000


class Registry:
    """Enterprises, sites, assets, series and gateways.

    Thread-safe and synchronous. Looking up one thing returns it or raises `NotRegistered`; what cannot be registered
    raises `InvalidEntry` or `AlreadyRegistered`; a database that fails raises `DatabaseUnavailable`. `ensure_…` may be
    repeated and may run in many processes at once: each gets the same entry.
    """

    def __init__(
        self, database: Database, *, now_us: Callable[[], int] = _system_time_us, units: UnitSystem | None = None
    ) -> None:
        self.database = database
        self._now_us = now_us
        self._units = units or UnitSystem()

    # Enterprises

    def add_enterprise(
        self,
        *,
        slug: str,
        name_zh: str,
        name_en: str,
        area_code: str,
        credit_code: str | None = None,
        is_placeholder: bool = False,
        is_demonstration: bool = False,
        industry_code: str | None = None,
    ) -> Enterprise:
        """Registers a legal entity by its credit code, or without one a placeholder or a demonstration."""
        new = NewEnterprise(
            slug, name_zh, name_en, area_code, credit_code, is_placeholder, is_demonstration, industry_code
        )
        with self.database.transaction() as session:
            return enterprises.add_enterprise(session, new, self._now_us())

    def ensure_enterprise(
        self,
        *,
        slug: str,
        name_zh: str,
        name_en: str,
        area_code: str,
        credit_code: str | None = None,
        is_placeholder: bool = False,
        is_demonstration: bool = False,
        industry_code: str | None = None,
    ) -> Enterprise:
        """Registers it, or brings names, area and industry up to date; who it is never changes."""
        new = NewEnterprise(
            slug, name_zh, name_en, area_code, credit_code, is_placeholder, is_demonstration, industry_code
        )
        with self.database.transaction() as session:
            return enterprises.ensure_enterprise(session, new, self._now_us())

    def identify_enterprise(self, enterprise_id: int, credit_code: str) -> Enterprise:
        """Turns a placeholder into the legal entity with that credit code."""
        with self.database.transaction() as session:
            return enterprises.identify_enterprise(session, enterprise_id, credit_code)

    def enterprise(self, enterprise_id: int) -> Enterprise:
        with self.database.reading() as session:
            return enterprises.enterprise(session, enterprise_id)

    def enterprise_by_slug(self, slug: str) -> Enterprise:
        with self.database.reading() as session:
            return enterprises.enterprise_by_slug(session, slug)

    def enterprises(self) -> list[Enterprise]:
        with self.database.reading() as session:
            return enterprises.enterprises(session)

    def enterprises_of(self, ids: Collection[int]) -> list[Enterprise]:
        """Those of the ids that are registered."""
        with self.database.reading() as session:
            return enterprises.enterprises_of(session, ids)

    def slugs_within(self, area_code: str) -> Mapping[int, str]:
        """Slugs by id of the enterprises in an administrative division, e.g. all of 4212xx for 421200."""
        with self.database.reading() as session:
            return enterprises.slugs_within(session, area_code)

    # Sites

    def add_site(
        self,
        enterprise_id: int,
        *,
        slug: str,
        name_zh: str,
        name_en: str,
        area_code: str,
        time_zone: str = "Asia/Shanghai",
    ) -> Site:
        """Registers a site, whose days are the calendar days of its time zone (IANA name)."""
        with self.database.transaction() as session:
            new = NewSite(slug, name_zh, name_en, area_code, time_zone)
            return sites.add_site(session, enterprise_id, new, self._now_us())

    def ensure_site(
        self,
        enterprise_id: int,
        *,
        slug: str,
        name_zh: str,
        name_en: str,
        area_code: str,
        time_zone: str = "Asia/Shanghai",
    ) -> Site:
        """Registers it, or brings names and area up to date; its time zone never changes."""
        with self.database.transaction() as session:
            new = NewSite(slug, name_zh, name_en, area_code, time_zone)
            return sites.ensure_site(session, enterprise_id, new, self._now_us())

    def site(self, site_id: int) -> Site:
        with self.database.reading() as session:
            return sites.site(session, site_id)

    def sites(self, enterprise_id: int | None = None) -> list[Site]:
        with self.database.reading() as session:
            return sites.sites(session, enterprise_id)

    # Assets

    def ensure_asset(
        self,
        path: AssetPath,
        level: AssetLevel,
        *,
        name_zh: str | None = None,
        name_en: str | None = None,
        counts_as_equipment: bool | None = None,
        in_service_from_us: int | None = None,
        in_service_until_us: int | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
        create_parents: bool = False,
    ) -> Asset:
        """The asset at `path`, registered if need be; what is given is taken over, what is None stays as it is.

        Missing assets above it are registered only with `create_parents`. `attributes` replaces all attributes.
        """
        details = AssetDetails(
            name_zh, name_en, counts_as_equipment, in_service_from_us, in_service_until_us, attributes
        )
        with self.database.transaction() as session:
            return assets.ensure_asset(
                session, path, level, details, create_parents=create_parents, now_us=self._now_us()
            )

    def move_to_level(self, path: AssetPath, level: AssetLevel) -> Asset:
        """Corrects an asset's level, if the one above it and those below it allow that."""
        with self.database.transaction() as session:
            return assets.move_to_level(session, path, level)

    def set_service(self, path: AssetPath, *, from_us: int | None, until_us: int | None) -> Asset:
        """Says when the asset is in service: [from_us, until_us), None is open."""
        with self.database.transaction() as session:
            return assets.set_service(session, path, from_us, until_us)

    def asset(self, path: AssetPath) -> Asset:
        with self.database.reading() as session:
            return assets.asset(session, path)

    def assets_under(self, path: AssetPath) -> list[Asset]:
        """The asset and all below it, by path; empty when nothing is registered there."""
        with self.database.reading() as session:
            return assets.assets_under(session, path)

    # Series

    def ensure_series(
        self,
        gateway: str,
        relative_asset: str,
        metric: str,
        *,
        unit: str = "1",
        data_type: DataType = DataType.FLOAT,
        role: SeriesRole | None = None,
        origin: Origin | None = None,
        rollover: float | None = None,
    ) -> Series:
        """The series a gateway means by (relative asset, metric), registered if need be.

        Unknown assets become equipment that does not count as such. Another unit, data type or origin than the one
        registered raises `SeriesMismatch`.
        """
        declaration = SeriesDeclaration(relative_asset, metric, unit, data_type, role, origin, rollover)
        return self.ensure_all_series(gateway, [declaration])[0]

    def ensure_all_series(self, gateway: str, declarations: Sequence[SeriesDeclaration]) -> list[Series]:
        """`ensure_series` for many, in one transaction: all of them or none."""
        with self.database.transaction() as session:
            return series.ensure_series(session, gateway, declarations, units=self._units, now_us=self._now_us())

    def series(self, ids: Iterable[int] | None = None) -> list[Series]:
        """The series with these ids, in their order; all without ids."""
        with self.database.reading() as session:
            return series.series(session, ids)

    def series_under(self, path: AssetPath) -> list[Series]:
        """The series of an asset and of all below it, by asset and metric."""
        with self.database.reading() as session:
            return series.series_under(session, path)

    def series_ids_under(self, path: AssetPath) -> list[int]:
        """Their ids alone, ascending; quick for many."""
        with self.database.reading() as session:
            return series.series_ids_under(session, path)

    def series_by_key(self, key: str) -> Series:
        """The series by its portable name, `asset/path:metric`."""
        with self.database.reading() as session:
            return series.series_by_key(session, key)

    def declare_properties(self, said: Mapping[int, Mapping[str, JsonValue]]) -> None:
        """Takes what devices say of their series, by series id, for the latest word on them."""
        with self.database.transaction() as session:
            declared.declare(session, said, now_us=self._now_us())

    def declared_properties(self, series_id: int) -> Mapping[str, JsonValue]:
        """What a device last declared of a series beside its type and unit; empty when it declared nothing."""
        with self.database.reading() as session:
            return declared.declared(session, series_id)

    def bindings(self, gateway: str) -> dict[tuple[str, str], Series]:
        """(relative asset, metric) -> series, of all that a gateway has declared."""
        with self.database.reading() as session:
            return series.bindings(session, gateway)

    # Gateways

    def ensure_gateway(
        self, gateway_id: str, *, root: AssetPath, kind: GatewayKind | str, may_register: bool = False
    ) -> Gateway:
        """The gateway, registered if need be at a registered asset; one that has series never moves."""
        with self.database.transaction() as session:
            return gateways.ensure_gateway(
                session, gateway_id, root, GatewayKind(kind), may_register=may_register, now_us=self._now_us()
            )

    def gateway(self, gateway_id: str) -> Gateway:
        with self.database.reading() as session:
            return gateways.gateway(session, gateway_id)

    def gateways(self) -> list[Gateway]:
        with self.database.reading() as session:
            return gateways.gateways(session)

    def set_gateway_quota(self, gateway_id: str, quota: GatewayQuota) -> None:
        """Gives the gateway limits of its own; what is None in them is as for everybody."""
        with self.database.transaction() as session:
            quotas.set_quota(session, gateway_id, quota)

    def gateway_quotas(self) -> Mapping[str, GatewayQuota]:
        """The limits of gateways that have some of their own."""
        with self.database.reading() as session:
            return quotas.quotas(session)

    def grant_writing(self, gateway_id: str, *, granted_by: str) -> WriteGrant:
        """Lets values be written to the gateway's machines, by people who have the permission."""
        with self.database.transaction() as session:
            return write_grants.grant(session, gateway_id, granted_by=granted_by, now_us=self._now_us())

    def withdraw_writing(self, gateway_id: str) -> None:
        """From now on nothing is written to the gateway's machines."""
        with self.database.transaction() as session:
            write_grants.withdraw(session, gateway_id)

    def write_grants(self) -> Mapping[str, WriteGrant]:
        """Of each gateway that may be written to."""
        with self.database.reading() as session:
            return write_grants.grants(session)

    def set_gateway_key(self, gateway_id: str) -> str:
        """Gives the gateway a new key and returns it in plain, this once."""
        with self.database.transaction() as session:
            return gateways.set_gateway_key(session, gateway_id)

    def revoke_gateway_key(self, gateway_id: str) -> None:
        """Takes the gateway's key away; it cannot sign in until it gets a new one."""
        with self.database.transaction() as session:
            gateways.revoke_gateway_key(session, gateway_id)

    def check_gateway_key(self, gateway_id: str, key: str) -> bool:
        """Whether this is the gateway's key; an unknown gateway has none."""
        with self.database.reading() as session:
            return gateways.check_gateway_key(session, gateway_id, key)
