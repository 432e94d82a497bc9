"""An enterprise's card: what the watch, the programmes and the machines know of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request

from millmark.region.watch.months import month_of, month_text
from millmark.region.watch.named import named
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.connection import connected_equipment, fresh_series
from millmark.web.factor_views import FactorViews
from millmark.web.investment_views import InvestmentViews
from millmark.web.monthly_desk import beside_view
from millmark.web.services import Platform
from millmark.web.shapes.factors import FactorRequestView
from millmark.web.shapes.investments import InvestmentView
from millmark.web.shapes.monthly import CardMonth, CardRecognition, EnterpriseCard
from millmark.web.shapes.shape import Id
from millmark.web.watch_views import profile_view, record_view, warning_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from millmark.region.watch.named import Named
    from millmark.region.watch.reports import Report
    from millmark.web.services import Services

router = APIRouter(prefix="/watch", tags=["watch"])

_MONTHS = 36
_YEAR = 12


@router.get("/enterprises/{enterprise_id}")
def enterprise_card(
    who: Annotated[Principal, Depends(requires(Permission.READ_MONTHLY))],
    enterprise_id: Id,
    request: Request,
    platform: Platform,
) -> EnterpriseCard:
    """The card of an enterprise: profile, roster, months, warnings, recognitions, machines, reports beside claims."""
    who.scope.demand(enterprise_id, where=request.url.path)
    watch = platform.bureau.watch
    one = named(watch.database, [enterprise_id]).get(enterprise_id)
    if one is None:
        raise unknown(request.url.path)
    today = watch.today()
    profiles = watch.profiles.versions(enterprise_id)
    holding = next((each for each in profiles if each.valid_from <= today), None)
    current = month_of(today)
    reports = watch.reports.months(enterprise_id, current - _MONTHS - _YEAR, current)
    latest = max(reports, default=None)
    year = [] if latest is None else [reports[m].values.get("revenue_fen") for m in reports if m > latest - _YEAR]
    told = [value for value in year if value is not None]
    threshold = None if holding is None else watch.scale.threshold(holding.industry_code, today.year)
    machines, connected = _machines(platform, one)
    reported_kwh = None if latest is None else reports[latest].values.get("electricity_kwh")
    return EnterpriseCard(
        enterprise_id=enterprise_id,
        name_zh=one.name_zh,
        name_en=one.name_en,
        area_code=one.area_code,
        is_placeholder=one.is_placeholder,
        is_demonstration=one.is_demonstration,
        is_key=any(each.enterprise_id == enterprise_id for each in watch.key_enterprises(today)),
        on_roster=any(each.record.enterprise_id == enterprise_id for each in watch.roster.members(today)),
        threshold_fen=None if threshold is None else threshold.revenue_fen,
        threshold_zh=None if threshold is None else threshold.name_zh,
        threshold_en=None if threshold is None else threshold.name_en,
        twelve_months_fen=sum(told) if told else None,
        twelve_months=len(told),
        profiles=[profile_view(watch, each) for each in profiles],
        records=[record_view(watch, each) for each in watch.records.history(enterprise_id=enterprise_id)],
        months=_months(reports, current - _MONTHS),
        warnings=[warning_view(watch, each, one) for each in watch.warnings.warnings(enterprise_id=enterprise_id)],
        machines=machines,
        connected_machines=connected,
        claims=len(platform.claims.claims(enterprise_id)),
        recognitions=_recognitions(platform, one),
        factor_requests=_open_requests(platform, who, enterprise_id),
        investments=_projects(platform, who, enterprise_id),
        beside=None if latest is None else beside_view(platform, enterprise_id, latest, reported_kwh),
        beside_month=None if latest is None else month_text(latest),
    )


def _months(reports: Mapping[int, Report], first: int) -> list[CardMonth]:
    found = []
    for month, report in sorted(reports.items()):
        if month < first:
            continue
        now = report.values.get("revenue_fen")
        before = reports[month - _YEAR].values.get("revenue_fen") if month - _YEAR in reports else None
        change = (now - before) / before if now is not None and before else None
        found.append(CardMonth(month=month_text(month), values=dict(report.values), revenue_change=change))
    return found


def _machines(platform: Services, one: Named) -> tuple[int, int]:
    """Equipment in service, and how much of it is connected now."""
    now_us = platform.now_us()
    path = platform.registry.enterprise(one.id).path
    equipment = [
        asset.path
        for asset in platform.registry.assets_under(path)
        if asset.counts_as_equipment and asset.in_service_at(now_us)
    ]
    if not equipment:
        return 0, 0
    series = platform.registry.series_under(path)
    points, texts = platform.intake.latest_of([each.id for each in series])
    return len(equipment), len(connected_equipment(equipment, series, fresh_series(points, texts, now_us)))


def _open_requests(platform: Services, who: Principal, enterprise_id: int) -> list[FactorRequestView] | None:
    """What the enterprise asks for that nobody has settled yet, the most pressing first."""
    if Permission.READ_FACTORS not in who.permissions:
        return None
    views = FactorViews(platform, who)
    found = [one for one in platform.bureau.factors.requests(enterprise_id=enterprise_id) if one.is_open]
    found.sort(key=lambda one: (one.due_on or date.max, one.id))
    return [views.row(one) for one in found if views.sees(one)]


def _projects(platform: Services, who: Principal, enterprise_id: int) -> list[InvestmentView] | None:
    if Permission.READ_INVESTMENTS not in who.permissions:
        return None
    views = InvestmentViews(platform, who)
    found = [one for one in platform.bureau.investments.projects(enterprise_id=enterprise_id) if views.sees(one)]
    return [views.row(one) for one in sorted(found, key=lambda one: not one.is_live)]


def _recognitions(platform: Services, one: Named) -> list[CardRecognition]:
    """Programme records and decisions that figures count of this enterprise, by its name or its entry."""
    identities = {one.name_zh, f"enterprise:{one.id}"}
    found = platform.figures.programme_records(platform.bureau.watch.today())
    return [
        CardRecognition(ref=each.ref, title_zh=each.title_zh, title_en=each.title_en, date=each.date)
        for each in found
        if each.identity in identities
    ]
