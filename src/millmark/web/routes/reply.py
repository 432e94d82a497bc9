"""The reply to a proposal, from live figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.reply import Paragraph, Reply, Segment

router = APIRouter(prefix="/reply", tags=["reply"])


@router.get("")
def reply(
    _who: Annotated[Principal, Depends(requires(Permission.READ_REPLY))],
    platform: Platform,
    language: Literal["zh", "en"] = "zh",
    as_of: date | None = None,
) -> Reply:
    """The report on the work, written now; every number is bound to its figure."""
    written = platform.replies.reply(language, as_of)
    return Reply(
        language=written.language,
        title=written.title,
        as_of=written.as_of,
        paragraphs=[
            Paragraph(segments=[Segment(text=one.text, figure_id=one.figure_id) for one in paragraph.segments])
            for paragraph in written.paragraphs
        ],
    )
