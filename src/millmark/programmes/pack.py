"""What packs of every kind share: a programme's name and level, outcomes, the rule on a claim, claims to try it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field

from millmark.model import AssetPath, Origin
from millmark.programmes.claims import PresentedClaim
from millmark.programmes.grade import Grade
from millmark.programmes.toml_file import Frozen

Slug = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)


class Level(StrEnum):
    """Who runs a programme."""

    CITY = "city"
    PROVINCIAL = "provincial"
    NATIONAL = "national"


class Outcome(StrEnum):
    """The answer of a rule.

    `not_provable` says that the evidence decides nothing, neither for nor against; `not_decidable` that the rule itself
    has an empty threshold, which no evidence can answer.
    """

    MET = "met"
    NOT_MET = "not_met"
    NOT_PROVABLE = "not_provable"
    NOT_DECIDABLE = "not_decidable"


class Comparator(StrEnum):
    AT_LEAST = ">="
    MORE_THAN = ">"
    AT_MOST = "<="
    LESS_THAN = "<"


class ProgrammeText(Frozen):
    """A programme as a pack names it."""

    slug: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    level: Level
    is_demonstration: bool = False


class ClaimThreshold(Frozen):
    """A measure, proven by a claim, compared with a threshold.

    `period_days_min` and `period_days_max` bound the number of local days that the claim must cover, `min_coverage`
    (0 to 1) the share of its period with data. Unless `accepts_demonstration_data`, every series behind the claim must
    come from a machine, not from a recording or a process model.
    """

    kind: Literal["claim_threshold"]
    id: str = Slug
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    source: str = Field(min_length=1)
    measure: str = Field(min_length=1)
    comparator: Comparator
    threshold: Decimal
    min_coverage: Decimal = Field(ge=0, le=1)
    period_days_min: int = Field(ge=1)
    period_days_max: int | None = Field(default=None, ge=1)
    required_grade: Grade
    accepts_demonstration_data: bool = False


class VectorClaim(Frozen):
    """A claim of a test vector."""

    measure: str
    numerator: Decimal
    denominator: Decimal
    days: int = Field(ge=1)
    coverage: Decimal
    verified: bool
    origins: tuple[Origin, ...] = (Origin.MACHINE,)

    def presented(self, number: int) -> PresentedClaim:
        last = date(2024, 6, 30)
        return PresentedClaim(
            id=f"vector-{number}",
            enterprise_id=1,
            subject=AssetPath.parse("vector"),
            measure=self.measure,
            first_date=last - timedelta(days=self.days - 1),
            last_date=last,
            numerator=self.numerator,
            denominator=self.denominator,
            coverage_share=self.coverage,
            origins=frozenset(self.origins),
            issued_at_us=number,
            verified=self.verified,
        )


class PackHeader(Frozen):
    id: str = Slug
    version: str = Field(min_length=1)
    source: str = Field(min_length=1)
