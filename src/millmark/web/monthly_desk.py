"""What the pages of monthly reports put together from the watch, the claims and the registry."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from millmark.programmes.claims import PresentedClaim
from millmark.region.watch.beside import EFFECTIVENESS, ENERGY, beside, chosen_claims, proven
from millmark.region.watch.months import month_of, month_text
from millmark.region.watch.reports import NewReport
from millmark.web.shapes.monthly import BesideView, MonthReport, ReportForm, ReportState
from millmark.web.watch_views import version_view

if TYPE_CHECKING:
    from millmark.programmes import Grade
    from millmark.web.services import Services


def new_report(form: ReportForm, month: int, grade: Grade) -> NewReport:
    return NewReport(
        enterprise_id=form.enterprise_id,
        month=month,
        values=form.values,
        source=form.source,
        grade=grade,
        reason=form.reason,
        explanations=form.explanations,
        seen=form.seen,
    )


def report_state(reported_at_us: int | None, due_us: int, now_us: int, *, asked: bool) -> ReportState:
    """Whether a report came in time, late, is still awaited, or overdue."""
    if reported_at_us is not None:
        return "on_time" if reported_at_us <= due_us else "late"
    if not asked:
        return "not_asked"
    return "waiting" if now_us <= due_us else "overdue"


def _is(claim_id: str, claim: PresentedClaim) -> bool:
    return claim.id == claim_id


def proven_claims(platform: Services, enterprise_id: int, month: int) -> list[PresentedClaim]:
    """The claims of a month that add up, each with the outcome of its check."""
    signed = platform.claims.claims(enterprise_id)
    found: list[PresentedClaim] = []
    for measure in (ENERGY, EFFECTIVENESS):
        for claim in chosen_claims(signed, measure, month):
            found += platform.verified_claims.standing(enterprise_id, measure, partial(_is, claim.id))
    return found


def beside_view(platform: Services, enterprise_id: int, month: int, reported_kwh: int | None) -> BesideView:
    shown = proven(proven_claims(platform, enterprise_id, month))
    said = beside(reported_kwh, shown, month)
    return BesideView(
        verdict=said.verdict,
        energy_kwh=None if shown.energy_kwh is None else round(shown.energy_kwh, 3),
        running_hours=None if shown.running_hours is None else round(shown.running_hours, 2),
        busy_hours=None if shown.busy_hours is None else round(shown.busy_hours, 2),
        share=None if said.share is None else round(said.share, 4),
        days=said.days,
        days_of_month=said.days_of_month,
        grade=None if shown.grade is None else shown.grade.value,
        claim_ids=list(shown.claim_ids),
    )


def month_report(platform: Services, enterprise_id: int, month: int) -> MonthReport:
    """A month with its versions, the months it is compared with, and what claims prove of it."""
    watch = platform.bureau.watch
    versions = watch.reports.versions(enterprise_id, month)
    near = watch.reports.months(enterprise_id, month - 12, month - 1)
    reported = versions[0].values.get("electricity_kwh") if versions else None
    return MonthReport(
        enterprise_id=enterprise_id,
        month=month_text(month),
        due_us=watch.rules.due_us(month, watch.zone),
        asked=watch.rules.is_asked(month),
        versions=[version_view(one) for one in versions],
        last_month=dict(near[month - 1].values) if month - 1 in near else None,
        year_ago=dict(near[month - 12].values) if month - 12 in near else None,
        beside=beside_view(platform, enterprise_id, month, reported),
    )


def recent_months(platform: Services, count: int) -> list[int]:
    """The latest months that can be reported, the current one first."""
    current = month_of(platform.bureau.watch.today())
    return list(range(current, current - count, -1))


def running_hours(platform: Services, first_month: int, last_month: int) -> dict[tuple[int, int], float]:
    """Hours that claims prove, by enterprise and month; claims of a part of a month count as they are."""
    enterprises = {claim.enterprise_id for claim in platform.claims.claims(None) if claim.measure == EFFECTIVENESS}
    found: dict[tuple[int, int], float] = {}
    for enterprise_id in enterprises:
        signed = platform.claims.claims(enterprise_id)
        for month in range(first_month, last_month + 1):
            chosen = chosen_claims(signed, EFFECTIVENESS, month)
            if chosen:
                shown = proven(proven_claims(platform, enterprise_id, month))
                if shown.running_hours is not None:
                    found[enterprise_id, month] = float(shown.running_hours)
    return found
