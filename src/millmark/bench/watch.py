"""How fast the watch answers over many enterprises and months, and how often its warnings are right or wrong."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import insert

from millmark.bench.machine import Machine, this_machine, versions
from millmark.bench.watch_checks import CheckFigures, measure_checks
from millmark.bench.watch_tuning import TUNED_ON, WARMING_UP
from millmark.demo.enterprise_months import MadeMonths, made_months
from millmark.model.period import utc_datetime
from millmark.programmes.shelf import shipped_packs
from millmark.region.catalogue import read_city_pack
from millmark.region.watch import Watch
from millmark.region.watch.columns import CORE, monthly_columns
from millmark.region.watch.measuring import score
from millmark.region.watch.months import first_day, month_of
from millmark.region.watch.reports import NewReport
from millmark.region.watch.tables import MonthlyValueRow, MonthlyVersionRow, ProfileRow
from millmark.registry import Database, migrate
from millmark.registry.tables import EnterpriseRow

_NOW_US = 1_767_225_600_000_000  # 2026-01-01T00:00Z
_ZONE = ZoneInfo("Asia/Shanghai")
MEASURED_ON = 41
"""The seed of the generated months; another than the one on which the rules got their numbers."""

_AT_ONCE = 20_000
_COLD = 15
_WARM = 200
_YEAR = 12


class Took(TypedDict):
    """Milliseconds of one question asked many times, one after the other."""

    p50_ms: float
    p95_ms: float


class RuleFigures(TypedDict):
    """A warning rule over generated months; see `region.watch.measuring.RuleScore`."""

    rule: str
    warnings: int
    troubles: int
    precision: float
    recall: float
    delay_months: float
    false_per_enterprise_year: float


class WatchReport(TypedDict):
    """`seed` is that of the generated months, `tuned_on_seed` of those on which the warning rules got their numbers.

    `written_s` is how long the history took in bulk, `entered_s` one month of all enterprises through the checks.

    Questions: `cold_sums` the sums of 25 months after a report has come in, `first_sums` with nothing kept yet,
    `warm_sums` without a change; `near` who is near the line; `month_desk` who reported a month; `year_columns` twelve
    months as columns; `whole_columns_s` all months once; `sweep_s` all warning rules over all enterprises once.
    """

    machine: Machine
    versions: Mapping[str, str]
    enterprises: int
    months: int
    seed: int
    tuned_on_seed: int
    database_mb: float
    written_s: float
    entered_s: float
    first_sums_ms: float
    cold_sums: Took
    warm_sums: Took
    near: Took
    month_desk: Took
    year_columns: Took
    whole_columns_s: float
    sweep_s: float
    rules: list[RuleFigures]
    checks: list[CheckFigures]


def measure_watch(
    *,
    enterprises: int = 10_000,
    months: int = 60,
    seed: int = MEASURED_ON,
    url: str | None = None,
    scratch: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> WatchReport:
    """Over SQLite in a scratch folder, or over the empty database at `url`."""
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-watch-") as place:
        file = Path(place) / "watch.sqlite"
        database = Database(url or f"sqlite:///{file}")
        try:
            migrate(database)
            pack = read_city_pack(shipped_packs() / "xianning-reply")
            watch = Watch.over(database, pack, shipped_packs(), now_us=lambda: _NOW_US, zone=_ZONE)
            first = month_of(utc_datetime(_NOW_US).date()) - months
            made = made_months(enterprises, months, first_month=first, seed=seed)
            tell("writing the history")
            written_s = _timed(lambda: _write(database, made, until=months - 1))
            tell("a month through the checks")
            entered_s = _timed(lambda: _enter(watch, made, months - 1))
            tell("questions")
            return _asked(watch, made, file, seed, written_s, entered_s)
        finally:
            database.close()


def _asked(watch: Watch, made: MadeMonths, file: Path, seed: int, written_s: float, entered_s: float) -> WatchReport:
    enterprises, months = made.reported.shape
    last = made.first_month + months - 1
    database = watch.database

    def sums() -> None:
        watch.sums.cells(last - 24, last)

    def after_a_report() -> None:
        _correct(watch, made, int(np.flatnonzero(made.reported[:, -1])[0]) + 1, last)
        began = time.perf_counter()
        sums()
        cold.append(time.perf_counter() - began)

    cold: list[float] = []
    first_sums = _timed(sums)
    for _ in range(_COLD):
        after_a_report()
    rules = score(watch.rules.warnings, made.watched(), made.troubles, from_month=made.first_month + WARMING_UP)
    return WatchReport(
        machine=this_machine(file.parent),
        versions=versions(),
        enterprises=enterprises,
        months=months,
        seed=seed,
        tuned_on_seed=TUNED_ON,
        database_mb=round(file.stat().st_size / 1e6, 1) if file.exists() else 0.0,
        written_s=round(written_s, 2),
        entered_s=round(entered_s, 2),
        first_sums_ms=round(first_sums * 1_000, 1),
        cold_sums=_took(cold),
        warm_sums=_repeated(sums, _WARM),
        near=_repeated(lambda: watch.near(last), _COLD),
        month_desk=_repeated(lambda: watch.reports.reported(last), _COLD),
        year_columns=_repeated(lambda: monthly_columns(database, last - _YEAR + 1, last), _COLD),
        whole_columns_s=round(_timed(lambda: monthly_columns(database, made.first_month, last)), 2),
        sweep_s=round(_timed(lambda: watch.sweep(last)), 2),
        rules=[
            RuleFigures(
                rule=one.rule,
                warnings=one.warnings,
                troubles=one.troubles,
                precision=round(one.precision or 0.0, 3),
                recall=round(one.recall or 0.0, 3),
                delay_months=one.delay_months or 0.0,
                false_per_enterprise_year=round(one.false_per_enterprise_year, 4),
            )
            for one in rules
        ],
        checks=measure_checks(made, watch.rules),
    )


def _write(database: Database, made: MadeMonths, *, until: int) -> None:
    """Enterprises, profiles and the months before the last, straight into their tables."""
    enterprises = made.reported.shape[0]
    names = [
        {
            "id": number + 1,
            "slug": f"e{number + 1}",
            "name_zh": f"生成企业{number + 1}",
            "name_en": f"Generated enterprise {number + 1}",
            "credit_code": None,
            "is_placeholder": False,
            "is_demonstration": True,
            "area_code": str(made.county[number]),
            "industry_code": None,
            "created_us": 0,
        }
        for number in range(enterprises)
    ]
    profiles: list[dict[str, Any]] = [
        {
            "enterprise_id": number + 1,
            "valid_from": first_day(made.first_month),
            "industry_code": f"{made.division[number]:02d}",
            "size_class": str(made.size[number]),
            "area_code": str(made.county[number]),
            "park": None,
            "holding_id": None,
            "chains": [],
            "source": "generated",
            "recorded_at_us": 0,
            "recorded_by": "bench",
        }
        for number in range(enterprises)
    ]
    _insert(database, EnterpriseRow, names)
    _insert(database, ProfileRow, profiles)
    for at in range(until):
        rows = [_values(made, int(row), at) for row in np.flatnonzero(made.reported[:, at])]
        _insert(database, MonthlyVersionRow, [_version(made, one) for one in rows])
        _insert(database, MonthlyValueRow, rows)


def _values(made: MadeMonths, row: int, at: int) -> dict[str, Any]:
    return {
        "month": made.first_month + at,
        "enterprise_id": row + 1,
        "version": 1,
        "industry_code": f"{made.division[row]:02d}",
        "division": int(made.division[row]),
        "area_code": str(made.county[row]),
        "size_class": str(made.size[row]),
        "holding_id": None,
        "grade": "self_reported",
        **{name: int(made.values[name][row, at]) for name in CORE},
    }


def _version(made: MadeMonths, values: Mapping[str, Any]) -> dict[str, Any]:
    del made
    kept = {name: values[name] for name in ("month", "enterprise_id", "version", "grade", *CORE)}
    return kept | {
        "more": {},
        "source": "generated",
        "reason": None,
        "explanations": {},
        "reported_by": "bench",
        "recorded_at_us": 0,
    }


def _enter(watch: Watch, made: MadeMonths, at: int) -> None:
    reports = [
        NewReport(
            enterprise_id=int(row) + 1,
            month=made.first_month + at,
            values={name: int(made.values[name][row, at]) for name in CORE},
            source="generated",
            answer_to_all="generated",
        )
        for row in np.flatnonzero(made.reported[:, at])
    ]
    weighed = watch.reports.weigh(reports)
    watch.reports.enter_all([one.report for one in weighed if one.may_be_kept], reported_by="bench")


def _correct(watch: Watch, made: MadeMonths, enterprise_id: int, month: int) -> None:
    values = {name: int(made.values[name][enterprise_id - 1, -1]) for name in CORE}
    watch.reports.enter(
        NewReport(
            enterprise_id=enterprise_id,
            month=month,
            values=values,
            source="generated",
            reason="again",
            answer_to_all="generated",
        ),
        reported_by="bench",
    )


def _insert(database: Database, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    with database.transaction() as session:
        for at in range(0, len(rows), _AT_ONCE):
            session.execute(insert(table), list(rows[at : at + _AT_ONCE]))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _repeated(work: Callable[[], object], times: int) -> Took:
    return _took([_timed(work) for _ in range(times)])


def _took(seconds: Sequence[float]) -> Took:
    return Took(
        p50_ms=round(float(np.percentile(seconds, 50)) * 1_000, 1),
        p95_ms=round(float(np.percentile(seconds, 95)) * 1_000, 1),
    )
