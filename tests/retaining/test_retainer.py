"""A platform lets go of old months, but of nothing that a seal or a claim still needs; what comes late is set aside."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from millmark.composition import Platform
from millmark.history import CommitBlock
from millmark.history.retention import month_period
from millmark.model import AssetLevel, Period, PointBatch, ReadingBatch, utc_us
from millmark.settings import load_settings

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
NOW = utc_us(datetime(2026, 6, 10, tzinfo=UTC))


def month(number: int) -> Period:
    return month_period(202600 + number)


def platform_with_old_points(folder: Path, settings: str) -> tuple[Platform, int]:
    """One site in China, an hourly series on the tenth of January to April, UTC."""
    folder.mkdir()
    (folder / "millmark.toml").write_text(settings)
    platform = Platform.open(load_settings(folder, demonstration=True))
    enterprise = platform.registry.add_enterprise(
        slug="mill", name_zh="示范工厂(虚构)", name_en="Fictional mill", area_code="421202", is_demonstration=True
    )
    site = platform.registry.add_site(enterprise.id, slug="works", name_zh="厂区", name_en="Works", area_code="421202")
    platform.registry.ensure_asset(
        site.path.child("press"), AssetLevel.EQUIPMENT, name_zh="压机", name_en="Press", counts_as_equipment=True
    )
    platform.registry.ensure_gateway("gateway", root=site.path, kind="mqtt", may_register=True)
    series = platform.registry.ensure_series("gateway", "press", "temperature", unit="Cel")
    times = np.concatenate([month(each).start_us + 9 * DAY_US + np.arange(24) * HOUR_US for each in range(1, 5)])
    nothing = np.zeros(len(times), np.int64)
    values = np.round(np.sin(times / 1e10), 3)
    platform.history.commit(
        CommitBlock(
            points=PointBatch(
                nothing.astype(np.uint32) + series.id,
                times,
                nothing,
                values,
                nothing.astype(np.uint8),
                nothing.astype(np.uint32),
            )
        )
    )
    return platform, series.id


async def test_only_sealed_months_go_and_late_points_of_them_are_set_aside(tmp_path, monkeypatch, caplog):
    platform, series = platform_with_old_points(tmp_path / "state", "[retention]\nraw_days = 60\n")
    try:
        monkeypatch.setattr(platform.retainer, "_now_us", lambda: NOW)
        with caplog.at_level(logging.WARNING, "millmark.retaining"):
            assert platform.retainer.let_go() == []
        assert "is not sealed yet" in caplog.text
        (site,) = platform.registry.sites()
        for day in platform.seals.due_days(site.id):
            platform.seals.seal_day(site.id, day)

        gone = [str(one) for one in platform.retainer.let_go()]
        assert gone == ["raw of 2026-01", "raw of 2026-02", "raw of 2026-03"]
        kept = Period(month(1).start_us, month(6).start_us)
        assert len(platform.history.raw([series], kept)) == 24
        assert platform.history.downsample(series, kept, 150).count.sum() == 4 * 24
        assert platform.retainer.let_go() == []

        await platform.intake.start()
        late = np.array([month(3).end_us - 1, month(3).end_us + 1])
        tags = (("press", "temperature"),)
        zeros = np.zeros(2, np.int64)
        readings = ReadingBatch(
            "gateway",
            tags,
            zeros.astype(np.int32),
            late,
            np.array([1.0, 2.0]),
            zeros.astype(np.uint8),
            zeros.astype(np.uint32),
        )
        receipt = await platform.intake.submit(readings)
        assert (receipt.accepted, receipt.quarantined) == (1, 1)
        assert platform.history.quarantine_counts() == {"ancient": 1}
        await platform.intake.stop()
    finally:
        platform.close()

    again = Platform.open(load_settings(tmp_path / "state", demonstration=True))
    try:
        assert again.history.kept_from_us() == month(3).end_us
    finally:
        again.close()


def test_a_platform_without_retention_keeps_everything(tmp_path, monkeypatch):
    platform, series = platform_with_old_points(tmp_path / "state", "")
    try:
        monkeypatch.setattr(platform.retainer, "_now_us", lambda: NOW + 10_000 * DAY_US)
        assert platform.retainer.let_go() == []
        assert len(platform.history.raw([series], Period(0, NOW))) == 4 * 24
    finally:
        platform.close()
