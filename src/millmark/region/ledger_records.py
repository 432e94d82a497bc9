"""The ledger's entries as the records that figures count, kept at hand as long as nothing comes in."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from threading import Lock

from millmark.region import records as as_record
from millmark.region.figure import RecordRef
from millmark.region.ledger import Ledger

_MOST_DAYS = 16

_Key = tuple[tuple[int, int], date, int | None]


class LedgerRecords:
    """Reads the ledger once for each day asked for: entries are only ever added, so their number says all."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read: OrderedDict[_Key, tuple[RecordRef, ...]] = OrderedDict()
        self._lock = Lock()

    def standing_records(self, as_of: date, known_at_us: int | None = None) -> tuple[RecordRef, ...]:
        """The records that hold on a day, as known at a moment (now); parts of what is counted in bulk are left out."""
        key = (self._ledger.version(), as_of, known_at_us)
        with self._lock:
            if key in self._read:
                self._read.move_to_end(key)
                return self._read[key]
        kinds = self._ledger.pack.kinds
        standing = self._ledger.standing(as_of, known_at_us, counted=True)
        # An entry of a kind that a later pack no longer has stays in the ledger; no figure can ask for it.
        found = tuple(as_record.of_entry(one, kinds[one.kind]) for one in standing if one.kind in kinds)
        with self._lock:
            self._read[key] = found
            while len(self._read) > _MOST_DAYS:
                self._read.popitem(last=False)
        return found
