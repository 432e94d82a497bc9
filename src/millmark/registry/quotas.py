"""How much a gateway may bring, where that is not as for everybody."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from millmark.registry.errors import InvalidEntry, NotRegistered
from millmark.registry.records import GatewayQuota
from millmark.registry.tables import GatewayQuotaRow, GatewayRow


def set_quota(session: Session, gateway_id: str, quota: GatewayQuota) -> None:
    """A quota without any limit of its own is as none."""
    if session.get(GatewayRow, gateway_id) is None:
        raise NotRegistered(f"no gateway is registered as {gateway_id!r}; add it first")
    for name, value in (("points_per_s", quota.points_per_s), ("bytes_per_s", quota.bytes_per_s)):
        if value is not None and not value > 0:
            raise InvalidEntry(f"{name} of gateway {gateway_id!r} must be greater than 0, not {value}")
    if quota.series is not None and quota.series < 0:
        raise InvalidEntry(f"a gateway cannot have {quota.series} series")
    session.execute(delete(GatewayQuotaRow).where(GatewayQuotaRow.gateway_id == gateway_id))
    if quota != GatewayQuota():
        row = GatewayQuotaRow(
            gateway_id=gateway_id,
            points_per_s=quota.points_per_s,
            bytes_per_s=quota.bytes_per_s,
            series=quota.series,
        )
        session.add(row)


def quotas(session: Session) -> Mapping[str, GatewayQuota]:
    """The quotas by gateway."""
    rows = session.scalars(select(GatewayQuotaRow))
    return {row.gateway_id: GatewayQuota(row.points_per_s, row.bytes_per_s, row.series) for row in rows}
