"""The file `levels.toml`: which levels, grades or classes there are, and by which rule one is reached."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from millmark.programmes.pack import Slug
from millmark.programmes.packs.labels import Labelled, PackFile


class RuleKind(StrEnum):
    """How a level is reached.

    `score_and_gates`: the highest level whose score minimum and gates all hold (score of 100).
    `cumulative`: each level is scored by itself from 0 to 1; a level counts once all lower ones reached `passes_at`;
    the sum over the counting levels is compared with the score minima.
    `ladder`: the highest grade whose conditions hold; grades are in order.
    `classes`: each class by its own conditions; classes stand beside each other.
    """

    SCORE_AND_GATES = "score_and_gates"
    CUMULATIVE = "cumulative"
    LADDER = "ladder"
    CLASSES = "classes"


class Degree(Labelled):
    """A degree of fulfilment of a requirement; `share` from 0 to 1."""

    id: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    share: Decimal = Field(ge=0, le=1)


class LevelRule(Labelled):
    """`passes_at` and `degrees` belong to the cumulative rule alone. A score minimum includes its own value."""

    kind: RuleKind
    below_zh: str = "无等级"
    below_en: str = "no level"
    passes_at: Decimal | None = Field(default=None, gt=0, le=1)
    degrees: tuple[Degree, ...] = ()


class CountGate(Labelled):
    """At least so many scenarios at `at_level` or above, of which so many constrained; None is left empty."""

    at_level: int = Field(ge=1, le=9)
    at_least: int | None = Field(default=None, ge=0)
    constrained_at_least: int | None = Field(default=None, ge=0)


class Level(Labelled):
    """A level, grade or class; `number` counts from 1, in rising order where the rule has an order.

    Under a rule that scores, a level without `score_min` is not decidable: its minimum is left empty.
    """

    number: int = Field(ge=1, le=9)
    id: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    meaning_zh: str = ""
    meaning_en: str = ""
    decided_by_zh: str = ""
    decided_by_en: str = ""
    score_min: Decimal | None = Field(default=None, ge=0)
    gates: tuple[CountGate, ...] = ()


class LevelsFile(PackFile):
    """The file `levels.toml`."""

    rule: LevelRule
    levels: tuple[Level, ...] = Field(min_length=1)
