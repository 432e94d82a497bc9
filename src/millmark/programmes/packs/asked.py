"""The file `conditions.toml`: who may apply, and what each level, grade or class asks."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from millmark.programmes.grade import Grade
from millmark.programmes.pack import Comparator, Slug
from millmark.programmes.packs.labels import Labelled, PackFile


class Eligibility(Labelled):
    """An expression over facts that must be true for an enterprise to apply."""

    id: str = Slug
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    expression: str = Field(min_length=1)


class _Condition(Labelled):
    """`levels` are the numbers of the levels, grades or classes that ask it; none: every application must meet it."""

    id: str = Slug
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    levels: tuple[int, ...] = ()


class ClaimCondition(_Condition):
    """A measure, proven by a claim, compared with a threshold.

    No `threshold` means that the policy's number is not known to the pack: the answer is `not_decidable` until an
    office fills it in. `period_days_min` and `period_days_max` bound the number of local days that the claim must
    cover, `min_coverage` (0 to 1) the share of its period with data.
    """

    kind: Literal["claim_threshold"]
    measure: str = Field(min_length=1)
    formula_version: str | None = None
    comparator: Comparator
    threshold: Decimal | None = None
    unit: str = ""
    min_coverage: Decimal = Field(default=Decimal(0), ge=0, le=1)
    period_days_min: int = Field(default=1, ge=1)
    period_days_max: int | None = Field(default=None, ge=1)
    required_grade: Grade = Grade.MACHINE_PROVEN
    accepts_demonstration_data: bool = False


class ValueCondition(_Condition):
    """A number computed from facts (an expression) compared with a threshold, which may be empty as in a claim's."""

    kind: Literal["value_threshold"]
    expression: str = Field(min_length=1)
    comparator: Comparator
    threshold: Decimal | None = None
    unit: str = ""
    required_grade: Grade = Grade.SELF_REPORTED


class FactCondition(_Condition):
    """An expression over facts that must be true; facts weaker than `required_grade` prove nothing."""

    kind: Literal["facts"]
    expression: str = Field(min_length=1)
    required_grade: Grade = Grade.SELF_REPORTED


class DocumentCondition(_Condition):
    """A document that must be attached and accepted."""

    kind: Literal["document"]
    document: str


class RecognitionCondition(_Condition):
    """A recognition of another programme (by slug) that the enterprise must already hold."""

    kind: Literal["recognition"]
    programme: str = Slug
    level: int | None = Field(default=None, ge=1, le=9)


class AssessedBy(StrEnum):
    """Which assessment counts for a level; a stronger one counts too."""

    SELF = "self"
    EXPERT = "expert"


class LevelCondition(_Condition):
    """A level of an assessment pack that must be reached."""

    kind: Literal["level"]
    pack: str = Slug
    edition: str
    at_least: int = Field(ge=1, le=9)
    assessed_by: AssessedBy = AssessedBy.SELF


class DecidedBy(StrEnum):
    OFFICER = "officer"
    EXPERT = "expert"


class JudgementCondition(_Condition):
    """What only people can judge; it stays not provable until an officer or an expert has answered it."""

    kind: Literal["judgement"]
    decided_by: DecidedBy


Condition = Annotated[
    ClaimCondition
    | ValueCondition
    | FactCondition
    | DocumentCondition
    | RecognitionCondition
    | LevelCondition
    | JudgementCondition,
    Field(discriminator="kind"),
]


class ConditionsFile(PackFile):
    """The file `conditions.toml`."""

    eligibility: tuple[Eligibility, ...] = ()
    conditions: tuple[Condition, ...] = ()
