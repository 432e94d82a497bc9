"""A platform with two tenants, an account of each role, and points in its history; one for all tests of a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import numpy as np
import pytest
from tests.fixtures.schemas import lay_schemas
from tests.web.onlooker import SEEN, Onlooker
from tests.web.whose_acts import ACTS

from millmark.composition import Platform
from millmark.history import CommitBlock
from millmark.model import AssetLevel, AssetPath, DataType, PointBatch, Series, SeriesRole
from millmark.registry import Enterprise, Site
from millmark.settings import Settings, load_settings
from millmark.web.access import Role
from millmark.web.sessions import COOKIE

HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class Tenant:
    """An enterprise with one machine that has a temperature and a state, and points of the last two days."""

    enterprise: Enterprise
    site: Site
    machine: AssetPath
    temperature: Series
    state: Series


@dataclass(frozen=True)
class World:
    platform: Platform
    north: Tenant
    south: Tenant
    tokens: dict[str, str]
    """Session tokens by role; roles of an enterprise belong to `north`."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("platform")
    lay_schemas(folder)
    return load_settings(folder, demonstration=True)


# The engine serves one folder a process, so a module's world must be gone before the next one opens its own.
@pytest.fixture(scope="module")
def world(settings: Settings) -> Iterator[World]:
    platform = Platform.open(settings)
    try:
        north, south = (_tenant(platform, name) for name in ("north-mill", "south-mill"))
        yield World(platform, north, south, _sessions(platform, north))
    finally:
        platform.close()


@pytest.fixture(scope="module", autouse=True)
def acts_are_held(request: pytest.FixtureRequest) -> Iterator[None]:
    """Acts that `whose_acts.py` says a file holds must have been answered in it to somebody from outside, and recorded;
    where all tests of the file ran."""
    SEEN.clear()
    yield
    file = request.path
    ran = {one.originalname for one in request.session.items if one.path == file and isinstance(one, pytest.Function)}
    written = {name for name in vars(request.module) if name.startswith("test_")}
    if written <= ran and not request.session.testsfailed:
        missed = {act for act, held_in in ACTS.items() if held_in == file.name} - SEEN
        assert missed == set(), f"{file.name} does not hold what whose_acts.py says"


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the application as a stranger."""
    transport = httpx.ASGITransport(Onlooker(world.platform), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://millmark.test") as client:
        yield client


def cookie(token: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={token}"}


def _tenant(platform: Platform, slug: str) -> Tenant:
    registry = platform.registry
    enterprise = registry.add_enterprise(
        slug=slug, name_zh="示范工厂(虚构)", name_en="Fictional mill", area_code="421202", is_demonstration=True
    )
    site = registry.add_site(enterprise.id, slug="works", name_zh="厂区", name_en="Works", area_code="421202")
    machine = site.path.child("press")
    registry.ensure_asset(machine, AssetLevel.EQUIPMENT, name_zh="压机", name_en="Press", counts_as_equipment=True)
    registry.ensure_gateway(f"{slug}-gateway", root=site.path, kind="mqtt", may_register=True)
    temperature = registry.ensure_series(f"{slug}-gateway", "press", "temperature", unit="Cel")
    state = registry.ensure_series(f"{slug}-gateway", "press", "state", data_type=DataType.TEXT, role=SeriesRole.STATE)
    now = platform.now_us()
    times = np.arange(now - 50 * HOUR_US, now, 300_000_000, dtype=np.int64)
    count = len(times)
    platform.history.commit(
        CommitBlock(
            points=PointBatch(
                np.full(count, temperature.id, np.uint32),
                times,
                times,
                np.sin(np.arange(count) / 10) * 5 + 60,
                np.zeros(count, np.uint8),
                np.zeros(count, np.uint32),
            )
        )
    )
    return Tenant(enterprise, site, machine, temperature, state)


def _sessions(platform: Platform, tenant: Tenant) -> dict[str, str]:
    tokens = {}
    for role in Role:
        name = f"the-{role}"
        platform.accounts.add(name, role, tenant.enterprise.id if role.belongs_to_an_enterprise else None)
        account = next(one for one in platform.accounts.accounts() if one.name == name)
        tokens[role.value] = platform.sessions.open(account.id, "127.0.0.1")
    return tokens
