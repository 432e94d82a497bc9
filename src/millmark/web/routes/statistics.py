"""Tables of statistics: defined, seen with their contributors, published under disclosure control."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

import numpy as np
from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import StreamingResponse

from millmark.region.statistics import Cost, Dimension, StatisticsTable, TableDefinition
from millmark.region.statistics.measures import MEASURES
from millmark.region.statistics.table import ratio
from millmark.region.watch.months import month_text, read_month
from millmark.reports.statistics_sheets import as_csv, as_xlsx, columns_of, lines
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import NotAllowed
from millmark.web.services import Platform, Services
from millmark.web.shapes.shape import Id
from millmark.web.shapes.statistics import (
    Contributors,
    ContributorView,
    DefinitionForm,
    DefinitionView,
    Peers,
    PublicationForm,
    PublicationSummary,
    PublishedTable,
    StatisticsList,
    StatisticsProposal,
    TableDetail,
    TableSummary,
    TableValues,
)
from millmark.web.shapes.watch import MonthText
from millmark.web.statistics_views import (
    definition_view,
    measure_view,
    peer_view,
    proposal_view,
    published_table,
    summary,
    table_values,
)

router = APIRouter(tags=["statistics"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_STATISTICS))]
Publisher = Annotated[Principal, Depends(requires(Permission.PUBLISH_STATISTICS))]
Through = Annotated[MonthText | None, Query()]
Months = Annotated[int, Query(ge=1, le=120)]
Format = Literal["csv", "xlsx"]
Language = Literal["zh", "en"]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_SHEET: dict[int | str, dict[str, Any]] = {200: {"content": {_XLSX: _BINARY, "text/csv": _BINARY}}}


@router.get("/statistics")
def statistics(who: Reader, platform: Platform) -> StatisticsList:
    """The tables with what was published of each, and the measures that a table can be made of."""
    book = platform.bureau.statistics.book
    published = {one.table: summary(one) for one in book.published()}
    return StatisticsList(
        tables=[
            TableSummary(definition=definition_view(one), published=published.get(one.definition.slug))
            for one in book.definitions()
        ],
        measures=[measure_view(one) for one in MEASURES.values()],
        last_month=month_text(book.last_month()),
        may_publish=Permission.PUBLISH_STATISTICS in who.permissions and _is_citys(platform, who),
    )


@router.post("/statistics", status_code=status.HTTP_201_CREATED)
def define_table(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_STATISTICS, action="statistics.define"))],
    form: DefinitionForm,
    request: Request,
    platform: Platform,
) -> DefinitionView:
    """Keeps a table's definition: a new one, or the version after the one that was read."""
    definition = TableDefinition(
        slug=form.slug,
        title_zh=form.title_zh,
        title_en=form.title_en,
        measure=form.measure,
        dimensions=tuple(Dimension(one) for one in form.dimensions),
        first_year=form.first_year,
        cumulative=form.cumulative,
        growth=form.growth,
        cost=Cost(form.cost),
        note_zh=form.note_zh,
        note_en=form.note_en,
    )
    kept = platform.bureau.statistics.book.define(
        definition, after_version=form.after_version, reason=form.reason, recorded_by=who.name
    )
    audit_result(request, f"statistics:{form.slug} version {kept.version}")
    return definition_view(kept)


@router.get("/statistics/{slug}")
def statistics_table(_who: Reader, slug: str, platform: Platform) -> TableDetail:
    """The versions of a table's definition and what was published of it."""
    book = platform.bureau.statistics.book
    return TableDetail(
        versions=[definition_view(one) for one in book.versions(slug)],
        publications=[summary(one) for one in book.publications(slug)],
    )


@router.get("/statistics/{slug}/values")
def statistics_values(
    who: Reader, slug: str, platform: Platform, through: Through = None, months: Months = 13
) -> TableValues:
    """A table as it stands now, for the office itself; an officer of a county sees that of the county alone."""
    return table_values(platform.bureau.statistics.book, _table(platform, who, slug, through), months)


@router.get("/statistics/{slug}/contributors")
def statistics_contributors(
    who: Annotated[Principal, Depends(requires(Permission.OPEN_CONTRIBUTORS))],
    slug: str,
    month: MonthText,
    cell: Annotated[int, Query(ge=0, le=10_000_000)],
    platform: Platform,
    cumulative: bool = False,
) -> Contributors:
    """Who makes up a cell in a month, or since January of its year; each of them is told that it was looked at."""
    table = _table(platform, who, slug, month)
    if cell >= table.lattice.cells:
        raise unknown(f"cell {cell}")
    last = read_month(month)
    first = last - last % 12 if cumulative else last
    span = np.flatnonzero((table.months >= first) & (table.months <= last))
    found = [(one, value) for one, value in table.contributors(cell, span) if who.scope.admits(one)]
    # Of a ratio each one's own is told, and how much it weighs: its part of what stands below the line.
    weights = dict(found if table.below is None else table.below.contributors(cell, span))
    per = table.definition.told.per
    whole = sum(weights[one] for one, _ in found)
    total = sum(value for _, value in found)
    enterprises = {one.id: one for one in platform.registry.enterprises_of({one for one, _ in found})}
    views = []
    for enterprise, value in found:
        who.scope.opened(enterprise)
        one = enterprises[enterprise]
        views.append(
            ContributorView(
                enterprise_id=one.id,
                slug=one.slug,
                name_zh=one.name_zh,
                name_en=one.name_en,
                value=value if table.below is None else ratio(value, weights[enterprise], per) or 0,
                share=None if not whole else round(weights[enterprise] / whole * 100, 1),
            )
        )
    shown = total if table.below is None else ratio(total, whole, per) or 0
    return Contributors(month=month, cumulative=cumulative, total=shown, contributors=views)


