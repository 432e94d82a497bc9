"""Content that is kept version by version: saving adds a version, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import JSON, BigInteger, String, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from millmark.programmes.life import Actor
from millmark.programmes.life.steps import Living
from millmark.programmes.toml_file import Frozen

ContentT = TypeVar("ContentT", bound=Frozen)


class ContentVersion:
    """Columns of a table of versions; its `owner_id` is the object's, unique together with `version`."""

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Any
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at_us: Mapped[int] = mapped_column(BigInteger)
    saved_by: Mapped[str] = mapped_column(String(100))


def add_version(
    session: Session, table: type[ContentVersion], row: Living, content: Frozen, actor: Actor, *, at_us: int
) -> None:
    """Keeps the content of the version that `row` is now at."""
    values = {
        "owner_id": row.id,
        "version": row.version,
        "content": content.model_dump(mode="json"),
        "saved_at_us": at_us,
        "saved_by": actor.name,
    }
    session.add(table(**values))
    session.flush()


def content_of(session: Session, table: type[ContentVersion], model: type[ContentT], row: Living) -> ContentT:
    """The content that holds."""
    return contents_of(session, table, model, [row])[row.id]


def contents_of(
    session: Session, table: type[ContentVersion], model: type[ContentT], rows: Collection[Living]
) -> dict[int, ContentT]:
    """The content that holds of each, by id."""
    found: dict[int, ContentT] = {}
    keys = [(row.id, row.version) for row in rows]
    for start in range(0, len(keys), 400):
        query = select(table.owner_id, table.content).where(
            tuple_(table.owner_id, table.version).in_(keys[start : start + 400])
        )
        found |= {owner: model.model_validate(content) for owner, content in session.execute(query)}
    return found
