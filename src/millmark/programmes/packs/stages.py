"""The file `stages.toml`: the stages of a call with their dates, the documents they ask for, and quotas."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from millmark.programmes.pack import Slug
from millmark.programmes.packs.labels import Labelled, PackFile


class StageKind(StrEnum):
    """The stages of a programme's life, in their order."""

    APPLICATION = "application"
    COMPLETENESS = "completeness"
    RECOMMENDATION = "recommendation"
    REVIEW = "review"
    PUBLICITY = "publicity"
    RECOGNITION = "recognition"
    AWARD = "award"
    EXECUTION = "execution"
    ACCEPTANCE = "acceptance"
    FOLLOW_UP = "follow_up"


class Stage(Labelled):
    """A stage. The policy may fix dates (both included), or a length, or a time limit counted from the end of another
    stage (`after`) in days or months."""

    id: str = Slug
    kind: StageKind
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    opens_on: date | None = None
    closes_on: date | None = None
    lasts_days: int | None = Field(default=None, ge=1)
    after: str | None = None
    within_days: int | None = Field(default=None, ge=1)
    within_months: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.opens_on is not None and self.closes_on is not None and self.closes_on < self.opens_on:
            raise ValueError(f"stage {self.id!r} must not close ({self.closes_on}) before it opens ({self.opens_on})")
        return self


class RequiredDocument(Labelled):
    """A document asked for in a stage; `media_types` are the accepted ones, `max_megabytes` the largest size."""

    id: str = Slug
    stage: str
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    required: bool = True
    media_types: tuple[str, ...] = (
        "application/pdf",
        "image/jpeg",
        "image/png",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    max_megabytes: int = Field(default=20, ge=1, le=500)


class Quota(Labelled):
    """How many an area may recommend, for a level when one is given; the texts say for whom it holds."""

    id: str = Slug
    level: int | None = Field(default=None, ge=1, le=9)
    for_zh: str = Field(min_length=1)
    for_en: str = Field(min_length=1)
    at_most: int = Field(ge=0)


class StagesFile(PackFile):
    """The file `stages.toml`."""

    stages: tuple[Stage, ...] = Field(min_length=1)
    documents: tuple[RequiredDocument, ...] = ()
    quotas: tuple[Quota, ...] = ()
