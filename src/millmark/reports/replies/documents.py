"""A signed reply as a Word file in the layout of official documents (GB/T 9704-2012), and as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from millmark.model.period import utc_datetime
from millmark.reports import wording
from millmark.reports.official.typesetting import typeset
from millmark.reports.official.word import Values, fill, properties
from millmark.reports.replies.freezing import FrozenReply
from millmark.reports.template import Language

TEMPLATES = Path(__file__).with_name("templates")
Form = Literal["docx", "pdf", "png"]

_GRADES = {
    "self_reported": ("自报", "self-reported"),
    "document_backed": ("材料佐证", "document-backed"),
    "machine_proven": ("机器可证", "machine-proven"),
}


def made_document(
    reply: FrozenReply,
    sha256: str,
    form: Form,
    *,
    made_at_us: int,
    document_number: str | None = None,
    openness: str | None = None,
    proposers: Sequence[str] = (),
) -> list[bytes]:
    """The file, or one picture a page. It depends on what was signed and on nothing else; `proposers` address the copy
    that goes to them, and no copy that is published. Raises `FontsMissing` for a PDF without Chinese fonts."""
    language: Language = "zh" if reply.heading.language == "zh" else "en"
    content = (TEMPLATES / f"reply.{language}.docx").read_bytes()
    values = _values(reply, language, document_number, openness, proposers)
    docx = properties(fill(content, values), reply.title, sha256)
    if form == "docx":
        return [docx]
    return typeset(
        docx,
        title=reply.title,
        language=language,
        sources=sha256,
        made_at=utc_datetime(made_at_us),
        form=form,
    )


def _values(
    reply: FrozenReply, language: Language, document_number: str | None, openness: str | None, proposers: Sequence[str]
) -> Values:
    zh = language == "zh"
    heading = reply.heading
    return {
        "mark": _mark(reply, zh=zh),
        "office": heading.issuer_zh if zh else heading.issuer_en,
        "number": document_number or "",
        "title": reply.title,
        "salutation": _salutation(reply.salutation, proposers, zh=zh),
        "blocks": [{"kind": block.kind, "text": block.text} for block in reply.blocks],
        "written_on": wording.day(heading.written_on, language),
        "openness": openness or "",
        "commitments": [
            {
                "no": str(number),
                "text": _short(block.text),
                "owner": block.owner or "",
                "due": "" if block.due_on is None else _day(block.due_on, language),
            }
            for number, block in enumerate((one for one in reply.blocks if one.kind == "promise"), 1)
        ],
        "sources": [
            {
                "no": one.id,
                "name": one.subject_zh if zh else one.subject_en,
                "text": "、".join(one.shown) if zh else ", ".join(one.shown),
                "as_of": one.period or one.as_of.isoformat(),
                "grade": "" if one.grade is None else _GRADES[one.grade][0 if zh else 1],
                "records": f"{len(one.records)}",
                "digest": one.records_sha256[:12],
            }
            for one in reply.figures
        ],
        "sha256": "",
    }


def _mark(reply: FrozenReply, *, zh: bool) -> str:
    """The class at the upper right of the first page."""
    mark = reply.heading.reply_class
    if mark is None:
        return ""
    return f"{mark}类" if zh else f"Class {mark}"


def _salutation(written: str, proposers: Sequence[str], *, zh: bool) -> str:
    if not proposers:
        return written
    return f"{'、'.join(proposers)}委员:" if zh else f"To {', '.join(proposers)}:"


def _short(text: str, most: int = 60) -> str:
    head = text.split("。", 1)[0]
    return head if len(head) <= most else head[: most - 1] + "…"


def _day(day: date, language: Language) -> str:
    return wording.day(day, language)
