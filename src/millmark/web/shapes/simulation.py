"""The policy simulator: a changed copy of a pack, over all enterprises, before anybody publishes it."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import Field

from millmark.web.shapes.assessments import ShortText
from millmark.web.shapes.shape import ExactNumber, Shape

PatchValue: TypeAlias = str | int | bool | None


class PatchEntry(Shape):
    """One changed number: `path` such as `levels.3.gates.0.at_least`, `money.tiers.2.amount_yuan`,
    `money.rule.percent`, `items.network.weight`, `scenarios.product-design.constrained`; parts are told by id or
    number. Null empties it."""

    path: str = Field(min_length=1, max_length=200)
    value: PatchValue


class SimulationRequest(Shape):
    """`pack` is a programme or an assessment. For a programme, `level_patches` change the assessment pack whose levels
    it pays for. `against` is another edition of the same pack to compare with; else the pack as it stands.

    `costs` says what the eligible cost of each enterprise is: the fact of this name (in 万元), else `cost_fen_each`.
    """

    pack: ShortText
    edition: ShortText
    patches: list[PatchEntry] = Field(default_factory=list, max_length=200)
    level_patches: list[PatchEntry] = Field(default_factory=list, max_length=200)
    against: ShortText | None = None
    budget_fen: int | None = Field(default=None, ge=0, le=10**15)
    cost_fact: ShortText | None = None
    cost_fen_each: int = Field(default=0, ge=0, le=10**15)
    ignore_eligibility: bool = False


class SideView(Shape):
    """One side of the comparison; `within_budget` is null without a budget."""

    pack: str
    edition: str
    patched: bool
    enterprises: int
    assessed: int
    eligible: int
    undecided: int
    paid: int
    cost_fen: int
    within_budget: bool | None
    by_level: list[int]
    """How many enterprises stand at each level, from 0."""


class GroupView(Shape):
    """Enterprises of one county, industry or size. `gains` and `loses` count levels or money that rose or fell."""

    key: str
    name_zh: str
    name_en: str
    enterprises: int
    level_up: int
    level_down: int
    gains: int
    loses: int
    cost_before_fen: int
    cost_after_fen: int


class ChangedView(Shape):
    """One enterprise for which something changes, the largest changes of money first."""

    enterprise_id: int
    name_zh: str
    name_en: str
    area_code: str
    score_before: ExactNumber | None
    score_after: ExactNumber | None
    level_before: int
    level_after: int
    award_before_fen: int
    award_after_fen: int


class MoveView(Shape):
    """How many enterprises move from one level to another: for a flow chart."""

    level_from: int
    level_to: int
    enterprises: int


class AppliedPatchView(Shape):
    path: str
    before: str | None
    after: str | None
    confidence: str | None


class LevelNameView(Shape):
    level: int
    name_zh: str
    name_en: str


class SimulationView(Shape):
    """Nothing is published or kept by simulating. `changed` holds the first thousand of `changed_total`."""

    before: SideView
    after: SideView
    level_names: list[LevelNameView]
    patches: list[AppliedPatchView]
    level_up: int
    level_down: int
    gains: int
    loses: int
    moves: list[MoveView]
    by_county: list[GroupView]
    by_industry: list[GroupView]
    by_size: list[GroupView]
    changed: list[ChangedView]
    changed_total: int
    unanswered_zh: list[str]
    unanswered_en: list[str]
    took_ms: int
