"""Freezing: a written reply as the plain data that is signed, and that data read back.

The frozen form is JSON in canonical order (RFC 8785), so that its SHA-256 is the same wherever it is computed. It holds
every word, and of every figure the value, the day it speaks of, when it was known, the references of its records with
a digest of what they said, and the grade of the evidence. It holds no name of a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from millmark.region import Figure, RecordRef
from millmark.reports.filling import Segment
from millmark.reports.replies.content import BlockKind
from millmark.reports.replies.writing import Written

FORMAT = "millmark-reply/1"


@dataclass(frozen=True, slots=True)
class Heading:
    """What a reply says of itself beside its text."""

    kind: str
    session: str
    number: str
    proposal_title: str
    round: int
    language: str
    issuer_zh: str
    issuer_en: str
    written_on: date
    reply_class: str | None
    class_name_zh: str | None
    class_name_en: str | None


@dataclass(frozen=True, slots=True)
class FrozenFigure:
    """A figure as it was signed. `records_sha256` is over what its records said then; `shown` how it stands in the
    text."""

    id: str
    subject_zh: str
    subject_en: str
    definition_zh: str
    definition_en: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    unit_zh: str
    qualifier: str
    as_of: date
    period: str | None
    known_at_us: int
    grade: str | None
    demonstration: bool
    records: tuple[str, ...]
    records_sha256: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrozenBlock:
    kind: BlockKind
    segments: tuple[Segment, ...]
    owner: str | None
    department: str | None
    due_on: date | None
    placeholder: bool

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class FrozenReply:
    """A signed reply read back from its data."""

    heading: Heading
    title: str
    salutation: str
    as_of: date
    known_at_us: int
    blocks: tuple[FrozenBlock, ...]
    figures: tuple[FrozenFigure, ...]

    @property
    def text(self) -> str:
        """Salutation and blocks, one a line."""
        return "\n".join([self.salutation, *(block.text for block in self.blocks)])


def freeze(written: Written, heading: Heading, *, known_at_us: int) -> dict[str, Any]:
    """The reply as plain data; what stands in it is never looked up again."""
    return {
        "format": FORMAT,
        "heading": {
            "kind": heading.kind,
            "session": heading.session,
            "number": heading.number,
            "proposal_title": heading.proposal_title,
            "round": heading.round,
            "language": heading.language,
            "issuer_zh": heading.issuer_zh,
            "issuer_en": heading.issuer_en,
            "written_on": heading.written_on.isoformat(),
            "reply_class": heading.reply_class,
            "class_name_zh": heading.class_name_zh,
            "class_name_en": heading.class_name_en,
        },
        "title": written.title,
        "salutation": written.salutation,
        "as_of": written.as_of.isoformat(),
        # As text: canonical JSON keeps whole numbers up to 2^53 alone.
        "known_at_us": str(known_at_us),
        "blocks": [
            {
                "kind": block.kind,
                "segments": [{"text": one.text, "figure": one.figure_id} for one in block.segments],
                "owner": block.owner,
                "department": block.department,
                "due_on": None if block.due_on is None else block.due_on.isoformat(),
                "placeholder": block.placeholder,
            }
            for block in written.blocks
        ],
        "figures": [_frozen_figure(one.figure, one.shown, known_at_us) for one in written.figures],
    }


def digest(frozen: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(canonical(frozen)).hexdigest()


def canonical(frozen: Mapping[str, Any]) -> bytes:
    import rfc8785

    return bytes(rfc8785.dumps(json.loads(json.dumps(dict(frozen)))))


def thaw(frozen: Mapping[str, Any]) -> FrozenReply:
    """The data as a reply again."""
    heading = frozen["heading"]
    return FrozenReply(
        heading=Heading(**{**heading, "written_on": date.fromisoformat(heading["written_on"])}),
        title=frozen["title"],
        salutation=frozen["salutation"],
        as_of=date.fromisoformat(frozen["as_of"]),
        known_at_us=int(frozen["known_at_us"]),
        blocks=tuple(
            FrozenBlock(
                kind=block["kind"],
                segments=tuple(Segment(one["text"], one["figure"]) for one in block["segments"]),
                owner=block["owner"],
                department=block["department"],
                due_on=None if block["due_on"] is None else date.fromisoformat(block["due_on"]),
                placeholder=block["placeholder"],
            )
            for block in frozen["blocks"]
        ),
        figures=tuple(_thawed(figure) for figure in frozen["figures"]),
    )


def records_digest(records: Sequence[RecordRef]) -> str:
    """SHA-256 over what the records say, whatever their order."""
    said = sorted((_said(record) for record in records), key=lambda one: str(one["ref"]))
    return hashlib.sha256(canonical({"records": said})).hexdigest()


def _said(record: RecordRef) -> dict[str, str | bool | None]:
    return {
        "ref": record.ref,
        "topic": record.topic,
        "subject": record.subject,
        "area": record.area,
        "span": str(record.span),
        "quantity": _text(record.quantity),
        "count": _text(record.count),
        "each": _text(record.each),
        "numerator": _text(record.numerator),
        "denominator": _text(record.denominator),
        "unit": record.unit,
        "grade": record.grade.value,
        "source": record.source,
        "at_least": record.at_least,
    }


def _frozen_figure(figure: Figure, shown: Sequence[str], known_at_us: int) -> dict[str, Any]:
    return {
        "id": figure.id,
        "subject_zh": figure.subject_zh,
        "subject_en": figure.subject_en,
        "definition_zh": figure.definition_zh,
        "definition_en": figure.definition_en,
        "value": _text(figure.value),
        "low": _text(figure.low),
        "high": _text(figure.high),
        "unit": figure.unit,
        "unit_zh": figure.unit_zh,
        "qualifier": figure.qualifier.value,
        "as_of": figure.as_of.isoformat(),
        "period": None if figure.period is None else str(figure.period),
        "known_at_us": str(known_at_us),
        "grade": None if figure.grade is None else figure.grade.value,
        "demonstration": figure.demonstration,
        "records": [record.ref for record in figure.records],
        "records_sha256": records_digest(figure.records),
        "shown": list(shown),
    }


def _thawed(figure: Mapping[str, Any]) -> FrozenFigure:
    numbers = {name: None if figure[name] is None else Decimal(figure[name]) for name in ("value", "low", "high")}
    return FrozenFigure(
        **{
            **figure,
            **numbers,
            "as_of": date.fromisoformat(figure["as_of"]),
            "known_at_us": int(figure["known_at_us"]),
            "records": tuple(figure["records"]),
            "shown": tuple(figure["shown"]),
        }
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
