"""What must not stand beside what stands: a thing counted twice, singly and in bulk, or for overlapping times.

Pure: the entries of a kind are given as short rows, so that one entry and a sheet of a hundred thousand go by the same
rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from millmark.programmes import DateSpan
from millmark.region.areas import lies_within
from millmark.region.catalogue import KindText
from millmark.region.entry import NewLedgerEntry
from millmark.region.field import Fault, FieldValue

Series = tuple[FieldValue | None, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """An entry as far as these rules go. `name` is how it is told: `ledger:12`, or `row:3` of the same sheet."""

    name: str
    area: str
    area_code: str | None
    subject: str | None
    series: Series
    first: date
    last: date
    quantity: Decimal | None = None
    part_of: int | None = None
    number: int | None = None

    def covers(self, other: Counted) -> bool:
        """Whether this number in bulk counts that one: its area, its series, and built by its day or in its time."""
        if not (self.area == other.area or (self.area_code and lies_within(other.area_code, self.area_code))):
            return False
        if not all(mine is None or mine == theirs for mine, theirs in zip(self.series, other.series, strict=True)):
            return False
        return other.last <= self.last and (self.first == self.last or self.first <= other.first)

    def overlaps(self, other: Counted) -> bool:
        """Same time of the same series; a series that is left open stands for all of them."""
        alike = all(
            mine is None or theirs is None or mine == theirs
            for mine, theirs in zip(self.series, other.series, strict=True)
        )
        return alike and self.first <= other.last and other.first <= self.last

    @property
    def time(self) -> str:
        return str(DateSpan(self.first, self.last))


def counted(kind: KindText, entry: NewLedgerEntry, name: str) -> Counted:
    """An entry that is to come in, as far as these rules go."""
    return Counted(
        name=name,
        area=entry.area,
        area_code=entry.area_code,
        subject=entry.subject,
        series=series_of(kind, entry.fields),
        first=entry.span.first,
        last=entry.span.last,
        quantity=entry.quantity,
        part_of=entry.part_of,
    )


def series_of(kind: KindText, fields: Mapping[str, FieldValue]) -> Series:
    return tuple(fields.get(name) for name in kind.series)


@dataclass
class KindBook:
    """What stands of one kind, so that further entries can be held against it; `take` adds one."""

    kind: KindText
    _subjects: dict[tuple[str, Series], list[Counted]] = field(default_factory=dict)
    _bulk: dict[str, list[Counted]] = field(default_factory=dict)
    _named: list[Counted] = field(default_factory=list)
    _wholes: dict[int, Counted] = field(default_factory=dict)
    _parts: dict[int, int] = field(default_factory=dict)
    _gone: set[int] = field(default_factory=set)
    _replaced: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: KindText, standing: Iterable[Counted]) -> KindBook:
        book = cls(kind)
        for one in standing:
            book.take(one)
        return book

    def take(self, one: Counted) -> None:
        if one.subject is not None:
            self._subjects.setdefault((one.subject, self._told_apart(one)), []).append(one)
            self._named.append(one)
        else:
            self._bulk.setdefault(one.area, []).append(one)
            if one.number is not None:
                self._wholes[one.number] = one
        self._count_part(one.part_of, 1)

    def count_parts(self, whole: int, number: int) -> None:
        """How many parts an entry in bulk has, where they were not taken one by one."""
        self._parts[self._replaced.get(whole, whole)] = number

    def let_go(self, number: int, part_of: int | None = None) -> None:
        """An entry that is to be corrected: what stands in its place is held against the others alone."""
        self._gone.add(number)
        self._count_part(part_of, -1)

    def keep_on(self, number: int, part_of: int | None = None) -> None:
        """The entry stands after all."""
        self._gone.discard(number)
        self._count_part(part_of, 1)

    def replaced(self, whole: int, by: int) -> None:
        """Parts that name an entry in bulk are parts of what stands in its place."""
        self._replaced[whole] = by
        self._parts[by] = self._parts.get(by, 0) + self._parts.pop(whole, 0)

    def fault(self, one: Counted) -> Fault | None:
        """Why an entry cannot stand beside these, if it cannot."""
        if one.part_of is not None and (fault := self._part_fault(one, one.part_of)):
            return fault
        if one.subject is not None:
            return self._twin(one) or (self._counted_in_bulk(one) if self.kind.lists else self._overlap(one))
        return self._overlap(one) or (self._counted_singly(one) if self.kind.lists else None)

    def _twin(self, one: Counted) -> Fault | None:
        if self.kind.counts != "subjects" and not self.kind.lists:
            return None
        for other in self._subjects.get((one.subject or "", self._told_apart(one)), ()):
            if other.number in self._gone:
                continue
            if self.kind.lists or (other.first, other.last) == (one.first, one.last):
                return Fault(
                    "subject",
                    f"“{one.subject}”已登记({_told_zh(other.name)},{other.time}),不能重复登记",
                    f"{one.subject} is already recorded for {other.time} as {_told(other.name)}; "
                    "void that entry first if it is wrong",
                )
        return None

    def _counted_in_bulk(self, one: Counted) -> Fault | None:
        if one.part_of is not None:
            return None
        for others in self._bulk.values():
            for other in others:
                if other.number not in self._gone and other.covers(one):
                    return Fault(
                        "subject",
                        f"“{one.subject}”已包含在批量记录{_told_zh(other.name)}({other.area},{other.time})中;"
                        "请作为该记录的明细登记,或先作废批量记录",
                        f"{one.subject} is counted already in bulk in {_told(other.name)} ({other.area}, "
                        f"{other.time}); record it as a part of that entry, or void that entry first",
                    )
        return None

    def _counted_singly(self, one: Counted) -> Fault | None:
        covered = [
            other
            for other in self._named
            if other.part_of is None and other.number not in self._gone and one.covers(other)
        ]
        if not covered:
            return None
        return Fault(
            "quantity",
            f"该批量数与已逐个登记的{len(covered)}条记录重复(如“{covered[0].subject}”,{_told_zh(covered[0].name)})",
            f"this number in bulk counts again {len(covered)} that are recorded one by one "
            f"(such as {covered[0].subject}, {_told(covered[0].name)})",
        )

    def _overlap(self, one: Counted) -> Fault | None:
        if self.kind.overlap == "allowed":
            return None
        others = self._bulk.get(one.area, ()) if one.subject is None else ()
        named = () if one.subject is None else self._subjects.get((one.subject, self._told_apart(one)), ())
        for other in (*others, *named):
            if other.number not in self._gone and other.overlaps(one):
                return Fault(
                    "date",
                    f"时间{one.time}与{_told_zh(other.name)}({other.area},{other.time})重叠",
                    f"the time {one.time} overlaps that of {_told(other.name)} ({other.area}, {other.time}); "
                    "void that entry first if it is wrong",
                )
        return None

    def _part_fault(self, one: Counted, part_of: int) -> Fault | None:
        number = self._replaced.get(part_of, part_of)
        whole = self._wholes.get(number)
        if whole is None or one.subject is None:
            return Fault(
                "part_of",
                f"台账{part_of}不是本类有效的批量记录,不能登记其明细",
                f"ledger entry {part_of} is no standing entry in bulk of this kind, so it has no parts",
            )
        if not whole.covers(one):
            return Fault(
                "part_of",
                f"“{one.subject}”不属于批量记录{_told_zh(whole.name)}({whole.area},{whole.time})",
                f"{one.subject} is not counted in {_told(whole.name)} ({whole.area}, {whole.time}): look at area, "
                "operator and day",
            )
        if whole.quantity is not None and self._parts.get(number, 0) + 1 > whole.quantity:
            return Fault(
                "part_of",
                f"明细超过批量记录{_told_zh(whole.name)}的数量{whole.quantity:f}",
                f"there would be more parts than the {whole.quantity:f} that {_told(whole.name)} counts",
            )
        return None

    def _count_part(self, part_of: int | None, change: int) -> None:
        if part_of is not None:
            number = self._replaced.get(part_of, part_of)
            self._parts[number] = self._parts.get(number, 0) + change

    def _told_apart(self, one: Counted) -> Series:
        """A station is the same whoever reports it; what is reported over and over is told apart by its series."""
        return () if self.kind.lists else one.series


def _told(name: str) -> str:
    return name.replace("ledger:", "ledger entry ").replace("row:", "row ")


def _told_zh(name: str) -> str:
    book, _, number = name.partition(":")
    return {"ledger": f"台账{number}", "row": f"第{number}行"}.get(book, name)
