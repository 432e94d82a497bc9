"""Registering who there is and what stands where."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.model import AssetPath
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.services import Platform
from millmark.web.shapes.enterprises import (
    AssetView,
    EnterpriseView,
    NewAsset,
    NewEnterprise,
    NewSite,
    SiteView,
)
from millmark.web.shapes.shape import Id
from millmark.web.views import asset_view, enterprise_view, site_view

router = APIRouter(tags=["enterprises"])


@router.post("/enterprises", status_code=status.HTTP_201_CREATED)
def add_enterprise(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_ENTERPRISES, action="enterprises.add"))],
    form: NewEnterprise,
    request: Request,
    platform: Platform,
) -> EnterpriseView:
    """Registers an enterprise by its unified social credit code, or as a placeholder without one."""
    added = platform.registry.add_enterprise(
        slug=form.slug,
        name_zh=form.name_zh,
        name_en=form.name_en,
        area_code=form.area_code,
        credit_code=form.credit_code,
        is_placeholder=form.is_placeholder,
        industry_code=form.industry_code,
    )
    who.scope.opened(added.id)
    audit_result(request, f"enterprise:{added.slug}")
    return enterprise_view(added, equipment=0, connected_now=0, claims=0)


@router.post("/enterprises/{enterprise_id}/sites", status_code=status.HTTP_201_CREATED)
def add_site(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_ENTERPRISES, action="sites.add"))],
    enterprise_id: Id,
    form: NewSite,
    request: Request,
    platform: Platform,
) -> SiteView:
    """Registers a site, whose days are the calendar days of its time zone."""
    added = platform.registry.add_site(
        enterprise_id,
        slug=form.slug,
        name_zh=form.name_zh,
        name_en=form.name_en,
        area_code=form.area_code,
        time_zone=form.time_zone,
    )
    who.scope.opened(enterprise_id)
    audit_result(request, f"site:{added.path}")
    return site_view(added)


@router.put("/assets")
def set_asset(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_ENTERPRISES, action="assets.set"))],
    form: NewAsset,
    request: Request,
    platform: Platform,
) -> AssetView:
    """Registers an asset, or changes what is given of one that is there."""
    asset = platform.registry.ensure_asset(
        AssetPath.parse(form.path),
        form.level,
        name_zh=form.name_zh,
        name_en=form.name_en,
        counts_as_equipment=form.counts_as_equipment,
        attributes=form.attributes,
    )
    who.scope.opened_path(asset.path)
    audit_result(request, f"asset:{asset.path}")
    return asset_view(asset)
