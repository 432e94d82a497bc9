"""Trackings as facts and as records of figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from millmark.region import records as as_record
from millmark.region.catalogue import KindText
from millmark.region.entry import LedgerEntry, NewLedgerEntry
from millmark.region.figure import RecordRef

_FACT = TypeAdapter(NewLedgerEntry)


def fact_as_json(fact: NewLedgerEntry) -> dict[str, Any]:
    kept: dict[str, Any] = _FACT.dump_python(fact, mode="json")
    return kept


def fact_from_json(kept: dict[str, Any]) -> NewLedgerEntry:
    return _FACT.validate_python(kept)


def record_of(fact: NewLedgerEntry, number: int, kind: KindText) -> RecordRef:
    """The tracking as a record; `number` is its project's."""
    entry = LedgerEntry.of(fact, id=number, recorded_at_us=0, recorded_by="")
    return replace(as_record.of_entry(entry, kind), ref=f"investment:{number}", kind="investment")
