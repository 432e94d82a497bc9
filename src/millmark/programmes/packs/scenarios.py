"""The file `scenarios.toml`: application scenarios, each reached up to some level."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from millmark.programmes.pack import Slug
from millmark.programmes.packs.labels import Confidence, Labelled, PackFile
from millmark.programmes.toml_file import Frozen


class ScenarioGroup(Frozen):
    id: str = Slug
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class ScenarioLevel(Labelled):
    """What a scenario does at one level; `generic` marks the shape common to all scenarios, where the own text of this
    one is not in the pack. `effort` and `cost_yuan` are those of the step from the level below, where the office has
    an idea of them."""

    level: int = Field(ge=1, le=9)
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    generic: bool = False
    effort: int | None = Field(default=None, ge=0)
    cost_yuan: Decimal | None = Field(default=None, ge=0)


class Scenario(Labelled):
    """A scenario, at level 0 while it reaches none. `constrained` ones count for the gates' second number."""

    id: str = Slug
    group: str
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    constrained: bool
    constrained_confidence: Confidence | None = None
    levels: tuple[ScenarioLevel, ...] = Field(min_length=1)


class ScenariosFile(PackFile):
    """The file `scenarios.toml`."""

    groups: tuple[ScenarioGroup, ...] = ()
    scenarios: tuple[Scenario, ...] = Field(min_length=1)
