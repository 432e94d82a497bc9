"""The city's ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.services import Platform
from millmark.web.shapes.ledger import (
    KindList,
    KindView,
    LedgerEntryView,
    LedgerList,
    NewLedgerEntry,
    VoidLedgerEntry,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes import DateSpan
    from millmark.region import LedgerEntry

router = APIRouter(prefix="/ledger", tags=["ledger"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_LEDGER))]


@router.get("")
def ledger(
    _who: Reader,
    platform: Platform,
    kind: str | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> LedgerList:
    """Entries, latest first, those of one kind if `kind` is given; voided ones are there and say so."""
    return LedgerList(entries=[_view(entry) for entry in platform.ledger.entries(kind, limit)])


@router.get("/kinds")
def ledger_kinds(_who: Reader, platform: Platform) -> KindList:
    """What entries can be about in this city."""
    return KindList(
        kinds=[
            KindView(id=one.id, name_zh=one.name_zh, name_en=one.name_en, counts=one.counts, unit=one.unit)
            for one in platform.city_pack.kinds.values()
        ]
    )


@router.post("", status_code=status.HTTP_201_CREATED)
def add_ledger_entry(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_LEDGER, action="ledger.add"))],
    form: NewLedgerEntry,
    request: Request,
    platform: Platform,
) -> LedgerEntryView:
    """Adds an entry; every figure that counts its kind follows at once."""
    from millmark.programmes import Counting, Grade
    from millmark.region import NewLedgerEntry as Entry
    from millmark.region import Qualifier

    entry = Entry(
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
    )
    kept = platform.ledger.add(entry, recorded_by=who.name)
    audit_result(request, kept.ref)
    return _view(kept)


@router.post("/{entry_id}/void", status_code=status.HTTP_201_CREATED)
def void_ledger_entry(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_LEDGER, action="ledger.void"))],
    entry_id: Id,
    form: VoidLedgerEntry,
    request: Request,
    platform: Platform,
) -> LedgerEntryView:
    """Adds an entry that voids another; nothing is erased."""
    kept = platform.ledger.void(entry_id, source=form.source, recorded_by=who.name)
    audit_result(request, kept.ref)
    return _view(kept)


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


def _view(entry: LedgerEntry) -> LedgerEntryView:
    return LedgerEntryView(
        id=entry.id,
        kind=entry.kind,
        area=entry.area,
        period_start=entry.period_start,
        period_end=entry.period_end,
        as_of=entry.as_of,
        quantity=entry.quantity,
        unit=entry.unit,
        subject=entry.subject,
        counting=entry.counting.value,
        qualifier=entry.qualifier.value,
        source=entry.source,
        grade=entry.grade.value,
        placeholder=entry.placeholder,
        recorded_at_us=entry.recorded_at_us,
        recorded_by=entry.recorded_by,
        voids=entry.voids,
        voided_by=entry.voided_by,
    )
