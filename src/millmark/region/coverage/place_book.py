"""Keeps demand places and candidate sites: added, ended with a reason, corrected by ending one and adding another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

import numpy as np
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.region.coverage.area_class import AreaClass
from millmark.region.coverage.columns import MICRODEGREES, Places, Sites
from millmark.region.coverage.entries import (
    Candidate,
    NewCandidate,
    NewPlace,
    Place,
    Region,
    checked_candidate,
    checked_place,
    degrees,
    microdegrees,
)
from millmark.region.coverage.errors import CoverageConflict, CoverageNotFound, InvalidPlace
from millmark.region.coverage.tables import CandidateSiteRow, DemandPlaceRow
from millmark.registry import Database, area_prefix

_New = TypeVar("_New", NewPlace, NewCandidate)
_Kept = TypeVar("_Kept", Place, Candidate)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one of several: its index in what was given."""

    at: int
    message: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Changes whenever the book does: what was computed under one stamp holds as long as it is the same."""

    rows: int
    ended: int


class _Book(Generic[_New, _Kept]):
    """What both books do; the row classes have the same columns for it."""

    _row: type[Any]
    _called: str

    def __init__(self, database: Database, region: Region, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._region = region
        self._now_us = now_us

    def add(self, new: _New, *, recorded_by: str) -> _Kept:
        """Raises `InvalidPlace`, or `CoverageConflict` where the number stands already."""
        with self._adding(new.number), self._database.transaction() as session:
            row = self._new_row(self._checked(new), recorded_by)
            session.add(row)
            session.flush()
            return self._kept(row)

    def try_all(self, news: Sequence[_New], *, recorded_by: str, apply: bool) -> list[RowProblem]:
        """Looks at every one against the others and against what stands; keeps all of them if `apply` is set and none
        has a problem, otherwise none."""
        problems: list[RowProblem] = []
        seen: dict[str, int] = {}
        good: list[_New] = []
        with self._database.transaction() as session:
            standing = set(session.scalars(select(self._row.holds).where(self._row.holds.is_not(None))))
            for at, new in enumerate(news):
                try:
                    found = self._checked(new)
                except InvalidPlace as error:
                    problems.append(RowProblem(at, str(error)))
                    continue
                if found.number in standing:
                    problems.append(RowProblem(at, f"number: {found.number} stands already; end that one first"))
                elif found.number in seen:
                    problems.append(RowProblem(at, f"number: {found.number} stands twice in this sheet"))
                else:
                    seen[found.number] = at
                    good.append(found)
            if apply and not problems:
                rows = [self._new_row(one, recorded_by) for one in good]
                for start in range(0, len(rows), _AT_ONCE):
                    session.add_all(rows[start : start + _AT_ONCE])
                    session.flush()
        return problems

    def end(self, entry_id: int, *, reason: str, ended_by: str) -> _Kept:
        """Keeps that it does not hold any more, and why. Raises `CoverageNotFound`, `CoverageConflict`."""
        with self._database.transaction() as session:
            row = self._end_within(session, entry_id, reason, ended_by)
            session.flush()
            return self._kept(row)

    def correct(self, entry_id: int, new: _New, *, reason: str, recorded_by: str) -> _Kept:
        """Ends one and adds what should have stood there, both or neither."""
        with self._adding(new.number), self._database.transaction() as session:
            self._end_within(session, entry_id, reason, recorded_by)
            session.flush()
            row = self._new_row(self._checked(new), recorded_by)
            session.add(row)
            session.flush()
            return self._kept(row)

    def one(self, entry_id: int) -> _Kept:
        """Raises `CoverageNotFound`; what has ended is found too."""
        with self._database.reading() as session:
            return self._kept(self._found(session, entry_id))

    def standing(
        self, *, area_code: str | None = None, text: str = "", limit: int | None = None, offset: int = 0
    ) -> tuple[list[_Kept], int]:
        """Those that hold, of an area, whose name or number has the text, by number; and how many there are."""
        query = self._standing(area_code)
        if text.strip():
            like = f"%{text.strip().replace('%', '').replace('_', '')}%"
            query = query.where(self._row.name.like(like) | self._row.number.like(like))
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            rows = session.scalars(query.order_by(self._row.number).limit(limit).offset(offset))
            return [self._kept(row) for row in rows], total

    def by_ids(self, ids: Sequence[int]) -> dict[int, _Kept]:
        found: dict[int, _Kept] = {}
        with self._database.reading() as session:
            for start in range(0, len(ids), _AT_ONCE):
                query = select(self._row).where(self._row.id.in_(ids[start : start + _AT_ONCE]))
                found |= {row.id: self._kept(row) for row in session.scalars(query)}
        return found

    def stamp(self) -> Stamp:
        with self._database.reading() as session:
            rows, ended = session.execute(
                select(func.coalesce(func.max(self._row.id), 0), func.count(self._row.ended_at_us))
            ).one()
            return Stamp(rows, ended)

    def _standing(self, area_code: str | None) -> Select[Any]:
        query = select(self._row).where(self._row.holds.is_not(None))
        return query if area_code is None else query.where(self._row.area_code.startswith(area_prefix(area_code)))

    def _found(self, session: Session, entry_id: int) -> Any:
        row = session.get(self._row, entry_id)
        if row is None:
            raise CoverageNotFound(f"there is no {self._called} {entry_id}")
        return row

    def _end_within(self, session: Session, entry_id: int, reason: str, ended_by: str) -> Any:
        if not reason.strip():
            raise InvalidPlace("reason: say why it does not hold any more")
        row = session.get(self._row, entry_id, with_for_update=True)
        if row is None:
            raise CoverageNotFound(f"there is no {self._called} {entry_id}")
        if row.holds is None:
            raise CoverageConflict(f"the {self._called} {row.number} has ended already: {row.end_reason}")
        row.holds = None
        row.ended_by, row.ended_at_us, row.end_reason = ended_by, self._now_us(), reason.strip()
        return row

    def _adding(self, number: str) -> _Unique:
        return _Unique(f"the {self._called} {number.strip()} stands already; end or correct that one")

    def _checked(self, new: _New) -> _New:
        raise NotImplementedError

    def _new_row(self, new: _New, recorded_by: str) -> Any:
        raise NotImplementedError

    def _kept(self, row: Any) -> _Kept:
        raise NotImplementedError


class PlaceBook(_Book[NewPlace, Place]):
    """Demand places."""

    _row = DemandPlaceRow
    _called = "demand place"

    def columns(self, area_code: str | None = None) -> Places:
        """Those that hold, in the order kept."""
        row = DemandPlaceRow
        query = (
            select(row.id, row.area_class, row.area_code, row.weight, row.longitude_e6, row.latitude_e6)
            .where(row.holds.is_not(None))
            .order_by(row.id)
        )
        if area_code is not None:
            query = query.where(row.area_code.startswith(area_prefix(area_code)))
        with self._database.reading() as session:
            rows = session.execute(query).all()
        number = {one.value: one.number for one in AreaClass}
        table = np.array([(one[0], number[one[1]], int(one[2]), *one[3:]) for one in rows], np.int64).reshape(-1, 6)
        return Places(
            table[:, 0],
            table[:, 1],
            table[:, 2],
            table[:, 3],
            table[:, 4] / MICRODEGREES,
            table[:, 5] / MICRODEGREES,
        )

    def _checked(self, new: NewPlace) -> NewPlace:
        return checked_place(new, self._region)

    def _new_row(self, new: NewPlace, recorded_by: str) -> DemandPlaceRow:
        return DemandPlaceRow(
            number=new.number,
            holds=new.number,
            name=new.name,
            area_class=new.area_class,
            area_code=new.area,
            weight=new.weight,
            longitude_e6=microdegrees(new.longitude),
            latitude_e6=microdegrees(new.latitude),
            source=new.source,
            placeholder=new.placeholder,
            recorded_by=recorded_by,
            recorded_at_us=self._now_us(),
        )

    def _kept(self, row: DemandPlaceRow) -> Place:
        return Place(
            id=row.id,
            number=row.number,
            name=row.name,
            area_class=row.area_class,
            area=row.area_code,
            weight=row.weight,
            longitude=degrees(row.longitude_e6),
            latitude=degrees(row.latitude_e6),
            source=row.source,
            placeholder=row.placeholder,
            recorded_by=row.recorded_by,
            recorded_at_us=row.recorded_at_us,
            ended_by=row.ended_by,
            ended_at_us=row.ended_at_us,
            end_reason=row.end_reason,
        )


class CandidateBook(_Book[NewCandidate, Candidate]):
    """Candidate sites."""

    _row = CandidateSiteRow
    _called = "candidate site"

    def columns(self, area_code: str | None = None) -> tuple[Sites, tuple[int, ...]]:
        """Those that hold, in the order kept, with their costs in fen; references are their ids."""
        row = CandidateSiteRow
        query = (
            select(row.id, row.area_code, row.cost_fen, row.bands, row.height_dm, row.longitude_e6, row.latitude_e6)
            .where(row.holds.is_not(None))
            .order_by(row.id)
        )
        if area_code is not None:
            query = query.where(row.area_code.startswith(area_prefix(area_code)))
        with self._database.reading() as session:
            rows = session.execute(query).all()
        sites = Sites(
            tuple(str(one.id) for one in rows),
            np.array([int(one.area_code) for one in rows], np.int64),
            np.array([one.longitude_e6 for one in rows], np.float64) / MICRODEGREES,
            np.array([one.latitude_e6 for one in rows], np.float64) / MICRODEGREES,
            tuple(tuple(one.bands.split(",")) for one in rows),
            tuple(None if one.height_dm is None else one.height_dm / 10 for one in rows),
        )
        return sites, tuple(one.cost_fen for one in rows)

    def _checked(self, new: NewCandidate) -> NewCandidate:
        return checked_candidate(new, self._region)

    def _new_row(self, new: NewCandidate, recorded_by: str) -> CandidateSiteRow:
        return CandidateSiteRow(
            number=new.number,
            holds=new.number,
            name=new.name,
            area_code=new.area,
            cost_fen=new.cost_fen,
            bands=new.bands,
            height_dm=None if new.height_m is None else int(new.height_m * 10),
            longitude_e6=microdegrees(new.longitude),
            latitude_e6=microdegrees(new.latitude),
            source=new.source,
            placeholder=new.placeholder,
            recorded_by=recorded_by,
            recorded_at_us=self._now_us(),
        )

    def _kept(self, row: CandidateSiteRow) -> Candidate:
        return Candidate(
            id=row.id,
            number=row.number,
            name=row.name,
            area=row.area_code,
            cost_fen=row.cost_fen,
            bands=row.bands,
            height_m=None if row.height_dm is None else Decimal(row.height_dm) / 10,
            longitude=degrees(row.longitude_e6),
            latitude=degrees(row.latitude_e6),
            source=row.source,
            placeholder=row.placeholder,
            recorded_by=row.recorded_by,
            recorded_at_us=row.recorded_at_us,
            ended_by=row.ended_by,
            ended_at_us=row.ended_at_us,
            end_reason=row.end_reason,
        )


@dataclass(frozen=True, slots=True)
class _Unique:
    """Turns a unique key's violation into a conflict: somebody else took the number at the same time."""

    message: str

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            raise CoverageConflict(self.message) from error
