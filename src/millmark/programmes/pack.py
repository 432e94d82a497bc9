"""Packs: what a programme asks, as data, each rule with the paragraph it comes from and with test vectors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from millmark.model import AssetPath, Origin
from millmark.programmes.claims import PresentedClaim
from millmark.programmes.errors import InvalidPack
from millmark.programmes.grade import Grade
from millmark.programmes.toml_file import Frozen, read_toml

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


class CallText(Frozen):
    """One opening of a programme; both dates included, no closing date means until further notice."""

    slug: str = Slug
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    opens_on: date
    closes_on: date | None = None

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        if self.closes_on is not None and self.closes_on < self.opens_on:
            raise ValueError(f"a call must not close ({self.closes_on}) before it opens ({self.opens_on})")
        return self


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


class Vector(Frozen):
    """What the rules must answer to some claims; `reasons` are the codes of all reasons given."""

    name: str = Field(min_length=1)
    claims: tuple[VectorClaim, ...] = ()
    outcome: Outcome
    grade: Grade
    reasons: tuple[str, ...]


class PackHeader(Frozen):
    id: str = Slug
    version: str = Field(min_length=1)
    source: str = Field(min_length=1)


class ProgrammePackFile(Frozen):
    """The file `pack.toml` of a programme's pack."""

    pack: PackHeader
    programme: ProgrammeText
    call: CallText
    rules: tuple[ClaimThreshold, ...] = Field(min_length=1)
    vectors: tuple[Vector, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rules_are_told_apart(self) -> Self:
        ids = [rule.id for rule in self.rules]
        if doubled := sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1}):
            raise ValueError(f"rules need different ids; {', '.join(doubled)} stands more than once")
        return self


@dataclass(frozen=True, slots=True)
class Pack:
    """A programme's pack; `digest` is the SHA-256 of its file, so that a decision can say by which text it was made."""

    id: str
    version: str
    source: str
    digest: str
    programme: ProgrammeText
    call: CallText
    rules: tuple[ClaimThreshold, ...]
    vectors: tuple[Vector, ...]


def read_pack(folder: Path) -> Pack:
    """The pack in `folder/pack.toml`; raises `InvalidPack`."""
    path = folder / "pack.toml"
    file = read_toml(path, ProgrammePackFile)
    if file.pack.id != folder.name:
        raise InvalidPack(f"{path}: table [pack], key id: {file.pack.id!r} must be the folder's name, {folder.name!r}")
    return Pack(
        id=file.pack.id,
        version=file.pack.version,
        source=file.pack.source,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        programme=file.programme,
        call=file.call,
        rules=file.rules,
        vectors=file.vectors,
    )
