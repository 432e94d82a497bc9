"""A record of the watch: a move of the above-scale roster, a key enterprise, a supported firm, a published sum."""

from __future__ import annotations

from dataclasses import dataclass, replace

from millmark.region import records as as_record
from millmark.region.catalogue import CityPack
from millmark.region.entry import LedgerEntry, NewLedgerEntry, checked
from millmark.region.errors import InvalidEntry
from millmark.region.figure import RecordRef
from millmark.region.watch.errors import InvalidRecord
from millmark.region.watch.industries import Industries

KEY_ENTERPRISE = "key-enterprise"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A record before it is kept: a fact, and whom it is about where that is an enterprise of the registry.

    `industry_code` has two to four digits of GB/T 4754.
    """

    fact: NewLedgerEntry
    enterprise_id: int | None = None
    industry_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRecord(NewRecord):
    """A kept record. One that `voids` another says that it never held; one that `ends` another, that it held until
    the day before."""

    id: int
    recorded_at_us: int
    recorded_by: str
    voids: int | None = None
    voided_by: int | None = None
    ends: int | None = None
    ended_by: int | None = None

    @property
    def ref(self) -> str:
        return f"watch:{self.id}"

    @property
    def identity(self) -> str | None:
        """What is the same for records about the same: the enterprise, or the name of one that is not registered."""
        return self.fact.subject if self.enterprise_id is None else f"enterprise:{self.enterprise_id}"


def checked_record(new: NewRecord, pack: CityPack, industries: Industries) -> NewRecord:
    """The record as it is kept; raises `InvalidRecord`, naming the field."""
    kind = pack.kinds.get(new.fact.kind)
    if kind is not None and kind.book != "watch":
        raise InvalidRecord(f"kind: facts of the kind {kind.id!r} are kept in the book {kind.book!r}; enter it there")
    try:
        fact = checked(new.fact, pack)
    except InvalidEntry as error:
        raise InvalidRecord(str(error)) from error
    code = None if new.industry_code is None else industries.digits(new.industry_code)
    return replace(new, fact=fact, industry_code=code)


def as_ref(record: NewRecord, number: int, pack: CityPack, *, demonstration: bool = False) -> RecordRef:
    """The record as figures see it; whoever is registered counts once under whatever name."""
    entry = LedgerEntry.of(record.fact, id=number, recorded_at_us=0, recorded_by="")
    seen = as_record.of_entry(entry, pack.kind(record.fact.kind))
    identity = seen.identity if record.enterprise_id is None else f"enterprise:{record.enterprise_id}"
    return replace(seen, ref=f"watch:{number}", kind="watch", identity=identity, demonstration=demonstration)
