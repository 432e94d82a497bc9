"""A region of the size that the bureau's desk is measured at: enterprises with years of months, and a full ledger."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import insert

from millmark.demo.enterprise_months import made_months
from millmark.programmes import Counting, DateSpan, ProgrammeRecords, shipped_packs
from millmark.region import FactsImport, Ledger, read_city_pack
from millmark.region.bureau import Bureau
from millmark.region.entry import NewLedgerEntry
from millmark.region.ledger_rows import values_of
from millmark.region.tables import LedgerEntryRow
from millmark.region.watch.entry import KEY_ENTERPRISE
from millmark.region.watch.months import month_of
from millmark.region.watch.profiles import Profile
from millmark.region.watch.tables import MonthlyValueRow, MonthlyVersionRow, ProfileRow, WatchRecordRow
from millmark.registry import Database
from millmark.registry.tables import EnterpriseRow

CITY_PACK: Final = "xianning-reply"
_FACTS = Path(__file__).parents[1] / "demo" / "data" / "city" / "facts.csv"
COUNTIES: Final = ("421202", "421221", "421222", "421223", "421224", "421281")
_OPERATORS: Final = ("mobile", "telecom", "unicom", "broadnet")
_CLASSES: Final = ("urban", "park", "scenic", "town", "village")
_SEED: Final = 20_261_128
_CHUNK: Final = 20_000
CORE: Final = ("revenue_fen", "output_fen", "electricity_kwh", "orders_fen", "staff", "tax_fen")


def fill_watch(database: Database, enterprises: int, months: int, tell: Callable[[str], None]) -> None:
    """Enterprises that do not exist, each with its profile and every month's report of its own generator."""
    now_us = time.time_ns() // 1_000
    last = month_of(date.today()) - 1  # noqa: DTZ011 - any month near now serves
    made = made_months(enterprises, months, first_month=last - months + 1, seed=_SEED, troubled=0.2)
    tell(f"{enterprises:,} enterprises")
    with database.transaction() as session:
        session.execute(insert(EnterpriseRow), [_enterprise(one, made, now_us) for one in range(enterprises)])
        session.execute(insert(ProfileRow), [_profile(one, made, now_us) for one in range(enterprises)])
    tell(f"{enterprises * months:,} monthly reports")
    for rows in _chunks(_months(made, now_us)):
        with database.transaction() as session:
            session.execute(insert(MonthlyVersionRow), [version for version, _ in rows])
            session.execute(insert(MonthlyValueRow), [value for _, value in rows])


def fill_roster(database: Database, bureau: Bureau, enterprises: int, tell: Callable[[str], None]) -> None:
    """Every seventh enterprise above scale by name, every hundredth under operations watch, and the rules' warnings."""
    watch, now_us = bureau.watch, time.time_ns() // 1_000
    profiles = watch.profiles.all(watch.today())
    rows = [*_members(bureau, profiles.values()), *_key_enterprises(enterprises)]
    tell(f"{len(rows):,} records of the watch")
    with database.transaction() as session:
        session.execute(insert(WatchRecordRow), [row | _WATCHED | {"recorded_at_us": now_us} for row in rows])
    tell(f"{watch.sweep().raised:,} warnings")


def fill_ledger(database: Database, ledger: Ledger, entries: int, stations: int, tell: Callable[[str], None]) -> None:
    """Single stations with their places, and bulk counts and investments of many days."""
    tell(f"{entries:,} ledger entries")
    random, now_us = np.random.default_rng(_SEED), time.time_ns() // 1_000
    rows = [*_stations(random, stations), *_investments(random, entries - stations)]
    with database.transaction() as session:
        session.execute(
            insert(LedgerEntryRow),
            [values_of(ledger.checked(one), recorded_at_us=now_us, recorded_by="bench") for one in rows],
        )


def import_facts(database: Database, bureau: Bureau, records: ProgrammeRecords, now_us: Callable[[], int]) -> None:
    """What the sample city's reply says, so that every figure has its value."""
    pack = read_city_pack(shipped_packs() / CITY_PACK)
    importer = FactsImport(database, pack, ledger=bureau.ledger, records=records, now_us=now_us, books=bureau.books)
    importer.run(_FACTS, recorded_by="bench")


def station_sheet(rows: int, *, is_corrected: bool = False) -> bytes:
    """A CSV of stations that are not in the ledger, as an operator would hand it over; the corrected one gives each of
    them another day and a band more."""
    random = np.random.default_rng(_SEED + 1)
    lines = ["名称,运营商,区县,区域类别,经度,纬度,频段,状态,时间,来源"]
    longitude, latitude = random.uniform(113.6, 114.9, rows), random.uniform(29.1, 30.2, rows)
    bands, day = ("n28、n78", "2026-06-29") if is_corrected else ("n78", "2026-06-30")
    lines += [
        f"测速站{one:06},{('移动', '电信', '联通', '广电')[one % 4]},{COUNTIES[one % 6]},"
        f"{('市县主城区', '工业园区', '旅游景区', '重点乡镇', '行政村')[one % 5]},"
        f"{longitude[one]:.6f},{latitude[one]:.6f},{bands},在用,{day},测速台账"
        for one in range(rows)
    ]
    return "\n".join(lines).encode("utf-8-sig")


