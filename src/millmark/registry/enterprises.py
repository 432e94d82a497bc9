"""Enterprises: who they are. Each is also the topmost asset of its plant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model import AssetLevel
from millmark.registry.codes import check_area_code, check_industry_code, check_name, check_slug
from millmark.registry.credit_code import check_credit_code
from millmark.registry.divisions import COUNTY_DIGITS, area_prefix
from millmark.registry.errors import AlreadyRegistered, InvalidEntry, NotRegistered
from millmark.registry.records import Enterprise
from millmark.registry.tables import AssetRow, EnterpriseRow

# What one statement of SQLite may name.
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class NewEnterprise:
    """What is told of an enterprise when it is registered; see `records.Enterprise`."""

    slug: str
    name_zh: str
    name_en: str
    area_code: str
    credit_code: str | None
    is_placeholder: bool
    is_demonstration: bool
    industry_code: str | None


def add_enterprise(session: Session, new: NewEnterprise, now_us: int) -> Enterprise:
    values = _checked(new)
    if session.scalar(select(EnterpriseRow.id).where(EnterpriseRow.slug == new.slug)) is not None:
        raise AlreadyRegistered(f"an enterprise is registered as {new.slug!r} already")
    _refuse_taken(session, values.credit_code)
    row = EnterpriseRow(**asdict(values), created_us=now_us)
    session.add(row)
    _flush(session, new.slug)
    session.add(_topmost_asset(row))
    _flush(session, new.slug)
    return _record(row)


def ensure_enterprise(session: Session, new: NewEnterprise, now_us: int) -> Enterprise:
    """Adds the enterprise, or brings names, area and industry of the one by that slug up to date."""
    row = session.scalar(select(EnterpriseRow).where(EnterpriseRow.slug == new.slug))
    if row is None:
        return add_enterprise(session, new, now_us)
    values = _checked(new)
    if (row.credit_code, row.is_demonstration) != (values.credit_code, values.is_demonstration):
        raise InvalidEntry(
            f"enterprise {new.slug!r} is registered with credit code {row.credit_code or 'none'}"
            f"{', as a demonstration' if row.is_demonstration else ''}: who it is cannot be changed; use another slug"
        )
    row.name_zh, row.name_en = values.name_zh, values.name_en
    row.area_code, row.industry_code = values.area_code, values.industry_code
    topmost = session.scalars(select(AssetRow).where(AssetRow.path == row.slug)).one()
    topmost.name_zh, topmost.name_en = values.name_zh, values.name_en
    return _record(row)


def enterprise(session: Session, enterprise_id: int) -> Enterprise:
    row = session.get(EnterpriseRow, enterprise_id)
    if row is None:
        raise NotRegistered(f"no enterprise has the id {enterprise_id}")
    return _record(row)


def enterprise_by_slug(session: Session, slug: str) -> Enterprise:
    row = session.scalar(select(EnterpriseRow).where(EnterpriseRow.slug == slug))
    if row is None:
        raise NotRegistered(f"no enterprise is registered as {slug!r}; add it first")
    return _record(row)


def enterprises(session: Session) -> list[Enterprise]:
    return [_record(row) for row in session.scalars(select(EnterpriseRow).order_by(EnterpriseRow.id))]


def enterprises_of(session: Session, ids: Collection[int]) -> list[Enterprise]:
    """Those of the ids that there are, each once."""
    wanted, found = sorted(set(ids)), list[Enterprise]()
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(EnterpriseRow).where(EnterpriseRow.id.in_(wanted[start : start + _AT_ONCE]))
        found += [_record(row) for row in session.scalars(query.order_by(EnterpriseRow.id))]
    return found


def demonstrations(session: Session) -> list[int]:
    """Ids of the fictional enterprises."""
    return list(session.scalars(select(EnterpriseRow.id).where(EnterpriseRow.is_demonstration)))


def slugs_within(session: Session, area_code: str) -> dict[int, str]:
    """Slugs by id of the enterprises in an administrative division, those of its divisions included."""
    prefix = area_prefix(area_code)
    within = EnterpriseRow.area_code.between(prefix.ljust(COUNTY_DIGITS, "0"), prefix.ljust(COUNTY_DIGITS, "9"))
    query = select(EnterpriseRow.id, EnterpriseRow.slug).where(within)
    return {number: slug for number, slug in session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def identify_enterprise(session: Session, enterprise_id: int, credit_code: str) -> Enterprise:
    """A placeholder turns out to be this legal entity."""
    row = session.get(EnterpriseRow, enterprise_id)
    if row is None:
        raise NotRegistered(f"no enterprise has the id {enterprise_id}")
    if not row.is_placeholder:
        raise InvalidEntry(f"enterprise {row.slug!r} is no placeholder: who it is cannot be changed")
    if row.is_demonstration:
        raise InvalidEntry(f"enterprise {row.slug!r} is fictional; it cannot be a legal entity")
    code = check_credit_code(credit_code)
    _refuse_taken(session, code)
    row.credit_code, row.is_placeholder = code, False
    _flush(session, row.slug)
    return _record(row)


def _checked(new: NewEnterprise) -> NewEnterprise:
    what = f"enterprise {check_slug(new.slug, 'an enterprise')!r}"
    return replace(
        new,
        name_zh=check_name(new.name_zh, what),
        name_en=check_name(new.name_en, what),
        credit_code=_checked_identity(new, what),
        area_code=check_area_code(new.area_code),
        industry_code=None if new.industry_code is None else check_industry_code(new.industry_code),
    )


def _checked_identity(new: NewEnterprise, what: str) -> str | None:
    if new.credit_code is None:
        if not (new.is_placeholder or new.is_demonstration):
            raise InvalidEntry(f"{what} has no unified social credit code: give it, or mark it as a placeholder")
        return None
    if new.is_placeholder or new.is_demonstration:
        kind = "placeholder" if new.is_placeholder else "demonstration enterprise"
        raise InvalidEntry(f"{what} is a {kind}: it must not carry a real entity's credit code")
    return check_credit_code(new.credit_code)


def _refuse_taken(session: Session, credit_code: str | None) -> None:
    if credit_code is None:
        return
    holder = session.scalar(select(EnterpriseRow.slug).where(EnterpriseRow.credit_code == credit_code))
    if holder is not None:
        raise AlreadyRegistered(f"the credit code {credit_code} belongs to enterprise {holder!r} already")


def _flush(session: Session, slug: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise AlreadyRegistered(
            f"enterprise {slug!r}: its slug or credit code was registered by somebody else at this moment"
        ) from error


def _topmost_asset(row: EnterpriseRow) -> AssetRow:
    return AssetRow(
        path=row.slug,
        level=AssetLevel.ENTERPRISE,
        name_zh=row.name_zh,
        name_en=row.name_en,
        enterprise_id=row.id,
        counts_as_equipment=False,
        attributes={},
        created_us=row.created_us,
    )


def _record(row: EnterpriseRow) -> Enterprise:
    return Enterprise(
        id=row.id,
        slug=row.slug,
        name_zh=row.name_zh,
        name_en=row.name_en,
        credit_code=row.credit_code,
        is_placeholder=row.is_placeholder,
        is_demonstration=row.is_demonstration,
        area_code=row.area_code,
        industry_code=row.industry_code,
        created_us=row.created_us,
    )
