"""This part's tables. Rows of places and sites are only added and ended: a correction ends one and adds another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class DemandPlaceRow(Base):
    """`holds` is the place's number while the row stands, so that a number stands once; null once it has ended."""

    __tablename__ = "demand_places"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64), index=True)
    holds: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    area_class: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(String(6), index=True)
    weight: Mapped[int] = mapped_column(BigInteger)
    # Millionths of a degree, WGS84.
    longitude_e6: Mapped[int]
    latitude_e6: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    placeholder: Mapped[bool]
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    ended_by: Mapped[str | None] = mapped_column(String(100))
    ended_at_us: Mapped[int | None] = mapped_column(BigInteger)
    end_reason: Mapped[str | None] = mapped_column(Text)


class CandidateSiteRow(Base):
    """A place where a station could be built, what that would cost and with which bands."""

    __tablename__ = "candidate_sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64), index=True)
    holds: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str] = mapped_column(String(6), index=True)
    cost_fen: Mapped[int] = mapped_column(BigInteger)
    bands: Mapped[str] = mapped_column(String(100))
    # Decimetres over ground; null where the area class says it.
    height_dm: Mapped[int | None]
    longitude_e6: Mapped[int]
    latitude_e6: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    placeholder: Mapped[bool]
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    ended_by: Mapped[str | None] = mapped_column(String(100))
    ended_at_us: Mapped[int | None] = mapped_column(BigInteger)
    end_reason: Mapped[str | None] = mapped_column(Text)


class CoverageParametersRow(Base):
    """A version of the parameters; the latest one counts."""

    __tablename__ = "coverage_parameters"

    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)


class CoveragePlanRow(Base):
    """A plan: what was asked, from which inputs, how far the solver is, and what came of it."""

    __tablename__ = "coverage_plans"
    __table_args__ = (Index("ix_coverage_plans_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16))
    # The county that the plan is for; null for the whole city.
    area_code: Mapped[str | None] = mapped_column(String(6))
    order: Mapped[dict[str, Any]] = mapped_column("asked", JSON)
    parameters_id: Mapped[int | None] = mapped_column(ForeignKey("coverage_parameters.id"))
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    inputs_digest: Mapped[str] = mapped_column(String(64))
    progress: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    asked_by: Mapped[str] = mapped_column(String(100))
    asked_at_us: Mapped[int] = mapped_column(BigInteger)
    started_at_us: Mapped[int | None] = mapped_column(BigInteger)
    finished_at_us: Mapped[int | None] = mapped_column(BigInteger)
    cancelled_by: Mapped[str | None] = mapped_column(String(100))


class DataCentreScenarioRow(Base):
    """A version of a growth scenario of a data centre; the latest one of a name counts."""

    __tablename__ = "data_centre_scenarios"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)
