"""The file `vectors.toml`: what the pack must answer to given cases."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from pydantic import Field, StrictBool, model_validator

from millmark.programmes.grade import Grade
from millmark.programmes.pack import Outcome, VectorClaim
from millmark.programmes.packs.labels import PackFile
from millmark.programmes.toml_file import Frozen

FactValue = StrictBool | Decimal | str | tuple[str, ...]
"""A fact as a vector or an enterprise gives it; dates as YYYY-MM-DD."""


class ItemAnswer(Frozen):
    """One option (also: the band), several options, or the two numbers that a band is found from."""

    option: str | None = None
    options: tuple[str, ...] | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        numbers = (self.numerator is not None, self.denominator is not None)
        if numbers[0] != numbers[1] or sum((self.option is not None, self.options is not None, numbers[0])) != 1:
            raise ValueError("an answer is either option, or options, or numerator with denominator")
        return self


class CaseAnswers(Frozen):
    """Answers in the form that assessments keep: items by id, levels of scenarios, degrees of requirements."""

    items: dict[str, ItemAnswer] = Field(default_factory=dict)
    scenarios: dict[str, int] = Field(default_factory=dict)
    requirements: dict[str, str] = Field(default_factory=dict)


class AwardCase(Frozen):
    """What an award is computed from: the level after the project, cost in yuan by category, other support received."""

    level: int | None = None
    costs_yuan: dict[str, Decimal] = Field(default_factory=dict)
    other_support_yuan: Decimal = Decimal(0)
    awarded_programmes: tuple[str, ...] = ()


class Expected(Frozen):
    """What must come out; what is not given is not compared.

    `level` 0 means that no level is reached; `points` are points of branches and items by id; `outcomes` are those of
    conditions and eligibility by id; `classes` the numbers of the classes whose conditions are all met; `outcome` and
    `reasons` are those of all conditions together.
    """

    score: Decimal | None = None
    level: int | None = None
    points: dict[str, Decimal] = Field(default_factory=dict)
    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    classes: tuple[int, ...] | None = None
    outcome: Outcome | None = None
    grade: Grade | None = None
    reasons: tuple[str, ...] | None = None
    eligible: bool | None = None
    award_yuan: Decimal | None = None


class Vector(Frozen):
    """One case. `levels` are levels of assessment packs by `id/edition`, `judgements` the answers of people."""

    name: str = Field(min_length=1)
    variant: str | None = None
    answers: CaseAnswers | None = None
    facts: dict[str, FactValue] = Field(default_factory=dict)
    fact_grade: Grade = Grade.SELF_REPORTED
    claims: tuple[VectorClaim, ...] = ()
    documents: tuple[str, ...] = ()
    recognitions: tuple[str, ...] = ()
    levels: dict[str, int] = Field(default_factory=dict)
    judgements: dict[str, bool] = Field(default_factory=dict)
    award: AwardCase | None = None
    expect: Expected


class VectorsFile(PackFile):
    """The file `vectors.toml`."""

    vectors: tuple[Vector, ...] = Field(min_length=1)
