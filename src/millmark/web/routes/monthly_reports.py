"""Monthly reports: the enterprise's own form, the office's desk, and the checks at entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.programmes import Grade
from millmark.region.watch.arrivals import Arrivals
from millmark.region.watch.columns import monthly_columns
from millmark.region.watch.months import month_of, month_text, read_month
from millmark.region.watch.named import matching, named
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.monthly_desk import month_report, new_report, recent_months, report_state
from millmark.web.pages import Limit, Offset, Search
from millmark.web.services import Platform
from millmark.web.shapes.monthly import (
    MonthDesk,
    MonthReport,
    OwnMonth,
    OwnMonths,
    ReportCheck,
    ReportForm,
    ReportState,
    ReportStatus,
    ReportVersionView,
)
from millmark.web.shapes.shape import Id
from millmark.web.shapes.watch import MonthText
from millmark.web.watch_views import check_view, version_view

if TYPE_CHECKING:
    from millmark.web.services import Services

router = APIRouter(tags=["monthly reports"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_MONTHLY))]
Reporter = Annotated[Principal, Depends(requires(Permission.REPORT_MONTHLY, action="monthly_reports.write"))]
Office = Annotated[Principal, Depends(requires(Permission.WRITE_WATCH, action="monthly_reports.office"))]

_OWN_MONTHS = 36
_DESK_MONTHS = 24
_NOTHING: Final[tuple[int, int | None]] = (0, None)


@router.get("/monthly-reports")
def monthly_desk(
    who: Reader,
    platform: Platform,
    month: Annotated[MonthText | None, Query()] = None,
    state: ReportState | None = None,
    search: Search = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> MonthDesk:
    """Who must report a month, who did and who did not; the month before the current one by default."""
    watch = platform.bureau.watch
    chosen = month_of(watch.today()) - 1 if month is None else read_month(month)
    asked = {one for one, since in watch.asked_from().items() if since <= chosen}
    reported = watch.reports.reported(chosen)
    wanted = asked | reported.keys()
    if search:
        wanted &= matching(watch.database, search)
    due_us, now_us = watch.rules.due_us(chosen, watch.zone), platform.now_us()
    month_asked = watch.rules.is_asked(chosen)
    states = {
        one: report_state(reported.get(one, _NOTHING)[1], due_us, now_us, asked=month_asked and one in asked)
        for one in sorted(wanted)
        if who.scope.admits(one)
    }
    found = [one for one, its in states.items() if state in (None, its)]
    return MonthDesk(
        month=month_text(chosen),
        due_us=due_us,
        asked=month_asked,
        months=[month_text(one) for one in recent_months(platform, _DESK_MONTHS)],
        counts=dict(Counter(states.values())),
        total=len(found),
        reports=_statuses(platform, chosen, reported, {one: states[one] for one in found[offset : offset + limit]}),
    )


@router.get("/enterprises/{enterprise_id}/monthly-reports")
def own_months(who: Reader, enterprise_id: Id, request: Request, platform: Platform) -> OwnMonths:
    """The months of an enterprise, the latest first, each with its latest version."""
    who.scope.demand(enterprise_id, where=request.url.path)
    watch = platform.bureau.watch
    one = named(watch.database, [enterprise_id]).get(enterprise_id)
    if one is None:
        raise unknown(request.url.path)
    months = recent_months(platform, _OWN_MONTHS)
    reports = watch.reports.months(enterprise_id, months[-1], months[0])
    came = watch.reports.first_times(enterprise_id)
    since = watch.asked_from().get(enterprise_id)
    profile = watch.profiles.one(enterprise_id, watch.today())
    section = None if profile is None else watch.industries.section(profile.industry_code)
    found = []
    for month in months:
        version = reports.get(month)
        asked = since is not None and since <= month and watch.rules.is_asked(month)
        at_us = came.get(month)
        due_us = watch.rules.due_us(month, watch.zone)
        found.append(
            OwnMonth(
                month=month_text(month),
                state=report_state(at_us, due_us, platform.now_us(), asked=asked),
                due_us=due_us,
                version=0 if version is None else version.version,
                values={} if version is None else dict(version.values),
            )
        )
    return OwnMonths(
        enterprise_id=enterprise_id,
        name_zh=one.name_zh,
        name_en=one.name_en,
        section=None if section is None else section.code,
        months=found,
    )


@router.get("/enterprises/{enterprise_id}/monthly-reports/{month}")
def one_month(who: Reader, enterprise_id: Id, month: MonthText, request: Request, platform: Platform) -> MonthReport:
    """A month of an enterprise: all versions, the months beside it, and what claims prove of it."""
    who.scope.demand(enterprise_id, where=request.url.path)
    platform.registry.enterprise(enterprise_id)
    return month_report(platform, enterprise_id, read_month(month))


@router.post("/monthly-reports/check")
def check_monthly_report(who: Reporter, form: ReportForm, platform: Platform) -> ReportCheck:
    """What the checks say of a report, keeping nothing."""
    who.scope.demand(form.enterprise_id, where="enterprise_id")
    return _checked(platform, form, Grade.SELF_REPORTED)


@router.post("/monthly-reports", status_code=status.HTTP_201_CREATED)
def send_monthly_report(who: Reporter, form: ReportForm, request: Request, platform: Platform) -> ReportVersionView:
    """Keeps a report of one's enterprise as a new version of its month; a correction says its reason."""
    who.scope.demand(form.enterprise_id, where="enterprise_id")
    return _entered(platform, who, form, request, Grade.SELF_REPORTED)


