"""Sites: where an enterprise works. Each is also the asset below the enterprise's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model import AssetLevel, AssetPath
from millmark.registry.codes import check_area_code, check_name, check_slug, check_time_zone
from millmark.registry.enterprises import enterprise
from millmark.registry.errors import AlreadyRegistered, InvalidEntry, NotRegistered
from millmark.registry.records import Enterprise, Site
from millmark.registry.tables import AssetRow, SiteRow


@dataclass(frozen=True, slots=True)
class NewSite:
    """What is told of a site when it is registered; see `records.Site`."""

    slug: str
    name_zh: str
    name_en: str
    area_code: str
    time_zone: str


def add_site(session: Session, enterprise_id: int, new: NewSite, now_us: int) -> Site:
    owner = enterprise(session, enterprise_id)
    values = _checked(owner, new)
    path = owner.path.child(values.slug)
    if session.scalar(select(AssetRow.id).where(AssetRow.path == str(path))) is not None:
        raise AlreadyRegistered(f"{str(path)!r} is registered already")
    row = SiteRow(
        enterprise_id=enterprise_id,
        slug=values.slug,
        name_zh=values.name_zh,
        name_en=values.name_en,
        area_code=values.area_code,
        time_zone=values.time_zone,
        path=str(path),
        created_us=now_us,
    )
    try:
        session.add(row)
        session.flush()
        session.add(_asset_of(row))
        session.flush()
    except IntegrityError as error:
        raise AlreadyRegistered(f"{str(path)!r} was registered by somebody else at this moment") from error
    return _record(row)


def ensure_site(session: Session, enterprise_id: int, new: NewSite, now_us: int) -> Site:
    """Adds the site, or brings names and area of the one by that slug up to date."""
    row = session.scalar(select(SiteRow).where(SiteRow.enterprise_id == enterprise_id, SiteRow.slug == new.slug))
    if row is None:
        return add_site(session, enterprise_id, new, now_us)
    values = _checked(enterprise(session, enterprise_id), new)
    if row.time_zone != values.time_zone:
        # Its days are cut by the zone, and some of them are sealed.
        raise InvalidEntry(
            f"site {row.path!r} keeps the days of {row.time_zone}; its time zone cannot become {values.time_zone}"
        )
    row.name_zh, row.name_en, row.area_code = values.name_zh, values.name_en, values.area_code
    asset = session.scalars(select(AssetRow).where(AssetRow.path == row.path)).one()
    asset.name_zh, asset.name_en = values.name_zh, values.name_en
    return _record(row)


def site(session: Session, site_id: int) -> Site:
    row = session.get(SiteRow, site_id)
    if row is None:
        raise NotRegistered(f"no site has the id {site_id}")
    return _record(row)


def sites(session: Session, enterprise_id: int | None) -> list[Site]:
    query = select(SiteRow).order_by(SiteRow.id)
    if enterprise_id is not None:
        query = query.where(SiteRow.enterprise_id == enterprise_id)
    return [_record(row) for row in session.scalars(query)]


def _checked(owner: Enterprise, new: NewSite) -> NewSite:
    what = f"site {check_slug(new.slug, 'a site')!r} of {owner.slug!r}"
    return replace(
        new,
        name_zh=check_name(new.name_zh, what),
        name_en=check_name(new.name_en, what),
        area_code=check_area_code(new.area_code),
        time_zone=check_time_zone(new.time_zone),
    )


def _asset_of(row: SiteRow) -> AssetRow:
    return AssetRow(
        path=row.path,
        level=AssetLevel.SITE,
        name_zh=row.name_zh,
        name_en=row.name_en,
        enterprise_id=row.enterprise_id,
        site_id=row.id,
        counts_as_equipment=False,
        attributes={},
        created_us=row.created_us,
    )


def _record(row: SiteRow) -> Site:
    return Site(
        id=row.id,
        enterprise_id=row.enterprise_id,
        slug=row.slug,
        name_zh=row.name_zh,
        name_en=row.name_en,
        area_code=row.area_code,
        time_zone=row.time_zone,
        path=AssetPath.parse(row.path),
    )
