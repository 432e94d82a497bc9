"""The above-scale roster: who is in on a day as it was known at a time, and its moves."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.programmes import DateSpan
from millmark.region.entry import NewLedgerEntry
from millmark.region.watch.entry import NewRecord, WatchRecord
from millmark.region.watch.named import named
from millmark.region.watch.roster import NewMove, by_county, counts, members
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.pages import Limit, Offset
from millmark.web.routes.watch import area_names, demand_record, visible_record
from millmark.web.services import Platform
from millmark.web.shapes.shape import Id
from millmark.web.shapes.watch import (
    CountyCount,
    MemberView,
    NameMember,
    NewRosterMove,
    RosterMoves,
    RosterView,
    UndoRecord,
    WatchRecordView,
)
from millmark.web.watch_views import record_view, sector_view

router = APIRouter(prefix="/watch", tags=["watch"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_WATCH))]
Writer = Annotated[Principal, Depends(requires(Permission.WRITE_WATCH, action="watch.roster"))]


@router.get("/roster")
def above_scale_roster(
    who: Reader,
    platform: Platform,
    as_of: calendar_date | None = None,
    known_at_us: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    sector: Annotated[str | None, Query(max_length=32)] = None,
    search: Annotated[str | None, Query(max_length=100, description="A part of a member's name.")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> RosterView:
    """Who is above scale on a day, as it was known at a time: the members that one may see, and sums of these."""
    watch = platform.bureau.watch
    day = as_of or watch.today()
    moves = [one for one in watch.roster.moves(day, known_at_us=known_at_us) if visible_record(who, one)]
    there = members(moves, watch.scale)
    chosen = [one for one in there if sector in (None, one.sector.id) and _is_named(one.record, search)]
    names = area_names(platform)
    return RosterView(
        as_of=day,
        known_at_us=known_at_us,
        sectors=[sector_view(one) for one in counts(moves, there, watch.scale)],
        counties=[
            CountyCount(
                area_code=code,
                name_zh=names.get(code or "", ("地区不详", "Area not known"))[0],
                name_en=names.get(code or "", ("地区不详", "Area not known"))[1],
                count=count,
            )
            for code, count in sorted(by_county(chosen).items(), key=lambda pair: -pair[1])
        ],
        total=len(chosen),
        members=[
            MemberView(
                record=record_view(watch, one.record), sector=one.sector.id, count=one.count, is_named=one.is_named
            )
            for one in chosen[offset : offset + limit]
        ],
    )


@router.get("/roster/moves")
def roster_moves(
    who: Reader,
    platform: Platform,
    undone: Annotated[bool, Query(description="With moves that were taken back, and what took them back.")] = False,
    search: Annotated[str | None, Query(max_length=100, description="A part of a name.")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> RosterMoves:
    """Every move of the roster that one may see, the newest first."""
    watch = platform.bureau.watch
    found = [
        one
        for one in watch.records.ever(watch.roster.kinds)
        if (undone or (one.voids is None and one.voided_by is None))
        and _is_named(one, search)
        and visible_record(who, one)
    ]
    return RosterMoves(total=len(found), moves=[record_view(watch, one) for one in found[offset : offset + limit]])


def _is_named(record: WatchRecord, words: str | None) -> bool:
    return not words or words.strip().casefold() in (record.fact.subject or "").casefold()


@router.post("/roster/moves", status_code=status.HTTP_201_CREATED)
def record_roster_move(who: Writer, form: NewRosterMove, request: Request, platform: Platform) -> WatchRecordView:
    """Keeps that an enterprise, or a number of unnamed ones, entered the roster or left it, by which document."""
    watch = platform.bureau.watch
    subject, area = form.subject, form.area
    if form.enterprise_id is not None:
        who.scope.demand(form.enterprise_id, where="enterprise_id")
        one = named(watch.database, [form.enterprise_id]).get(form.enterprise_id)
        if one is None:
            raise unknown("enterprise_id")
        subject, area = one.name_zh, one.area_code
    kept = watch.roster.record_move(
        NewMove(
            move=form.move,
            industry_code=form.industry_code,
            area=area,
            span=DateSpan(form.on, form.until or form.on),
            source=form.source,
            subject=subject,
            enterprise_id=form.enterprise_id,
            count=form.count,
            placeholder=form.placeholder,
        ),
        recorded_by=who.name,
    )
    audit_result(request, kept.ref)
    return record_view(watch, kept)


@router.post("/records/{record_id}/void", status_code=status.HTTP_201_CREATED)
def void_watch_record(
    who: Writer, record_id: Id, form: UndoRecord, request: Request, platform: Platform
) -> WatchRecordView:
    """Keeps that a record never held, and which document says so."""
    watch = platform.bureau.watch
    demand_record(who, watch, record_id)
    kept = watch.records.void(record_id, source=form.source, recorded_by=who.name)
    audit_result(request, f"{kept.ref} voids watch:{record_id}")
    return record_view(watch, kept)


@router.post("/records/{record_id}/name", status_code=status.HTTP_201_CREATED)
def name_roster_member(
    who: Writer, record_id: Id, form: NameMember, request: Request, platform: Platform
) -> WatchRecordView:
    """One of the unnamed members of a record in bulk turns out to be this enterprise; the totals stay as they are."""
    watch = platform.bureau.watch
    demand_record(who, watch, record_id)
    who.scope.demand(form.enterprise_id, where="enterprise_id")
    one = named(watch.database, [form.enterprise_id]).get(form.enterprise_id)
    if one is None:
        raise unknown("enterprise_id")
    profile = watch.profiles.one(one.id, watch.today())
    old = watch.records.record(record_id)
    fact = NewLedgerEntry(
        kind=old.fact.kind,
        area=one.area_code,
        span=old.fact.span,
        source=form.source,
        subject=one.name_zh,
        placeholder=one.is_placeholder,
    )
    kept = watch.records.name_member(
        record_id,
        NewRecord(fact=fact, enterprise_id=one.id, industry_code=None if profile is None else profile.industry_code),
        source=form.source,
        recorded_by=who.name,
    )
    audit_result(request, f"{kept.ref} of watch:{record_id}")
    return record_view(watch, kept)
