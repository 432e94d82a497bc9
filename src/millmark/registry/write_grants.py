"""Which gateways may be written to: the explicit word without which no value goes out to a machine."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from millmark.registry.errors import NotRegistered
from millmark.registry.records import WriteGrant
from millmark.registry.tables import GatewayRow, WriteGrantRow


def grant(session: Session, gateway_id: str, *, granted_by: str, now_us: int) -> WriteGrant:
    """The grant; one that stands already keeps its date and its name."""
    if session.get(GatewayRow, gateway_id) is None:
        raise NotRegistered(f"no gateway is registered as {gateway_id!r}; add it first")
    row = session.get(WriteGrantRow, gateway_id)
    if row is None:
        row = WriteGrantRow(gateway_id=gateway_id, granted_by=granted_by[:64], granted_us=now_us)
        session.add(row)
    return WriteGrant(row.gateway_id, row.granted_by, row.granted_us)


def withdraw(session: Session, gateway_id: str) -> None:
    session.execute(delete(WriteGrantRow).where(WriteGrantRow.gateway_id == gateway_id))


def grants(session: Session) -> Mapping[str, WriteGrant]:
    """By gateway."""
    rows = session.scalars(select(WriteGrantRow))
    return {row.gateway_id: WriteGrant(row.gateway_id, row.granted_by, row.granted_us) for row in rows}
