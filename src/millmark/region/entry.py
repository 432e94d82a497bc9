"""An entry of the city's ledger: a fact with its time, place, quantity or subject, and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

from millmark.programmes import Counting, DateSpan, Grade
from millmark.region.catalogue import CityPack, KindText, plain
from millmark.region.entry_checks import field_faults, place_faults
from millmark.region.errors import InvalidEntry
from millmark.region.field import BadValue, FieldValue

# ExactDecimal keeps millionths in 64 bits.
LARGEST = Decimal(9_000_000_000_000)
_MILLIONTH = Decimal("0.000001")


class Qualifier(StrEnum):
    EXACT = "exact"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLedgerEntry:
    """An entry before it is kept.

    `span` is what time the entry speaks of: a single day for a state ("as of"), several for a flow or a due time.
    `quantity` is in `unit` (an id or a Chinese name; the kind's own when None). `counting` individual names one
    `subject` where the kind counts subjects; bulk stands for `quantity` unnamed ones. `stated_on` is the day of the
    document that says so, where it comes before the end of `span`, as for a plan or a year that is not over.
    `holds_until` is the last day on which it holds, for what is gone since. `area` is a name or a code; `area_code` is
    found from it. `fields` are those of the kind; `longitude` and `latitude` are in degrees (WGS 84). `owner` is the
    office or enterprise that answers for the entry. `part_of` is the number of an entry in bulk that counts this one
    already: it then lists, and adds nothing. `import_key` marks what an import brought, so that a second run adds
    nothing.
    """

    kind: str
    area: str
    span: DateSpan
    source: str
    quantity: Decimal | None = None
    unit: str | None = None
    subject: str | None = None
    counting: Counting = Counting.INDIVIDUAL
    qualifier: Qualifier = Qualifier.EXACT
    grade: Grade = Grade.DOCUMENT_BACKED
    stated_on: date | None = None
    placeholder: bool = False
    import_key: str | None = None
    holds_until: date | None = None
    # Follows from the area and the pack, so that an entry from before areas had codes is still the same entry.
    area_code: str | None = field(default=None, compare=False)
    owner: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    part_of: int | None = None

    @property
    def holds_from(self) -> date:
        """The first day on which the entry holds: the end of its span, or the day it was stated, if earlier."""
        return min(self.span.last, self.stated_on or self.span.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry(NewLedgerEntry):
    """A kept entry; `quantity` is in the kind's unit.

    One that `voids` another says only that the other does not hold, and why (`source`); one that `replaces` another
    stands in its place. `batch` is the import that brought it.
    """

    id: int
    unit: str
    recorded_at_us: int
    recorded_by: str
    voids: int | None = None
    voided_by: int | None = None
    replaces: int | None = None
    batch: int | None = None

    @classmethod
    def of(
        cls,
        new: NewLedgerEntry,
        *,
        id: int,  # noqa: A002 - the field's own name
        recorded_at_us: int,
        recorded_by: str,
        voids: int | None = None,
        voided_by: int | None = None,
        replaces: int | None = None,
        batch: int | None = None,
    ) -> Self:
        """`new` as it was kept."""
        content = {one.name: getattr(new, one.name) for one in fields(NewLedgerEntry)}
        return cls(
            **content,
            id=id,
            recorded_at_us=recorded_at_us,
            recorded_by=recorded_by,
            voids=voids,
            voided_by=voided_by,
            replaces=replaces,
            batch=batch,
        )

    @property
    def ref(self) -> str:
        return f"ledger:{self.id}"

    @property
    def as_of(self) -> date | None:
        """The day of an entry that speaks of a single one."""
        return self.span.first if self.span.first == self.span.last else None

    @property
    def period_start(self) -> date | None:
        return None if self.as_of else self.span.first

    @property
    def period_end(self) -> date | None:
        return None if self.as_of else self.span.last


def checked(entry: NewLedgerEntry, pack: CityPack) -> NewLedgerEntry:
    """The entry as it is kept, its quantity in the kind's unit; raises `InvalidEntry`, naming the field."""
    kind = pack.kind(entry.kind)
    for name, zh, text in (("area", "区域", entry.area), ("source", "来源", entry.source)):
        if not text.strip():
            raise InvalidEntry(f"{name}: must not be empty", f"{zh}必填")
    if entry.subject is not None and not entry.subject.strip():
        raise InvalidEntry("subject: leave it out or name the subject; a blank names nobody", "名称不能只有空格")
    entry = replace(entry, unit=kind.unit, quantity=_in_unit_of(kind, entry, pack))
    entry = _checked_subjects(entry) if kind.counts == "subjects" else _checked_quantity(entry, kind)
    return _checked_details(_placed(entry, kind, pack), kind, pack)


def _placed(entry: NewLedgerEntry, kind: KindText, pack: CityPack) -> NewLedgerEntry:
    try:
        place = pack.areas.place(entry.area, only_known=kind.known_area)
    except BadValue as error:
        raise InvalidEntry(f"area: {error.en}", f"区域:{error.zh}") from error
    return replace(entry, area=place.name, area_code=place.code)


def _checked_details(entry: NewLedgerEntry, kind: KindText, pack: CityPack) -> NewLedgerEntry:
    if entry.holds_until is not None and entry.holds_until < entry.span.last:
        raise InvalidEntry(
            f"holds_until: {entry.holds_until} comes before {entry.span.last}, which the entry speaks of",
            f"终止日期({entry.holds_until})早于记录所述的日期({entry.span.last})",
        )
    named = entry.subject is not None or not kind.lists
    found, faults = field_faults(kind, entry.fields, quantity=entry.quantity, is_named=named)
    faults += place_faults(kind, entry.longitude, entry.latitude, pack.city.bounds)
    if faults:
        raise InvalidEntry("; ".join(f"{one.field}: {one.en}" for one in faults), ";".join(one.zh for one in faults))
    return replace(entry, fields=found)


def _in_unit_of(kind: KindText, entry: NewLedgerEntry, pack: CityPack) -> Decimal | None:
    if entry.quantity is None:
        return None
    unit = pack.units.named(entry.unit or kind.unit)
    # A measure word such as 家 stands for the kind's own unit.
    if unit is None and entry.unit == kind.unit_zh:
        unit = pack.units.named(kind.unit)
    if unit is None or (unit.base or unit.id) != kind.unit:
        raise InvalidEntry(
            f"unit: {entry.unit!r} does not fit the kind {kind.id!r}, which is kept in {kind.unit!r}",
            f"单位{entry.unit}不适用于“{kind.name_zh}”",
        )
    if not entry.quantity.is_finite() or entry.quantity < 0:
        raise InvalidEntry(
            f"quantity: must be a number of 0 or more, not {entry.quantity}", f"数量不能为负数({entry.quantity})"
        )
    quantity = pack.units.to_base(entry.quantity, unit)
    if quantity > LARGEST or quantity % _MILLIONTH != 0:
        raise InvalidEntry(
            f"quantity: {quantity:f} {kind.unit} is beyond what is kept: six decimals, at most {LARGEST}",
            "数量过大或小数超过六位",
        )
    return plain(quantity)


def _checked_subjects(entry: NewLedgerEntry) -> NewLedgerEntry:
    if entry.counting is Counting.BULK:
        if entry.subject is not None:
            raise InvalidEntry(
                "subject: an entry in bulk names nobody; record named subjects one by one",
                "批量数不填名称;有名称的请逐个登记",
            )
        if entry.quantity is None or entry.quantity != entry.quantity.to_integral_value():
            raise InvalidEntry("quantity: an entry in bulk says how many, as a whole number", "批量数的数量应为整数")
        return entry
    if entry.subject is None:
        raise InvalidEntry(
            "subject: an individual entry of this kind names its subject; or count in bulk",
            "逐个登记须填名称;没有名称的请按批量数登记",
        )
    if entry.quantity not in (None, 1):
        raise InvalidEntry(
            f"quantity: an individual entry stands for one subject, not for {entry.quantity}", "逐个登记的数量只能为1"
        )
    return replace(entry, quantity=Decimal(1))


def _checked_quantity(entry: NewLedgerEntry, kind: KindText) -> NewLedgerEntry:
    if kind.lists and entry.subject is not None and entry.quantity is None:
        return replace(entry, quantity=Decimal(1))
    if entry.quantity is None:
        raise InvalidEntry("quantity: an entry of this kind needs one", "数量必填")
    if kind.lists and entry.subject is not None and entry.quantity != 1:
        raise InvalidEntry(
            f"quantity: an entry that names one stands for one, not for {entry.quantity}", "逐个登记的数量只能为1"
        )
    return entry
