"""How long a table of statistics takes under disclosure control: from columns to a pattern that withstands attack."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypedDict

import httpx
import numpy as np
from sqlalchemy import insert, update

from millmark.bench.machine import Machine, this_machine, versions
from millmark.bench.platform import prepared, started
from millmark.composition import Platform
from millmark.region.disclosure import SafetyRules, assess, write_rules
from millmark.region.statistics import Dimension, TableDefinition
from millmark.region.statistics.columns import Contributions
from millmark.region.statistics.release import Part, release
from millmark.region.statistics.table import StatisticsTable, compute
from millmark.region.watch.tables import HoldingRow, MonthlyValueRow, MonthlyVersionRow
from millmark.registry import Database
from millmark.registry.tables import EnterpriseRow
from millmark.settings import load_settings
from millmark.web.local import access_file

_SEED: Final = 20_261_129
_AREAS: Final = ("421202", "421221", "421222", "421223", "421224", "421281")
_AREA_SHARES: Final = (0.30, 0.20, 0.17, 0.13, 0.12, 0.08)
_DIVISIONS: Final = tuple(f"{number:02d}" for number in range(13, 44))
_FIRST_YEAR: Final = 2021
_BUDGET_S: Final = 0.5
_RUNS: Final = 3
_ASKED: Final = 5
# Numbers of a benchmark, of no installation.
_RULES: Final = SafetyRules(3, 15.0)


class StatisticsReport(TypedDict):
    """Seconds of the best of a few runs; `whole_s` is a table from columns to its audited pattern, `whole_cpu_s` the
    processor's time. `kept_back` are monthly cells by kind, `gap_percent` how far the complements may be from the
    cheapest.

    `asked` is what would be published of the same table, asked of a running platform over SQLite, from the question to
    the last byte: `first_s` with nothing at hand, `corrected_s` the median of some with a report corrected before each,
    so that everything is made anew, `again_s` with nothing changed."""

    machine: Machine
    versions: Mapping[str, str]
    enterprises: int
    months: int
    cells: int
    added_up_s: float
    rules_s: float
    protected_and_audited_s: float
    whole_s: float
    whole_cpu_s: float
    kept_back: Mapping[str, int]
    gap_percent: float
    asked: AskedTimes


class AskedTimes(TypedDict):
    first_s: float
    corrected_s: float
    again_s: float
    kept_back: Mapping[str, int]


def measure_statistics(
    enterprises: int = 10_000,
    months: int = 60,
    *,
    scratch: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> StatisticsReport:
    """Generates reports and takes a table of revenue by county and industry, with sums since January."""
    tell(f"{enterprises} enterprises, {months} months")
    told = _generated(enterprises, months)
    _one(told)
    best = min((_one(told) for _ in range(_RUNS)), key=lambda run: float(run["whole_s"]))
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-statistics-") as folder:
        tell("the same table, asked of a running platform")
        asked = _asked(Path(folder) / "platform", told)
        origin = {"machine": this_machine(Path(folder)), "versions": versions(())}
        size = {"enterprises": enterprises, "months": months}
        report: StatisticsReport = {**origin, **size, **best, "asked": asked}  # type: ignore[typeddict-item]
        return report


def _one(told: Contributions) -> Any:
    wall, cpu = time.perf_counter(), time.process_time()
    table: StatisticsTable = compute(_DEFINITION, told, areas=_AREAS, section_of=lambda _: "C")
    _ = table.by_cell, table.cumulative_by_cell
    added_up = time.perf_counter() - wall
    found = release([Part(table)], _RULES, budget_s=_BUDGET_S)
    whole, whole_cpu = time.perf_counter() - wall, time.process_time() - cpu
    begin = time.perf_counter()
    for one in (table.by_cell, table.cumulative_by_cell):
        assess(one, _RULES)
    rules = time.perf_counter() - begin
    return {
        "cells": int(found.kind.size),
        "added_up_s": round(added_up, 3),
        "rules_s": round(rules, 3),
        "protected_and_audited_s": round(whole - added_up - rules, 3),
        "whole_s": round(whole, 3),
        "whole_cpu_s": round(whole_cpu, 3),
        "kept_back": dict(found.counts()),
        "gap_percent": round(found.gap * 100, 1),
    }


def _asked(folder: Path, told: Contributions) -> AskedTimes:
    """Lays the reports down in a fresh platform and asks for what would be published."""
    prepared(folder)
    write_rules(folder / "confidential" / "disclosure.toml", _RULES)
    platform = Platform.open(load_settings(folder, environment={}))
    try:
        _laid_down(platform.database, told)
        platform.bureau.statistics.book.define(_DEFINITION, after_version=0, reason="", recorded_by="bench")
    finally:
        platform.close()
    with started(folder):
        access = json.loads(access_file(folder).read_text("utf-8"))
        headers = {"Authorization": f"Bearer {access['token']}"}
        with httpx.Client(base_url=access["url"], headers=headers, timeout=120) as client:

            def asked() -> float:
                begin = time.perf_counter()
                answer = client.get(f"/api/statistics/{_DEFINITION.slug}/proposal").raise_for_status()
                took = time.perf_counter() - begin
                kept_back.update(answer.json()["counts"])
                return took

            kept_back: dict[str, int] = {}
            # What a process does once, such as loading a library, is no table's time.
            client.get("/api/statistics").raise_for_status()
            first = asked()
            corrected = []
            for number in range(_ASKED):
                _corrected(folder, told, number)
                corrected.append(asked())
            again = asked()
    return AskedTimes(
        first_s=round(first, 3),
        corrected_s=round(statistics.median(corrected), 3),
        again_s=round(again, 3),
        kept_back=kept_back,
    )


def _corrected(folder: Path, told: Contributions, number: int) -> None:
    """Another version of one report, as somebody who corrects it would keep it."""
    database = Database(load_settings(folder, environment={}).database_url)
    month, who = int(told.months[-1]), int(told.enterprise[number])
    try:
        with database.transaction() as session:
            session.execute(
                insert(MonthlyVersionRow).values(
                    enterprise_id=who,
                    month=month,
                    version=2,
                    revenue_fen=number,
                    more={},
                    grade="self_reported",
                    source="bench",
                    explanations={},
                    reported_by="bench",
                    recorded_at_us=0,
                )
            )
            row = MonthlyValueRow
            session.execute(
                update(row).where(row.enterprise_id == who, row.month == month).values(version=2, revenue_fen=number)
            )
    finally:
        database.close()


def _laid_down(database: Database, told: Contributions) -> None:
    with database.transaction() as session:
        session.execute(
            insert(EnterpriseRow),
            [
                {
                    "id": int(who),
                    "slug": f"mill-{who:05}",
                    "name_zh": f"虚构工厂{who}",
                    "name_en": f"Fictional mill {who}",
                    "credit_code": None,
                    "is_placeholder": False,
                    "is_demonstration": True,
                    "area_code": str(area),
                    "industry_code": str(division),
                    "created_us": 0,
                }
                for who, area, division in zip(told.enterprise, told.area, told.division, strict=True)
            ],
        )
        session.execute(
            insert(HoldingRow),
            [
                {"id": int(one), "name": f"集团{one}", "recorded_at_us": 0, "recorded_by": "bench"}
                for one in np.unique(told.holding)
                if one > 0
            ],
        )
        for column, month in enumerate(told.months):
            session.execute(
                insert(MonthlyValueRow),
                [
                    {
                        "month": int(month),
                        "enterprise_id": int(told.enterprise[row]),
                        "version": 1,
                        "industry_code": str(told.division[row]),
                        "division": int(told.division[row]),
                        "area_code": str(told.area[row]),
                        "size_class": str(told.size[row]),
                        "holding_id": int(told.holding[row]) if told.holding[row] > 0 else None,
                        "grade": "self_reported",
                        "revenue_fen": int(told.value[row, column]),
                    }
                    for row in np.flatnonzero(told.there[:, column])
                ],
            )


_DEFINITION: Final = TableDefinition(
    slug="benchmark",
    title_zh="营业收入",
    title_en="Revenue",
    measure="revenue_fen",
    dimensions=(Dimension.AREA, Dimension.INDUSTRY),
    first_year=_FIRST_YEAR,
)


def _generated(enterprises: int, months: int) -> Contributions:
    """Skewed as industries are: few large ones, divisions of very different size, one in twenty in a group."""
    draw = np.random.default_rng(_SEED)
    weight = draw.pareto(1.0, len(_DIVISIONS)) + 0.05
    area = np.array(_AREAS)[draw.choice(len(_AREAS), enterprises, p=_AREA_SHARES)]
    division = np.array(_DIVISIONS)[draw.choice(len(_DIVISIONS), enterprises, p=weight / weight.sum())]
    yuan = np.exp(draw.normal(14, 1.6, enterprises))[:, None] * np.exp(draw.normal(0, 0.15, (enterprises, months)))
    value = (yuan * 100).astype(np.int64)
    value[draw.random(value.shape) < 0.02] = 0
    holding = -np.arange(1, enterprises + 1)
    grouped = draw.choice(enterprises, enterprises // 20, replace=False)
    holding[grouped] = draw.integers(1, max(2, enterprises // 60), len(grouped))
    return Contributions(
        enterprise=np.arange(1, enterprises + 1),
        holding=holding,
        area=area,
        division=division,
        size=np.full(enterprises, "small"),
        months=_FIRST_YEAR * 12 + np.arange(months),
        value=value,
        there=value > 0,
    )
