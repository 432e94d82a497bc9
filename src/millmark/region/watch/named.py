"""Enterprises by their ids, as lists of thousands need them: names, area and what kind of entry each is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select

from millmark.registry import Database
from millmark.registry.tables import EnterpriseRow

_FEW = 500
_E = EnterpriseRow


@dataclass(frozen=True, slots=True)
class Named:
    id: int
    slug: str
    name_zh: str
    name_en: str
    credit_code: str | None
    area_code: str
    is_placeholder: bool
    is_demonstration: bool


def named(database: Database, ids: Iterable[int] | None = None) -> dict[int, Named]:
    """The enterprises of these ids, all of them when None; ids of nobody are left out."""
    query = select(
        _E.id, _E.slug, _E.name_zh, _E.name_en, _E.credit_code, _E.area_code, _E.is_placeholder, _E.is_demonstration
    )
    wanted = None if ids is None else set(ids)
    if wanted is not None and len(wanted) <= _FEW:
        query = query.where(_E.id.in_(wanted))
    with database.reading() as session:
        rows = [Named(*row) for row in session.execute(query)]
    return {row.id: row for row in rows if wanted is None or row.id in wanted}


def matching(database: Database, words: str) -> frozenset[int]:
    """Ids of the enterprises whose name or short name contains these words, or whose credit code is this one."""
    wanted = words.strip()
    found = or_(
        _E.name_zh.icontains(wanted, autoescape=True),
        _E.name_en.icontains(wanted, autoescape=True),
        _E.slug.icontains(wanted, autoescape=True),
        _E.credit_code == wanted.upper(),
    )
    with database.reading() as session:
        return frozenset(session.scalars(select(_E.id).where(found)))
