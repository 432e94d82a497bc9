"""The file `facts.toml`: what a pack asks of an enterprise beside its questions."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from millmark.programmes.packs.labels import Labelled, PackFile
from millmark.programmes.toml_file import Frozen

FactName = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)


class FactType(StrEnum):
    """How a fact is given; in expressions number and integer are `double`, `choices` a list of strings."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"


class FactChoice(Frozen):
    id: str = FactName
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class Fact(Labelled):
    """One fact; the same id means the same in every pack, so that an enterprise gives it once.

    Dates are texts of the form YYYY-MM-DD in expressions, so that they compare as days do.
    """

    id: str = FactName
    type: FactType
    unit: str = ""
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    help_zh: str = ""
    help_en: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[FactChoice, ...] = ()

    @model_validator(mode="after")
    def _choices_belong_to_a_choice(self) -> Self:
        wants = self.type in (FactType.CHOICE, FactType.CHOICES)
        if wants != bool(self.choices):
            raise ValueError(f"fact {self.id!r} of type {self.type} must {'' if wants else 'not '}list choices")
        if self.minimum is not None and self.maximum is not None and self.maximum < self.minimum:
            raise ValueError(f"fact {self.id!r}: maximum {self.maximum} is below minimum {self.minimum}")
        return self


class FactsFile(PackFile):
    """The file `facts.toml`."""

    facts: tuple[Fact, ...] = ()
