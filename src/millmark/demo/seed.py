"""Fills a platform with the demonstration: settings, factories, the sample city, the call, the sign-in.

May be repeated: what is there stays, ports are brought up to date, and whoever has not yet set a password of their own
gets a fresh one-time password.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from millmark.demo.desk_seed import seed_desk
from millmark.demo.factories import DemoFactory, demonstration_factories, driver_configs, recorder_configs
from millmark.demo.ports import LOOPBACK
from millmark.demo.recordings import recordings_folder
from millmark.model.period import HOUR_US
from millmark.programmes.proof import Detail, NewConsent, Purpose, Recipient
from millmark.registry.records import SeriesDeclaration

if TYPE_CHECKING:
    from millmark.composition import Platform
    from millmark.drivers.config import TagDeclaration
    from millmark.registry import Registry

SETTINGS_FILE = "millmark.toml"
KEY_FILE = Path("simulators") / "gateway.key"
FACTS_FILE = Path(__file__).with_name("data") / "city" / "facts.csv"
DEMONSTRATION_PACK = "connected-factory-demo"
ADMIN = "admin"
SEEDED_BY = "demo"
CONSENT_DAYS = 365
CONSENTED = (
    (Recipient.OFFICE, Purpose.SUPERVISION, Detail.ROWS),
    (Recipient.PUBLIC, Purpose.STATISTICS, Detail.VALUE),
)


@dataclass(frozen=True, slots=True)
class DemoPorts:
    """Where everything of a demo listens, on loopback."""

    web: int
    mqtt: int
    opcua: int
    modbus: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in; `password` is None when the account has one of its owner's own."""

    account: str
    password: str | None


def write_settings(folder: Path, ports: DemoPorts) -> None:
    """The platform's settings file, with the drivers that read the simulated machines."""
    drivers: dict[str, list[dict[str, Any]]] = {}
    configs = (
        *driver_configs(
            opcua_endpoint=f"opc.tcp://{LOOPBACK}:{ports.opcua}/millmark/demo-a",
            modbus_host=LOOPBACK,
            modbus_port=ports.modbus,
        ),
        *recorder_configs(recordings_folder()),
    )
    for config in configs:
        table = config.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        table.pop("kind", None)
        drivers.setdefault(config.kind, []).append(table)
    settings = {
        "node": {"demonstration": True},
        "web": {"host": LOOPBACK, "port": ports.web},
        "mqtt": {"host": LOOPBACK, "port": ports.mqtt},
        **drivers,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SETTINGS_FILE).write_text(
        "# Written by `millmark demo` at each start: changes here do not last.\n" + tomli_w.dumps(settings), "utf-8"
    )


def seed(platform: Platform, folder: Path) -> SignIn:
    """Everything that the demonstration needs to be there before the first point comes in."""
    for factory in demonstration_factories():
        register_factory(platform.registry, factory)
    if not (folder / KEY_FILE).exists():
        write_secret(folder / KEY_FILE, platform.registry.set_gateway_key("demo-c"))
    platform.facts_import.run(FACTS_FILE, recorded_by=SEEDED_BY)
    platform.programmes.publish(DEMONSTRATION_PACK)
    consent(platform)
    seed_desk(platform)
    return _sign_in(platform)


def consent(platform: Platform) -> None:
    """What real enterprises decide by themselves: the office sees the claims, the public the values, for a year."""
    until_us = platform.now_us() + CONSENT_DAYS * 24 * HOUR_US
    for factory in demonstration_factories():
        enterprise_id = platform.registry.enterprise_by_slug(factory.slug).id
        now_us = platform.now_us()
        standing = [one for one in platform.consents.consents(enterprise_id) if one.state(now_us) == "in_force"]
        for recipient, purpose, detail in CONSENTED:
            if not any((one.recipient, one.purpose) == (recipient, purpose) for one in standing):
                platform.consents.give(
                    NewConsent(enterprise_id, recipient, purpose, detail, until_us), given_by=SEEDED_BY
                )


def register_factory(registry: Registry, factory: DemoFactory) -> None:
    """The enterprise, its site, what stands there, and what its gateways bring."""
    enterprise = registry.ensure_enterprise(
        slug=factory.slug,
        name_zh=factory.name_zh,
        name_en=factory.name_en,
        area_code=factory.area_code,
        is_demonstration=True,
    )
    registry.ensure_site(
        enterprise.id,
        slug=factory.site_slug,
        name_zh=factory.site_name_zh,
        name_en=factory.site_name_en,
        area_code=factory.area_code,
    )
    for asset in factory.assets:
        registry.ensure_asset(
            asset.path,
            asset.level,
            name_zh=asset.name_zh,
            name_en=asset.name_en,
            counts_as_equipment=asset.counts_as_equipment,
            attributes=asset.attributes,
        )
    for gateway in factory.gateways:
        registry.ensure_gateway(gateway.id, root=gateway.root, kind=gateway.kind)
        registry.ensure_all_series(gateway.id, [_declaration(tag) for tag in gateway.tags])


def _declaration(tag: TagDeclaration) -> SeriesDeclaration:
    return SeriesDeclaration(tag.asset, tag.metric, tag.unit, tag.data_type, tag.role, tag.origin, tag.rollover)


def _sign_in(platform: Platform) -> SignIn:
    if platform.first_password is not None:
        return SignIn(ADMIN, platform.first_password)
    admin = next(account for account in platform.accounts.accounts() if account.name == ADMIN)
    return SignIn(ADMIN, platform.accounts.reset(ADMIN) if admin.must_change_password else None)


def write_secret(path: Path, secret: str) -> None:
    """A file that its owner alone can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)
