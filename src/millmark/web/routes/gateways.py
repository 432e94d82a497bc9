"""Gateways: who may bring readings, and with which key."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.intake import GatewayKey, GatewayList, GatewayView, NewGateway

router = APIRouter(prefix="/gateways", tags=["gateways"])


@router.get("")
def gateways(who: Annotated[Principal, Depends(requires(Permission.READ_GATEWAYS))], platform: Platform) -> GatewayList:
    """The gateways that one may see."""
    raise NotImplementedError


@router.post("", status_code=status.HTTP_201_CREATED)
def add_gateway(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_GATEWAYS, action="gateways.add"))],
    form: NewGateway,
    request: Request,
    platform: Platform,
) -> GatewayView:
    """Adds an MQTT gateway below whose root everything it brings is placed."""
    raise NotImplementedError


@router.post("/{gateway_id}/key")
def set_gateway_key(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_GATEWAYS, action="gateways.key"))],
    gateway_id: str,
    platform: Platform,
) -> GatewayKey:
    """A new key for a gateway, shown this once; the one before it stops working."""
    raise NotImplementedError
