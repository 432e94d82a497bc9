"""Commands to machines: recorded with their reason before they go out, and only where writing was granted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status
from starlette.concurrency import run_in_threadpool

from millmark.intake import CommandRefused, NotReachable, NotWritable
from millmark.model.period import utc_datetime
from millmark.registry import NotRegistered
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_detail, audit_result
from millmark.web.errors import ApiError, Conflict, NotAllowed, Unprocessable
from millmark.web.routes.gateways import gateway_view
from millmark.web.services import Platform, Services
from millmark.web.shapes.commands import CommandResult, NewCommand, RebirthRequest, RebirthResult
from millmark.web.shapes.intake import GatewayView

if TYPE_CHECKING:
    from millmark.intake import CommandOutcome, PresentValue
    from millmark.registry import Gateway

router = APIRouter(prefix="/gateways/{gateway_id}", tags=["commands"])

_SHOWN = 300


@router.put("/writing")
def grant_writing(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_GATEWAYS, action="gateways.grant-writing"))],
    gateway_id: str,
    platform: Platform,
) -> GatewayView:
    """Lets values be written to the machines of this gateway, by those with the permission `commands.write`."""
    platform.registry.grant_writing(gateway_id, granted_by=who.name)
    gateway = platform.registry.gateway(gateway_id)
    who.scope.opened_path(gateway.root)
    return gateway_view(gateway, may_be_written=True)


@router.delete("/writing", status_code=status.HTTP_204_NO_CONTENT)
def withdraw_writing(
    _who: Annotated[Principal, Depends(requires(Permission.WRITE_GATEWAYS, action="gateways.withdraw-writing"))],
    gateway_id: str,
    platform: Platform,
) -> None:
    """From now on nothing is written to the machines of this gateway."""
    platform.registry.withdraw_writing(gateway_id)


@router.post("/commands")
async def write_value(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_COMMANDS))],
    gateway_id: str,
    form: NewCommand,
    request: Request,
    platform: Platform,
) -> CommandResult:
    """Writes one value to a machine, and answers what became of it. Who, what, the value before and the reason are in
    the audit log before anything is sent."""
    await run_in_threadpool(_visible, who, gateway_id, request, platform)
    present = await run_in_threadpool(platform.commands.present, gateway_id, form.asset, form.metric)
    await run_in_threadpool(audit_detail, request, _told(form, present))
    try:
        outcome = await platform.commands.write(gateway_id, form.asset, form.metric, form.value, present, form.within_s)
    except CommandRefused as error:
        raise _answer(error, request) from error
    audit_result(request, _became(outcome))
    return _result(outcome, present)


@router.post("/rebirth")
async def ask_for_rebirth(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_COMMANDS, action="commands.rebirth"))],
    gateway_id: str,
    form: RebirthRequest,
    request: Request,
    platform: Platform,
) -> RebirthResult:
    """Asks the Sparkplug edge nodes of a gateway to declare themselves again; it writes no value and needs no grant."""
    await run_in_threadpool(_visible, who, gateway_id, request, platform)
    await run_in_threadpool(audit_detail, request, f"because {_short(form.reason)}")
    try:
        outcomes = await platform.commands.ask_for_rebirth(gateway_id, form.within_s)
    except CommandRefused as error:
        raise _answer(error, request) from error
    audit_result(request, "; ".join(_became(one) for one in outcomes))
    return RebirthResult(commands=[_result(one, None) for one in outcomes])


def _visible(who: Principal, gateway_id: str, request: Request, platform: Services) -> Gateway:
    try:
        found = platform.registry.gateway(gateway_id)
    except NotRegistered as error:
        raise unknown(request.url.path) from error
    who.scope.demand_path(found.root, where=request.url.path)
    return found


def _told(form: NewCommand, present: PresentValue) -> str:
    where = f"{form.asset}:{form.metric}" if form.asset else form.metric
    was = "nothing known before"
    if present.source_time_us is not None:
        was = (
            f"was {_short(present.value)} at {utc_datetime(present.source_time_us).isoformat(timespec='milliseconds')}"
        )
    return f"{_short(where)} = {_short(form.value)}, {was}, because {_short(form.reason)}"


def _became(outcome: CommandOutcome) -> str:
    back = {None: "", True: ", reported back", False: ", not reported back"}[outcome.reported_back]
    return f"{outcome.topic}: {outcome.delivery}{back}"


def _result(outcome: CommandOutcome, present: PresentValue | None) -> CommandResult:
    old = None if present is None else present.value
    return CommandResult(
        topic=outcome.topic,
        sent_us=outcome.sent_us,
        delivery=outcome.delivery.value,
        connections=outcome.connections,
        reported_back=outcome.reported_back,
        old_value=None if isinstance(old, float) and not math.isfinite(old) else old,
        old_time_us=None if present is None else present.source_time_us,
    )


def _answer(error: CommandRefused, request: Request) -> ApiError:
    match error:
        case NotWritable():
            answer: type[ApiError] = NotAllowed
        case NotReachable():
            answer = Conflict
        case _:
            answer = Unprocessable
    return answer(str(error), where=request.url.path, next_step=error.next_step)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
