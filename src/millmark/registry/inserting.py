"""Inserting what another process may insert at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from millmark.registry.orm import Base


def insert_missing(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Inserts the rows that break no unique constraint and leaves the others as they stand.

    Two processes that insert the same row both succeed, and both then read the one that is there: PostgreSQL lets the
    second wait for the first; SQLite has one writer at a time anyway.
    """
    if not rows:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))
