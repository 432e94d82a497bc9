"""Sheets of the industry watch: monthly reports and profiles of many enterprises at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from millmark.programmes import Grade
from millmark.region.watch import Watch
from millmark.region.watch.errors import InvalidMonth, WatchError
from millmark.region.watch.months import read_month
from millmark.region.watch.named import Named, named
from millmark.region.watch.profiles import SIZES, NewProfile
from millmark.region.watch.reasons import finding_reasons
from millmark.region.watch.reports import NewReport, Weighed
from millmark.reports.sheets.columns import Column, ColumnType
from millmark.reports.sheets.reading import Problem, ReadSheet, SheetRow, read_sheet

ENTERPRISE: Final = Column("enterprise", "企业", "Enterprise", width=28)
"""An enterprise by its credit code, its short name here, or its whole Chinese name."""

PROFILE_COLUMNS: Final = (
    ENTERPRISE,
    Column("valid_from", "生效日期", "Valid from", ColumnType.DATE),
    Column("industry_code", "行业代码", "Industry code"),
    Column("size_class", "规模", "Size", words=tuple(SIZES) + tuple(zh for zh, _ in SIZES.values())),
    Column("chains", "产业链", "Chains", needed=False, width=24),
    Column("park", "园区", "Park", needed=False),
    Column("holding", "所属集团", "Holding group", needed=False),
    Column("source", "依据", "Source", width=30),
)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a sheet came to: everything was kept, or nothing. `told_of` are the enterprises whose books a problem tells
    of: what a month is held against, which profile stands."""

    rows: int
    kept: int
    problems: tuple[Problem, ...]
    mapping: Mapping[str, str]
    ignored: tuple[str, ...]
    told_of: frozenset[int]


def report_columns(watch: Watch) -> tuple[Column, ...]:
    """The columns of a sheet of monthly reports, by the indicators of the rules."""
    indicators = tuple(
        Column(
            one.id,
            one.name_zh if one.kind == "money" else f"{one.name_zh}({one.unit_zh})",
            one.name_en if one.kind == "money" else f"{one.name_en} ({one.unit})",
            ColumnType.MONEY if one.kind == "money" else ColumnType.INTEGER,
            needed=False,
        )
        for one in watch.rules.indicators
    )
    return (
        ENTERPRISE,
        Column("month", "月份", "Month"),
        *indicators,
        Column("explanation", "异常说明", "Explanation", needed=False, width=30),
        Column("reason", "更正原因", "Reason of correction", needed=False, width=30),
    )


def bring_reports(
    watch: Watch,
    content: bytes,
    *,
    mapping: Mapping[str, str] | None,
    money_unit: int,
    source: str,
    apply: bool,
    reported_by: str,
    admits: Callable[[int], bool],
) -> Brought:
    """Weighs each row of a sheet of monthly reports and says row by row what is wrong; with `apply` and no problem all
    are kept in one transaction. Raises `UnreadableSheet`."""
    sheet = read_sheet(content, report_columns(watch), mapping)
    known = _Known.of(watch, admits)
    problems = list(sheet.problems)
    reports: list[tuple[int, NewReport]] = []
    for row in sheet.rows:
        try:
            reports.append((row.number, _report(watch, known, row, money_unit, source)))
        except (ValueError, InvalidMonth) as error:
            problems.append(Problem(row.number, None, str(error)))
    told_of = set()
    for (number, report), weighed in zip(reports, watch.reports.weigh([one for _, one in reports]), strict=True):
        found = [Problem(number, None, text) for text in _complaints(watch, weighed)]
        problems += found
        if found:
            told_of.add(report.enterprise_id)
    kept = 0
    if apply and not problems and reports:
        watch.reports.enter_all([one for _, one in reports], reported_by=reported_by)
        kept = len(reports)
    return _brought(sheet, len(sheet.rows), kept, problems, told_of)


