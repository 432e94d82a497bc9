"""The file `evidence.toml`: which measure of the machines proves what, and under which demands."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from millmark.programmes.pack import Slug
from millmark.programmes.packs.labels import Labelled, PackFile


class Answers(StrEnum):
    """How a claim answers what it is bound to.

    `ratio`: numerator / denominator x scale lies in one of the item's bands, or is the value of the fact. `numerator`,
    `denominator`: that number is the value of the fact. `supports`: a claim that holds shows that the scenario's level
    is in use.
    """

    RATIO = "ratio"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    SUPPORTS = "supports"


class Binding(Labelled):
    """One measure bound to an item, a fact, or a scenario's level (`scenario` with `level`)."""

    id: str = Slug
    item: str | None = None
    fact: str | None = None
    scenario: str | None = None
    level: int | None = Field(default=None, ge=1, le=9)
    measure: str = Field(min_length=1)
    formula_version: str = Field(min_length=1)
    answers: Answers
    scale: Decimal = Decimal(100)
    period_days_min: int = Field(ge=1)
    period_days_max: int | None = Field(default=None, ge=1)
    min_coverage: Decimal = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        targets = [name for name in ("item", "fact", "scenario") if getattr(self, name) is not None]
        if len(targets) != 1:
            found = " and ".join(targets) or "none"
            raise ValueError(f"binding {self.id!r} needs exactly one of item, fact and scenario; it has {found}")
        if (self.scenario is not None) != (self.level is not None):
            raise ValueError(f"binding {self.id!r}: a scenario is bound together with a level")
        if self.answers not in _FITTING[targets[0]]:
            raise ValueError(f"binding {self.id!r}: {self.answers} does not answer a {targets[0]}")
        return self


_FITTING = {
    "item": {Answers.RATIO},
    "fact": {Answers.RATIO, Answers.NUMERATOR, Answers.DENOMINATOR},
    "scenario": {Answers.SUPPORTS},
}


class EvidenceFile(PackFile):
    """The file `evidence.toml`."""

    bindings: tuple[Binding, ...] = Field(min_length=1)
