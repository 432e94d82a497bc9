"""The ledger's entries as the records that figures count, kept at hand as long as nothing comes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from millmark.region import records as as_record
from millmark.region.figure import Figure, RecordRef
from millmark.region.kept import Kept
from millmark.region.ledger import Ledger

ByTopic = Mapping[tuple[str, str], Sequence[tuple[int, RecordRef]]]
"""Records by the book and topic that a query asks for, each with its place among all of them."""


def by_topic(records: Iterable[RecordRef], *, first: int = 0) -> ByTopic:
    """Groups records; their places count from `first`."""
    found: dict[tuple[str, str], list[tuple[int, RecordRef]]] = {}
    for place, record in enumerate(records, first):
        found.setdefault((record.kind, record.topic), []).append((place, record))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """What of the ledger holds on a day. `figures` keeps those that were made of it alone: they hold as long as it."""

    records: tuple[RecordRef, ...]
    grouped: ByTopic
    figures: dict[str, Figure] = field(default_factory=dict)


class LedgerRecords:
    """Reads each entry once and, for each day asked for, which of them stand: entries are only ever added, so their
    number says whether anything came in."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._records: dict[int, RecordRef] = {}
        self._standing: Kept[tuple[date, int | None], Standing] = Kept()

    def standing_records(self, as_of: date, known_at_us: int | None = None) -> tuple[RecordRef, ...]:
        """The records that hold on a day, as known at a moment (now); parts of what is counted in bulk are left out."""
        return self.standing(as_of, known_at_us).records

    def standing(self, as_of: date, known_at_us: int | None = None) -> Standing:
        """The same records, by topic too."""
        return self._standing.get(self._ledger.version(), (as_of, known_at_us), lambda: self._made(as_of, known_at_us))

    def _made(self, as_of: date, known_at_us: int | None) -> Standing:
        ids = self._ledger.standing_ids(as_of, known_at_us)
        self._keep([one for one in ids if one not in self._records])
        records = tuple(self._records[one] for one in ids if one in self._records)
        return Standing(records, by_topic(records))

    def _keep(self, ids: Sequence[int]) -> None:
        kinds = self._ledger.pack.kinds
        # An entry of a kind that a later pack no longer has stays in the ledger; no figure can ask for it.
        self._records |= {
            one.id: as_record.of_entry(one, kinds[one.kind]) for one in self._ledger.some(ids) if one.kind in kinds
        }