@router.post("/watch/reports/check")
def check_report_for_enterprise(who: Office, form: ReportForm, platform: Platform) -> ReportCheck:
    """What the checks say of a report that the office enters, keeping nothing."""
    who.scope.demand(form.enterprise_id, where="enterprise_id")
    return _checked(platform, form, Grade.DOCUMENT_BACKED)


@router.post("/watch/reports", status_code=status.HTTP_201_CREATED)
def enter_report_for_enterprise(
    who: Office, form: ReportForm, request: Request, platform: Platform
) -> ReportVersionView:
    """Keeps a report that the office enters for an enterprise, by the document that `source` names."""
    who.scope.demand(form.enterprise_id, where="enterprise_id")
    return _entered(platform, who, form, request, Grade.DOCUMENT_BACKED)


def _checked(platform: Services, form: ReportForm, grade: Grade) -> ReportCheck:
    watch = platform.bureau.watch
    return check_view(watch, watch.reports.weigh([new_report(form, read_month(form.month), grade)])[0])


def _entered(platform: Services, who: Principal, form: ReportForm, request: Request, grade: Grade) -> ReportVersionView:
    watch = platform.bureau.watch
    kept = watch.reports.enter(new_report(form, read_month(form.month), grade), reported_by=who.name)
    audit_result(request, f"enterprise:{kept.enterprise_id} {form.month} version:{kept.version}")
    # The rules look at once, so that a warning does not wait for the next round.
    watch.sweep(only=[kept.enterprise_id])
    return version_view(kept)


def _statuses(
    platform: Services, month: int, reported: Arrivals, states: Mapping[int, ReportState]
) -> list[ReportStatus]:
    names = named(platform.bureau.watch.database, states)
    values = _values(platform, month, list(states))
    return [
        ReportStatus(
            enterprise_id=one,
            name_zh=names[one].name_zh,
            name_en=names[one].name_en,
            area_code=names[one].area_code,
            state=state,
            version=reported.get(one, _NOTHING)[0],
            reported_at_us=reported.get(one, _NOTHING)[1],
            revenue_fen=values.get(one, (None, None))[0],
            electricity_kwh=values.get(one, (None, None))[1],
        )
        for one, state in states.items()
    ]


def _values(platform: Services, month: int, wanted: list[int]) -> dict[int, tuple[int | None, int | None]]:
    columns = monthly_columns(
        platform.bureau.watch.database,
        month,
        month,
        indicators=("revenue_fen", "electricity_kwh"),
        enterprises=wanted,
    )
    revenue, electricity = columns.indicators["revenue_fen"], columns.indicators["electricity_kwh"]
    return {
        int(one): (
            int(revenue[at]) if columns.present["revenue_fen"][at] else None,
            int(electricity[at]) if columns.present["electricity_kwh"][at] else None,
        )
        for at, one in enumerate(columns.enterprise_id)
    }