def _enterprise(one: int, made: Any, now_us: int) -> dict[str, Any]:
    return {
        "id": one + 1,
        "slug": f"mill-{one + 1:05}",
        "name_zh": f"虚构工厂{one + 1}",
        "name_en": f"Fictional mill {one + 1}",
        "credit_code": None,
        "is_placeholder": False,
        "is_demonstration": True,
        "area_code": str(made.county[one]),
        "industry_code": str(made.division[one]),
        "created_us": now_us,
    }


def _profile(one: int, made: Any, now_us: int) -> dict[str, Any]:
    return {
        "enterprise_id": one + 1,
        "valid_from": date(2015, 1, 1),
        "industry_code": str(made.division[one]),
        "size_class": str(made.size[one]),
        "area_code": str(made.county[one]),
        "park": None,
        "holding_id": None,
        "chains": [],
        "source": "bench",
        "recorded_at_us": now_us,
        "recorded_by": "bench",
    }


_WATCHED: Final[dict[str, Any]] = {
    "first_date": date(2025, 1, 1),
    "last_date": date(2025, 1, 1),
    "stated_on": None,
    "holds_from": date(2025, 1, 1),
    "quantity": Decimal(1),
    "unit": "家",
    "counting": Counting.INDIVIDUAL.value,
    "qualifier": "exact",
    "source": "bench",
    "grade": "document_backed",
    "placeholder": False,
    "recorded_by": "bench",
}


def _members(bureau: Bureau, profiles: Iterable[Profile]) -> Iterator[dict[str, Any]]:
    for one in profiles:
        if one.enterprise_id % 7 == 0:
            yield {
                "kind": bureau.watch.scale.sector(one.industry_code).opening,
                "enterprise_id": one.enterprise_id,
                "subject": f"虚构工厂{one.enterprise_id}",
                "industry_code": one.industry_code,
                "area": one.area_code,
                "area_code": one.area_code,
            }


def _key_enterprises(enterprises: int) -> Iterator[dict[str, Any]]:
    for one in range(100, enterprises + 1, 100):
        yield {
            "kind": KEY_ENTERPRISE,
            "enterprise_id": one,
            "subject": f"虚构工厂{one}",
            "industry_code": None,
            "area": "421200",
            "area_code": "421200",
        }


def _months(made: Any, now_us: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    values = {name: np.round(made.values[name]).astype(np.int64) for name in CORE}
    count = made.reported.shape[1]
    for at in range(count):
        month = made.first_month + at
        for one in range(made.reported.shape[0]):
            if not made.reported[one, at]:
                continue
            told = {name: int(column[one, at]) for name, column in values.items()}
            shared = {"enterprise_id": one + 1, "month": month, "version": 1, "grade": "self_reported", **told}
            version = {
                **shared,
                "more": {},
                "source": "bench",
                "reason": None,
                "explanations": {},
                "reported_by": "bench",
                "recorded_at_us": now_us,
            }
            value = {
                **shared,
                "industry_code": str(made.division[one]),
                "division": int(made.division[one]),
                "area_code": str(made.county[one]),
                "size_class": str(made.size[one]),
                "holding_id": None,
            }
            yield version, value


def _chunks(
    rows: Iterator[tuple[dict[str, Any], dict[str, Any]]],
) -> Iterator[list[tuple[dict[str, Any], dict[str, Any]]]]:
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _stations(random: np.random.Generator, count: int) -> Iterator[NewLedgerEntry]:
    longitude, latitude = random.uniform(113.6, 114.9, count), random.uniform(29.1, 30.2, count)
    day = date(2026, 1, 31)
    for one in range(count):
        yield NewLedgerEntry(
            kind="5g-base-station",
            area=COUNTIES[one % 6],
            span=DateSpan.of_day(day),
            source="bench",
            quantity=Decimal(1),
            subject=f"站{one + 1:05}",
            longitude=round(float(longitude[one]), 6),
            latitude=round(float(latitude[one]), 6),
            fields={
                "operator": _OPERATORS[one % 4],
                "area_class": _CLASSES[one % 5],
                "status": "in-service",
                "bands": ["n78"],
            },
        )


def _investments(random: np.random.Generator, count: int) -> Iterator[NewLedgerEntry]:
    for one in range(count):
        first = date(2016, 1, 1) + timedelta(days=one % 3650)
        yield NewLedgerEntry(
            kind="telecom-infrastructure-investment",
            area=COUNTIES[one % 6],
            span=DateSpan(first, first + timedelta(days=30)),
            source=f"bench {one}",
            quantity=Decimal(int(random.integers(10_000, 5_000_000))),
            counting=Counting.BULK,
        )
