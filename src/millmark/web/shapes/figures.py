"""The city's figures, and the records they are made of."""

from __future__ import annotations

from datetime import date
from typing import Literal

from millmark.web.shapes.shape import ExactNumber, Shape

GRADES = Literal["machine_proven", "document_backed", "self_reported"]


class FigureView(Shape):
    """`value` is null where nothing is known; `record_ids` are the records it was computed from."""

    id: str
    section: str
    subject_zh: str
    subject_en: str
    value: ExactNumber | None
    unit: str
    unit_zh: str
    qualifier: Literal["exact", "at_least"]
    as_of: date
    grade: GRADES
    record_count: int
    record_ids: list[str]


class FigureList(Shape):
    as_of: date
    figures: list[FigureView]


class RecordView(Shape):
    """One record behind a figure; `ref` is its portable id, e.g. `ledger:12` or `claim:<uuid>`."""

    ref: str
    kind: str
    title_zh: str
    title_en: str
    quantity: ExactNumber | None
    unit: str
    area: str
    date: str
    source: str
    grade: GRADES
    counting: Literal["individual", "bulk"]
    placeholder: bool
    claim_id: str | None


class FigureDetail(FigureView):
    definition_zh: str
    definition_en: str
    records: list[RecordView]
