"""What the watch knows of each enterprise: industry, size, chains, park and holding group, in versions by valid day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from millmark.region.kept import Kept, book_version
from millmark.region.watch.errors import InvalidProfile
from millmark.region.watch.industries import Industries
from millmark.region.watch.months import month_of
from millmark.region.watch.tables import HoldingRow, MonthlyValueRow, ProfileRow
from millmark.registry import Database
from millmark.registry.codes import check_area_code
from millmark.registry.errors import InvalidEntry
from millmark.registry.tables import EnterpriseRow

SIZES: Final[Mapping[str, tuple[str, str]]] = {
    "large": ("大型", "large"),
    "medium": ("中型", "medium"),
    "small": ("小型", "small"),
    "micro": ("微型", "micro"),
}
"""Size classes of the statistical standard (国家统计局《统计上大中小微型企业划分办法(2017)》)."""

_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfile:
    """A profile before it is kept. Without `area_code` the enterprise's own area holds."""

    enterprise_id: int
    valid_from: date
    industry_code: str
    size_class: str
    source: str
    chains: tuple[str, ...] = ()
    park: str | None = None
    holding: str | None = None
    area_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kept version; it holds from `valid_from` until the next one does. `industry_code` has two to four digits."""

    id: int
    enterprise_id: int
    valid_from: date
    industry_code: str
    size_class: str
    area_code: str
    chains: tuple[str, ...]
    park: str | None
    holding_id: int | None
    holding: str | None
    source: str
    recorded_at_us: int
    recorded_by: str

    @property
    def division(self) -> int:
        return int(self.industry_code[:2])


class ProfileBook:
    """Keeps profiles; a later version for the same day stands before an earlier one, and both stay to be read."""

    def __init__(self, database: Database, industries: Industries, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._industries = industries
        self._now_us = now_us
        self._kept: Kept[date, Mapping[int, Profile]] = Kept()

    def add(self, new: NewProfile, *, recorded_by: str) -> Profile:
        """Keeps a version; raises `InvalidProfile`."""
        with self._database.transaction() as session:
            return self.add_within(session, new, recorded_by=recorded_by)

    def add_within(self, session: Session, new: NewProfile, *, recorded_by: str) -> Profile:
        """As `add`, as a part of a larger transaction; the months from `valid_from` on count where it says."""
        self._database.in_turn(session, ProfileRow)
        own_area = session.scalar(select(EnterpriseRow.area_code).where(EnterpriseRow.id == new.enterprise_id))
        if own_area is None:
            raise InvalidProfile(f"enterprise: no enterprise has the id {new.enterprise_id}")
        new = self._checked(new)
        row = ProfileRow(
            enterprise_id=new.enterprise_id,
            valid_from=new.valid_from,
            industry_code=new.industry_code,
            size_class=new.size_class,
            area_code=new.area_code or own_area,
            park=new.park,
            holding_id=None if new.holding is None else self._holding(session, new.holding, recorded_by),
            chains=list(new.chains),
            source=new.source,
            recorded_at_us=self._now_us(),
            recorded_by=recorded_by,
        )
        session.add(row)
        session.flush()
        self._place_months(session, new.enterprise_id)
        return _profile(row, new.holding)

    def versions(self, enterprise_id: int) -> list[Profile]:
        """All versions of an enterprise, the one that holds longest from now first."""
        query = _profiles().where(ProfileRow.enterprise_id == enterprise_id)
        with self._database.reading() as session:
            rows = session.execute(query.order_by(ProfileRow.valid_from.desc(), ProfileRow.id.desc()))
            return [_profile(row, holding) for row, holding in rows]

    def one(self, enterprise_id: int, as_of: date) -> Profile | None:
        """The profile that holds on a day; None where none does yet."""
        return next((one for one in self.versions(enterprise_id) if one.valid_from <= as_of), None)

    def all(self, as_of: date) -> Mapping[int, Profile]:
        """The profile of every enterprise that has one on a day, by enterprise."""
        return self._kept.get(self.version(), as_of, lambda: self._all(as_of))

    def version(self) -> tuple[int, int]:
        """Changes with every profile that comes in, also where a later number is committed before an earlier one."""
        with self._database.reading() as session:
            return book_version(session, ProfileRow.id)

    def _all(self, as_of: date) -> Mapping[int, Profile]:
        with self._database.reading() as session:
            return MappingProxyType(self.all_within(session, as_of))

    def all_within(self, session: Session, as_of: date, enterprises: Iterable[int] | None = None) -> dict[int, Profile]:
        query = _profiles().where(ProfileRow.valid_from <= as_of)
        if enterprises is not None:
            query = query.where(ProfileRow.enterprise_id.in_(list(enterprises)))
        rows = session.execute(query.order_by(ProfileRow.valid_from, ProfileRow.id))
        return {row.enterprise_id: _profile(row, holding) for row, holding in rows}

    def _place_months(self, session: Session, enterprise_id: int) -> None:
        """Lays the enterprise's months out anew: industry, area and size are those that held at each month's end."""
        rows = session.scalars(
            select(ProfileRow)
            .where(ProfileRow.enterprise_id == enterprise_id)
            .order_by(ProfileRow.valid_from, ProfileRow.id)
        ).all()
        # The first version stands for all months before it, too: of them nothing else is known.
        for number, row in enumerate(rows):
            change = update(MonthlyValueRow).where(MonthlyValueRow.enterprise_id == enterprise_id)
            if number:
                change = change.where(MonthlyValueRow.month >= month_of(row.valid_from))
            session.execute(change.values(**placed(row)))

    def _holding(self, session: Session, name: str, recorded_by: str) -> int:
        found = session.scalar(select(HoldingRow.id).where(HoldingRow.name == name))
        if found is not None:
            return found
        row = HoldingRow(name=name, recorded_at_us=self._now_us(), recorded_by=recorded_by)
        session.add(row)
        session.flush()
        return row.id

    def _checked(self, new: NewProfile) -> NewProfile:
        if new.size_class not in SIZES:
            raise InvalidProfile(f"size: {new.size_class!r} is no size class; classes are {', '.join(SIZES)}")
        if not new.source.strip():
            raise InvalidProfile("source: say which document or finding says so")
        for field, text in (("park", new.park), ("holding", new.holding), *(("chain", one) for one in new.chains)):
            if text is not None and (not text.strip() or not text.isprintable() or len(text) > _LONGEST):
                raise InvalidProfile(f"{field}: must be a printable text of 1 to {_LONGEST} characters, or left out")
        if len(set(new.chains)) != len(new.chains):
            raise InvalidProfile("chain: each industrial chain stands once")
        if new.area_code is not None:
            try:
                check_area_code(new.area_code)
            except InvalidEntry as error:
                raise InvalidProfile(f"area: {error}") from error
        return replace(
            new,
            industry_code=self._industries.digits(new.industry_code),
            chains=tuple(one.strip() for one in new.chains),
        )


def placed(row: ProfileRow) -> dict[str, object]:
    """What the columns of a month take over from a profile."""
    return {
        "industry_code": row.industry_code,
        "division": int(row.industry_code[:2]),
        "area_code": row.area_code,
        "size_class": row.size_class,
        "holding_id": row.holding_id,
    }


def _profiles() -> Select[ProfileRow, str]:
    return select(ProfileRow, HoldingRow.name).outerjoin(HoldingRow, HoldingRow.id == ProfileRow.holding_id)


def _profile(row: ProfileRow, holding: str | None) -> Profile:
    return Profile(
        id=row.id,
        enterprise_id=row.enterprise_id,
        valid_from=row.valid_from,
        industry_code=row.industry_code,
        size_class=row.size_class,
        area_code=row.area_code,
        chains=tuple(row.chains),
        park=row.park,
        holding_id=row.holding_id,
        holding=holding,
        source=row.source,
        recorded_at_us=row.recorded_at_us,
        recorded_by=row.recorded_by,
    )
