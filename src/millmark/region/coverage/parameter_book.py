"""Versions of the parameters: the shipped ones until somebody saves others, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from millmark.region.coverage.errors import CoverageNotFound, InvalidParameters
from millmark.region.coverage.parameters import Parameters, checked
from millmark.region.coverage.tables import CoverageParametersRow
from millmark.registry import Database


@dataclass(frozen=True, slots=True)
class Version:
    """`id` is None for the parameters that came with the platform or the city's pack."""

    id: int | None
    parameters: Parameters
    reason: str
    saved_by: str
    saved_at_us: int | None


class ParameterBook:
    def __init__(self, database: Database, shipped: Parameters, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._shipped = Version(None, shipped, "", "", None)
        self._now_us = now_us

    def in_force(self) -> Version:
        query = select(CoverageParametersRow).order_by(CoverageParametersRow.id.desc()).limit(1)
        with self._database.reading() as session:
            row = session.scalars(query).one_or_none()
        return self._shipped if row is None else _version(row)

    def version(self, version_id: int | None) -> Version:
        """Raises `CoverageNotFound`."""
        if version_id is None:
            return self._shipped
        with self._database.reading() as session:
            row = session.get(CoverageParametersRow, version_id)
        if row is None:
            raise CoverageNotFound(f"there are no coverage parameters {version_id}")
        return _version(row)

    def versions(self) -> list[Version]:
        """The newest first, those that were shipped last."""
        query = select(CoverageParametersRow).order_by(CoverageParametersRow.id.desc())
        with self._database.reading() as session:
            return [*(_version(row) for row in session.scalars(query)), self._shipped]

    def save(self, parameters: Parameters, *, reason: str, saved_by: str) -> Version:
        """A new version, in force from now on; raises `InvalidParameters`."""
        if not reason.strip():
            raise InvalidParameters("reason: say why the parameters change")
        row = CoverageParametersRow(
            content=checked(parameters).model_dump(mode="json"),
            reason=reason.strip(),
            saved_by=saved_by,
            saved_at_us=self._now_us(),
        )
        with self._database.transaction() as session:
            session.add(row)
            session.flush()
            return _version(row)


def _version(row: CoverageParametersRow) -> Version:
    return Version(row.id, Parameters.model_validate(row.content), row.reason, row.saved_by, row.saved_at_us)
