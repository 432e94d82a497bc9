"""What the door did lately: rates, lags and latencies of all that one may see, and of each gateway."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from millmark.observability import GatewayActivity, IntakeRecorder, Rows, Span
from millmark.observability.recorder import ACTIVE_WITHIN_US
from millmark.web.access import Permission, Principal, Scope, requires, unknown
from millmark.web.services import Platform, Services
from millmark.web.shapes.activity import (
    ActivityRows,
    GatewayActivityList,
    GatewayActivityView,
    GatewayDetail,
    GatewaySeries,
)
from millmark.web.views import series_view

if TYPE_CHECKING:
    from millmark.registry import Gateway

router = APIRouter(prefix="/intake", tags=["intake"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_INTAKE))]
SinceUs = Annotated[int, Query(ge=0, description="Only rows after this time, for who has the earlier ones already.")]

MOST_SERIES = 1_000
DIGITS = 5

# Of a part of the gateways, what adds up over them; the rest is the store's, which they share.
_ADDING_UP = ("points_per_s", "quarantined_per_s", "bytes_per_s")
_OF_GATEWAYS = (*_ADDING_UP, "lag_s")
_OF_NOBODY = ("duplicates_per_s", "packets_per_s", "connections", "memory_bytes")


@router.get("/activity")
async def activity(who: Reader, platform: Platform, span: Span = Span.HOUR, since_us: SinceUs = 0) -> ActivityRows:
    """The last hour in steps of 5 s or the last day in steps of a minute; for a role of an enterprise, of its own
    gateways."""
    recorder = platform.watch.recorder
    rows = recorder.platform(span)
    if not who.scope.is_everybody:
        own = {one.id for one in await run_in_threadpool(_visible, platform, who.scope)}
        rows = _of_part(recorder, rows, own, span)
    return _view(rows, span, since_us)


@router.get("/gateways")
async def gateway_activity(
    who: Reader, platform: Platform, limit: Annotated[int, Query(ge=1, le=10_000)] = 500
) -> GatewayActivityList:
    """How each gateway fares that one may see, the slowest first."""
    visible = await run_in_threadpool(_visible, platform, who.scope)
    now_us = platform.now_us()
    views = [_gateway(platform, one) for one in visible]
    views.sort(key=lambda one: _slowness(one, now_us))
    return GatewayActivityList(gateways=views[:limit], total=len(views))


@router.get("/gateways/{gateway_id}")
async def gateway_detail(
    who: Reader,
    gateway_id: str,
    request: Request,
    platform: Platform,
    span: Span = Span.HOUR,
    since_us: SinceUs = 0,
) -> GatewayDetail:
    """One gateway: how it fares, its last hour or day, and the series that it brings."""
    visible = await run_in_threadpool(_visible, platform, who.scope)
    found = next((one for one in visible if one.id == gateway_id), None)
    if found is None:
        raise unknown(request.url.path)
    who.scope.opened_path(found.root)
    series, total = await run_in_threadpool(_series, platform, gateway_id)
    return GatewayDetail(
        gateway=_gateway(platform, found),
        rows=_view(platform.watch.recorder.gateway(gateway_id, span), span, since_us),
        series=series,
        series_total=total,
    )


def _visible(platform: Services, scope: Scope) -> list[Gateway]:
    return [one for one in platform.registry.gateways() if scope.admits_path(one.root)]


def _of_part(recorder: IntakeRecorder, rows: Rows, gateways: Collection[str], span: Span) -> Rows:
    """The rows with what is counted by gateway replaced by these gateways' own, and without what is nobody's."""
    columns = {name: column for name, column in rows.columns.items() if name not in _OF_NOBODY}
    for name in _OF_GATEWAYS:
        columns[name] = np.full(len(rows), 0.0 if name in _ADDING_UP else np.nan)
    for gateway in gateways:
        own = recorder.gateway(gateway, span)
        places = np.flatnonzero(np.isin(rows.times_us, own.times_us, assume_unique=True))
        mine = np.isin(own.times_us, rows.times_us, assume_unique=True)
        for name in _ADDING_UP:
            columns[name][places] += np.nan_to_num(own.columns[name][mine])
        columns["lag_s"][places] = np.fmax(columns["lag_s"][places], own.columns["lag_s"][mine])
    return Rows(rows.times_us, columns)


def _view(rows: Rows, span: Span, since_us: int) -> ActivityRows:
    newer = rows.times_us > since_us
    return ActivityRows(
        step_s=span.step_s,
        times_us=rows.times_us[newer].tolist(),
        columns={name: _rounded(column[newer].tolist()) for name, column in rows.columns.items()},
    )


def _rounded(values: Sequence[float]) -> list[float | None]:
    """A picture needs no more digits, and each costs a byte on every look."""
    return [None if value != value else float(f"{value:.{DIGITS}g}") for value in values]


def _gateway(platform: Services, gateway: Gateway) -> GatewayActivityView:
    recorder = platform.watch.recorder
    found = recorder.activity([gateway.id]).get(gateway.id) or GatewayActivity(gateway.id)
    return GatewayActivityView(
        id=gateway.id,
        root=str(gateway.root),
        kind=gateway.kind.value,
        may_register=gateway.may_register,
        has_key=gateway.has_key,
        points_per_s=found.points_per_s,
        quarantined_per_s=found.quarantined_per_s,
        bytes_per_s=found.bytes_per_s,
        lag_us=found.lag_us,
        latency_us=found.latency_us,
        points=found.points,
        quarantined=found.quarantined,
        bytes_in=found.bytes_in,
        packets_in=found.packets_in,
        connections=found.connections,
        last_heard_us=found.last_heard_us,
        recorded=recorder.is_recorded(gateway.id),
    )


def _slowness(one: GatewayActivityView, now_us: int) -> tuple[int, int, str]:
    if one.last_heard_us is None:
        return 2, 0, one.id
    silent_us = now_us - one.last_heard_us
    return (1, -silent_us, one.id) if silent_us > ACTIVE_WITHIN_US else (0, -(one.lag_us or 0), one.id)


def _series(platform: Services, gateway: str) -> tuple[list[GatewaySeries], int]:
    bound = sorted(platform.registry.bindings(gateway).values(), key=lambda one: one.key)
    points, texts = platform.intake.latest_of([one.id for one in bound[:MOST_SERIES]])
    newest = {
        series: time_us
        for batch in (points, texts)
        for series, time_us in zip(batch.series.tolist(), batch.source_time_us.tolist(), strict=True)
    }
    shown = [GatewaySeries(series=series_view(one), latest_us=newest.get(one.id)) for one in bound[:MOST_SERIES]]
    return shown, len(bound)
