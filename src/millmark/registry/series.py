"""Series: what is measured, and which gateway means which series by which name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from millmark.model import (
    AssetPath,
    DataType,
    InvalidAssetPath,
    Origin,
    Series,
    SeriesRole,
    UnitSystem,
    UnknownUnit,
)
from millmark.registry.assets import ensure_equipment, under
from millmark.registry.codes import check_metric
from millmark.registry.errors import InvalidEntry, NotRegistered, SeriesMismatch
from millmark.registry.inserting import insert_missing
from millmark.registry.records import SeriesDeclaration
from millmark.registry.tables import AssetRow, BindingRow, GatewayRow, SeriesRow

_NO_UNIT = "1"
_COUNTABLE = (DataType.INTEGER, DataType.FLOAT)


def ensure_series(
    session: Session, gateway: str, declarations: Sequence[SeriesDeclaration], *, units: UnitSystem, now_us: int
) -> list[Series]:
    """The series of a gateway's declarations, in their order; what is missing is registered, all or nothing."""
    root = _root_of(session, gateway)
    for unit in {declaration.unit for declaration in declarations}:
        _check_unit(unit, units)
    wanted = [_placed(root, declaration) for declaration in declarations]
    asset_ids = ensure_equipment(session, {path for path, _ in wanted}, now_us=now_us)
    _insert(session, [(asset_ids[path], declaration) for path, declaration in wanted], now_us)
    rows = _rows_of(session, set(asset_ids.values()))
    found = []
    for path, declaration in wanted:
        row = rows[asset_ids[path], declaration.metric]
        _bring_up_to_date(row, path, declaration)
        found.append(_record(row, path))
    _bind(session, gateway, declarations, found)
    return found


def series(session: Session, ids: Iterable[int] | None) -> list[Series]:
    if ids is None:
        return _read(session, _with_path().order_by(SeriesRow.id))
    wanted = list(ids)
    found: dict[int, Series] = {}
    distinct = sorted(set(wanted))
    for start in range(0, len(distinct), 1_000):
        some = distinct[start : start + 1_000]
        found.update((one.id, one) for one in _read(session, _with_path().where(SeriesRow.id.in_(some))))
    unknown = [number for number in distinct if number not in found]
    if unknown:
        raise NotRegistered(f"no series has the id {', '.join(map(str, unknown[:5]))}")
    return [found[number] for number in wanted]


def series_under(session: Session, path: AssetPath) -> list[Series]:
    return _read(session, _with_path().where(under(path)).order_by(AssetRow.path, SeriesRow.metric))


def series_ids_under(session: Session, path: AssetPath) -> list[int]:
    """Straight from the columns: a hundred thousand ids are not worth a hundred thousand records."""
    query = select(SeriesRow.id).join(AssetRow, AssetRow.id == SeriesRow.asset_id).where(under(path))
    return list(session.scalars(query.order_by(SeriesRow.id)))


def series_by_key(session: Session, key: str) -> Series:
    # A path holds no ':'; a metric may.
    path, _, metric = key.partition(":")
    found = _read(session, _with_path().where(AssetRow.path == path, SeriesRow.metric == metric))
    if not found:
        raise NotRegistered(f"no series is registered as {key!r}")
    return found[0]


def bindings(session: Session, gateway: str) -> dict[tuple[str, str], Series]:
    """(asset relative to the gateway's root, metric) -> series, of all the gateway has declared so far."""
    _root_of(session, gateway)
    query = (
        select(BindingRow.relative_asset, BindingRow.metric, SeriesRow, AssetRow.path)
        .join(SeriesRow, SeriesRow.id == BindingRow.series_id)
        .join(AssetRow, AssetRow.id == SeriesRow.asset_id)
        .where(BindingRow.gateway_id == gateway)
    )
    return {
        (relative, metric): _record(row, AssetPath.parse(path))
        for relative, metric, row, path in session.execute(query)
    }


def _root_of(session: Session, gateway: str) -> AssetPath:
    query = select(AssetRow.path).join(GatewayRow, GatewayRow.root_asset_id == AssetRow.id)
    root = session.scalar(query.where(GatewayRow.id == gateway))
    if root is None:
        raise NotRegistered(f"no gateway is registered as {gateway!r}")
    return AssetPath.parse(root)


