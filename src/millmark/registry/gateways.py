"""Gateways: who may bring readings, for which part of a plant, and with which key."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.model import AssetPath
from millmark.registry.assets import rows_by_path
from millmark.registry.codes import check_slug
from millmark.registry.errors import InvalidEntry, NotRegistered
from millmark.registry.gateway_keys import hash_key, key_matches, new_key
from millmark.registry.inserting import insert_missing
from millmark.registry.records import Gateway, GatewayKind
from millmark.registry.tables import AssetRow, BindingRow, GatewayRow


def ensure_gateway(
    session: Session, gateway_id: str, root: AssetPath, kind: GatewayKind, *, may_register: bool, now_us: int
) -> Gateway:
    check_slug(gateway_id, "a gateway")
    place = rows_by_path(session, [root]).get(root)
    if place is None:
        raise NotRegistered(f"gateway {gateway_id!r} cannot stand at {str(root)!r}: register that asset first")
    row = {
        "id": gateway_id,
        "root_asset_id": place.id,
        "kind": kind,
        "may_register": may_register,
        "key_hash": None,
        "created_us": now_us,
    }
    insert_missing(session, GatewayRow, [row])
    found = _row(session, gateway_id)
    if found.root_asset_id != place.id:
        _move(session, found, place)
    found.kind, found.may_register = kind, may_register
    session.flush()
    return _record(found, root)


def gateway(session: Session, gateway_id: str) -> Gateway:
    row = _row(session, gateway_id)
    return _record(row, _place(session, row))


def gateways(session: Session) -> list[Gateway]:
    query = select(GatewayRow, AssetRow.path).join(AssetRow, AssetRow.id == GatewayRow.root_asset_id)
    rows = session.execute(query.order_by(GatewayRow.id))
    return [_record(row, AssetPath.parse(path)) for row, path in rows]


def set_gateway_key(session: Session, gateway_id: str) -> str:
    """A new key, in plain for this one time; the one before it stops working."""
    key = new_key()
    _row(session, gateway_id).key_hash = hash_key(key)
    return key


def revoke_gateway_key(session: Session, gateway_id: str) -> None:
    _row(session, gateway_id).key_hash = None


def check_gateway_key(session: Session, gateway_id: str, key: str) -> bool:
    return key_matches(key, session.scalar(select(GatewayRow.key_hash).where(GatewayRow.id == gateway_id)))


def _move(session: Session, row: GatewayRow, place: AssetRow) -> None:
    if session.scalar(select(BindingRow.series_id).where(BindingRow.gateway_id == row.id).limit(1)) is not None:
        stands = _place(session, row)
        raise InvalidEntry(
            f"gateway {row.id!r} stands at {str(stands)!r} and has series there; it cannot move to {place.path!r}: "
            "register a new gateway"
        )
    row.root_asset_id = place.id


def _row(session: Session, gateway_id: str) -> GatewayRow:
    row = session.get(GatewayRow, gateway_id)
    if row is None:
        raise NotRegistered(f"no gateway is registered as {gateway_id!r}; add it first")
    return row


def _place(session: Session, row: GatewayRow) -> AssetPath:
    return AssetPath.parse(session.scalars(select(AssetRow.path).where(AssetRow.id == row.root_asset_id)).one())


def _record(row: GatewayRow, root: AssetPath) -> Gateway:
    return Gateway(row.id, root, row.kind, row.may_register, row.key_hash, row.created_us)