@router.get("/statistics/{slug}/sheet", response_class=StreamingResponse, responses=_SHEET)
def statistics_sheet(
    who: Reader,
    slug: str,
    platform: Platform,
    through: Through = None,
    months: Months = 24,
    format: Format = "xlsx",  # noqa: A002 - the name of the parameter in the address
    language: Language = "zh",
) -> StreamingResponse:
    """The table as it stands now as .xlsx or CSV, for use within the office."""
    values = table_values(platform.bureau.statistics.book, _table(platform, who, slug, through), months)
    return _sheet(platform, values, slug, format, language)


@router.get("/statistics/{slug}/proposal")
def statistics_proposal(
    who: Publisher, slug: str, platform: Platform, through: Through = None, months: Months = 13
) -> StatisticsProposal:
    """What would be published through a month: what is kept back, of which kind the reason is, and at what cost."""
    _demand_city(platform, who)
    book = platform.bureau.statistics.book
    return proposal_view(book.propose(slug, _month(platform, through)), months)


@router.post("/statistics/{slug}/publications", status_code=status.HTTP_201_CREATED)
def publish_statistics(
    who: Annotated[Principal, Depends(requires(Permission.PUBLISH_STATISTICS, action="statistics.publish"))],
    slug: str,
    form: PublicationForm,
    request: Request,
    platform: Platform,
) -> PublicationSummary:
    """Signs and publishes what the proposal showed; it never changes again, and a correction is another version."""
    _demand_city(platform, who)
    version = platform.bureau.statistics.book.publish(
        slug, read_month(form.through), digest=form.digest, reason=form.reason, signed_by=who.name
    )
    platform.public.cache.forget()
    audit_result(request, f"statistics:{slug} published version {version.number} {version.digest}")
    return summary(version)


@router.get("/statistics/{slug}/publications/{number}")
def published_statistics(_who: Reader, slug: str, number: Id, platform: Platform) -> PublishedTable:
    """A published version as it was signed."""
    return published_table(platform.bureau.statistics.book.publication(slug, number))


@router.get("/statistics/{slug}/publications/{number}/sheet", response_class=StreamingResponse, responses=_SHEET)
def published_statistics_sheet(
    _who: Reader,
    slug: str,
    number: Id,
    platform: Platform,
    format: Format = "csv",  # noqa: A002 - as above
    language: Language = "zh",
) -> StreamingResponse:
    """A published version as CSV or .xlsx."""
    version = platform.bureau.statistics.book.publication(slug, number)
    return _sheet(platform, published_table(version).values, f"{slug}-{number}", format, language)


@router.get("/peers")
def peers(
    who: Annotated[Principal, Depends(requires(Permission.READ_PEERS))],
    platform: Platform,
    enterprise_id: Annotated[Id | None, Query()] = None,
) -> Peers:
    """Where an enterprise stands among those of its industry, without seeing any of them."""
    wanted = who.scope.enterprise_id if enterprise_id is None else enterprise_id
    if wanted is None:
        raise unknown("peers")
    who.scope.demand(wanted, where="peers")
    enterprise = platform.registry.enterprise(wanted)
    return Peers(
        enterprise_id=enterprise.id,
        name_zh=enterprise.name_zh,
        name_en=enterprise.name_en,
        standings=[peer_view(one) for one in platform.bureau.statistics.peers.standing(enterprise.id)],
    )


def _table(platform: Services, who: Principal, slug: str, through: str | None) -> StatisticsTable:
    book = platform.bureau.statistics.book
    area = None if _is_citys(platform, who) else who.scope.area_code
    return book.table(book.definition(slug).definition, _month(platform, through), area_code=area)


def _month(platform: Services, through: str | None) -> int:
    return platform.bureau.statistics.book.last_month() if through is None else read_month(through)


def _is_citys(platform: Services, who: Principal) -> bool:
    """Whether somebody's area is the whole city, or wider."""
    city: str = platform.city_pack.city.area_code
    return who.scope.admits_area(city)


def _demand_city(platform: Services, who: Principal) -> None:
    if not _is_citys(platform, who):
        raise NotAllowed(
            "A county's officer cannot publish the city's tables.",
            where="statistics",
            next_step="Ask an officer of the city to publish it.",
        )


def _sheet(platform: Services, values: TableValues, name: str, form: Format, language: Language) -> StreamingResponse:
    measure = values.measure
    columns = columns_of(
        [axis.id for axis in values.axes],
        (measure.unit_zh, measure.unit_en),
        cumulative=values.cumulative is not None,
        growth=values.growth is not None,
    )
    rows = lines(
        [(axis.id, [(node.zh, node.en) for node in axis.nodes]) for axis in values.axes],
        values.months,
        values.monthly,
        values.cumulative,
        values.growth,
        absent=values.absent,
        absent_cumulative=values.absent_cumulative,
        shown_per=measure.shown_per,
        language=language,
    )
    content: Iterator[bytes]
    if form == "csv":
        content = as_csv(columns, rows, language=language)
    else:
        title = values.title_zh if language == "zh" else values.title_en
        content = as_xlsx(columns, rows, title=title, language=language, zone=platform.zone, scratch=platform.scratch)
    return StreamingResponse(
        content,
        media_type=_XLSX if form == "xlsx" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.{form}')}"},
    )
