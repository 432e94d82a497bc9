"""Who reads a file for what they have to do with the object that refers to it."""

from __future__ import annotations

from sqlalchemy import select

from millmark.programmes.documents.tables import FileUseRow
from millmark.programmes.life.tables import ReviewRow
from millmark.registry import Database

_OFF_THE_CASE = ("declined", "withdrawn", "conflicted", "recused", "cancelled")


class FileReaders:
    """Asks the database, each time anew: an assignment may end."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_assigned(self, reviewer: str, file_id: str) -> bool:
        """Whether a file belongs to an application that a reviewer has to review."""
        assigned = (
            select(FileUseRow.id)
            .join(ReviewRow, ReviewRow.application_id == FileUseRow.object_id)
            .where(FileUseRow.file_id == file_id, FileUseRow.object_kind == "application")
            .where(ReviewRow.reviewer == reviewer, ReviewRow.state.not_in(_OFF_THE_CASE))
            .limit(1)
        )
        with self._database.reading() as session:
            return session.scalar(assigned) is not None
