"""A figure, and the records that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from millmark.programmes import Counting, DateSpan, Grade

RecordSource = Literal[
    "ledger", "watch", "investment", "event", "proposal", "recommendation", "recognition", "award", "decision", "claim"
]
"""The book that a record is kept in, as its reference begins."""


class FigureQualifier(StrEnum):
    """How a figure's value is to be read.

    `named_examples_only`: the source names examples and no total, so the value counts those names. `range`: the records
    differ, the value lies between `low` and `high`.
    """

    EXACT = "exact"
    AT_LEAST = "at_least"
    NAMED_EXAMPLES_ONLY = "named_examples_only"
    RANGE = "range"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRef:
    """One record behind a figure, whichever book it is kept in.

    `quantity` is what the record adds to a total, in `unit`; `count` how many subjects it stands for; `each` an award's
    amount for one subject. A claim has `numerator` and `denominator`. `identity` tells subjects apart: what bears the
    same one counts once. `holds_from` is the first day on which the record holds. `recovered` is what was paid back of
    an award's money, which stays counted as it was granted; CNY.
    """

    ref: str
    kind: RecordSource
    topic: str
    title_zh: str
    title_en: str
    area: str
    span: DateSpan
    holds_from: date
    source: str
    grade: Grade
    subject: str | None = None
    identity: str | None = None
    counting: Counting = Counting.INDIVIDUAL
    quantity: Decimal | None = None
    unit: str = "1"
    count: Decimal = Decimal(1)
    each: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    at_least: bool = False
    placeholder: bool = False
    demonstration: bool = False
    claim_id: str | None = None
    recovered: Decimal | None = None

    @property
    def date(self) -> str:
        """What time the record speaks of, e.g. `2023-07-26`, `2023-04` or `2023-H1`."""
        return str(self.span)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What a figure was on a day, as known when it was asked for."""

    as_of: date
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure as it comes out of its query.

    `value` is exact and in `unit`; None where no record speaks of it, and for a range. `grade` is that of the weakest
    record, None without records. `as_of` is the day asked for; `period` the days that the definition fixes, if any;
    `latest` the last day that a record speaks of. `notes` say what a reader must know, such as demonstration data.
    """

    id: str
    section: str
    subject_zh: str
    subject_en: str
    definition_zh: str
    definition_en: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    unit_zh: str
    qualifier: FigureQualifier
    as_of: date
    period: DateSpan | None
    latest: date | None
    grade: Grade | None
    records: tuple[RecordRef, ...]
    demonstration: bool
    notes_zh: tuple[str, ...]
    notes_en: tuple[str, ...]
