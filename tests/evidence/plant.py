"""A small plant with a real history and registry, for tests of measures and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from millmark.evidence import ClaimBook, NodeKey, SealBook
from millmark.history import CommitBlock, CommitReceipt, History
from millmark.measures import MeasureReader
from millmark.model import (
    AssetLevel,
    AssetPath,
    DataType,
    Origin,
    PointBatch,
    Series,
    SeriesRole,
    TextBatch,
    UnitSystem,
)
from millmark.model.period import HOUR_US, utc_us
from millmark.registry import Database, Registry

ZONE = ZoneInfo("Asia/Shanghai")
SITE = AssetPath.parse("acme/north")
SUNDAY, MONDAY, TUESDAY = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)


def local_us(day: date, hour: float) -> int:
    return utc_us(datetime(day.year, day.month, day.day, tzinfo=ZONE)) + round(hour * HOUR_US)


class Clock:
    def __init__(self) -> None:
        self.now_us = local_us(TUESDAY, 1)

    def __call__(self) -> int:
        return self.now_us


@dataclass
class Plant:
    """Two presses and an unconnected mill under one meter; `tell` gives a series (local day, hour, value) rows."""

    database: Database
    history: History
    registry: Registry
    clock: Clock
    units: UnitSystem
    key: NodeKey

    def __post_init__(self) -> None:
        self.seals = SealBook(self.database, self.history, self.registry, self.key, now_us=self.clock)
        self.claims = ClaimBook(
            self.database, self.history, self.registry, self.seals, self.key, self.units, now_us=self.clock
        )
        self.measures = MeasureReader(self.history, self.registry, self.units, now_us=self.clock)
        self.site_id = self._register()

    def tell(self, key: str, *rows: tuple[date, float, float | str | None], quality: int = 0) -> CommitReceipt:
        series = self.registry.series_by_key(f"{SITE}/{key}")
        times = np.array([local_us(day, hour) for day, hour, _ in rows], np.int64)
        ids, nothing = np.full(len(rows), series.id, np.uint32), np.zeros(len(rows), np.int64)
        qualities, codes = np.full(len(rows), quality, np.uint8), np.zeros(len(rows), np.uint32)
        if series.data_type is DataType.TEXT:
            texts = pa.array([value for *_, value in rows], pa.string())
            return self.history.commit(CommitBlock(texts=TextBatch(ids, times, nothing, texts, qualities, codes)))
        values = np.array([value for *_, value in rows], np.float64)
        return self.history.commit(CommitBlock(PointBatch(ids, times, nothing, values, qualities, codes)))

    def work_two_days(self) -> None:
        """Sunday night and a Monday: press 1 works a shift, press 2 says little, energy flows through midnight."""
        self.tell("press-1:state", (SUNDAY, 23.5, "DOWN"))
        self.tell("press-1:state", *[(MONDAY, hour, state) for hour, state in SHIFT])
        self.tell("press-1:total", (SUNDAY, 20, 90.0), (MONDAY, 8, 90.0), (MONDAY, 12, 340.0), (MONDAY, 15.9, 590.0))
        self.tell("press-1:good", (SUNDAY, 20, 80.0), (MONDAY, 8, 80.0), (MONDAY, 12, 320.0), (MONDAY, 15.9, 560.0))
        self.tell("press-2:temperature", (MONDAY, 9.25, 41.5), (MONDAY, 9.5, 42.0), (MONDAY, 17, 40.25))
        self.tell("meter:energy", (SUNDAY, 23.9, 4_294_967_200.0), (MONDAY, 0.1, 4_704.0), (MONDAY, 23.9, 104_704.0))

    def seal_both(self) -> None:
        self.seals.seal_day(self.site_id, SUNDAY)
        self.seals.seal_day(self.site_id, MONDAY)

    def _register(self) -> int:
        registry = self.registry
        enterprise = registry.ensure_enterprise(
            slug="acme", name_zh="示范厂（虚构）", name_en="Acme (fictional)", area_code="421200", is_demonstration=True
        )
        site = registry.ensure_site(
            enterprise.id, slug="north", name_zh="北厂", name_en="North", area_code="421202", time_zone=ZONE.key
        )
        shift = {"planned_run_time_per_item_s": 50.0, "state.RUN": "APT", "state.SETUP": "AUST", "state.WAIT": "ADET"}
        shift |= {"state.DOWN": "ADOT", "state.OFF": "PLANNED_DOWN"}
        for name in ("press-1", "press-2", "mill"):
            attributes = shift if name == "press-1" else None
            registry.ensure_asset(
                SITE.child(name), AssetLevel.EQUIPMENT, counts_as_equipment=True, attributes=attributes
            )
        registry.ensure_gateway("gw", root=SITE, kind="replay", may_register=True)
        for relative, metric, unit, role, more in SERIES:
            registry.ensure_series("gw", relative, metric, unit=unit, role=role, **more)
        return site.id


SHIFT = ((7.0, "SETUP"), (8.0, "RUN"), (12.0, "WAIT"), (12.5, "RUN"), (16.0, "DOWN"), (17.0, "OFF"))
SERIES = (
    ("press-1", "state", "1", SeriesRole.STATE, {"data_type": DataType.TEXT, "origin": Origin.PROCESS_MODEL}),
    ("press-1", "total", "{items}", SeriesRole.TOTAL_COUNT, {"origin": Origin.PROCESS_MODEL}),
    ("press-1", "good", "{items}", SeriesRole.GOOD_COUNT, {"origin": Origin.PROCESS_MODEL}),
    ("press-2", "temperature", "Cel", SeriesRole.SIGNAL, {"origin": Origin.RECORDING}),
    ("mill", "speed", "m/s", SeriesRole.SIGNAL, {}),
    ("meter", "energy", "W.h", SeriesRole.ENERGY_COUNTER, {"rollover": 2.0**32}),
)


def by_key(plant: Plant, key: str) -> Series:
    return plant.registry.series_by_key(f"{SITE}/{key}")
