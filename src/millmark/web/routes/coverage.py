"""What the city's 5G stations cover, what they do not, and by which parameters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import StreamingResponse

from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.coverage_views import (
    area_of,
    class_tallies,
    county_tallies,
    own_area,
    reach_views,
    statement_view,
    tally_view,
)
from millmark.web.services import Platform, Services
from millmark.web.shapes.coverage import (
    AreaCode,
    CoverageGap,
    CoverageGapList,
    CoverageMap,
    CoverageView,
    NewParameters,
    ParametersVersion,
    ParametersVersions,
    ParametersView,
    PlacePoint,
    StationPoint,
    TriedParameters,
    TriedReaches,
)

if TYPE_CHECKING:
    from millmark.region.coverage.parameter_book import Version

router = APIRouter(prefix="/coverage", tags=["coverage"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_COVERAGE))]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_GAPS = 50_000


@router.get("")
def coverage(
    who: Reader,
    platform: Platform,
    as_of: dt.date | None = None,
    area_code: Annotated[AreaCode | None, Query()] = None,
    operator: Annotated[str | None, Query(max_length=32)] = None,
) -> CoverageView:
    """Shares of places and weight by area class and county, and statements of continuous coverage by their rules."""
    desk = platform.bureau.coverage
    area = area_of(platform, who, area_code)
    view = desk.view(as_of, operator)
    report = view.report(area)
    _, candidates = desk.candidates.standing(area_code=area, limit=1)
    first, _ = desk.places.standing(area_code=area, limit=1)
    return CoverageView(
        as_of=view.as_of,
        area_code=area,
        operator=operator,
        stations=len(_station_rows(view.coverage.sites.counties.tolist(), area)),
        candidates=candidates,
        placeholder=any(one.placeholder for one in first),
        parameters_id=view.version.id,
        total=tally_view(report.total),
        by_class=class_tallies(report),
        by_county=county_tallies(report),
        statements=[statement_view(one) for one in report.statements],
    )


@router.get("/map")
def coverage_map(
    who: Reader,
    platform: Platform,
    as_of: dt.date | None = None,
    area_code: Annotated[AreaCode | None, Query()] = None,
    operator: Annotated[str | None, Query(max_length=32)] = None,
) -> CoverageMap:
    """Stations, and places with whether they are covered."""
    from millmark.region.coverage.area_class import AREA_CLASSES

    area = area_of(platform, who, area_code)
    view = platform.bureau.coverage.view(as_of, operator)
    sites, (places, covered) = view.coverage.sites, view.of(area)
    longitudes, latitudes = sites.longitude.tolist(), sites.latitude.tolist()
    return CoverageMap(
        stations=[
            StationPoint(ref=sites.refs[row], longitude=longitudes[row], latitude=latitudes[row])
            for row in _station_rows(sites.counties.tolist(), area)
        ],
        places=[
            PlacePoint(
                id=number, area_class=AREA_CLASSES[of_class], longitude=longitude, latitude=latitude, covered=is_covered
            )
            for number, of_class, longitude, latitude, is_covered in zip(
                places.ids.tolist(),
                places.classes.tolist(),
                places.longitude.tolist(),
                places.latitude.tolist(),
                covered.tolist(),
                strict=True,
            )
        ],
    )


@router.get("/gaps")
def coverage_gaps(
    who: Reader,
    platform: Platform,
    as_of: dt.date | None = None,
    area_code: Annotated[AreaCode | None, Query()] = None,
    operator: Annotated[str | None, Query(max_length=32)] = None,
    area_class: Annotated[str | None, Query(pattern="^(urban|park|scenic|town|village)$")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> CoverageGapList:
    """Places that no station covers, the heaviest first, with the nearest station and how far it is."""
    return _gaps(platform, who, as_of, area_code, operator, area_class, limit, offset)


@router.get(
    "/gaps/sheet",
    response_class=StreamingResponse,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
def coverage_gap_sheet(
    who: Reader,
    platform: Platform,
    as_of: dt.date | None = None,
    area_code: Annotated[AreaCode | None, Query()] = None,
    operator: Annotated[str | None, Query(max_length=32)] = None,
    area_class: Annotated[str | None, Query(pattern="^(urban|park|scenic|town|village)$")] = None,
    language: Literal["zh", "en"] = "zh",
) -> StreamingResponse:
    """The gap list as .xlsx."""
    from millmark.reports.coverage_sheets import GAP_COLUMNS, class_name
    from millmark.reports.sheets.writing import written

    found = _gaps(platform, who, as_of, area_code, operator, area_class, _MOST_GAPS, 0)
    counties = county_names(platform)
    rows = (
        {
            "number": one.number,
            "name": one.name,
            "area_class": class_name(one.area_class.value, language),
            "area": counties.get(one.area, (one.area, one.area))[language == "en"],
            "weight": one.weight,
            "distance": one.nearest_m,
            "longitude": one.longitude,
            "latitude": one.latitude,
        }
        for one in found.gaps
    )
    title = "覆盖缺口" if language == "zh" else "Coverage gaps"
    content = written(GAP_COLUMNS, rows, title=title, language=language, zone=platform.zone, scratch=platform.scratch)
    return attached(content, f"{title}.xlsx", XLSX)


@router.get("/parameters")
def coverage_parameters(_who: Reader, platform: Platform) -> ParametersView:
    """The parameters in force, every number of them, and how far stations reach by them."""
    return _parameters(platform.bureau.coverage.parameters.in_force())


@router.get("/parameters/versions")
def coverage_parameter_versions(_who: Reader, platform: Platform) -> ParametersVersions:
    """All versions with their reasons, the newest first."""
    return ParametersVersions(
        versions=[
            ParametersVersion(id=one.id, reason=one.reason, saved_by=one.saved_by, saved_at_us=one.saved_at_us)
            for one in platform.bureau.coverage.parameters.versions()
        ]
    )


@router.post("/parameters", status_code=status.HTTP_201_CREATED)
def save_coverage_parameters(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.parameters"))],
    form: NewParameters,
    request: Request,
    platform: Platform,
) -> ParametersView:
    """A new version, in force at once for coverage and plans; the earlier ones stay readable. It is the whole city's,
    so an office of a county does not save one."""
    demand_city(platform, who)
    kept = platform.bureau.coverage.parameters.save(form.parameters, reason=form.reason, saved_by=who.name)
    audit_result(request, f"coverage_parameters:{kept.id}")
    return _parameters(kept)


@router.post("/parameters/trial")
def try_coverage_parameters(
    who: Annotated[Principal, Depends(requires(Permission.READ_COVERAGE, action="coverage.parameters.try"))],
    form: TriedParameters,
    platform: Platform,
) -> TriedReaches:
    """What parameters would come to; nothing is kept."""
    from millmark.region.coverage.budget import reaches
    from millmark.region.coverage.coverage import coverage_of, report_on
    from millmark.region.coverage.parameters import checked

    desk = platform.bureau.coverage
    tried = checked(form.parameters)
    view = desk.view()
    rows = view.rows(area_of(platform, who, None))
    places = view.coverage.places.of_rows(rows)
    found = coverage_of(places, desk.sites(tried), tried)
    report = report_on(places, found.covered, tried)
    return TriedReaches(
        reaches=reach_views(reaches(tried)), total=tally_view(report.total), by_class=class_tallies(report)
    )


def demand_city(platform: Services, who: Principal) -> None:
    """What is the whole city's is not changed from a county."""
    from millmark.web.errors import NotAllowed

    if own_area(platform, who) is not None:
        raise NotAllowed(
            "The parameters are the whole city's.",
            where="/api/coverage/parameters",
            next_step="Ask the city's office to change them.",
        )


