"""Gateways: who may bring readings, and with which key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.model import AssetPath
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.errors import Conflict
from millmark.web.services import Platform
from millmark.web.shapes.intake import GatewayKey, GatewayList, GatewayView, NewGateway

if TYPE_CHECKING:
    from millmark.registry import Gateway

router = APIRouter(prefix="/gateways", tags=["gateways"])


@router.get("")
def gateways(who: Annotated[Principal, Depends(requires(Permission.READ_GATEWAYS))], platform: Platform) -> GatewayList:
    """The gateways that one may see."""
    grants = platform.registry.write_grants()
    visible = [one for one in platform.registry.gateways() if who.scope.admits_path(one.root)]
    return GatewayList(gateways=[gateway_view(one, may_be_written=one.id in grants) for one in visible])


@router.post("", status_code=status.HTTP_201_CREATED)
def add_gateway(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_GATEWAYS, action="gateways.add"))],
    form: NewGateway,
    request: Request,
    platform: Platform,
) -> GatewayView:
    """Adds an MQTT gateway below whose root everything it brings is placed."""
    from millmark.registry import GatewayKind

    root = AssetPath.parse(form.root)
    if any(one.id == form.id for one in platform.registry.gateways()):
        raise Conflict(
            f"The gateway '{form.id}' is there already.",
            where="id",
            next_step="Choose another id, or give the one that exists a new key.",
        )
    added = platform.registry.ensure_gateway(form.id, root=root, kind=GatewayKind.MQTT, may_register=form.may_register)
    who.scope.opened_path(added.root)
    audit_result(request, f"gateway:{added.id}")
    return gateway_view(added, may_be_written=False)


@router.post("/{gateway_id}/key")
def set_gateway_key(
    _who: Annotated[Principal, Depends(requires(Permission.WRITE_GATEWAYS, action="gateways.key"))],
    gateway_id: str,
    platform: Platform,
) -> GatewayKey:
    """A new key for a gateway, shown this once; the one before it stops working."""
    return GatewayKey(id=gateway_id, key=platform.registry.set_gateway_key(gateway_id))


def gateway_view(gateway: Gateway, *, may_be_written: bool) -> GatewayView:
    return GatewayView(
        id=gateway.id,
        root=str(gateway.root),
        kind=gateway.kind.value,
        may_register=gateway.may_register,
        has_key=gateway.has_key,
        may_be_written=may_be_written,
        created_us=gateway.created_us,
    )
