"""What a device says of a series beside its type and unit: the latest word, kept as it was said."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.registry.records import JsonValue
from millmark.registry.tables import DeclaredPropertiesRow

_AT_ONCE = 1_000


def declare(session: Session, said: Mapping[int, Mapping[str, JsonValue]], *, now_us: int) -> None:
    """By series id; what was said before of these series is replaced, and kept where it is the same."""
    known: dict[int, DeclaredPropertiesRow] = {}
    wanted = sorted(said)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        query = select(DeclaredPropertiesRow).where(DeclaredPropertiesRow.series_id.in_(some))
        known.update((row.series_id, row) for row in session.scalars(query))
    for series_id, properties in said.items():
        row = known.get(series_id)
        if row is None:
            session.add(DeclaredPropertiesRow(series_id=series_id, properties=dict(properties), declared_us=now_us))
        elif row.properties != properties:
            row.properties, row.declared_us = dict(properties), now_us


def declared(session: Session, series_id: int) -> Mapping[str, JsonValue]:
    row = session.get(DeclaredPropertiesRow, series_id)
    return {} if row is None else row.properties
