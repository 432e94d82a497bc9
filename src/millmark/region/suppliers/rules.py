"""The supplier pool's rules, read from `pool.toml`: papers of an application, and how a year is evaluated."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from millmark.programmes.pack import Slug
from millmark.programmes.toml_file import Frozen, read_toml


class Side(StrEnum):
    """Who gives marks."""

    ENTERPRISE = "enterprise"
    OFFICE = "office"


class Named(Frozen):
    id: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class PoolText(Frozen):
    edition: str
    name_zh: str
    name_en: str
    confidence: str


class DocumentRule(Named):
    required: bool


class Criterion(Named):
    side: Side
    weight: int = Field(ge=1, le=100)


class GradeRule(Named):
    """The grade of a score of `min` or more out of 100; `follows` is what the office should do."""

    min: Decimal = Field(ge=0, le=100)
    follows: Literal["keep", "suspend", "remove"]


class EvaluationRule(Frozen):
    """How the sides' marks are weighed, and how many enterprises must have given theirs."""

    enterprise_share: int = Field(ge=0, le=100)
    office_share: int = Field(ge=0, le=100)
    enterprises_min: int = Field(ge=1)


class PoolRules(Frozen):
    """The file `pool.toml`."""

    pool: PoolText
    documents: tuple[DocumentRule, ...]
    evaluation: EvaluationRule
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    grades: tuple[GradeRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.evaluation.enterprise_share + self.evaluation.office_share != 100:
            raise ValueError("enterprise_share and office_share must come to 100")
        for side in Side:
            total = sum(one.weight for one in self.criteria if one.side is side)
            if total != 100:
                raise ValueError(f"the weights of the {side} come to {total}, not to 100")
        mins = [one.min for one in self.grades]
        if mins != sorted(mins, reverse=True) or mins[-1] != 0:
            raise ValueError("grades stand from the highest least mark down to 0")
        return self

    def of_side(self, side: Side) -> tuple[Criterion, ...]:
        return tuple(one for one in self.criteria if one.side is side)


def read_pool_rules(folder: Path) -> PoolRules:
    """Raises `InvalidPack`."""
    return read_toml(folder / "pool.toml", PoolRules)
