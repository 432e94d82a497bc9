"""InfluxDB's own client writes to a running platform as it writes to InfluxDB."""

from __future__ import annotations

import asyncio
import importlib
import warnings
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import HOUR_US

from millmark.composition import Platform
from millmark.model import AssetPath, Period
from millmark.settings import load_settings

FIRST_S = 1_700_000_000


@pytest.mark.parametrize("is_packed", [False, True])
async def test_points_of_an_influx_client_are_stored(tmp_path: Path, is_packed: bool) -> None:
    (tmp_path / "millmark.toml").write_text("[web]\nport = 0\n[mqtt]\nport = 0\n")
    platform = Platform.open(load_settings(tmp_path, environment={}, demonstration=True))
    enterprise = platform.registry.add_enterprise(
        slug="acme", name_zh="示范工厂(虚构)", name_en="Acme", area_code="421202", is_demonstration=True
    )
    root = AssetPath.parse("acme/north")
    platform.registry.add_site(enterprise.id, slug="north", name_zh="北厂", name_en="North", area_code="421202")
    platform.registry.ensure_gateway("telegraf-1", root=root, kind="mqtt", may_register=True)
    key = platform.registry.set_gateway_key("telegraf-1")
    await platform.start()
    try:
        await asyncio.to_thread(write, platform.url, key, is_packed)
        series = platform.registry.series_by_key("acme/north/line 1/press:power.voltage{phase=L1}")
        period = Period(FIRST_S * 1_000_000, FIRST_S * 1_000_000 + HOUR_US)
        assert platform.history.raw([series.id], period).value.tolist() == [230.0 + index for index in range(1_000)]
    finally:
        await platform.stop()


def write(url: str, key: str, is_packed: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        influx: Any = importlib.import_module("influxdb_client")
        api: Any = importlib.import_module("influxdb_client.client.write_api")
    points = [
        influx.Point("power")
        .tag("asset", "line 1/press")
        .tag("phase", "L1")
        .field("voltage", 230.0 + index)
        .time(FIRST_S + index, "s")
        for index in range(1_000)
    ]
    with influx.InfluxDBClient(url, token=key, org="acme", enable_gzip=is_packed) as client:
        assert client.ping()
        with client.write_api(write_options=api.SYNCHRONOUS) as writing:
            # The key alone as token, the gateway as bucket.
            writing.write("telegraf-1", record=points, write_precision="s")
