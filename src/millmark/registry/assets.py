"""Assets: the nodes of a plant's equipment hierarchy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from millmark.model import AssetLevel, AssetPath
from millmark.registry.attributes import AttributeValue, check_attributes
from millmark.registry.codes import check_name
from millmark.registry.errors import InvalidEntry, MisplacedAsset, NotRegistered
from millmark.registry.inserting import insert_missing
from millmark.registry.placement import check_containment, check_free_level, check_length, levels_between
from millmark.registry.records import Asset
from millmark.registry.tables import AssetRow


@dataclass(frozen=True, slots=True)
class AssetDetails:
    """What may be told of an asset beside its place; None leaves what is known."""

    name_zh: str | None = None
    name_en: str | None = None
    counts_as_equipment: bool | None = None
    in_service_from_us: int | None = None
    in_service_until_us: int | None = None
    attributes: Mapping[str, AttributeValue] | None = None


def ensure_asset(
    session: Session, path: AssetPath, level: AssetLevel, details: AssetDetails, *, create_parents: bool, now_us: int
) -> Asset:
    check_length(path)
    known = rows_by_path(session, _lineage(path))
    row = known.get(path)
    if row is None:
        check_free_level(path, level)
        row = _created(session, path, level, known, create_parents=create_parents, now_us=now_us)
    if row.level is not level:
        raise MisplacedAsset(
            f"{str(path)!r} is registered as {row.level}, not as {level}; use move_to_level to change it"
        )
    _apply(row, details)
    session.flush()
    return record(row)


def ensure_equipment(session: Session, paths: Iterable[AssetPath], *, now_us: int) -> dict[AssetPath, int]:
    """Ids of the assets; unknown ones become equipment, which counts for nothing until somebody says so.

    A gateway that is new may name thousands below few lines: of those that stand together only the first is placed by
    itself, which finds their place or makes it.
    """
    wanted = set(paths)
    unknown: dict[AssetPath | None, list[AssetPath]] = defaultdict(list)
    for path in wanted - rows_by_path(session, wanted).keys():
        unknown[path.parent].append(path)
    # In one order, so that two processes registering the same assets wait for each other instead of blocking; and from
    # the top, so that what comes about as a parent keeps the level it got then.
    for parent in sorted(unknown, key=str):
        first, *others = sorted(unknown[parent], key=str)
        placed = rows_by_path(session, [first]).get(first)
        level = AssetLevel.EQUIPMENT if placed is None else placed.level
        ensure_asset(session, first, level, AssetDetails(), create_parents=True, now_us=now_us)
        if parent is not None and others:
            _insert_beside(session, rows_by_path(session, [parent])[parent], others, now_us)
    return {path: row.id for path, row in rows_by_path(session, wanted).items()}


def _insert_beside(session: Session, ground: AssetRow, paths: Iterable[AssetPath], now_us: int) -> None:
    above = AssetPath.parse(ground.path)
    rows = []
    for path in paths:
        check_length(path)
        check_containment(above, ground.level, path, AssetLevel.EQUIPMENT)
        rows.append(_new_row(path, AssetLevel.EQUIPMENT, ground, now_us))
    insert_missing(session, AssetRow, rows)


def move_to_level(session: Session, path: AssetPath, level: AssetLevel) -> Asset:
    """Corrects the level of an asset, if its parent and all it contains allow that."""
    known = rows_by_path(session, _lineage(path))
    row = _existing(known.get(path), path)
    check_free_level(path, level)
    check_free_level(path, row.level)
    parent = _nearest(known, path)
    check_containment(*parent, path, level)
    for child in assets_under(session, path):
        if child.path.parent == path:
            check_containment(path, level, child.path, child.level)
    row.level = level
    return record(row)


def set_service(session: Session, path: AssetPath, from_us: int | None, until_us: int | None) -> Asset:
    row = _existing(rows_by_path(session, [path]).get(path), path)
    _check_service(path, from_us, until_us)
    row.in_service_from_us, row.in_service_until_us = from_us, until_us
    return record(row)


def asset(session: Session, path: AssetPath) -> Asset:
    return record(_existing(rows_by_path(session, [path]).get(path), path))


def assets_under(session: Session, path: AssetPath) -> list[Asset]:
    query = select(AssetRow).where(under(path)).order_by(AssetRow.path)
    return [record(row) for row in session.scalars(query)]


def rows_by_path(session: Session, paths: Iterable[AssetPath]) -> dict[AssetPath, AssetRow]:
    """The rows of those of the paths that are registered."""
    wanted = sorted({str(path) for path in paths})
    rows: dict[AssetPath, AssetRow] = {}
    for start in range(0, len(wanted), 1_000):
        some = wanted[start : start + 1_000]
        for row in session.scalars(select(AssetRow).where(AssetRow.path.in_(some))):
            rows[AssetPath.parse(row.path)] = row
    return rows


def under(path: AssetPath) -> ColumnElement[bool]:
    """The asset itself and all below it; '0' follows '/', so the subtree is one range of the paths' index."""
    text = str(path)
    return or_(AssetRow.path == text, (AssetRow.path > f"{text}/") & (AssetRow.path < f"{text}0"))


