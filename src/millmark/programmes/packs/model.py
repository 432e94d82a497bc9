"""A policy pack: one immutable whole of what a programme or an assessment asks, pays and proves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from millmark.programmes.pack import ProgrammeText
from millmark.programmes.packs.asked import Condition, Eligibility
from millmark.programmes.packs.bindings import Binding
from millmark.programmes.packs.expressions import Expression
from millmark.programmes.packs.facts import Fact
from millmark.programmes.packs.header import CallDraft, LevelSource, PackHeader, SourceDocument
from millmark.programmes.packs.levels import Level, LevelRule
from millmark.programmes.packs.money import Money
from millmark.programmes.packs.questions import Branch, Item, Variant
from millmark.programmes.packs.scenarios import Scenario, ScenarioGroup
from millmark.programmes.packs.stages import Quota, RequiredDocument, Stage
from millmark.programmes.packs.vectors import Vector


@dataclass(frozen=True, slots=True, order=True)
class PackRef:
    """Which text of which pack: `digest` is the SHA-256 over all its files, so that every result can name its rules."""

    id: str
    edition: str
    digest: str

    def __str__(self) -> str:
        return f"{self.id}/{self.edition}"


@dataclass(frozen=True)
class PolicyPack:
    """Everything in `packs/<id>/<edition>/`, checked for its form; `check` tells what is wrong with its sense.

    What a pack does not have is empty or None: an assessment has no money, a programme may borrow the levels of an
    assessment (`level_source`).
    """

    ref: PackRef
    header: PackHeader
    sources: tuple[SourceDocument, ...]
    programme: ProgrammeText | None
    call: CallDraft | None
    level_source: LevelSource | None
    facts: tuple[Fact, ...]
    variants: tuple[Variant, ...]
    branches: tuple[Branch, ...]
    items: tuple[Item, ...]
    groups: tuple[ScenarioGroup, ...]
    scenarios: tuple[Scenario, ...]
    rule: LevelRule | None
    levels: tuple[Level, ...]
    eligibility: tuple[Eligibility, ...]
    conditions: tuple[Condition, ...]
    money: Money | None
    stages: tuple[Stage, ...]
    documents: tuple[RequiredDocument, ...]
    quotas: tuple[Quota, ...]
    bindings: tuple[Binding, ...]
    vectors: tuple[Vector, ...]
    folder: Path

    @property
    def id(self) -> str:
        return self.ref.id

    @property
    def edition(self) -> str:
        return self.ref.edition

    @cached_property
    def facts_by_id(self) -> Mapping[str, Fact]:
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def items_by_id(self) -> Mapping[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def branches_by_id(self) -> Mapping[str, Branch]:
        return {branch.id: branch for branch in self.branches}

    @cached_property
    def scenarios_by_id(self) -> Mapping[str, Scenario]:
        return {scenario.id: scenario for scenario in self.scenarios}

    @cached_property
    def levels_by_number(self) -> Mapping[int, Level]:
        return {level.number: level for level in self.levels}

    @cached_property
    def conditions_by_id(self) -> Mapping[str, Condition]:
        return {condition.id: condition for condition in self.conditions}

    @cached_property
    def documents_by_id(self) -> Mapping[str, RequiredDocument]:
        return {document.id: document for document in self.documents}

    def expression(self, text: str) -> Expression:
        """The text compiled over the pack's facts, once; raises `InvalidPack` for one that a pack may not hold."""
        found = self._compiled.get(text)
        if found is None:
            found = self._compiled[text] = Expression(text, self.facts_by_id)
        return found

    @cached_property
    def _compiled(self) -> dict[str, Expression]:
        return {}

    @property
    def has_assessment(self) -> bool:
        """Whether the pack asks questions that lead to a level by itself."""
        return bool(self.items or self.scenarios)

    def children(self, branch: str | None, variant: str | None = None) -> tuple[Branch | Item, ...]:
        """What hangs directly under a branch (None: at the top) and counts in the variant, in the file's order."""
        nodes: tuple[Branch | Item, ...] = (*self.branches, *self.items)
        return tuple(node for node in nodes if node.parent == branch and node.weight_in(variant) is not None)
