"""Demand places, candidate sites and plans as sheets: their columns, what a row is, and plans for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

from millmark.region.coverage.area_class import AREA_CLASSES, AreaClass
from millmark.region.coverage.entries import Candidate, NewCandidate, NewPlace, Place
from millmark.region.coverage.place_book import CandidateBook, PlaceBook
from millmark.reports.sheets.columns import Column, ColumnType, Value
from millmark.reports.sheets.formulas import STARTS_A_FORMULA
from millmark.reports.sheets.importing import Report
from millmark.reports.sheets.reading import Problem, ReadSheet

_NUMBER: Final = Column("number", "编号", "Number", width=22)
_NAME: Final = Column("name", "名称", "Name", width=26)
_AREA: Final = Column("area", "县(市、区)", "County")
_LONGITUDE: Final = Column("longitude", "经度", "Longitude", ColumnType.NUMBER)
_LATITUDE: Final = Column("latitude", "纬度", "Latitude", ColumnType.NUMBER)
_SOURCE: Final = Column("source", "来源", "Source", width=36)
_COST: Final = Column("cost", "造价(元)", "Cost (yuan)", ColumnType.MONEY)
_BANDS: Final = Column("bands", "频段", "Bands")
_CLASS: Final = Column("area_class", "区域类别", "Area class")

PLACE_COLUMNS: Final = (
    _NUMBER,
    _NAME,
    _CLASS,
    _AREA,
    Column("weight", "人口或权重", "Population or weight", ColumnType.INTEGER),
    _LONGITUDE,
    _LATITUDE,
    _SOURCE,
)
CANDIDATE_COLUMNS: Final = (
    _NUMBER,
    _NAME,
    _AREA,
    _COST,
    _BANDS,
    Column("height", "挂高(米)", "Antenna height (m)", ColumnType.NUMBER, needed=False),
    _LONGITUDE,
    _LATITUDE,
    _SOURCE,
)
PLAN_COLUMNS: Final = (
    Column("rank", "序号", "Rank", ColumnType.INTEGER, width=8),
    _NUMBER,
    _NAME,
    _AREA,
    _COST,
    _BANDS,
    Column("added_weight", "新增覆盖权重", "Weight added", ColumnType.INTEGER),
    Column("added_places", "新增覆盖点", "Places added", ColumnType.INTEGER),
    Column("in_greedy", "贪心方案也选", "Also in the greedy plan", ColumnType.YES_NO),
    _LONGITUDE,
    _LATITUDE,
)
GAP_COLUMNS: Final = (
    _NUMBER,
    _NAME,
    _CLASS,
    _AREA,
    Column("weight", "人口或权重", "Population or weight", ColumnType.INTEGER),
    Column("distance", "距最近基站(米)", "To the nearest station (m)", ColumnType.INTEGER, needed=False),
    _LONGITUDE,
    _LATITUDE,
)

_New = TypeVar("_New", NewPlace, NewCandidate)


@dataclass(frozen=True, slots=True)
class CountyNames:
    """Names of counties by their codes, in both languages."""

    names: Mapping[str, tuple[str, str]]

    def of(self, code: str, language: str) -> str:
        zh, en = self.names.get(code, (code, code))
        return zh if language == "zh" else en


def bring_places(book: PlaceBook, sheet: ReadSheet, *, county: Callable[[str], None], by: str, apply: bool) -> Report:
    """Tries every row; keeps all or none. `county` raises `ValueError` for a county that is not the sender's."""
    return _brought(sheet, _place, book.try_all, county, by, apply)


def bring_candidates(
    book: CandidateBook, sheet: ReadSheet, *, county: Callable[[str], None], by: str, apply: bool
) -> Report:
    return _brought(sheet, _candidate, book.try_all, county, by, apply)


def place_rows(places: Sequence[Place], counties: CountyNames, language: str) -> Iterator[dict[str, Value]]:
    for one in places:
        yield {
            "number": one.number,
            "name": one.name,
            "area_class": class_name(one.area_class, language),
            "area": counties.of(one.area, language),
            "weight": one.weight,
            "longitude": one.longitude,
            "latitude": one.latitude,
            "source": one.source,
        }


