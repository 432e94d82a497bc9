"""The above-scale roster: who is in, who entered, who left, by sector, industry and county; with memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from millmark.programmes import Counting, DateSpan, Grade
from millmark.region.entry import NewLedgerEntry
from millmark.region.kept import Kept
from millmark.region.watch.book import Records
from millmark.region.watch.entry import NewRecord, WatchRecord
from millmark.region.watch.errors import InvalidRecord, RecordConflict
from millmark.region.watch.industries import Industries
from millmark.region.watch.scale import ScalePack, Sector

Move = Literal["opening", "joined", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMove:
    """A move before it is kept. Either `subject` names one, registered (`enterprise_id`) or not; or `count` stands for
    so many that nobody named. `span` is a day, or the days within which unnamed ones moved."""

    move: Move
    industry_code: str
    area: str
    span: DateSpan
    source: str
    subject: str | None = None
    enterprise_id: int | None = None
    count: int | None = None
    grade: Grade = Grade.DOCUMENT_BACKED
    placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Who is above scale on a day: a named one, or `count` unnamed ones of a record in bulk."""

    record: WatchRecord
    sector: Sector
    count: int

    @property
    def is_named(self) -> bool:
        return self.record.fact.counting is Counting.INDIVIDUAL


@dataclass(frozen=True, slots=True)
class SectorCount:
    """How a sector's roster came about: opening + joined - left = `total`; `named` of them are known by name."""

    sector: Sector
    opening: int
    joined: int
    left: int
    named: int

    @property
    def total(self) -> int:
        return self.opening + self.joined - self.left


class Roster:
    """Reads and writes the roster's moves in the watch's book of records."""

    def __init__(self, records: Records, scale: ScalePack, industries: Industries) -> None:
        self._records = records
        self._scale = scale
        self._industries = industries
        self._members: Kept[date, tuple[Member, ...]] = Kept()

    def record_move(self, new: NewMove, *, recorded_by: str) -> WatchRecord:
        """Keeps a move; raises `InvalidRecord`, or `RecordConflict` for one that joins while in, or leaves without
        being in."""
        code = self._industries.digits(new.industry_code)
        sector = self._scale.sector(code)
        if (new.subject is None) == (new.count is None):
            raise InvalidRecord("subject: name one enterprise, or say in count how many unnamed ones moved")
        if new.count is not None and new.count < 1:
            raise InvalidRecord(f"count: {new.count} is no number of enterprises; write 1 or more")
        self._must_fit(new, sector)
        fact = NewLedgerEntry(
            kind={"opening": sector.opening, "joined": sector.joined, "left": sector.left}[new.move],
            area=new.area,
            span=new.span,
            source=new.source,
            quantity=Decimal(1 if new.count is None else new.count),
            subject=new.subject,
            counting=Counting.INDIVIDUAL if new.count is None else Counting.BULK,
            grade=new.grade,
            placeholder=new.placeholder,
        )
        record = NewRecord(fact=fact, enterprise_id=new.enterprise_id, industry_code=code)
        return self._records.add(record, recorded_by=recorded_by)

    def members(self, as_of: date, *, known_at_us: int | None = None) -> tuple[Member, ...]:
        """Who is in on a day: everybody that came and did not leave; unnamed leavers lessen the unnamed members."""
        if known_at_us is not None:
            return tuple(members(self.moves(as_of, known_at_us=known_at_us), self._scale))
        version = self._records.version()
        return self._members.get(version, as_of, lambda: tuple(members(self.moves(as_of), self._scale)))

    def moves(self, as_of: date, *, known_at_us: int | None = None) -> list[WatchRecord]:
        """Every standing move up to a day, in the order recorded."""
        return self._records.standing(as_of, known_at_us=known_at_us, kinds=self.kinds)

    def counts(self, as_of: date) -> list[SectorCount]:
        return counts(self.moves(as_of), self.members(as_of), self._scale)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kind for one in self._scale.sectors for kind in (one.opening, one.joined, one.left))

    def _must_fit(self, new: NewMove, sector: Sector) -> None:
        there = members(self._records.standing(new.span.last, kinds=self.kinds), self._scale)
        if new.subject is None:
            unnamed = sum(one.count for one in there if one.sector == sector and not one.is_named)
            if new.move == "left" and (new.count or 0) > unnamed:
                raise RecordConflict(f"count: {new.count} leave where {unnamed} unnamed ones are in {sector.name_zh}")
            return
        identity = new.subject if new.enterprise_id is None else f"enterprise:{new.enterprise_id}"
        is_in = any(one.record.identity == identity or one.record.fact.subject == new.subject for one in there)
        if new.move == "left" and not is_in:
            raise RecordConflict(f"subject: {new.subject} is not on the roster on {new.span.last}, so it cannot leave")
        if new.move != "left" and is_in:
            raise RecordConflict(f"subject: {new.subject} is on the roster on {new.span.last} already")


def counts(moves: Iterable[WatchRecord], there: Iterable[Member], scale: ScalePack) -> list[SectorCount]:
    """The balance of each sector, of its moves and of who is there after them."""
    by_kind: dict[str, int] = {}
    for one in moves:
        by_kind[one.fact.kind] = by_kind.get(one.fact.kind, 0) + _count(one)
    named = [one.sector.id for one in there if one.is_named]
    return [
        SectorCount(
            sector,
            by_kind.get(sector.opening, 0),
            by_kind.get(sector.joined, 0),
            by_kind.get(sector.left, 0),
            named.count(sector.id),
        )
        for sector in scale.sectors
    ]


def members(moves: Iterable[WatchRecord], scale: ScalePack) -> list[Member]:
    """Who is in after all these moves, in the order of their days."""
    named: dict[str, Member] = {}
    unnamed: list[Member] = []
    for record in sorted(moves, key=lambda one: (one.fact.holds_from, one.id)):
        sector = scale.sector_of_kind(record.fact.kind)
        if sector is None:
            continue
        leaves = record.fact.kind == sector.left
        if record.fact.counting is Counting.INDIVIDUAL:
            _move_named(named, record, sector, leaves)
        elif leaves:
            unnamed = _fewer(unnamed, sector, _count(record))
        else:
            unnamed.append(Member(record, sector, _count(record)))
    return [*named.values(), *unnamed]


def _move_named(named: dict[str, Member], record: WatchRecord, sector: Sector, leaves: bool) -> None:
    key = record.identity or ""
    if leaves:
        named.pop(key, None)
    else:
        named[key] = Member(record, sector, 1)


def _fewer(unnamed: Iterable[Member], sector: Sector, leaving: int) -> list[Member]:
    """Unnamed members without those that left, the longest there first."""
    left: list[Member] = []
    for one in unnamed:
        gone = min(leaving, one.count) if one.sector == sector else 0
        leaving -= gone
        if one.count > gone:
            left.append(Member(one.record, one.sector, one.count - gone))
    return left


def _count(record: WatchRecord) -> int:
    return int(record.fact.quantity or 0)


def by_county(found: Iterable[Member]) -> Mapping[str | None, int]:
    """How many members each area has; None is where no county is known."""
    totals: dict[str | None, int] = {}
    for one in found:
        code = one.record.fact.area_code
        totals[code] = totals.get(code, 0) + one.count
    return totals