def county_names(platform: Services) -> dict[str, tuple[str, str]]:
    """Chinese and English names of the counties by code."""
    return {one.code: (one.name_zh, one.name_en) for one in platform.bureau.coverage.region.areas.counties}


def attached(content: Iterator[bytes], name: str, media_type: str) -> StreamingResponse:
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return StreamingResponse(content, media_type=media_type, headers={"Content-Disposition": disposition})


def _station_rows(counties: list[int], area: str | None) -> list[int]:
    from millmark.region.areas import lies_within

    if area is None:
        return list(range(len(counties)))
    return [row for row, county in enumerate(counties) if lies_within(str(county), area)]


def _gaps(
    platform: Services,
    who: Principal,
    as_of: dt.date | None,
    area_code: str | None,
    operator: str | None,
    area_class: str | None,
    limit: int,
    offset: int,
) -> CoverageGapList:
    import numpy as np

    from millmark.region.areas import lies_within
    from millmark.region.coverage.area_class import AreaClass
    from millmark.region.coverage.coverage import gaps, nearest_sites

    desk = platform.bureau.coverage
    view = desk.view(as_of, operator)
    places, covered = view.of(area_of(platform, who, area_code))
    rows = gaps(places, covered)
    if area_class is not None:
        rows = rows[places.classes[rows] == AreaClass(area_class).number]
    page = rows[offset : offset + limit]
    sites = view.coverage.sites
    nearest, apart = nearest_sites(places, page, sites)
    kept = desk.places.by_ids(places.ids[page].tolist())
    own = own_area(platform, who)
    found = []
    for row, site, metres in zip(places.ids[page].tolist(), nearest.tolist(), apart.tolist(), strict=True):
        one = kept[row]
        is_seen = site >= 0 and (own is None or lies_within(str(int(sites.counties[site])), own))
        found.append(
            CoverageGap(
                id=one.id,
                number=one.number,
                name=one.name,
                area_class=AreaClass(one.area_class),
                area=one.area,
                weight=one.weight,
                longitude=one.longitude,
                latitude=one.latitude,
                nearest_ref=sites.refs[site] if is_seen else None,
                nearest_m=round(metres) if np.isfinite(metres) else None,
            )
        )
    return CoverageGapList(total=len(rows), weight=int(places.weights[rows].sum()), gaps=found)


def _parameters(version: Version) -> ParametersView:
    from millmark.region.coverage.budget import reaches

    return ParametersView(
        id=version.id,
        parameters=version.parameters,
        reaches=reach_views(reaches(version.parameters)),
        reason=version.reason,
        saved_by=version.saved_by,
        saved_at_us=version.saved_at_us,
    )
