"""Early warnings: the list, the steps taken on each, and a round of the rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from millmark.region.watch.months import month_of, month_text, read_month
from millmark.region.watch.named import named
from millmark.region.watch.warnings import LOOKED_BACK, WarningState
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.monthly_desk import running_hours
from millmark.web.services import Platform
from millmark.web.shapes.monthly import (
    SweepForm,
    SweepResult,
    WarningList,
    WarningStateName,
    WarningStepForm,
    WarningView,
)
from millmark.web.shapes.shape import Id
from millmark.web.watch_views import NOBODY, warning_view

router = APIRouter(prefix="/watch/warnings", tags=["watch"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_WATCH))]
Writer = Annotated[Principal, Depends(requires(Permission.WRITE_WATCH, action="watch.warnings"))]

_AT_MOST = 2_000


@router.get("")
def watch_warnings(
    who: Reader,
    platform: Platform,
    state: Annotated[list[WarningStateName] | None, Query()] = None,
    rule: Annotated[str | None, Query(max_length=64)] = None,
    enterprise_id: Id | None = None,
) -> WarningList:
    """Warnings of the enterprises that one may see, the latest raised first."""
    watch = platform.bureau.watch
    states = None if state is None else [WarningState(one) for one in state]
    found = watch.warnings.warnings(enterprise_id=enterprise_id, states=states, rule=rule, limit=_AT_MOST)
    visible = [one for one in found if who.scope.admits(one.enterprise_id)]
    names = named(watch.database, [one.enterprise_id for one in visible])
    return WarningList(warnings=[warning_view(watch, one, names.get(one.enterprise_id, NOBODY)) for one in visible])


@router.post("/{warning_id}/steps")
def act_on_warning(
    who: Writer, warning_id: Id, form: WarningStepForm, request: Request, platform: Platform
) -> WarningView:
    """Takes a step on a warning: acknowledge it, say what is done, resolve it, or dismiss it as a false alarm."""
    watch = platform.bureau.watch
    found = watch.warnings.warning(warning_id)
    who.scope.demand(found.enterprise_id, where="warning_id")
    done = watch.warnings.act(warning_id, form.action, note=form.note, actor=who.name)
    audit_result(request, f"warning:{warning_id} {form.action}")
    return warning_view(watch, done, named(watch.database, [done.enterprise_id]).get(done.enterprise_id, NOBODY))


@router.post("/sweeps")
def sweep_warnings(who: Writer, form: SweepForm, request: Request, platform: Platform) -> SweepResult:
    """Lets the rules look at all enterprises of one's area, up to a month."""
    watch = platform.bureau.watch
    latest = month_of(watch.today()) - 1
    month = latest if form.month is None else min(read_month(form.month), latest)
    only = None if who.scope.area is None else sorted(who.scope.area.slugs)
    hours = running_hours(platform, month - LOOKED_BACK + 1, month)
    swept = watch.sweep(month, running_hours=hours, only=only)
    audit_result(request, f"{month_text(swept.month)} raised:{swept.raised} continued:{swept.continued}")
    return SweepResult(month=month_text(swept.month), raised=swept.raised, continued=swept.continued)