def bring_profiles(
    watch: Watch,
    content: bytes,
    *,
    mapping: Mapping[str, str] | None,
    apply: bool,
    recorded_by: str,
    admits: Callable[[int], bool],
) -> Brought:
    """As `bring_reports`, for profiles: every row is tried against the book, and undone unless all may stay."""
    sheet = read_sheet(content, PROFILE_COLUMNS, mapping)
    known = _Known.of(watch, admits)
    problems = list(sheet.problems)
    told_of: set[int] = set()
    with watch.database.transaction() as session:
        for row in sheet.rows:
            try:
                profile = _profile(known, row)
            except ValueError as error:
                problems.append(Problem(row.number, None, str(error)))
                continue
            try:
                with session.begin_nested():
                    watch.profiles.add_within(session, profile, recorded_by=recorded_by)
            except (ValueError, WatchError) as error:
                problems.append(Problem(row.number, None, str(error)))
                told_of.add(profile.enterprise_id)
        if problems or not apply:
            session.rollback()
    kept = len(sheet.rows) if apply and not problems else 0
    return _brought(sheet, len(sheet.rows), kept, problems, told_of)


@dataclass(frozen=True, slots=True)
class _Known:
    """Enterprises by what a sheet may call them; those one does not see are not there."""

    by_name: Mapping[str, Named]

    @classmethod
    def of(cls, watch: Watch, admits: Callable[[int], bool]) -> _Known:
        found: dict[str, Named] = {}
        for one in named(watch.database).values():
            if admits(one.id):
                found.setdefault(one.name_zh, one)
                found[one.slug] = one
                if one.credit_code is not None:
                    found[one.credit_code] = one
        return cls(found)

    def id_of(self, text: str) -> int:
        one = self.by_name.get(text.strip())
        if one is None:
            raise ValueError(
                f"{ENTERPRISE.name_zh}: no enterprise is known as {text!r}; write its credit code, its short name here "
                "or its whole Chinese name"
            )
        return one.id


def _report(watch: Watch, known: _Known, row: SheetRow, money_unit: int, source: str) -> NewReport:
    values: dict[str, int] = {}
    for one in watch.rules.indicators:
        value = row.values.get(one.id)
        if isinstance(value, int):
            values[one.id] = value * money_unit if one.kind == "money" else value
    explanation, reason = row.values.get("explanation"), row.values.get("reason")
    return NewReport(
        enterprise_id=known.id_of(str(row.values["enterprise"])),
        month=read_month(_month_text(row.values["month"])),
        values=values,
        source=source,
        grade=Grade.DOCUMENT_BACKED,
        reason=None if reason is None else str(reason),
        answer_to_all=None if explanation is None else str(explanation),
    )


def _month_text(raw: object) -> str:
    """Months are written as 2026-02, 202602 or 2026年2月."""
    text = str(raw).strip().replace("年", "-").replace("月", "").replace("/", "-").replace(".", "-")
    if text.isdecimal() and len(text) == 6:
        text = f"{text[:4]}-{text[4:]}"
    year, dash, month = text.partition("-")
    return f"{year}-{month.zfill(2)}" if dash else text


def _profile(known: _Known, row: SheetRow) -> NewProfile:
    values: Mapping[str, Any] = row.values
    sizes = {zh: size for size, (zh, _) in SIZES.items()}
    chains = str(values.get("chains") or "").replace("、", ",").replace("，", ",").replace(";", ",").split(",")
    since = values["valid_from"]
    if not isinstance(since, date):
        raise TypeError("a date column gives dates")
    return NewProfile(
        enterprise_id=known.id_of(str(values["enterprise"])),
        valid_from=since,
        industry_code=str(values["industry_code"]),
        size_class=sizes.get(str(values["size_class"]), str(values["size_class"])),
        chains=tuple(one.strip() for one in chains if one.strip()),
        park=values.get("park"),
        holding=values.get("holding"),
        source=str(values["source"]),
    )


def _complaints(watch: Watch, weighed: Weighed) -> list[str]:
    if weighed.fault is not None:
        return [weighed.fault]
    return [
        f"{zh} {'' if one.can_be_explained else '(不可说明通过)'}".strip()
        for one in weighed.open
        for zh, _ in [finding_reasons(one, watch.rules)]
    ]


def _brought(sheet: ReadSheet, rows: int, kept: int, problems: list[Problem], told_of: set[int]) -> Brought:
    ordered = tuple(sorted(problems, key=lambda one: one.row))
    rows += len({one.row for one in sheet.problems})
    return Brought(rows, kept, ordered, sheet.mapping, sheet.ignored, frozenset(told_of))