def _check_unit(unit: str, units: UnitSystem) -> None:
    if unit == _NO_UNIT:
        # Most series have none, and loading the grammar of units takes two seconds.
        return
    try:
        units.check(unit)
    except UnknownUnit as error:
        raise InvalidEntry(f"a series cannot be registered: {error}") from error


def _placed(root: AssetPath, declaration: SeriesDeclaration) -> tuple[AssetPath, SeriesDeclaration]:
    check_metric(declaration.metric)
    try:
        path = root.join(declaration.relative_asset)
    except InvalidAssetPath as error:
        raise InvalidEntry(f"{declaration.relative_asset!r} is no place below {str(root)!r}: {error}") from error
    rollover = declaration.rollover
    if rollover is not None:
        if declaration.data_type not in _COUNTABLE:
            raise InvalidEntry(f"{path}:{declaration.metric} is {declaration.data_type}; only a number can roll over")
        if not (math.isfinite(rollover) and rollover > 0):
            raise InvalidEntry(f"{path}:{declaration.metric} cannot roll over at {rollover!r}: give a number above 0")
    return path, declaration


def _insert(session: Session, wanted: Sequence[tuple[int, SeriesDeclaration]], now_us: int) -> None:
    rows = {
        (asset_id, declaration.metric): {
            "asset_id": asset_id,
            "metric": declaration.metric,
            "unit": declaration.unit,
            "data_type": declaration.data_type,
            "role": declaration.role or SeriesRole.SIGNAL,
            "origin": declaration.origin or Origin.MACHINE,
            "rollover": declaration.rollover,
            "created_us": now_us,
        }
        for asset_id, declaration in wanted
    }
    known = _rows_of(session, {asset_id for asset_id, _ in rows})
    insert_missing(session, SeriesRow, [rows[identity] for identity in sorted(rows.keys() - known.keys())])


def _rows_of(session: Session, asset_ids: set[int]) -> dict[tuple[int, str], SeriesRow]:
    rows: dict[tuple[int, str], SeriesRow] = {}
    wanted = sorted(asset_ids)
    for start in range(0, len(wanted), 1_000):
        query = select(SeriesRow).where(SeriesRow.asset_id.in_(wanted[start : start + 1_000]))
        rows.update(((row.asset_id, row.metric), row) for row in session.scalars(query))
    return rows


def _bring_up_to_date(row: SeriesRow, path: AssetPath, declaration: SeriesDeclaration) -> None:
    """Refuses what would change the meaning of points already stored; takes over what only tells measures more."""
    key = f"{path}:{declaration.metric}"
    said = {"unit": declaration.unit, "data_type": declaration.data_type, "origin": declaration.origin or row.origin}
    for name, value in said.items():
        if (stands := getattr(row, name)) != value:
            raise SeriesMismatch(
                f"series {key!r} is registered with {name} {str(stands)!r} and its points are read so; it cannot "
                f"become {str(value)!r}: correct the declaration, or use another metric name"
            )
    if declaration.role is not None:
        row.role, row.rollover = declaration.role, declaration.rollover


def _bind(session: Session, gateway: str, declarations: Sequence[SeriesDeclaration], found: Sequence[Series]) -> None:
    rows = {
        (declaration.relative_asset, declaration.metric): {
            "gateway_id": gateway,
            "relative_asset": declaration.relative_asset,
            "metric": declaration.metric,
            "series_id": one.id,
        }
        for declaration, one in zip(declarations, found, strict=True)
    }
    insert_missing(session, BindingRow, [rows[name] for name in sorted(rows)])


def _with_path() -> Select[SeriesRow, str]:
    return select(SeriesRow, AssetRow.path).join(AssetRow, AssetRow.id == SeriesRow.asset_id)


def _read(session: Session, query: Select[SeriesRow, str]) -> list[Series]:
    return [_record(row, AssetPath.parse(path)) for row, path in session.execute(query)]


def _record(row: SeriesRow, path: AssetPath) -> Series:
    return Series(row.id, path, row.metric, row.unit, row.data_type, row.role, row.origin, row.rollover)