def candidate_rows(candidates: Sequence[Candidate], counties: CountyNames, language: str) -> Iterator[dict[str, Value]]:
    for one in candidates:
        yield {
            "number": one.number,
            "name": one.name,
            "area": counties.of(one.area, language),
            "cost": one.cost_fen,
            "bands": one.bands,
            "height": one.height_m,
            "longitude": one.longitude,
            "latitude": one.latitude,
            "source": one.source,
        }


def plan_rows(
    result: Mapping[str, Any], candidates: Mapping[int, Candidate], counties: CountyNames, language: str
) -> Iterator[dict[str, Value]]:
    """The chosen sites, what adds most first."""
    by_greed = {one["id"] for one in result["greedy"]["sites"]}
    best = result["best"] or {"sites": []}
    for rank, one in enumerate(best["sites"], 1):
        site = candidates[one["id"]]
        yield {
            "rank": rank,
            "number": site.number,
            "name": site.name,
            "area": counties.of(site.area, language),
            "cost": one["cost_fen"],
            "bands": site.bands,
            "added_weight": one["weight"],
            "added_places": one["places"],
            "in_greedy": one["id"] in by_greed,
            "longitude": site.longitude,
            "latitude": site.latitude,
        }


def as_csv(columns: Sequence[Column], rows: Iterator[Mapping[str, Value]], language: str) -> bytes:
    """UTF-8 with a mark that Excel looks for; a text that a spreadsheet would run is led by an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name(language) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(column, row.get(column.id), language) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def class_name(area_class: str, language: str) -> str:
    found = AreaClass(area_class)
    return found.name_zh if language == "zh" else found.name_en


def class_hint(language: str) -> str:
    """The classes that a sheet may name."""
    return ", ".join(class_name(one.value, language) for one in AREA_CLASSES)


def _csv_cell(column: Column, value: Value, language: str) -> object:
    if value is None:
        return ""
    if column.type is ColumnType.MONEY and isinstance(value, int):
        return f"{Decimal(value) / 100:.2f}"
    if column.type is ColumnType.YES_NO:
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][bool(value)]
    if isinstance(value, str) and value.startswith(STARTS_A_FORMULA):
        return f"'{value}"
    return value


def _brought(
    sheet: ReadSheet,
    made: Callable[[Mapping[str, Value]], _New],
    try_all: Callable[..., Any],
    county: Callable[[str], None],
    by: str,
    apply: bool,
) -> Report:
    problems = list(sheet.problems)
    rows, news = [], []
    for row in sheet.rows:
        new = made(row.values)
        try:
            county(new.area)
        except ValueError as error:
            problems.append(Problem(row.number, None, str(error)))
            continue
        rows.append(row)
        news.append(new)
    found = try_all(news, recorded_by=by, apply=apply and not problems)
    problems += [Problem(rows[one.at].number, None, one.message) for one in found]
    is_kept = apply and not problems
    return Report(
        rows=len(sheet.rows) + len({problem.row for problem in sheet.problems}),
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
        kept=tuple(new.number for new in news) if is_kept else (),
        mapping=sheet.mapping,
        ignored=sheet.ignored,
    )


# The columns' types were checked cell by cell before a row comes here.
def _place(row: Mapping[str, Value]) -> NewPlace:
    return NewPlace(
        number=_text(row, "number"),
        name=_text(row, "name"),
        area_class=_text(row, "area_class"),
        area=_text(row, "area"),
        weight=cast("int", row["weight"]),
        longitude=cast("Decimal", row["longitude"]),
        latitude=cast("Decimal", row["latitude"]),
        source=_text(row, "source"),
    )


def _candidate(row: Mapping[str, Value]) -> NewCandidate:
    return NewCandidate(
        number=_text(row, "number"),
        name=_text(row, "name"),
        area=_text(row, "area"),
        cost_fen=cast("int", row["cost"]),
        bands=_text(row, "bands"),
        height_m=cast("Decimal | None", row.get("height")),
        longitude=cast("Decimal", row["longitude"]),
        latitude=cast("Decimal", row["latitude"]),
        source=_text(row, "source"),
    )


def _text(row: Mapping[str, Value], key: str) -> str:
    return cast("str", row[key])
