"""The file `money.toml`: what a programme pays, to whom, up to how much, and for which costs."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from millmark.programmes.pack import Slug
from millmark.programmes.packs.labels import Labelled, PackFile

FEN_PER_YUAN = 100


class MoneyKind(StrEnum):
    """How an award is found: a sum by the level reached, a share of the eligible cost, one sum for all, or nothing."""

    TIERS = "tiers"
    SHARE = "share"
    FIXED = "fixed"
    NONE = "none"


def fen_of(yuan: Decimal) -> int:
    """An amount in yuan as whole fen; raises ValueError when it has parts of a fen."""
    fen = yuan * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise ValueError(f"{yuan} yuan is no whole number of fen; write at most two decimals")
    return int(fen)


class _Amount(Labelled):
    @field_validator("amount_yuan", "cap_yuan", "average_yuan", check_fields=False)
    @classmethod
    def _whole_fen(cls, yuan: Decimal | None) -> Decimal | None:
        if yuan is not None:
            fen_of(yuan)
        return yuan


class Tier(_Amount):
    """The sum for one level; `up_to` says that it is the most, not the exact sum."""

    level: int = Field(ge=1, le=9)
    amount_yuan: Decimal = Field(ge=0)
    up_to: bool = False

    @property
    def amount_fen(self) -> int:
        return fen_of(self.amount_yuan)


class CostCategory(Labelled):
    """What invoices are sorted by; only an `eligible` category counts for a share."""

    id: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    eligible: bool = True


class Exclusion(Labelled):
    """Against paying twice: excluded when the expression over facts is true, or when an award of `programme` exists."""

    id: str = Slug
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    expression: str | None = None
    programme: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.expression is None) == (self.programme is None):
            raise ValueError(f"exclusion {self.id!r} needs either an expression or a programme")
        return self


class BudgetSplit(Labelled):
    """A bound on the share of the budget that one use may take, in percent."""

    id: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    at_least_percent: Decimal | None = Field(default=None, ge=0, le=100)
    at_most_percent: Decimal | None = Field(default=None, ge=0, le=100)


class Instalment(Labelled):
    """A part of the award, in percent, that falls due once a stage is finished."""

    id: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    percent: Decimal = Field(gt=0, le=100)
    after: str


class MoneyRule(_Amount):
    """The award. `amount_yuan` is the fixed sum; `percent` the share of the eligible cost; `cap_yuan` bounds any kind.

    `min_level` is the level below which nothing is paid. `average_yuan` is what the policy says enterprises get on
    average: for planning, never for deciding. `reduces_pro_rata` says that awards are cut in proportion where
    the budget does not suffice for all.
    """

    kind: MoneyKind
    amount_yuan: Decimal | None = Field(default=None, ge=0)
    percent: Decimal | None = Field(default=None, gt=0, le=100)
    cap_yuan: Decimal | None = Field(default=None, ge=0)
    average_yuan: Decimal | None = Field(default=None, ge=0)
    min_level: int | None = Field(default=None, ge=1, le=9)
    deducts_other_support: bool = False
    one_award_per_enterprise: bool = True
    reduces_pro_rata: bool = False

    @property
    def amount_fen(self) -> int | None:
        return None if self.amount_yuan is None else fen_of(self.amount_yuan)

    @property
    def cap_fen(self) -> int | None:
        return None if self.cap_yuan is None else fen_of(self.cap_yuan)

    @property
    def average_fen(self) -> int | None:
        return None if self.average_yuan is None else fen_of(self.average_yuan)


class Money(PackFile):
    """The file `money.toml`; without instalments an award is paid at once."""

    rule: MoneyRule
    tiers: tuple[Tier, ...] = ()
    cost_categories: tuple[CostCategory, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    splits: tuple[BudgetSplit, ...] = ()
    instalments: tuple[Instalment, ...] = ()
