"""The whole way: points in the history, a sealed day, a signed claim, a decision, the city's figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from tests.region.city import NOW_US

from millmark.evidence import ClaimBook, NodeKey, SealBook
from millmark.history import CommitBlock, History, HistorySettings
from millmark.model import AssetLevel, AssetPath, Origin, Period, PointBatch, UnitSystem
from millmark.programmes import (
    Grade,
    Outcome,
    ProgrammeBook,
    ProgrammeRecords,
    VerifiedClaims,
    shipped_packs,
)
from millmark.programmes.packs import read_shelf
from millmark.region import Figures, Ledger, read_city_pack
from millmark.registry import Database, Registry

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2024, 5, 30)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History.open(HistorySettings(path=tmp_path / "history"), now_us=lambda: NOW_US)
    yield opened
    opened.close()


def factory(registry: Registry, history: History) -> tuple[int, int]:
    """Five machines of which four spoke on the day; the ids of enterprise and site."""
    enterprise = registry.add_enterprise(
        slug="demo-a", name_zh="示范工厂A(虚构)", name_en="Demo A", area_code="421202", is_demonstration=True
    )
    site = registry.add_site(enterprise.id, slug="north", name_zh="北厂", name_en="North", area_code="421202")
    for number in range(1, 6):
        machine = site.path.child("line-1", f"press-{number}")
        registry.ensure_asset(machine, AssetLevel.EQUIPMENT, counts_as_equipment=True, create_parents=True)
    registry.ensure_gateway("demo-a-opc", root=site.path, kind="opcua")
    speaking = [
        registry.ensure_series(
            "demo-a-opc", f"line-1/press-{number}", "temperature", unit="Cel", origin=Origin.RECORDING
        )
        for number in range(1, 5)
    ]
    noon_us = Period.of_day(DAY, ZONE).start_us + 12 * 3_600_000_000
    count = len(speaking)
    points = PointBatch(
        np.array([series.id for series in speaking], np.uint32),
        np.full(count, noon_us, np.int64),
        np.zeros(count, np.int64),
        np.full(count, 71.5),
        np.zeros(count, np.uint8),
        np.zeros(count, np.uint32),
    )
    history.commit(CommitBlock(points))
    return enterprise.id, site.id


def test_machines_points_become_a_decision_and_the_citys_figure(sqlite_database: Database, history: History) -> None:
    def now_us() -> int:
        return NOW_US

    registry = Registry(sqlite_database)
    enterprise_id, site_id = factory(registry, history)
    key = NodeKey.generate()
    seals = SealBook(sqlite_database, history, registry, key, now_us=now_us)
    book = ClaimBook(sqlite_database, history, registry, seals, key, UnitSystem(), now_us=now_us)
    seals.seal_day(site_id, DAY)
    claim = book.issue("equipment_connection_rate", AssetPath.parse("demo-a"), DAY)

    claims = VerifiedClaims(
        book,
        demonstration_enterprises=lambda: [one.id for one in registry.enterprises() if one.is_demonstration],
        now_us=now_us,
    )
    shelf = read_shelf([shipped_packs()])
    programmes = ProgrammeBook(sqlite_database, shelf, claims, now_us=now_us, zone=ZONE)
    application = programmes.submit(
        programmes.publish("connected-factory-demo").id, enterprise_id, claim.id, submitted_by="demo-a"
    )
    decision = programmes.decide(application.id, decided_by="the rules")
    assert decision.verdict.outcome is Outcome.MET
    assert decision.verdict.grade is Grade.MACHINE_PROVEN
    assert [reason.code for reason in decision.verdict.reasons] == ["threshold_met", "demonstration_data"]

    city = read_city_pack(shipped_packs() / "xianning-reply")
    figures = Figures(
        city,
        ledger=Ledger(sqlite_database, city, now_us=now_us),
        records=ProgrammeRecords(sqlite_database, now_us=now_us, zone=ZONE),
        programmes=programmes,
        claims=claims,
        enterprises=registry.enterprises_of,
        now_us=now_us,
    )
    rate = figures.figure("M01")
    assert (rate.value, rate.grade, rate.demonstration) == (80, Grade.MACHINE_PROVEN, True)
    assert [figures.trace(record.ref).claim_id for record in rate.records] == [claim.id]
    assert figures.figure("M02").value == 1
