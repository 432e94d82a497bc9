"""Consents of enterprises to having their part of published tables told: who gave which, and when it was withdrawn."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.ledger_scope import KnownAt, known_at_us
from millmark.web.services import Platform, Services
from millmark.web.shapes.shape import Id
from millmark.web.shapes.waivers import WaivedMeasure, WaiverForm, WaiverList, WaiverView, WaiverWithdrawal

if TYPE_CHECKING:
    from millmark.region.statistics import Waiver
    from millmark.registry.records import Enterprise

router = APIRouter(prefix="/statistics-waivers", tags=["statistics"])

Keeper = Annotated[Principal, Depends(requires(Permission.KEEP_WAIVERS, action="waivers.keep"))]


@router.get("")
def waivers(
    who: Annotated[Principal, Depends(requires(Permission.READ_WAIVERS))],
    platform: Platform,
    as_of: Annotated[date | None, Query(description="Whether a consent holds is told for this day; today.")] = None,
    known_at: KnownAt = None,
) -> WaiverList:
    """All consents, the latest first, as they were known at a moment; an enterprise sees its own."""
    book = platform.bureau.statistics.waivers
    day = as_of or book.today()
    known_us = known_at_us(platform, known_at)
    found = book.waivers(known_at_us=known_us, enterprise_id=who.scope.enterprise_id)
    enterprises = {
        one.id: one for one in platform.registry.enterprises_of({one.content.enterprise_id for one in found})
    }
    return WaiverList(
        as_of=day,
        known_at_us=known_us,
        waivers=[
            _view(one, day, enterprises[one.content.enterprise_id])
            for one in found
            if who.scope.admits(one.content.enterprise_id)
        ],
    )


@router.post("", status_code=status.HTTP_201_CREATED)
def give_waiver(who: Keeper, form: WaiverForm, request: Request, platform: Platform) -> WaiverView:
    """Keeps that an enterprise agreed in writing, for a term of months and for some measures or all."""
    from millmark.region.statistics import NewWaiver

    who.scope.demand(form.enterprise_id, where="enterprise")
    book = platform.bureau.statistics.waivers
    kept = book.give(
        NewWaiver(
            enterprise_id=form.enterprise_id,
            valid_from=form.valid_from,
            valid_until=form.valid_until,
            measures=tuple(form.measures),
            document=form.document,
        ),
        recorded_by=who.name,
    )
    audit_result(request, f"waiver {kept.id} of enterprise {form.enterprise_id}")
    return _shown(platform, kept)


@router.post("/{waiver_id}/withdrawal", status_code=status.HTTP_201_CREATED)
def withdraw_waiver(
    who: Keeper, waiver_id: Id, form: WaiverWithdrawal, request: Request, platform: Platform
) -> WaiverView:
    """Keeps that an enterprise took its consent back: from a day on nothing more is published by it."""
    book = platform.bureau.statistics.waivers
    who.scope.demand(book.one(waiver_id).content.enterprise_id, where=f"waiver {waiver_id}")
    kept = book.withdraw(waiver_id, from_day=form.from_day, document=form.document, recorded_by=who.name)
    audit_result(request, f"waiver {waiver_id} withdrawn from {form.from_day}")
    return _shown(platform, kept)


def _shown(platform: Services, waiver: Waiver) -> WaiverView:
    day = platform.bureau.statistics.waivers.today()
    return _view(waiver, day, platform.registry.enterprise(waiver.content.enterprise_id))


def _view(waiver: Waiver, day: date, enterprise: Enterprise) -> WaiverView:
    from millmark.region.statistics.measures import MEASURES

    told, ended = waiver.content, waiver.withdrawal
    return WaiverView(
        id=waiver.id,
        enterprise_id=told.enterprise_id,
        name_zh=enterprise.name_zh,
        name_en=enterprise.name_en,
        valid_from=told.valid_from,
        valid_until=told.valid_until,
        measures=[WaivedMeasure(id=one, zh=MEASURES[one].zh, en=MEASURES[one].en) for one in told.measures],
        document=told.document,
        recorded_by=waiver.recorded_by,
        recorded_at_us=waiver.recorded_at_us,
        withdrawn_from=None if ended is None else ended.from_day,
        withdrawal_document=None if ended is None else ended.document,
        withdrawn_by=None if ended is None else ended.recorded_by,
        withdrawn_at_us=None if ended is None else ended.recorded_at_us,
        holds=waiver.holds(day),
    )
