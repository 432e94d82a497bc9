"""What comes in through the door for machine data, and what was set aside there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from millmark.history import QuarantineFilter, StoreUnavailable
from millmark.observability import process_state
from millmark.web.access import Permission, Principal, Scope, requires
from millmark.web.audit import audit_result
from millmark.web.services import Platform, Services
from millmark.web.shapes.intake import (
    BadTagView,
    DriverView,
    IntakeCounts,
    IntakeState,
    ProtocolCount,
    QuarantineCountRow,
    QuarantineCounts,
    QuarantineList,
    QuarantineQuery,
    QuarantineReplayOrder,
    QuarantineReplayResult,
    QuarantineRow,
    ReasonCount,
    SealingView,
    StoredTable,
    StoreView,
)

if TYPE_CHECKING:
    from millmark.edge import ConnectionStatus
    from millmark.history import EngineState, QuarantineCount, SetAside
    from millmark.observability import SealingState

router = APIRouter(prefix="/intake", tags=["intake"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_INTAKE))]


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
            bytes_in=stats.bytes_in,
            packets_in=stats.packets_in,
            pending_points=stats.pending_points,
            oldest_pending_us=stats.oldest_pending_us,
            blocks=stats.blocks,
            failed_commits=stats.failed_commits,
            rebirths_requested=stats.rebirths_requested,
            sequence_gaps=stats.sequence_gaps,
            last_commit_us=stats.last_commit_us,
            commit_latency_median_us=stats.commit_latency_median_us,
            commit_latency_p99_us=stats.commit_latency_p99_us,
        ),
        protocols=[
            ProtocolCount(protocol=protocol, connections=count)
            for protocol, count in sorted(stats.connections_by_protocol.items())
            if count
        ],
        memory_bytes=process_state().resident_bytes,
        rollup_lag_us=platform.watch.rollups.unsaved_us,
        store=_store(platform.watch.engine),
        sealing=_sealing(platform.watch.sealing),
        quarantine=_counts_by_reason(
            platform.history.set_aside_counts(QuarantineFilter(gateways=_gateways_meant(platform, who.scope, None)))
        ),
        drivers=[_driver(one) for one in platform.agent.statuses() if one.name in gateways],
    )


@router.get("/quarantine")
def quarantine(who: Reader, platform: Platform, wanted: Annotated[QuarantineQuery, Query()]) -> QuarantineList:
    """The latest readings that were set aside, each with its reason and what became of it since."""
    meant = QuarantineFilter(
        reason=wanted.reason,
        gateways=_gateways_meant(platform, who.scope, wanted.gateway),
        asset=wanted.asset,
        metric=wanted.metric,
        received_from_us=wanted.received_from_us,
        received_until_us=wanted.received_until_us,
        waiting=wanted.waiting,
        replayable=wanted.replayable,
    )
    return QuarantineList(rows=[_row(one) for one in platform.history.set_aside(meant, wanted.limit)])


@router.get("/quarantine/counts")
def quarantine_counts(who: Reader, platform: Platform) -> QuarantineCounts:
    """How many readings of which gateway were set aside for which reason, and how many of them wait."""
    meant = QuarantineFilter(gateways=_gateways_meant(platform, who.scope, None))
    return QuarantineCounts(
        rows=[
            QuarantineCountRow(gateway=one.gateway, reason=one.reason, count=one.readings, waiting=one.waiting)
            for one in platform.history.set_aside_counts(meant)
        ]
    )


@router.post("/quarantine/replay")
async def replay_quarantine(
    who: Annotated[Principal, Depends(requires(Permission.REPLAY_QUARANTINE))],
    order: QuarantineReplayOrder,
    request: Request,
    platform: Platform,
) -> QuarantineReplayResult:
    """Brings readings that were set aside to the door again; they stay in the quarantine, marked with the outcome."""
    meant = QuarantineFilter(
        reason=order.reason,
        gateways=await run_in_threadpool(_gateways_meant, platform, who.scope, order.gateway),
        asset=order.asset,
        metric=order.metric,
        ids=order.ids,
    )
    done = await platform.quarantine_replay.replay(meant, order.limit)
    refused, moved = sum(done.refused.values()), sum(done.moved.values())
    audit_result(request, f"quarantine: {done.stored} stored, {refused} refused, {moved} set aside again")
    return QuarantineReplayResult(stored=done.stored, refused=dict(done.refused), moved=dict(done.moved))


def _points_in_history(platform: Services) -> int | None:
    """None while the store does not answer: just then the rest of this page is what one needs."""
    try:
        return platform.history.point_count()
    except StoreUnavailable:
        return None


def _store(state: EngineState | None) -> StoreView | None:
    if state is None:
        return None
    return StoreView(
        tables=[
            StoredTable(table=name, parts=table.parts, rows=table.rows, disk_bytes=table.disk_bytes)
            for name, table in state.tables.items()
        ],
        most_parts=state.most_parts,
        merges=state.merges,
        longest_merge_s=state.longest_merge_s,
        free_bytes=state.free_bytes,
        total_bytes=state.total_bytes,
    )


def _sealing(state: SealingState) -> SealingView:
    return SealingView(
        sealed_days=state.sealed_days,
        due_days=state.due_days,
        failures=state.failures,
        last_round_us=state.last_round_us,
    )


def _visible_gateways(platform: Services, scope: Scope) -> frozenset[str]:
    return frozenset(one.id for one in platform.registry.gateways() if scope.admits_path(one.root))


def _gateways_meant(platform: Services, scope: Scope, gateway: str | None) -> list[str] | None:
    """The gateways that a question is about; None for all. An unknown gateway's readings belong to nobody yet, so
    nobody of an enterprise sees them."""
    if scope.is_everybody:
        return None if gateway is None else [gateway]
    visible = _visible_gateways(platform, scope)
    return sorted(visible if gateway is None else visible & {gateway})


def _row(one: SetAside) -> QuarantineRow:
    reading = one.reading
    return QuarantineRow(
        id=one.id,
        received_time_us=reading.received_time_us,
        gateway=reading.gateway,
        asset=reading.asset,
        metric=reading.metric,
        source_time_us=reading.source_time_us,
        value=reading.value,
        reason=reading.reason,
        detail=reading.detail,
        replayable=reading.original is not None,
        replayed_us=one.replayed_us,
        outcome=None if one.outcome is None else one.outcome.value,
    )


def _counts_by_reason(counts: Iterable[QuarantineCount]) -> list[ReasonCount]:
    readings, waiting = Counter[str](), Counter[str]()
    for one in counts:
        readings[one.reason] += one.readings
        waiting[one.reason] += one.waiting
    return [ReasonCount(reason=reason, count=readings[reason], waiting=waiting[reason]) for reason in sorted(readings)]


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
