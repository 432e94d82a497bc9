"""What the public is shown of a figure: the number and where it comes from, never who stands behind a single record."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import rfc8785

from millmark.programmes import Grade
from millmark.region.figure import Figure, RecordRef, TrendPoint

OF_ENTERPRISES: Final = frozenset({"claim", "decision"})
"""Records that tell of what a single enterprise measured or was told: whose they are is not."""


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many records of a grade a document or book brought."""

    source: str
    book: str
    grade: Grade
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """A figure as it was made public.

    `records_sha256` is the digest of the references that it was computed from, in their order: whoever may open them
    can see that they are the same. `digest` covers all of the content and the digest of the version before.
    """

    id: int
    figure_id: str
    version: int
    section: str
    subject_zh: str
    subject_en: str
    definition_zh: str
    definition_en: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit_zh: str
    unit_en: str
    qualifier: str
    as_of: date
    grade: Grade | None
    sources: tuple[SourceCount, ...]
    trend: tuple[TrendPoint, ...]
    records: int
    records_sha256: str
    demonstration: bool
    note_zh: str
    note_en: str
    digest: str
    published_at_us: int
    published_by: str
    withdrawn_at_us: int | None = None
    withdrawn_reason: str | None = None


def content_of(figure: Figure, trend: Sequence[TrendPoint], *, note_zh: str, note_en: str) -> dict[str, Any]:
    """The figure as JSON that is kept, decimals as text."""
    return {
        "section": figure.section,
        "subject_zh": figure.subject_zh,
        "subject_en": figure.subject_en,
        "definition_zh": figure.definition_zh,
        "definition_en": figure.definition_en,
        "value": _text(figure.value),
        "low": _text(figure.low),
        "high": _text(figure.high),
        "unit_zh": figure.unit_zh,
        "unit_en": figure.unit,
        "qualifier": figure.qualifier.value,
        "grade": None if figure.grade is None else figure.grade.value,
        "sources": [
            {"source": one.source, "book": one.book, "grade": one.grade.value, "records": one.records}
            for one in sources_of(figure.records)
        ],
        "trend": [{"as_of": point.as_of.isoformat(), "value": _text(point.value)} for point in trend],
        "records": len(figure.records),
        "records_sha256": records_digest(figure.records),
        "demonstration": figure.demonstration,
        "note_zh": note_zh,
        "note_en": note_en,
    }


def sources_of(records: Iterable[RecordRef]) -> list[SourceCount]:
    """The documents behind a figure. A claim's own source names its asset, so claims are told as their book alone."""
    counted = Counter(
        ("" if record.kind in OF_ENTERPRISES else record.source, record.kind, record.grade) for record in records
    )
    return [SourceCount(source, book, grade, number) for (source, book, grade), number in counted.items()]


def records_digest(records: Iterable[RecordRef]) -> str:
    """SHA-256 over the references, one a line, in hexadecimal."""
    return hashlib.sha256("".join(f"{record.ref}\n" for record in records).encode()).hexdigest()


def digest_of(figure_id: str, version: int, as_of: date, content: Mapping[str, Any], previous: str) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of a version and the digest before it, in hexadecimal."""
    whole: dict[str, Any] = {
        "figure": figure_id,
        "version": version,
        "as_of": as_of.isoformat(),
        "content": dict(content),
        "previous": previous,
    }
    return hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
