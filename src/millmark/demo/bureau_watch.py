"""What the industry watch shows in the demonstration.

Monthly reports come from placeholders and from the fictional factories, none from a named enterprise: their numbers are
generated, and every source says so. A dozen of the unnamed above-scale electronics manufacturers of the reply become
placeholders, so that the roster shows both kinds of members while its totals stay those of the reply. May be repeated:
what is there stays as people left it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from millmark.demo.enterprise_months import COUNTIES, made_months
from millmark.programmes import Counting, DateSpan, Grade
from millmark.region.entry import NewLedgerEntry
from millmark.region.watch.book import Records
from millmark.region.watch.columns import CORE
from millmark.region.watch.entry import KEY_ENTERPRISE, NewRecord
from millmark.region.watch.months import first_day, month_of, month_text
from millmark.region.watch.profiles import NewProfile
from millmark.region.watch.reports import MonthlyReports, NewReport

if TYPE_CHECKING:
    from millmark.composition import Platform
    from millmark.demo.enterprise_months import MadeMonths

ENTERPRISES: Final = 26
ELECTRONICS: Final = 12
MONTHS: Final = 32
SOURCE: Final = "演示数据(生成)"
BY: Final = "demo"
_SEED: Final = 20
_DAY_US: Final = 86_400_000_000

_INDUSTRIES: Final = (
    ("39", "电子信息", "Electronics"),
    ("38", "电气机械", "Electrical equipment"),
    ("34", "通用设备", "Machinery"),
    ("30", "建材", "Building materials"),
    ("17", "纺织", "Textiles"),
    ("15", "饮料", "Beverages"),
    ("65", "软件", "Software"),
)
_CHAINS: Final[dict[str, tuple[str, ...]]] = {
    "39": ("光电子信息产业链",),
    "38": ("智能装备产业链",),
    "34": ("智能装备产业链",),
    "65": ("数字经济产业链",),
}
_FACTORIES: Final = (("demo-a", "33"), ("demo-b", "31"), ("demo-c", "15"))


def seed_watch(platform: Platform) -> None:
    """Opens what is not there yet."""
    watch = platform.bureau.watch
    if watch.sums.latest_month() is not None:
        return
    current = month_of(watch.today())
    first = current - MONTHS
    made = made_months(ENTERPRISES + len(_FACTORIES), MONTHS, first_month=first, seed=_SEED, troubled=0.2)
    ids = [_placeholder(platform, number) for number in range(ENTERPRISES)]
    for number, enterprise_id in enumerate(ids):
        _profile(platform, enterprise_id, _industry(number), str(made.size[number]), first_day(first), number)
    ids += _factories(platform, first_day(first))
    _report(platform, ids, made, first)
    _name_members(platform, ids[:ELECTRONICS])
    _watch_factories(platform, ids[ENTERPRISES:], first_day(current - 12))
    watch.sweep()


def _industry(number: int) -> str:
    """The first are electronics, two are software, the others mixed."""
    if number < ELECTRONICS:
        return "39"
    return "65" if number >= ENTERPRISES - 2 else _INDUSTRIES[1 + number % 5][0]


def _placeholder(platform: Platform, number: int) -> int:
    code = _industry(number)
    zh, en = next((zh, en) for one, zh, en in _INDUSTRIES if one == code)
    return platform.registry.ensure_enterprise(
        slug=f"placeholder-{number + 1:02d}",
        name_zh=f"{zh}占位企业{number + 1:02d}(演示)",
        name_en=f"{en} placeholder {number + 1:02d} (demonstration)",
        area_code=COUNTIES[number % len(COUNTIES)],
        is_placeholder=True,
    ).id


def _profile(platform: Platform, enterprise_id: int, code: str, size: str, since: date, number: int) -> None:
    platform.bureau.watch.profiles.add(
        NewProfile(
            enterprise_id=enterprise_id,
            valid_from=since,
            industry_code=code,
            size_class=size,
            chains=_CHAINS.get(code, ()),
            park=f"演示园区{number % 4 + 1}" if number % 3 else None,
            holding=f"演示集团{number % 5 + 1}(虚构)" if number % 4 == 0 else None,
            source=SOURCE,
        ),
        recorded_by=BY,
    )


def _factories(platform: Platform, since: date) -> list[int]:
    found = []
    for number, (slug, code) in enumerate(_FACTORIES):
        one = platform.registry.enterprise_by_slug(slug)
        _profile(platform, one.id, code, "medium", since, number)
        found.append(one.id)
    return found


def _report(platform: Platform, ids: list[int], made: MadeMonths, first: int) -> None:
    """Each month comes a few days before it is due; what did not come is missing."""
    watch, clock = platform.bureau.watch, [platform.now_us()]
    now_us = platform.now_us()
    book = MonthlyReports(platform.database, watch.rules, watch.industries, zone=platform.zone, now_us=lambda: clock[0])
    for at in range(MONTHS):
        clock[0] = min(now_us, watch.rules.due_us(first + at, platform.zone) - 3 * _DAY_US)
        reports = [
            NewReport(
                enterprise_id=enterprise_id,
                month=first + at,
                values=_values(made, row, at),
                source=f"{SOURCE} {month_text(first + at)}",
                grade=Grade.SELF_REPORTED,
                answer_to_all="演示数据,数值为生成",
            )
            for row, enterprise_id in enumerate(ids)
            if made.reported[row, at] and (at < MONTHS - 1 or row % 5)
        ]
        weighed = book.weigh(reports)
        book.enter_all([one.report for one in weighed if one.may_be_kept], reported_by=BY)


def _values(made: MadeMonths, row: int, at: int) -> dict[str, int]:
    values = {name: int(made.values[name][row, at]) for name in CORE}
    levels = {name: int(matrix[row, at]) for name, matrix in made.levels.items()}
    return values | levels | {"profit_fen": int(np.round(values["revenue_fen"] * 0.05))}


def _name_members(platform: Platform, ids: list[int]) -> None:
    """Unnamed members of the reply's roster become placeholders, one by one; the totals stay."""
    watch = platform.bureau.watch
    records: Records = watch.records
    for enterprise_id in ids:
        bulk = next(
            (
                one
                for one in watch.roster.moves(watch.today())
                if one.fact.counting is Counting.BULK and one.fact.kind == "above-scale-electronics-opening"
            ),
            None,
        )
        if bulk is None:
            return
        one = platform.registry.enterprise(enterprise_id)
        fact = NewLedgerEntry(
            kind=bulk.fact.kind,
            area=one.area_code,
            span=bulk.fact.span,
            source=SOURCE,
            quantity=Decimal(1),
            subject=one.name_zh,
            placeholder=True,
        )
        named = NewRecord(fact=fact, enterprise_id=enterprise_id, industry_code="39")
        records.name_member(bulk.id, named, source=f"{bulk.fact.source};{SOURCE}:占位企业", recorded_by=BY)


def _watch_factories(platform: Platform, ids: list[int], since: date) -> None:
    """The fictional factories stand among the key enterprises, where no figure counts them."""
    for enterprise_id in ids:
        one = platform.registry.enterprise(enterprise_id)
        fact = NewLedgerEntry(
            kind=KEY_ENTERPRISE, area=one.area_code, span=DateSpan.of_day(since), source=SOURCE, subject=one.name_zh
        )
        platform.bureau.watch.records.add(NewRecord(fact=fact, enterprise_id=enterprise_id), recorded_by=BY)
