"""How much a gateway may bring."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from millmark.registry import GatewayQuota
from millmark.web.access import Permission, Principal, Scope, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.services import Platform, Services
from millmark.web.shapes.quotas import Quota, QuotaView

router = APIRouter(prefix="/gateways", tags=["gateways"])


@router.get("/{gateway_id}/quota")
async def gateway_quota(
    who: Annotated[Principal, Depends(requires(Permission.READ_GATEWAYS))], gateway_id: str, platform: Platform
) -> QuotaView:
    """A gateway's own limits, and what holds where it has none of its own."""
    return await _view(platform, gateway_id, who.scope)


@router.put("/{gateway_id}/quota")
async def set_gateway_quota(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_GATEWAYS, action="gateways.quota"))],
    gateway_id: str,
    form: Quota,
    request: Request,
    platform: Platform,
) -> QuotaView:
    """Gives a gateway limits of its own, at once; what is null in them is as for everybody."""
    own = GatewayQuota(form.points_per_s, form.bytes_per_s, form.series)
    await run_in_threadpool(platform.registry.set_gateway_quota, gateway_id, own)
    platform.intake.quotas.set(gateway_id, own)
    platform.intake.read_registry_again()
    audit_result(request, f"gateway:{gateway_id}")
    return await _view(platform, gateway_id, who.scope)


async def _view(platform: Services, gateway_id: str, scope: Scope) -> QuotaView:
    gateway = await run_in_threadpool(platform.registry.gateway, gateway_id)
    if not scope.admits_path(gateway.root):
        raise unknown(gateway_id)
    scope.opened_path(gateway.root)
    own = (await run_in_threadpool(platform.registry.gateway_quotas)).get(gateway_id, GatewayQuota())
    return QuotaView(own=_quota(own), holds=_quota(platform.intake.quotas.of(gateway_id)))


def _quota(quota: GatewayQuota) -> Quota:
    return Quota(points_per_s=quota.points_per_s, bytes_per_s=quota.bytes_per_s, series=quota.series)
