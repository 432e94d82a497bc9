"""The city's ledger: append-only entries; a correction voids one entry and adds another."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Literal

from pydantic import Field

from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import ExactNumber, Shape, TimeUs


class LedgerEntryView(Shape):
    """Either `as_of` or both `period_start` and `period_end` say what time the entry speaks of."""

    id: int
    kind: str
    area: str
    period_start: calendar_date | None
    period_end: calendar_date | None
    as_of: calendar_date | None
    quantity: ExactNumber | None
    unit: str
    subject: str | None
    counting: Literal["individual", "bulk"]
    qualifier: Literal["exact", "at_least"]
    source: str
    grade: GradeName
    placeholder: bool
    recorded_at_us: TimeUs
    recorded_by: str
    voids: int | None
    voided_by: int | None


class LedgerList(Shape):
    entries: list[LedgerEntryView]


class NewLedgerEntry(Shape):
    """`date` for a moment, or `period_start` and `period_end` (both included) for a span.

    `stated_on` is the day of the document that says so, where it comes before the end of the span.
    """

    kind: str = Field(min_length=1, max_length=64)
    area: str = Field(min_length=1, max_length=64)
    quantity: ExactNumber | None = None
    unit: str | None = Field(default=None, max_length=32, description="The kind's own unit, if not given.")
    subject: str | None = Field(default=None, min_length=1, max_length=200)
    date: calendar_date | None = None
    period_start: calendar_date | None = None
    period_end: calendar_date | None = None
    stated_on: calendar_date | None = None
    counting: Literal["individual", "bulk"] = "individual"
    qualifier: Literal["exact", "at_least"] = "exact"
    source: str = Field(min_length=1, max_length=500)
    grade: GradeName = "document_backed"


class KindView(Shape):
    """What an entry can be about; `subjects` are counted one by one, `quantity` is summed in `unit`."""

    id: str
    name_zh: str
    name_en: str
    counts: Literal["quantity", "subjects"]
    unit: str


class KindList(Shape):
    kinds: list[KindView]


class VoidLedgerEntry(Shape):
    source: str = Field(min_length=1, max_length=500, description="Why the entry is void: the document that says so.")
