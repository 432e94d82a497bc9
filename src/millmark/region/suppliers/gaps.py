"""Demands proposed from an assessment: the scenarios that stand between an enterprise and its next level. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.lift import Plan, Prices, lift
from millmark.programmes.assessment.scoring import score_one
from millmark.programmes.assessment.sheet import Sheet
from millmark.programmes.packs import PolicyPack
from millmark.region.suppliers.contents import DemandContent, WantedScenario


@dataclass(frozen=True, slots=True)
class GapProposal:
    """A scenario below the level aimed at; `in_plan` says that the cheapest way up raises it. Texts are for a demand
    that the enterprise reads, changes and confirms before anybody else sees it."""

    scenario: str
    name_zh: str
    name_en: str
    level_from: int
    level_to: int
    in_plan: bool
    constrained: bool
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str

    def as_content(self, *, industry: str | None, area_code: str | None, level: int | None) -> DemandContent:
        """A demand to start from; nothing is agreed to yet."""
        return DemandContent(
            title=self.title_zh,
            text=self.text_zh,
            scenarios=(WantedScenario(scenario=self.scenario, level=self.level_to),),
            industry=industry,
            area_code=area_code,
            level=level,
        )


def gap_proposals(pack: PolicyPack, sheet: Sheet, answers: Answers, prices: Sequence[Prices]) -> list[GapProposal]:
    """What an assessment leaves to be done in its scenarios: those of the cheapest plan first, then the constrained
    ones, then by how far they are behind."""
    now = score_one(sheet, answers)
    plan = lift(sheet, answers, prices)
    chosen: dict[str, int] = {}
    aim = now.level + 1
    if isinstance(plan, Plan):
        chosen = {change.id: int(change.to) for change in plan.changes if change.kind == "scenario"}
        aim = plan.level_to
    found = []
    for scenario in pack.scenarios:
        reached = answers.scenarios.get(scenario.id, 0)
        top = max(level.level for level in scenario.levels)
        to = min(max(chosen.get(scenario.id, 0), aim), top)
        if reached >= to:
            continue
        steps = [level for level in scenario.levels if reached < level.level <= to]
        goal_zh, goal_en = steps[-1].text_zh, steps[-1].text_en
        found.append(
            GapProposal(
                scenario=scenario.id,
                name_zh=scenario.name_zh,
                name_en=scenario.name_en,
                level_from=reached,
                level_to=to,
                in_plan=scenario.id in chosen,
                constrained=scenario.constrained,
                title_zh=f"{scenario.name_zh}:由{reached}级提升到{to}级",
                title_en=f"{scenario.name_en}: from level {reached} to level {to}",
                text_zh=f"希望{scenario.name_zh}达到{to}级:{goal_zh}",
                text_en=f"{scenario.name_en} should reach level {to}: {goal_en}",
            )
        )
    return sorted(found, key=lambda one: (not one.in_plan, not one.constrained, one.level_from - one.level_to))
