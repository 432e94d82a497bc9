"""Enterprises with what stands in them and what of it is connected now: the numbers beside each name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from millmark.web.connection import connected_equipment, fresh_series

if TYPE_CHECKING:
    from millmark.registry import Enterprise
    from millmark.web.access import Scope
    from millmark.web.services import Services


@dataclass(frozen=True, slots=True)
class EnterpriseCounts:
    """`equipment` in service now, `connected_now` of it, and `claims` issued."""

    enterprise: Enterprise
    equipment: int
    connected_now: int
    claims: int


def count_enterprises(platform: Services, scope: Scope) -> list[EnterpriseCounts]:
    """Every enterprise within the scope, in the registry's order."""
    now = platform.now_us()
    visible = [one for one in platform.registry.enterprises() if scope.admits(one.id)]
    claims = Counter(claim.enterprise_id for claim in platform.claims.claims(None))
    return [_counted(platform, one, claims[one.id], now) for one in visible]


def _counted(platform: Services, enterprise: Enterprise, claims: int, now: int) -> EnterpriseCounts:
    equipment = [
        asset.path
        for asset in platform.registry.assets_under(enterprise.path)
        if asset.counts_as_equipment and asset.in_service_at(now)
    ]
    series = platform.registry.series_under(enterprise.path) if equipment else []
    points, texts = platform.intake.latest_of([one.id for one in series])
    fresh = fresh_series(points, texts, now)
    return EnterpriseCounts(enterprise, len(equipment), len(connected_equipment(equipment, series, fresh)), claims)