def record(row: AssetRow) -> Asset:
    return Asset(
        id=row.id,
        path=AssetPath.parse(row.path),
        level=row.level,
        name_zh=row.name_zh,
        name_en=row.name_en,
        enterprise_id=row.enterprise_id,
        site_id=row.site_id,
        counts_as_equipment=row.counts_as_equipment,
        in_service_from_us=row.in_service_from_us,
        in_service_until_us=row.in_service_until_us,
        attributes=MappingProxyType(dict(row.attributes)),
    )


def _created(
    session: Session,
    path: AssetPath,
    level: AssetLevel,
    known: Mapping[AssetPath, AssetRow],
    *,
    create_parents: bool,
    now_us: int,
) -> AssetRow:
    upper, upper_level = _nearest(known, path)
    missing = [step for step in _lineage(path) if len(upper.segments) < len(step.segments) < len(path.segments)]
    if missing and not create_parents:
        raise NotRegistered(
            f"{str(path)!r} cannot be registered: {str(missing[0])!r} above it is not; register that first"
        )
    levels = [*levels_between(upper_level, path, level, len(missing)), level]
    check_containment(missing[-1] if missing else upper, levels[-2] if missing else upper_level, path, level)
    ground = known[upper]
    insert_missing(
        session,
        AssetRow,
        [_new_row(step, step_level, ground, now_us) for step, step_level in zip([*missing, path], levels, strict=True)],
    )
    return rows_by_path(session, [path])[path]


def _new_row(path: AssetPath, level: AssetLevel, ground: AssetRow, now_us: int) -> dict[str, object]:
    return {
        "path": str(path),
        "level": level,
        "name_zh": path.name,
        "name_en": path.name,
        "enterprise_id": ground.enterprise_id,
        "site_id": ground.site_id,
        "counts_as_equipment": False,
        "in_service_from_us": None,
        "in_service_until_us": None,
        "attributes": {},
        "created_us": now_us,
    }


def _apply(row: AssetRow, details: AssetDetails) -> None:
    what = f"asset {row.path!r}"
    if details.name_zh is not None:
        row.name_zh = check_name(details.name_zh, what)
    if details.name_en is not None:
        row.name_en = check_name(details.name_en, what)
    if details.counts_as_equipment is not None:
        row.counts_as_equipment = details.counts_as_equipment
    if details.attributes is not None:
        row.attributes = check_attributes(details.attributes)
    if details.in_service_from_us is not None:
        row.in_service_from_us = details.in_service_from_us
    if details.in_service_until_us is not None:
        row.in_service_until_us = details.in_service_until_us
    _check_service(AssetPath.parse(row.path), row.in_service_from_us, row.in_service_until_us)


def _check_service(path: AssetPath, from_us: int | None, until_us: int | None) -> None:
    if from_us is not None and until_us is not None and until_us <= from_us:
        raise InvalidEntry(f"asset {str(path)!r} would leave service ({until_us}) before it enters it ({from_us})")


def _lineage(path: AssetPath) -> list[AssetPath]:
    """From the enterprise down to the asset itself."""
    return [AssetPath(path.segments[:count]) for count in range(1, len(path.segments) + 1)]


def _nearest(known: Mapping[AssetPath, AssetRow], path: AssetPath) -> tuple[AssetPath, AssetLevel]:
    """The nearest registered asset above `path`."""
    for step in reversed(_lineage(path)[:-1]):
        if (row := known.get(step)) is not None:
            return step, row.level
    raise NotRegistered(f"{str(path)!r} belongs to no registered enterprise; register {path.segments[0]!r} first")


def _existing(row: AssetRow | None, path: AssetPath) -> AssetRow:
    if row is None:
        raise NotRegistered(f"no asset is registered as {str(path)!r}")
    return row
