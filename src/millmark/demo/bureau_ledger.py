"""What the ledger shows in the demonstration beside the facts of the reply: stations on the map, fibre, users, targets.

All of it is marked as placeholder, but for the two data centres, which stand as the reply tells them. The stations list
what the reply counts in bulk, so that its figures stay what they are. May be repeated: what is there stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from millmark.demo.coverage_layout import layout_of
from millmark.programmes import Counting, DateSpan, Grade
from millmark.region import NewLedgerEntry, city_map
from millmark.region.ledger_rows import At, LedgerFilter
from millmark.region.stations import STATION_KIND
from millmark.reports.ledger_sheets.checking import Defaults
from millmark.reports.ledger_sheets.writing import csv_lines

if TYPE_CHECKING:
    from millmark.composition import Platform
    from millmark.demo.coverage_layout import MadeStation

PLACEHOLDER: Final = "演示占位数据,不对应任何真实统计"
_REPLY: Final = "咸宁市经济和信息化局《关于对市政协六届二次会议第045号提案办理情况的答复》"
_DAY: Final = date(2023, 6, 30)
_FIRST: Final = date(2019, 11, 1)
_HEADS: Final = ("站址编号", "区县", "运营商", "区域类别", "经度", "纬度", "频段", "共建共享", "状态", "开通日期")
_SheetRow = tuple[object, ...]
_AS_THE_COVERAGE: Final = {"places": 1100, "candidates": 420, "stations": 900}
_PEOPLE: Final = {
    "421202": 660_000,
    "421221": 300_000,
    "421222": 400_000,
    "421223": 390_000,
    "421224": 370_000,
    "421281": 480_000,
}
"""Round numbers in the order of magnitude of a county; no statistics."""
_USERS: Final = {"mobile": 0.5, "telecom": 0.3, "unicom": 0.2}


def seed_ledger(platform: Platform) -> None:
    """Fills the ledger of the demonstration."""
    _list_stations(platform)
    for kind, entries in _entries().items():
        if platform.ledger.total(LedgerFilter(kind=kind)) == 0:
            for entry in entries:
                platform.ledger.add(entry, recorded_by="demo")


def _list_stations(platform: Platform) -> None:
    """Single stations, as parts of the number in bulk, brought by the import that an officer would use."""
    ledger, imports = platform.ledger, platform.ledger_imports
    in_bulk = LedgerFilter(kind=STATION_KIND, counting=Counting.BULK)
    wholes = [one for one in ledger.found(in_bulk, At(ledger.today())) if one.area_code == "421200"]
    if not wholes or ledger.total(LedgerFilter(kind=STATION_KIND, counting=Counting.INDIVIDUAL)):
        return
    whole = wholes[-1]
    made = layout_of(city_map(platform.settings.data).areas, **_AS_THE_COVERAGE).stations
    rows = _rows(made, whole.span.last)
    defaults = Defaults(source=PLACEHOLDER, part_of=whole.id, placeholder=True)

    def checked(name: str, rows: list[_SheetRow]) -> int:
        content = csv_lines([_HEADS, *rows])
        # Of the whole city, so that its office sees the import.
        brought = imports.bring(STATION_KIND, name, content, created_by="demo", area_code=whole.area_code)
        return imports.check(brought.id, brought.mapping, defaults).id

    imports.commit(checked("演示站址清单.csv", rows), "good", recorded_by="demo")
    checked("演示站址更正.csv", _corrected(rows))


def _corrected(rows: list[_SheetRow]) -> list[_SheetRow]:
    """A sheet that waits for somebody to decide: rows that say something else now, a new one, and one that is wrong."""
    number, _, *rest = rows[0]
    moved = [(*row[:7], "sole", *row[8:]) for row in rows[3:8] if row[7] == "shared"]
    return [*rows[:2], *moved, (f"{number}-新", rows[0][1], *rest), (f"{number}-误", "不存在的县", *rest)]


def _rows(made: tuple[MadeStation, ...], until: date) -> list[_SheetRow]:
    days = (until - _FIRST).days
    return [
        (
            one.number,
            one.area,
            one.operator,
            one.area_class.value,
            one.longitude,
            one.latitude,
            "、".join(one.bands),
            "shared" if at % 3 else "sole",
            "in-service",
            # More of them in later years, as networks grow.
            _FIRST + timedelta(days=round(days * ((at + 1) / len(made)) ** 0.7)),
        )
        for at, one in enumerate(made)
    ]


def _entries() -> dict[str, list[NewLedgerEntry]]:
    return {
        "resident-population": [_of("resident-population", code, people) for code, people in _PEOPLE.items()],
        "fibre-household": [
            replace(
                _of("fibre-household", code, people // 6),
                fields={"gigabit_covered": str(round(people // 6 * (0.9 - 0.02 * at)))},
            )
            for at, (code, people) in enumerate(_PEOPLE.items())
        ],
        "pon-port": [*_by_operator("pon-port", 0.12, {"ten_g_ports": 0.46})],
        "fixed-broadband-user": [*_by_operator("fixed-broadband-user", 0.4, {"users_500m": 0.31, "users_1000m": 0.16})],
        "mobile-user": [*_by_operator("mobile-user", 1.05, {"users_5g": 0.47})],
        "key-place": [*_key_places()],
        "enterprise-network": [*_networks()],
        "yearly-target": [*_targets()],
        "data-centre": [*_centres()],
    }


def _of(kind: str, area: str, quantity: int | Decimal) -> NewLedgerEntry:
    return NewLedgerEntry(
        kind=kind,
        area=area,
        span=DateSpan.of_day(_DAY),
        source=PLACEHOLDER,
        quantity=Decimal(quantity),
        grade=Grade.SELF_REPORTED,
        placeholder=True,
    )


def _by_operator(kind: str, of_people: float, parts: dict[str, float]) -> Iterator[NewLedgerEntry]:
    for code, people in _PEOPLE.items():
        for operator, share in _USERS.items():
            quantity = round(people * of_people * share)
            fields = {name: str(round(quantity * part)) for name, part in parts.items()}
            yield replace(_of(kind, code, quantity), fields={"operator": operator, **fields})


def _key_places() -> Iterator[NewLedgerEntry]:
    classes = ("hospital", "university", "scenic", "railway", "road")
    for at, code in enumerate(_PEOPLE):
        for number, place_class in enumerate(classes):
            yield replace(
                _of("key-place", code, 1),
                quantity=None,
                subject=f"示例场所{at + 1}-{number + 1}(虚构)",
                fields={"place_class": place_class, "reached": (at + number) % 9 != 0},
            )


def _networks() -> Iterator[NewLedgerEntry]:
    kinds = ("5g-virtual", "5g-hybrid", "internal")
    for at, code in enumerate(_PEOPLE):
        yield replace(
            _of("enterprise-network", code, 1),
            quantity=None,
            subject=f"示例5G工厂网络{at + 1}(虚构)",
            fields={
                "enterprise": f"示例企业{at + 1}(虚构)",
                "network": kinds[at % len(kinds)],
                "operator": ("mobile", "telecom", "unicom")[at % 3],
                "terminals": str(40 * (at + 1)),
                "investment": str(120 + 35 * at),
                "status": "running" if at % 2 else "building",
            },
        )


def _targets() -> Iterator[NewLedgerEntry]:
    for name, measure, goal in (
        ("累计建成5G基站目标(占位)", "F02", 3800),
        ("新增通信基础设施投资目标(占位)", "F01", 4),
        ("10G-PON端口占比目标(占位)", "ten-g-pon-share", 50),
        ("每万人5G基站数目标(占位)", "5g-stations-per-10k", 20),
    ):
        yield replace(
            _of("yearly-target", "421200", goal),
            subject=name,
            span=DateSpan.of_year(2023),
            stated_on=date(2023, 2, 1),
            fields={"measure": measure},
        )


def _centres() -> Iterator[NewLedgerEntry]:
    """As the reply tells them; what it does not say stays empty."""
    for name, operator, investment, egress, due in (
        ("鄂东南云数据中心", "mobile", "20000", "10", date(2024, 1, 31)),
        ("鄂东南智·云数据中心", "unicom", "38000", "8", date(2024, 12, 31)),
    ):
        yield NewLedgerEntry(
            kind="data-centre",
            area="421200",
            span=DateSpan.of_day(date(2023, 7, 26)),
            source=_REPLY,
            subject=name,
            fields={
                "operator": operator,
                "phase": "一期",
                "planned_investment": investment,
                "milestone": "started",
                "due_on": due.isoformat(),
                "egress": egress,
            },
        )
