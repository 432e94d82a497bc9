"""HTTPS from the settings: a client that checks the certificate, a collector that has one, commands beside it."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.fixtures.authority import Authority
from tests.web.conftest import HOUR_US

from millmark.composition import Platform
from millmark.model import AssetPath, Period
from millmark.settings import load_settings
from millmark.web.local import read

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def platform(tmp_path: Path, authority: Authority) -> AsyncIterator[Platform]:
    certificate, key = authority.issue("platform", "/CN=localhost")
    (tmp_path / "millmark.toml").write_text(
        f'[web]\nport = 0\n[mqtt]\nport = 0\n[web.tls]\ncertificate_file = "{certificate}"\nkey_file = "{key}"\n'
        f'client_ca_file = "{authority.file}"\n'
    )
    platform = Platform.open(load_settings(tmp_path, environment={}, demonstration=True))
    enterprise = platform.registry.add_enterprise(
        slug="acme", name_zh="示范工厂(虚构)", name_en="Acme", area_code="421202", is_demonstration=True
    )
    platform.registry.add_site(enterprise.id, slug="north", name_zh="北厂", name_en="North", area_code="421202")
    root = AssetPath.parse("acme/north")
    platform.registry.ensure_gateway("collector", root=root, kind="mqtt", may_register=True)
    await platform.start()
    yield platform
    await platform.stop()


def trusting(authority: Authority, *identity: Path) -> httpx.AsyncClient:
    context = ssl.create_default_context(cafile=authority.file)
    if identity:
        context.load_cert_chain(*identity)
    return httpx.AsyncClient(verify=context, trust_env=False)


async def test_the_console_and_collectors_by_https(platform: Platform, authority: Authority) -> None:
    url = platform.url.replace("127.0.0.1", "localhost")
    assert url.startswith("https://")
    async with trusting(authority) as browser:
        answer = await browser.get(f"{url}/api/health")
        assert answer.status_code == 200
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert (await browser.post(f"{url}/write", content=b"m f=1")).status_code == 401
    async with httpx.AsyncClient(trust_env=False) as stranger:
        with pytest.raises(httpx.ConnectError):
            await stranger.get(f"{url}/api/health")

    async with trusting(authority, *authority.issue("collector", "/CN=collector", "DNS:c")) as collector:
        line = b"m,asset=press f=1.5 1700000000000000000"
        assert (await collector.post(f"{url}/api/v2/write", content=line)).status_code == 204
    series = platform.registry.series_by_key("acme/north/press:m.f")
    period = Period(1_700_000_000_000_000, 1_700_000_000_000_000 + HOUR_US)
    assert platform.history.raw([series.id], period).value.tolist() == [1.5]
    async with trusting(authority, *authority.issue("nobody", "/CN=nobody", "DNS:n")) as nobody:
        assert (await nobody.post(f"{url}/api/v2/write", content=line)).status_code == 401

    # Commands on this machine need no certificate.
    access = read(platform.settings.data)
    assert access is not None
    assert access.url.startswith("http://127.0.0.1:")
    async with httpx.AsyncClient(trust_env=False) as command:
        answer = await command.get(f"{access.url}/api/session", headers={"Authorization": f"Bearer {access.token}"})
        assert answer.status_code == 200
