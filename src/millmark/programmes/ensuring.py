"""The programmes that packs and imports name, added once."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.errors import RecordConflict
from millmark.programmes.pack import ProgrammeText
from millmark.programmes.tables import ProgrammeRow


def ensure_programme(session: Session, text: ProgrammeText, *, now_us: int) -> int:
    """The id of the programme with the text's slug, added when missing; raises `RecordConflict` when it differs."""
    row = session.scalar(select(ProgrammeRow).where(ProgrammeRow.slug == text.slug))
    if row is None:
        row = ProgrammeRow(
            slug=text.slug,
            name_zh=text.name_zh,
            name_en=text.name_en,
            level=text.level,
            is_demonstration=text.is_demonstration,
            recorded_at_us=now_us,
        )
        session.add(row)
        session.flush()
    kept = (row.name_zh, row.level, row.is_demonstration)
    if kept != (text.name_zh, text.level, text.is_demonstration):
        raise RecordConflict(
            f"programme {text.slug!r} is already kept as {row.name_zh} ({row.level}); use another slug"
        )
    return row.id
