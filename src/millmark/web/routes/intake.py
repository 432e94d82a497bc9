"""What comes in through the door for machine data, and what was set aside there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query

from millmark.history import StoreUnavailable
from millmark.web.access import Permission, Principal, Scope, requires
from millmark.web.services import Platform, Services
from millmark.web.shapes.intake import (
    BadTagView,
    DriverView,
    IntakeCounts,
    IntakeState,
    QuarantineList,
    QuarantineRow,
    ReasonCount,
)

if TYPE_CHECKING:
    from millmark.edge import ConnectionStatus
    from millmark.history import QuarantinedReading

router = APIRouter(prefix="/intake", tags=["intake"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_INTAKE))]

LOOKED_THROUGH = 10_000


@router.get("")
def intake(who: Reader, platform: Platform) -> IntakeState:
    """Counts, the state of every driver, and how many readings were set aside for which reason."""
    stats = platform.intake.stats()
    gateways = _visible_gateways(platform, who.scope)
    return IntakeState(
        status="ok" if stats.degraded is None else "degraded",
        detail=stats.degraded,
        counts=IntakeCounts(
            points_in_history=_points_in_history(platform),
            points_stored=stats.points_stored,
            duplicates=stats.duplicates,
            conflicts=stats.conflicts,
            bad_packets=stats.bad_packets,
            refused_connections=stats.refused_connections,
            connections=stats.connections,
            pending_points=stats.pending_points,
            failed_commits=stats.failed_commits,
            rebirths_requested=stats.rebirths_requested,
            sequence_gaps=stats.sequence_gaps,
            last_commit_us=stats.last_commit_us,
            commit_latency_median_us=stats.commit_latency_median_us,
            commit_latency_p99_us=stats.commit_latency_p99_us,
        ),
        quarantine=_quarantine_counts(platform, who.scope, gateways),
        drivers=[_driver(one) for one in platform.agent.statuses() if one.name in gateways],
    )


@router.get("/quarantine")
def quarantine(
    who: Reader,
    platform: Platform,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    reason: str | None = None,
) -> QuarantineList:
    """The latest readings that were set aside, each with its reason."""
    gateways = _visible_gateways(platform, who.scope)
    return QuarantineList(
        rows=[
            QuarantineRow(
                received_time_us=one.received_time_us,
                gateway=one.gateway,
                asset=one.asset,
                metric=one.metric,
                source_time_us=one.source_time_us,
                value=one.value,
                reason=one.reason,
                detail=one.detail,
            )
            for one in _quarantined(platform, who.scope, gateways, reason, limit)
        ]
    )


def _points_in_history(platform: Services) -> int | None:
    """None while the store does not answer: just then the rest of this page is what one needs."""
    try:
        return platform.history.point_count()
    except StoreUnavailable:
        return None


def _visible_gateways(platform: Services, scope: Scope) -> frozenset[str]:
    return frozenset(one.id for one in platform.registry.gateways() if scope.admits_path(one.root))


def _quarantined(
    platform: Services, scope: Scope, gateways: frozenset[str], reason: str | None, limit: int
) -> list[QuarantinedReading]:
    if scope.enterprise_id is None:
        return platform.history.quarantine(limit, reason)
    # An unknown gateway's readings belong to nobody yet, so nobody of an enterprise sees them.
    found = platform.history.quarantine(LOOKED_THROUGH, reason)
    return [one for one in found if one.gateway in gateways][:limit]


def _quarantine_counts(platform: Services, scope: Scope, gateways: frozenset[str]) -> list[ReasonCount]:
    if scope.enterprise_id is None:
        counts = platform.history.quarantine_counts()
    else:
        counts = {}
        for one in _quarantined(platform, scope, gateways, None, LOOKED_THROUGH):
            counts[one.reason] = counts.get(one.reason, 0) + 1
    return [ReasonCount(reason=reason, count=count) for reason, count in sorted(counts.items())]


def _driver(status: ConnectionStatus) -> DriverView:
    return DriverView(
        name=status.name,
        kind=status.kind,
        endpoint=status.endpoint,
        state=status.state.value,
        state_since_us=status.state_since_us,
        last_error=status.last_error,
        last_error_us=status.last_error_us,
        readings_delivered=status.readings_delivered,
        last_delivery_us=status.last_delivery_us,
        buffered=status.buffered,
        buffer_limit=status.buffer_limit,
        held_back=status.held_back,
        restarts=status.restarts,
        bad_tags=[
            BadTagView(asset=one.asset, metric=one.metric, address=one.address, code=one.code, reason=one.reason)
            for one in status.bad_tags
        ],
        notes=list(status.notes),
    )
