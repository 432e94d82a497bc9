"""Whose ledger entries somebody sees and writes: those of an area, where an account is bound to one."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Query
from pydantic import AwareDatetime

from millmark.model import Period
from millmark.web.access import Principal, unknown

if TYPE_CHECKING:
    from millmark.region import LedgerEntry
    from millmark.region.ledger_rows import At
    from millmark.web.services import Services

KnownAt = Annotated[
    AwareDatetime | date | None,
    Query(description="As known at this moment, or at the end of this day of the city; now, if not given."),
]


def known_at_us(platform: Services, known_at: datetime | date | None) -> int | None:
    """The moment as the books keep it."""
    if known_at is None:
        return None
    if isinstance(known_at, datetime):
        return int(known_at.timestamp() * 1_000_000)
    return Period.of_day(known_at, platform.zone).end_us - 1


def two_times(platform: Services, as_of: date | None, known_at: datetime | date | None) -> At:
    """Both times that a reader asks for; today as known now, if neither is given."""
    from millmark.region.ledger_rows import At

    return At(as_of or platform.ledger.today(), known_at_us(platform, known_at))


def area_of(who: Principal, platform: Services, wanted: str | None) -> str | None:
    """The code of the area that is asked for, within what one sees; None for everything. Raises `NotFound`."""
    from millmark.region.field import BadValue

    bound = who.scope.area_code
    if wanted is None:
        return bound
    try:
        code = platform.city_pack.areas.place(wanted, only_known=True).code
    except BadValue as error:
        raise unknown("area") from error
    if code is None or not who.scope.admits_area(code):
        raise unknown("area")
    return code


def sees(who: Principal, platform: Services, entry: LedgerEntry) -> bool:
    """An account that is bound to an area sees what bears a code within it."""
    if who.scope.area_code is None:
        return who.scope.is_everybody
    code = entry.area_code or platform.city_pack.areas.code_of(entry.area)
    return code is not None and who.scope.admits_area(code)


def writes(who: Principal, code: str | None) -> bool:
    return who.scope.is_everybody or (code is not None and who.scope.admits_area(code))
