"""The file `questions.toml`: the tree of weights, with the items that are answered at its ends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from millmark.programmes.pack import Slug
from millmark.programmes.packs.labels import Confidence, Labelled, PackFile
from millmark.programmes.toml_file import Frozen


class Variant(Frozen):
    """A table of weights for one kind of enterprise, such as process or discrete industry."""

    id: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class VariantWeight(Labelled):
    """The weight of a node in one variant, in percent of its parent."""

    variant: str
    weight: Decimal = Field(gt=0, le=100)


@dataclass(frozen=True, slots=True)
class Weight:
    """A node's weight in percent of its parent, and how sure the pack is of it."""

    percent: Decimal
    confidence: Confidence


class Node(Labelled):
    """A node of the tree. `weight` is in percent of the parent (at the top: of the whole); a node that has only
    `weights` counts in those variants alone."""

    id: str = Slug
    parent: str | None = None
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    help_zh: str = ""
    help_en: str = ""
    weight: Decimal | None = Field(default=None, gt=0, le=100)
    weights: tuple[VariantWeight, ...] = ()

    def weight_in(self, variant: str | None = None) -> Weight | None:
        """The weight in a variant (None: of a pack without variants); None where the node does not count."""
        for one in self.weights:
            if one.variant == variant:
                return Weight(one.weight, one.confidence)
        return None if self.weight is None else Weight(self.weight, self.confidence)


class Branch(Node):
    """A node with others under it."""


class ItemKind(StrEnum):
    """How an item is answered: one option, several options whose shares add up, the band that a value lies in, or,
    level by level, how far each requirement is fulfilled."""

    SINGLE = "single"
    MULTI = "multi"
    BANDS = "bands"
    REQUIREMENTS = "requirements"


class Trend(StrEnum):
    DOWN = "down"
    FLAT = "flat"
    UP = "up"


class Option(Labelled):
    """A possible answer; `share` is the percentage of the item's points.

    `excludes_others` is for "none of these". A band holds values more than `above` up to and including `up_to`, in the
    item's unit; the lowest has no `above` and holds its bottom too, the highest has no `up_to` unless the value cannot
    pass it. `trend` is the answer for a value that rose, stayed or fell (see `Change`). `effort` (a number to put steps
    in order by) and `cost_yuan` are what reaching it takes, where the office has an idea of that.
    """

    id: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    share: Decimal = Field(ge=0, le=100)
    excludes_others: bool = False
    above: Decimal | None = None
    up_to: Decimal | None = None
    trend: Trend | None = None
    effort: int | None = Field(default=None, ge=0)
    cost_yuan: Decimal | None = Field(default=None, ge=0)


class Ratio(Frozen):
    """A value computed from two facts: `numerator / denominator x scale` (100 makes a percentage)."""

    kind: Literal["ratio"] = "ratio"
    numerator: str
    denominator: str
    scale: Decimal = Decimal(100)


class Change(Frozen):
    """A ratio of facts now against before: it stayed when it moved by no more than `flat_within` (a share of before).

    Without denominators the plain facts are compared.
    """

    kind: Literal["change"] = "change"
    numerator: str
    numerator_before: str
    denominator: str | None = None
    denominator_before: str | None = None
    flat_within: Decimal = Field(default=Decimal(0), ge=0, lt=1)


Derivation = Annotated[Ratio | Change, Field(discriminator="kind")]


class Requirement(Labelled):
    """What an item asks at one level, answered with one of the rule's degrees of fulfilment."""

    id: str = Slug
    level: int = Field(ge=1, le=9)
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)


class Item(Node):
    """An end of the tree. `derived` says from which facts its answer follows; `unit` is that of the bands.

    An item of kind `requirements` lists them; at a level where it lists none, the level as a whole is the one
    requirement, under the id `<item>.<level>`.
    """

    kind: ItemKind
    unit: str = ""
    options: tuple[Option, ...] = ()
    derived: Derivation | None = None
    requirements: tuple[Requirement, ...] = ()

    def option(self, option_id: str) -> Option | None:
        return next((option for option in self.options if option.id == option_id), None)

    def requirement_ids(self, level: int) -> tuple[str, ...]:
        """What is answered at a level, by id."""
        listed = tuple(one.id for one in self.requirements if one.level == level)
        return listed or (f"{self.id}.{level}",)


class QuestionsFile(PackFile):
    """The file `questions.toml`."""

    variants: tuple[Variant, ...] = ()
    branches: tuple[Branch, ...] = ()
    items: tuple[Item, ...] = Field(min_length=1)
