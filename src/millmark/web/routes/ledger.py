"""The city's ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import Response, StreamingResponse

from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.ledger_scope import KnownAt, area_of, sees, two_times, writes
from millmark.web.ledger_views import entry_view, indicator_view, kind_view, target_view
from millmark.web.services import Platform, Services
from millmark.web.shapes.ledger import (
    GigabitIndicators,
    GrowthPoint,
    KindList,
    KindStanding,
    LedgerCorrection,
    LedgerEntryView,
    LedgerGrowth,
    LedgerHistory,
    LedgerList,
    LedgerOverview,
    LedgerPlaces,
    NewLedgerEntry,
    PlaceFeatures,
    TargetList,
    VoidLedgerEntry,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes import DateSpan
    from millmark.region import LedgerEntry
    from millmark.region import NewLedgerEntry as Entry
    from millmark.region.ledger_rows import LedgerFilter

router = APIRouter(prefix="/ledger", tags=["ledger"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_LEDGER))]
Kind = Annotated[str, Query(min_length=1, max_length=64)]
AreaCode = Annotated[str | None, Query(max_length=64, description="A code or a name; all that one sees, if not given.")]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv"
_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"content": {one: {"schema": {"type": "string", "format": "binary"}} for one in (_XLSX, _CSV)}}
}
_COLOUR_BY = ("area_class", "network", "place_class", "operator")


@router.get("")
def ledger(
    who: Reader,
    platform: Platform,
    kind: str | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    area: AreaCode = None,
    field: Annotated[str | None, Query(max_length=64, description="A field of the kind, with `value`.")] = None,
    value: Annotated[str | None, Query(max_length=200)] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words in subject, source or owner.")] = None,
    counting: Literal["individual", "bulk"] | None = None,
    batch: Id | None = None,
    before: Annotated[Id | None, Query(description="Entries with a smaller id: the next page.")] = None,
    as_of: date | None = None,
    known_at: KnownAt = None,
) -> LedgerList:
    """Entries, latest first, those of one kind if `kind` is given. With `as_of` or `known_at` those that stood on a day
    as known at a moment; otherwise all that were ever kept: voided ones are there and say so."""
    wanted = _filter(who, platform, kind, area, field=field, value=value, q=q, counting=counting, batch=batch)
    if as_of is None and known_at is None:
        found = platform.ledger.found(wanted, limit=limit, before=before)
        return LedgerList(entries=[entry_view(entry) for entry in found])
    at = two_times(platform, as_of, known_at)
    return LedgerList(
        entries=[entry_view(entry) for entry in platform.ledger.found(wanted, at, limit=limit, before=before)],
        total=platform.ledger.total(wanted, at),
    )


@router.get("/kinds")
def ledger_kinds(_who: Reader, platform: Platform) -> KindList:
    """What entries can be about in this city, with the fields of each kind."""
    return KindList(kinds=[kind_view(one) for one in platform.city_pack.kinds.values()])


@router.get("/overview")
def ledger_overview(
    who: Reader, platform: Platform, area: AreaCode = None, as_of: date | None = None, known_at: KnownAt = None
) -> LedgerOverview:
    """What stands of each kind on a day, as known at a moment."""
    from millmark.region.ledger_sums import LedgerSums

    at = two_times(platform, as_of, known_at)
    found = LedgerSums(platform.ledger).by_kind(at, area_of(who, platform, area))
    return LedgerOverview(
        as_of=at.as_of,
        known_at_us=at.known_at_us,
        kinds=[
            KindStanding(
                kind=one.kind,
                entries=one.entries,
                quantity=one.quantity,
                listed=one.listed,
                located=one.located,
                placeholders=one.placeholders,
                latest=one.latest,
                last_recorded_at_us=one.last_recorded_at_us,
            )
            for one in found
        ],
    )


@router.get("/growth")
def ledger_growth(
    who: Reader,
    platform: Platform,
    kind: Kind,
    area: AreaCode = None,
    as_of: date | None = None,
    known_at: KnownAt = None,
) -> LedgerGrowth:
    """How a kind grew, month by month."""
    from millmark.region.ledger_sums import LedgerSums

    at = two_times(platform, as_of, known_at)
    platform.city_pack.kind(kind)
    found = LedgerSums(platform.ledger).growth(kind, at, area_of(who, platform, area))
    points = [GrowthPoint(day=one.day, quantity=one.quantity, listed=one.listed) for one in found]
    return LedgerGrowth(kind=kind, points=points)


@router.get("/places", responses={200: {"model": LedgerPlaces}})
def ledger_places(
    who: Reader,
    platform: Platform,
    kind: Kind,
    area: AreaCode = None,
    field: Annotated[str | None, Query(max_length=64)] = None,
    value: Annotated[str | None, Query(max_length=200)] = None,
    format: Literal["columns", "geojson"] = "columns",  # noqa: A002 - the query's own name
    as_of: date | None = None,
    known_at: KnownAt = None,
) -> LedgerPlaces | PlaceFeatures:
    """The entries of a kind that have a place, as columns or as GeoJSON."""
    from millmark.region.ledger_rows import LedgerFilter

    at = two_times(platform, as_of, known_at)
    kind_text = platform.city_pack.kind(kind)
    colour_by = next((name for name in _COLOUR_BY if kind_text.field(name) is not None), None)
    wanted = _filter(who, platform, kind, area, field=field, value=value)
    located = LedgerFilter(
        kind=wanted.kind,
        area_prefix=wanted.area_prefix,
        area_names=wanted.area_names,
        fields=wanted.fields,
        located=True,
    )
    names = ("id", "longitude", "latitude", "subject", "area", "area_code", "fields")
    rows = platform.ledger.columns(located, at, names)
    code_of = platform.city_pack.areas.code_of
    places = LedgerPlaces(
        kind=kind,
        as_of=at.as_of,
        ids=[row[0] for row in rows],
        longitudes=[row[1] for row in rows],
        latitudes=[row[2] for row in rows],
        names=[row[3] or "" for row in rows],
        area_codes=[row[5] or code_of(row[4]) or "" for row in rows],
        colour_by=colour_by,
        classes=[str((row[6] or {}).get(colour_by, "")) for row in rows],
        unplaced=platform.ledger.total(wanted, at) - len(rows),
    )
    return places if format == "columns" else _features(places)


@router.get("/template", response_class=Response, responses=_SHEET)
def ledger_template(_who: Reader, platform: Platform, kind: Kind, language: Literal["zh", "en"] = "zh") -> Response:
    """An empty sheet of a kind, with its headings, its choices to pick from, and what each column takes."""
    from millmark.reports.ledger_sheets.writing import template

    text = platform.city_pack.kind(kind)
    content = template(text, platform.city_pack, language)
    name = text.name_zh if language == "zh" else text.name_en
    return Response(content, media_type=_XLSX, headers=_attached(f"{name}.xlsx"))


@router.get("/sheet", response_class=StreamingResponse, responses=_SHEET)
def ledger_sheet(
    who: Reader,
    platform: Platform,
    kind: Kind,
    area: AreaCode = None,
    field: Annotated[str | None, Query(max_length=64)] = None,
    value: Annotated[str | None, Query(max_length=200)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    format: Literal["xlsx", "csv"] = "xlsx",  # noqa: A002 - the query's own name
    language: Literal["zh", "en"] = "zh",
    as_of: date | None = None,
    known_at: KnownAt = None,
) -> StreamingResponse:
    """The entries that stood on a day, as known at a moment, as .xlsx or CSV with the headings that an import takes.
    Texts are texts, whatever they begin with."""
    from millmark.reports.ledger_sheets.writing import csv_of, sheet_of

    text = platform.city_pack.kind(kind)
    wanted = _filter(who, platform, kind, area, field=field, value=value, q=q)
    entries = platform.ledger.found(wanted, two_times(platform, as_of, known_at))
    content: Iterator[bytes] = (
        csv_of(text, platform.city_pack, entries, language)
        if format == "csv"
        else sheet_of(
            text, platform.city_pack, entries, language=language, zone=platform.zone, scratch=platform.scratch
        )
    )
    name = text.name_zh if language == "zh" else text.name_en
    media = _CSV if format == "csv" else _XLSX
    return StreamingResponse(content, media_type=media, headers=_attached(f"{name}.{format}"))


@router.get("/indicators")
def ledger_indicators(
    who: Reader, platform: Platform, area: AreaCode = None, as_of: date | None = None, known_at: KnownAt = None
) -> GigabitIndicators:
    """Dual-gigabit indicators, computed now from the entries that stood on a day as known at a moment."""
    from millmark.region.indicators import indicators_of

    at = two_times(platform, as_of, known_at)
    code = area_of(who, platform, area)
    header = platform.indicator_pack.pack
    return GigabitIndicators(
        as_of=at.as_of,
        known_at_us=at.known_at_us,
        pack=header.id,
        pack_version=header.version,
        title_zh=header.title_zh,
        title_en=header.title_en,
        basis_zh=header.basis_zh,
        basis_en=header.basis_en,
        area_code=code or platform.city_pack.city.area_code,
        indicators=[indicator_view(one) for one in indicators_of(platform.indicator_pack, platform.ledger, at, code)],
    )


@router.get("/targets")
def ledger_targets(
    who: Reader, platform: Platform, area: AreaCode = None, as_of: date | None = None, known_at: KnownAt = None
) -> TargetList:
    """Targets of years beside what stands, with what is reached of each in percent."""
    from millmark.region.indicators import indicators_of
    from millmark.region.targets import targets_of

    at = two_times(platform, as_of, known_at)
    code = area_of(who, platform, area)
    # Figures speak of the whole city; a county's own target stands beside the indicators of the county.
    is_city = code is None or code == platform.city_pack.city.area_code
    figures = platform.figures.compute(at.as_of, at.known_at_us) if is_city else []
    indicators = indicators_of(platform.indicator_pack, platform.ledger, at, code)
    found = targets_of(platform.ledger, at, figures, indicators, code)
    return TargetList(
        as_of=at.as_of,
        known_at_us=at.known_at_us,
        targets=[target_view(one, {figure.id for figure in figures}) for one in found],
    )


@router.get("/{entry_id}")
def ledger_entry(who: Reader, entry_id: Id, platform: Platform) -> LedgerHistory:
    """An entry with its history: what it replaced, what voided it, what stands in its place."""
    entry = _seen(who, platform, entry_id)
    parts = platform.ledger.parts(entry_id)
    # What it was while another county answered for it is that county's.
    history = [one for one in platform.ledger.history(entry_id) if sees(who, platform, one)]
    return LedgerHistory(entry=entry_view(entry), history=[entry_view(one) for one in history], parts=parts)


@router.post("", status_code=status.HTTP_201_CREATED)
def add_ledger_entry(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_LEDGER, action="ledger.add"))],
    form: NewLedgerEntry,
    request: Request,
    platform: Platform,
) -> LedgerEntryView:
    """Adds an entry; every figure that counts its kind follows at once."""
    kept = platform.ledger.add(_admitted(who, platform, form), recorded_by=who.name)
    audit_result(request, kept.ref)
    return entry_view(kept)


@router.post("/{entry_id}/void", status_code=status.HTTP_201_CREATED)
def void_ledger_entry(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_LEDGER, action="ledger.void"))],
    entry_id: Id,
    form: VoidLedgerEntry,
    request: Request,
    platform: Platform,
) -> LedgerEntryView:
    """Adds an entry that voids another; nothing is erased."""
    _seen(who, platform, entry_id)
    kept = platform.ledger.void(entry_id, source=form.source, recorded_by=who.name)
    audit_result(request, kept.ref)
    return entry_view(kept)


@router.post("/{entry_id}/correct", status_code=status.HTTP_201_CREATED)
def correct_ledger_entry(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_LEDGER, action="ledger.correct"))],
    entry_id: Id,
    form: LedgerCorrection,
    request: Request,
    platform: Platform,
) -> LedgerEntryView:
    """Voids an entry and adds another in its place, both or neither."""
    _seen(who, platform, entry_id)
    entry = _admitted(who, platform, form.replacement)
    _, kept = platform.ledger.correct(entry_id, entry, source=form.source, recorded_by=who.name)
    audit_result(request, kept.ref)
    return entry_view(kept)


def _filter(
    who: Principal,
    platform: Services,
    kind: str | None,
    area: str | None,
    *,
    field: str | None = None,
    value: str | None = None,
    q: str | None = None,
    counting: Literal["individual", "bulk"] | None = None,
    batch: int | None = None,
) -> LedgerFilter:
    from millmark.programmes import Counting
    from millmark.region.ledger_rows import LedgerFilter

    code = area_of(who, platform, area)
    prefix, names = (None, ()) if code is None else platform.ledger.filter_area(code)
    known = kind is not None and field is not None and platform.city_pack.kind(kind).field(field) is not None
    if (field is not None or value is not None) and not (known and value is not None):
        raise Unprocessable(
            "A field is asked for together with its kind and a value.",
            where="kind, field, value",
            next_step="Give all three; GET /api/ledger/kinds has the fields of each kind.",
        )
    return LedgerFilter(
        kind=kind,
        area_prefix=prefix,
        area_names=names,
        fields=((field, value),) if field is not None and value is not None else (),
        words=q,
        counting=None if counting is None else Counting(counting),
        batch=batch,
    )


def _seen(who: Principal, platform: Services, entry_id: int) -> LedgerEntry:
    entry = platform.ledger.entry(entry_id)
    if not sees(who, platform, entry):
        raise unknown("entry_id")
    return entry


def _admitted(who: Principal, platform: Services, form: NewLedgerEntry) -> Entry:
    """The entry of a form, checked, of an area that one writes of."""
    from millmark.programmes import Counting, Grade
    from millmark.region import NewLedgerEntry as Entry
    from millmark.region import Qualifier

    entry = platform.ledger.checked(
        Entry(
            kind=form.kind,
            area=form.area,
            span=_span(form),
            source=form.source,
            quantity=form.quantity,
            unit=form.unit,
            subject=form.subject,
            counting=Counting(form.counting),
            qualifier=Qualifier(form.qualifier),
            grade=Grade(form.grade),
            stated_on=form.stated_on,
            holds_until=form.holds_until,
            owner=form.owner,
            longitude=form.longitude,
            latitude=form.latitude,
            fields=form.fields,
            part_of=form.part_of,
        )
    )
    if not writes(who, entry.area_code):
        raise unknown("area")
    return entry


def _span(form: NewLedgerEntry) -> DateSpan:
    from millmark.programmes import DateSpan

    if form.date is not None and form.period_start is None and form.period_end is None:
        return DateSpan(form.date, form.date)
    if form.date is None and form.period_start is not None and form.period_end is not None:
        return DateSpan(form.period_start, form.period_end)
    raise Unprocessable(
        "An entry speaks of one day or of one span of days.",
        where="date, period_start, period_end",
        next_step="Give `date` alone, or both `period_start` and `period_end`.",
    )


def _features(places: LedgerPlaces) -> PlaceFeatures:
    rows = zip(
        places.ids,
        places.longitudes,
        places.latitudes,
        places.names,
        places.area_codes,
        places.classes,
        strict=True,
    )
    return PlaceFeatures(
        features=[
            {
                "type": "Feature",
                "id": f"ledger:{number}",
                "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
                "properties": {"name": name, "area_code": code, "class": word},
            }
            for number, longitude, latitude, name, code, word in rows
        ]
    )


def _attached(name: str) -> Mapping[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
