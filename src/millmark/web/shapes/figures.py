"""The city's figures, and the records they are made of."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Literal, TypeAlias

from millmark.web.shapes.shape import ExactNumber, Shape, TimeUs

GradeName: TypeAlias = Literal["machine_proven", "document_backed", "self_reported"]


class DayRange(Shape):
    """Days of the city, both included."""

    first: calendar_date
    last: calendar_date


class FigureView(Shape):
    """A figure as it comes out of its query now, from `record_count` records; `record_ids` names them, where asked for.

    `value` is null where no record speaks of it, and for a range, which lies between `low` and `high`. With the
    qualifier `named_examples_only` it counts the names that the source gives as examples. `grade` is that of the
    weakest record, null without records. `period` is there when the figure speaks of fixed days; `latest` is the last
    day that a record speaks of. `demonstration` says that data of a fictional factory is in it.
    """

    id: str
    section: str
    subject_zh: str
    subject_en: str
    value: ExactNumber | None
    low: ExactNumber | None
    high: ExactNumber | None
    unit: str
    unit_zh: str
    qualifier: Literal["exact", "at_least", "named_examples_only", "range"]
    as_of: calendar_date
    period: DayRange | None
    latest: calendar_date | None
    grade: GradeName | None
    demonstration: bool
    notes_zh: list[str]
    notes_en: list[str]
    record_count: int
    record_ids: list[str] | None


class FigureList(Shape):
    """`known_at_us` is the moment by which the records were known; null for now."""

    as_of: calendar_date
    known_at_us: TimeUs | None
    figures: list[FigureView]


class RecordView(Shape):
    """One record behind a figure; `ref` is its id, e.g. `ledger:12` or `claim:<uuid>`; `date` the time it speaks of.

    A claim has `numerator` and `denominator` in place of a quantity. `hidden` is a record that names somebody outside
    the area of whoever asks: it counts as ever, its name, its source and its claim are left out. `recovered` is what
    came back of an award since, in yuan.
    """

    ref: str
    kind: Literal[
        "ledger",
        "watch",
        "investment",
        "event",
        "proposal",
        "recommendation",
        "recognition",
        "award",
        "decision",
        "claim",
    ]
    title_zh: str
    title_en: str
    quantity: ExactNumber | None
    unit: str
    numerator: ExactNumber | None
    denominator: ExactNumber | None
    area: str
    date: str
    source: str
    grade: GradeName
    counting: Literal["individual", "bulk"]
    placeholder: bool
    demonstration: bool
    claim_id: str | None
    recovered: ExactNumber | None
    hidden: bool


class FigureDetail(FigureView):
    """`records` are those from `offset` on, in the order of their books; `record_count` says how many there are.

    `ledger_kinds` are the kinds of ledger entries that the figure takes in; empty where other books feed it.
    """

    definition_zh: str
    definition_en: str
    known_at_us: TimeUs | None
    ledger_kinds: list[str]
    offset: int
    records: list[RecordView]
