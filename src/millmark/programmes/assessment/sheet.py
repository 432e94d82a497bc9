"""A pack's questions made ready for scoring: every option's points as an exact fraction of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from millmark.programmes.packs import ItemKind


@dataclass(frozen=True, slots=True)
class SheetOption:
    """`share` is the part of its item's points that it brings; an `exclusive` one ("none of these") stands alone.

    A band holds ratios more than `above` up to and including `up_to`; None is open.
    """

    id: str
    name_zh: str
    name_en: str
    share: Fraction
    exclusive: bool = False
    above: Fraction | None = None
    up_to: Fraction | None = None

    def holds(self, ratio: Fraction) -> bool:
        return (self.above is None or ratio > self.above) and (self.up_to is None or ratio <= self.up_to)


@dataclass(frozen=True, slots=True)
class SheetRequirement:
    """What an item of a cumulative pack asks at one level.

    `weight` is what meeting it in full adds to the total of its level; the weights of one level add up to 1.
    """

    id: str
    text_zh: str
    text_en: str
    level: int
    weight: Fraction


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One question; `points` is what the best answer brings to the whole score. Either `options` or `requirements`."""

    id: str
    name_zh: str
    name_en: str
    kind: ItemKind
    points: Fraction
    options: tuple[SheetOption, ...] = ()
    requirements: tuple[SheetRequirement, ...] = ()

    def option(self, option_id: str) -> SheetOption | None:
        return next((one for one in self.options if one.id == option_id), None)

    def band_of(self, share: Fraction) -> SheetOption | None:
        """The band that a ratio falls into, the first where several hold it; None outside of all."""
        return next((one for one in self.options if one.holds(share)), None)


@dataclass(frozen=True, slots=True)
class SheetBranch:
    """A dimension of the pack with its parts in order."""

    id: str
    name_zh: str
    name_en: str
    points: Fraction
    parts: tuple[SheetNode, ...]


SheetNode: TypeAlias = "SheetBranch | SheetItem"


@dataclass(frozen=True, slots=True)
class SheetScenario:
    """A scenario is levelled from 0 (nothing) to `top`; some are constrained, the others only guide."""

    id: str
    name_zh: str
    name_en: str
    constrained: bool
    top: int


@dataclass(frozen=True, slots=True)
class CountGate:
    """At least `count` scenarios at `scenario_level` or above, `constrained` of them constrained; None: left empty."""

    scenario_level: int
    count: int | None
    constrained: int | None


@dataclass(frozen=True, slots=True)
class LevelRule:
    """Reached when the score is at least `score_min` and every gate holds; an empty number decides nothing."""

    level: int
    name_zh: str
    name_en: str
    score_min: Fraction | None
    gates: tuple[CountGate, ...] = ()


@dataclass(frozen=True, slots=True)
class Degree:
    """How far a requirement may be met."""

    id: str
    name_zh: str
    name_en: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that decides a score and a level. `full` is the score of the best answers.

    In a cumulative sheet the total of a level counts only when that of every level below it is at least `pass_mark`.
    """

    root: SheetBranch | None
    scenarios: tuple[SheetScenario, ...]
    levels: tuple[LevelRule, ...]
    full: Fraction
    degrees: Mapping[str, Degree] = field(default_factory=dict)
    pass_mark: Fraction = Fraction(0)

    @property
    def items(self) -> tuple[SheetItem, ...]:
        """Every item in the order in which they are asked."""
        return () if self.root is None else tuple(_items_below(self.root))

    @property
    def requirements(self) -> tuple[SheetRequirement, ...]:
        return tuple(one for item in self.items for one in item.requirements)

    @property
    def requirement_levels(self) -> tuple[int, ...]:
        """The levels of a cumulative sheet from the lowest; none for another."""
        return tuple(sorted({one.level for one in self.requirements}))


def _items_below(branch: SheetBranch) -> Iterator[SheetItem]:
    for part in branch.parts:
        if isinstance(part, SheetBranch):
            yield from _items_below(part)
        else:
            yield part
