"""Demand places and candidate sites: entered one by one or by sheet, ended and corrected with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import StreamingResponse

from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.coverage_views import area_of, candidate_view, demand_area, own_area, place_view
from millmark.web.routes.coverage import XLSX, attached, county_names
from millmark.web.routes.files import readable_file
from millmark.web.services import Platform, Services
from millmark.web.shapes.coverage import (
    AreaCode,
    CandidateList,
    CandidateView,
    CorrectedCandidate,
    CorrectedDemandPlace,
    CoveringStation,
    DemandPlaceDetail,
    DemandPlaceList,
    DemandPlaceView,
    EndedEntry,
    NewCandidateForm,
    NewDemandPlace,
)
from millmark.web.shapes.lists import ImportReport, RowProblem, SheetImport
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from collections.abc import Callable

    from millmark.region.coverage.entries import NewCandidate, NewPlace
    from millmark.reports.sheets.importing import Report

router = APIRouter(prefix="/coverage", tags=["coverage"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_COVERAGE))]
_SHEET: dict[int | str, dict[str, object]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/places")
def demand_places(
    who: Reader,
    platform: Platform,
    area_code: Annotated[AreaCode | None, Query()] = None,
    text: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> DemandPlaceList:
    """Demand places that hold, by number; `text` is looked for in names and numbers."""
    area = area_of(platform, who, area_code)
    found, total = platform.bureau.coverage.places.standing(area_code=area, text=text, limit=limit, offset=offset)
    return DemandPlaceList(total=total, places=[place_view(one) for one in found])


@router.get("/places/template", response_class=StreamingResponse, responses=_SHEET)
def demand_place_template(_who: Reader, platform: Platform, language: Literal["zh", "en"] = "zh") -> StreamingResponse:
    """An empty sheet with the headings that an import takes."""
    from millmark.reports.coverage_sheets import PLACE_COLUMNS
    from millmark.reports.sheets.writing import written

    title = "需求点" if language == "zh" else "Demand places"
    content = written(PLACE_COLUMNS, (), title=title, language=language, zone=platform.zone, scratch=platform.scratch)
    return attached(content, f"{title}.xlsx", XLSX)


@router.get("/places/sheet", response_class=StreamingResponse, responses=_SHEET)
def demand_place_sheet(
    who: Reader,
    platform: Platform,
    area_code: Annotated[AreaCode | None, Query()] = None,
    language: Literal["zh", "en"] = "zh",
) -> StreamingResponse:
    """All of them as .xlsx."""
    from millmark.reports.coverage_sheets import PLACE_COLUMNS, CountyNames, place_rows
    from millmark.reports.sheets.writing import written

    found, _ = platform.bureau.coverage.places.standing(area_code=area_of(platform, who, area_code))
    rows = place_rows(found, CountyNames(county_names(platform)), language)
    title = "需求点" if language == "zh" else "Demand places"
    content = written(PLACE_COLUMNS, rows, title=title, language=language, zone=platform.zone, scratch=platform.scratch)
    return attached(content, f"{title}.xlsx", XLSX)


@router.get("/places/{place_id}")
def demand_place(who: Reader, place_id: Id, platform: Platform) -> DemandPlaceDetail:
    """A place with the stations behind its coverage, the nearest first."""
    from millmark.region.areas import lies_within

    desk = platform.bureau.coverage
    place = desk.places.one(place_id)
    demand_area(platform, who, place.area, where="place_id")
    view = desk.view()
    found = view.coverage
    rows = [at for at, number in enumerate(found.places.ids.tolist()) if number == place_id]
    if not rows:
        return DemandPlaceDetail(place=place_view(place), covered=None, stations=[])
    row = rows[0]
    starts = found.pairs.starts(len(found.places))
    of_class = int(found.places.classes[row])
    own = own_area(platform, who)
    stations = [
        CoveringStation(
            ref=found.sites.refs[site] if own is None or lies_within(str(found.sites.counties[site]), own) else None,
            distance_m=round(metres),
            radius_m=round(float(found.radii[site, of_class])),
        )
        for site, metres in zip(
            found.pairs.site[starts[row] : starts[row + 1]].tolist(),
            found.pairs.distance_m[starts[row] : starts[row + 1]].tolist(),
            strict=True,
        )
    ]
    stations.sort(key=lambda one: one.distance_m)
    return DemandPlaceDetail(place=place_view(place), covered=bool(found.covered[row]), stations=stations)


@router.post("/places", status_code=status.HTTP_201_CREATED)
def add_demand_place(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.places.add"))],
    form: NewDemandPlace,
    request: Request,
    platform: Platform,
) -> DemandPlaceView:
    """Enters a place; coverage follows at once."""
    demand_area(platform, who, platform.bureau.coverage.region.county(form.area), where="area")
    kept = platform.bureau.coverage.places.add(_new_place(form), recorded_by=who.name)
    audit_result(request, f"demand_place:{kept.id}")
    return place_view(kept)


@router.post("/places/imports")
def import_demand_places(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.places.import"))],
    form: SheetImport,
    request: Request,
    platform: Platform,
) -> ImportReport:
    """Tries each row of an uploaded sheet and says row by row what is wrong; with `apply` and no problem all rows are
    kept in one transaction, otherwise none."""
    from millmark.reports.coverage_sheets import PLACE_COLUMNS, bring_places
    from millmark.reports.sheets.reading import read_sheet

    readable_file(platform, who, form.file_id)
    sheet = read_sheet(platform.files.read(form.file_id), PLACE_COLUMNS, form.mapping)
    county = _own_county(platform, who)
    report = bring_places(platform.bureau.coverage.places, sheet, county=county, by=who.name, apply=form.apply)
    audit_result(request, f"demand_places file:{form.file_id} rows:{report.rows} kept:{len(report.kept)}")
    return _told(report)


@router.post("/places/{place_id}/end", status_code=status.HTTP_201_CREATED)
def end_demand_place(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.places.end"))],
    place_id: Id,
    form: EndedEntry,
    request: Request,
    platform: Platform,
) -> DemandPlaceView:
    """Keeps that a place does not hold any more, and why; nothing is erased."""
    book = platform.bureau.coverage.places
    demand_area(platform, who, book.one(place_id).area, where="place_id")
    kept = book.end(place_id, reason=form.reason, ended_by=who.name)
    audit_result(request, f"demand_place:{kept.id}")
    return place_view(kept)


@router.post("/places/{place_id}/corrections", status_code=status.HTTP_201_CREATED)
def correct_demand_place(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.places.correct"))],
    place_id: Id,
    form: CorrectedDemandPlace,
    request: Request,
    platform: Platform,
) -> DemandPlaceView:
    """Ends a place and enters what should have stood there, both or neither."""
    desk = platform.bureau.coverage
    demand_area(platform, who, desk.places.one(place_id).area, where="place_id")
    demand_area(platform, who, desk.region.county(form.place.area), where="area")
    kept = desk.places.correct(place_id, _new_place(form.place), reason=form.reason, recorded_by=who.name)
    audit_result(request, f"demand_place:{kept.id}")
    return place_view(kept)


@router.get("/candidates")
def candidate_sites(
    who: Reader,
    platform: Platform,
    area_code: Annotated[AreaCode | None, Query()] = None,
    text: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> CandidateList:
    """Sites where stations could be built, by number."""
    area = area_of(platform, who, area_code)
    found, total = platform.bureau.coverage.candidates.standing(area_code=area, text=text, limit=limit, offset=offset)
    return CandidateList(total=total, candidates=[candidate_view(one) for one in found])


@router.get("/candidates/template", response_class=StreamingResponse, responses=_SHEET)
def candidate_site_template(
    _who: Reader, platform: Platform, language: Literal["zh", "en"] = "zh"
) -> StreamingResponse:
    """An empty sheet with the headings that an import takes."""
    from millmark.reports.coverage_sheets import CANDIDATE_COLUMNS
    from millmark.reports.sheets.writing import written

    title = "候选站址" if language == "zh" else "Candidate sites"
    content = written(
        CANDIDATE_COLUMNS, (), title=title, language=language, zone=platform.zone, scratch=platform.scratch
    )
    return attached(content, f"{title}.xlsx", XLSX)


@router.get("/candidates/sheet", response_class=StreamingResponse, responses=_SHEET)
def candidate_site_sheet(
    who: Reader,
    platform: Platform,
    area_code: Annotated[AreaCode | None, Query()] = None,
    language: Literal["zh", "en"] = "zh",
) -> StreamingResponse:
    """All of them as .xlsx."""
    from millmark.reports.coverage_sheets import CANDIDATE_COLUMNS, CountyNames, candidate_rows
    from millmark.reports.sheets.writing import written

    found, _ = platform.bureau.coverage.candidates.standing(area_code=area_of(platform, who, area_code))
    rows = candidate_rows(found, CountyNames(county_names(platform)), language)
    title = "候选站址" if language == "zh" else "Candidate sites"
    content = written(
        CANDIDATE_COLUMNS, rows, title=title, language=language, zone=platform.zone, scratch=platform.scratch
    )
    return attached(content, f"{title}.xlsx", XLSX)


@router.post("/candidates", status_code=status.HTTP_201_CREATED)
def add_candidate_site(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.candidates.add"))],
    form: NewCandidateForm,
    request: Request,
    platform: Platform,
) -> CandidateView:
    """Enters a site that plans may choose."""
    demand_area(platform, who, platform.bureau.coverage.region.county(form.area), where="area")
    kept = platform.bureau.coverage.candidates.add(_new_candidate(form), recorded_by=who.name)
    audit_result(request, f"candidate_site:{kept.id}")
    return candidate_view(kept)


@router.post("/candidates/imports")
def import_candidate_sites(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.candidates.import"))],
    form: SheetImport,
    request: Request,
    platform: Platform,
) -> ImportReport:
    """As the import of demand places."""
    from millmark.reports.coverage_sheets import CANDIDATE_COLUMNS, bring_candidates
    from millmark.reports.sheets.reading import read_sheet

    readable_file(platform, who, form.file_id)
    sheet = read_sheet(platform.files.read(form.file_id), CANDIDATE_COLUMNS, form.mapping)
    county = _own_county(platform, who)
    report = bring_candidates(platform.bureau.coverage.candidates, sheet, county=county, by=who.name, apply=form.apply)
    audit_result(request, f"candidate_sites file:{form.file_id} rows:{report.rows} kept:{len(report.kept)}")
    return _told(report)


@router.post("/candidates/{candidate_id}/end", status_code=status.HTTP_201_CREATED)
def end_candidate_site(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.candidates.end"))],
    candidate_id: Id,
    form: EndedEntry,
    request: Request,
    platform: Platform,
) -> CandidateView:
    """Keeps that a site cannot be chosen any more, and why; plans that chose it stay as they are."""
    book = platform.bureau.coverage.candidates
    demand_area(platform, who, book.one(candidate_id).area, where="candidate_id")
    kept = book.end(candidate_id, reason=form.reason, ended_by=who.name)
    audit_result(request, f"candidate_site:{kept.id}")
    return candidate_view(kept)


@router.post("/candidates/{candidate_id}/corrections", status_code=status.HTTP_201_CREATED)
def correct_candidate_site(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.candidates.correct"))],
    candidate_id: Id,
    form: CorrectedCandidate,
    request: Request,
    platform: Platform,
) -> CandidateView:
    """Ends a site and enters what should have stood there, both or neither."""
    desk = platform.bureau.coverage
    demand_area(platform, who, desk.candidates.one(candidate_id).area, where="candidate_id")
    demand_area(platform, who, desk.region.county(form.candidate.area), where="area")
    new = _new_candidate(form.candidate)
    kept = desk.candidates.correct(candidate_id, new, reason=form.reason, recorded_by=who.name)
    audit_result(request, f"candidate_site:{kept.id}")
    return candidate_view(kept)


def _own_county(platform: Services, who: Principal) -> Callable[[str], None]:
    """Refuses rows of counties that are not the sender's; what is no county at all is told where the row is checked."""
    from millmark.region.areas import lies_within
    from millmark.region.coverage.errors import InvalidPlace

    own = own_area(platform, who)

    def demand(text: str) -> None:
        if own is None:
            return
        try:
            code = platform.bureau.coverage.region.county(text)
        except InvalidPlace:
            return
        if not lies_within(code, own):
            raise ValueError(f"area: {text} is not your county; its own office enters it")

    return demand


def _told(report: Report) -> ImportReport:
    return ImportReport(
        rows=report.rows,
        applied=bool(report.kept),
        kept=list(report.kept),
        problems=[RowProblem(row=one.row, column=one.column, message=one.message) for one in report.problems],
        mapping=dict(report.mapping),
        ignored=list(report.ignored),
    )


def _new_place(form: NewDemandPlace) -> NewPlace:
    from millmark.region.coverage.entries import NewPlace

    return NewPlace(
        number=form.number,
        name=form.name,
        area_class=form.area_class.value,
        area=form.area,
        weight=form.weight,
        longitude=form.longitude,
        latitude=form.latitude,
        source=form.source,
    )


def _new_candidate(form: NewCandidateForm) -> NewCandidate:
    from millmark.region.coverage.entries import NewCandidate

    return NewCandidate(
        number=form.number,
        name=form.name,
        area=form.area,
        cost_fen=form.cost_fen,
        bands=form.bands,
        height_m=form.height_m,
        longitude=form.longitude,
        latitude=form.latitude,
        source=form.source,
    )
