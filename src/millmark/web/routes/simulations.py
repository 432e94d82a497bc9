"""The policy simulator. It reads and answers; nothing is published, kept or changed by it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from millmark.programmes.packs import LevelCondition, PolicyPack
from millmark.programmes.simulation import (
    AppliedPatch,
    Comparison,
    Costs,
    Group,
    OutcomeColumns,
    Patch,
    Policy,
    Population,
    Side,
    Simulator,
    Told,
    compare_outcomes,
    patched,
    population_of,
)
from millmark.programmes.simulation.comparing import HEADCOUNT
from millmark.web.access import Permission, Principal, requires
from millmark.web.assessment_views import level_names
from millmark.web.audit import audit_result
from millmark.web.pack_views import exact
from millmark.web.services import Platform, Services
from millmark.web.shapes.simulation import (
    AppliedPatchView,
    ChangedView,
    GroupView,
    LevelNameView,
    MoveView,
    PatchEntry,
    SideView,
    SimulationRequest,
    SimulationView,
)

router = APIRouter(prefix="/simulations", tags=["simulations"])


@router.post("")
def simulate(
    who: Annotated[Principal, Depends(requires(Permission.SIMULATE))],
    form: SimulationRequest,
    request: Request,
    platform: Platform,
) -> SimulationView:
    """Changes numbers in a copy of a pack and holds it against all enterprises in one's area, beside the pack as it
    stands or another edition: who gains, who loses, what it costs."""
    began = time.perf_counter()
    shelf = platform.policy_packs
    pack = shelf.pack(form.pack, form.edition)
    against = pack if form.against is None else shelf.pack(form.pack, form.against)
    base, other = _levels_of(platform, against), _levels_of(platform, pack)
    new_pack, applied = patched(pack, _patches(form.patches), shelf)
    if other is pack:
        other = new_pack
    elif other is not None:
        other, more = patched(other, _patches(form.level_patches), shelf)
        applied = (*applied, *more)
    population = _population(platform, who, (against, new_pack), base or other, form.cost_fact)
    simulator = Simulator(population)
    costs = Costs(form.cost_fact, form.cost_fen_each)
    before = simulator.outcome(Policy(against, base), costs, ignore_eligibility=form.ignore_eligibility)
    after = simulator.outcome(Policy(new_pack, other), costs, ignore_eligibility=form.ignore_eligibility)
    named = other if other is not None and other.levels else new_pack
    packs = [one for one in (against, base, new_pack, other) if one is not None]
    top = max((level.number for one in packs for level in one.levels), default=0)
    comparison = compare_outcomes(population, before, after, top)
    audit_result(request, f"{pack.ref}: {len(applied)} changes, {len(population)} enterprises")
    return SimulationView(
        before=_side(comparison.before, against, form, is_patched=False),
        after=_side(comparison.after, pack, form, is_patched=bool(applied)),
        level_names=[_level_name(named, level) for level in range(top + 1)],
        patches=[_applied(one) for one in applied],
        level_up=comparison.level_up,
        level_down=comparison.level_down,
        gains=comparison.gains,
        loses=comparison.loses,
        moves=[
            MoveView(level_from=pair[0], level_to=pair[1], enterprises=count)
            for pair, count in comparison.moves.items()
        ],
        by_county=_groups(comparison.by_county, _counties(platform)),
        by_industry=_groups(comparison.by_industry, {}),
        by_size=_groups(comparison.by_size, {}),
        changed=_changed(comparison, population, before, after),
        changed_total=comparison.changed_total,
        unanswered_zh=[zh for zh, _ in after.unanswered],
        unanswered_en=[en for _, en in after.unanswered],
        took_ms=round((time.perf_counter() - began) * 1_000),
    )


def _patches(entries: Sequence[PatchEntry]) -> list[Patch]:
    return [Patch(one.path, one.value) for one in entries]


def _levels_of(platform: Services, pack: PolicyPack) -> PolicyPack | None:
    """The assessment whose levels a pack speaks of: its own, the one it names, or the one that a condition names."""
    if pack.has_assessment:
        return pack
    if pack.level_source is not None:
        return platform.policy_packs.pack(pack.level_source.pack, pack.level_source.edition)
    named = next((one for one in pack.conditions if isinstance(one, LevelCondition)), None)
    return None if named is None else platform.policy_packs.pack(named.pack, named.edition)


def _population(
    platform: Services,
    who: Principal,
    packs: Sequence[PolicyPack],
    levels_of: PolicyPack | None,
    cost_fact: str | None,
) -> Population:
    names = {HEADCOUNT, *(() if cost_fact is None else (cost_fact,))}
    for pack in packs:
        texts = [rule.expression for rule in pack.eligibility]
        texts += [one.expression for one in pack.conditions if one.kind in ("facts", "value_threshold")]
        texts += [one.expression for one in (() if pack.money is None else pack.money.exclusions) if one.expression]
        names |= {name for text in texts for name in pack.expression(text).facts}
    return population_of(
        [
            Told(one.id, one.name_zh, one.name_en, one.area_code, one.industry_code)
            for one in platform.registry.enterprises()
            if who.scope.admits(one.id)
        ],
        {} if levels_of is None else platform.assessments.answers_of_all(levels_of.id),
        platform.enterprise_facts.values_of_all(names),
    )


def _counties(platform: Services) -> dict[str, tuple[str, str]]:
    from millmark.region import city_map

    return {one.adcode: (one.name_zh, one.name_en) for one in city_map(platform.folder).areas}


def _side(side: Side, pack: PolicyPack, form: SimulationRequest, *, is_patched: bool) -> SideView:
    return SideView(
        pack=pack.id,
        edition=pack.edition,
        patched=is_patched,
        enterprises=side.enterprises,
        assessed=side.assessed,
        eligible=side.eligible,
        undecided=side.undecided,
        paid=side.paid,
        cost_fen=side.cost_fen,
        within_budget=None if form.budget_fen is None else side.cost_fen <= form.budget_fen,
        by_level=list(side.by_level),
    )


def _level_name(pack: PolicyPack, level: int) -> LevelNameView:
    zh, en = level_names(pack, level)
    return LevelNameView(level=level, name_zh=zh, name_en=en)


def _applied(one: AppliedPatch) -> AppliedPatchView:
    return AppliedPatchView(
        path=one.path,
        before=one.before,
        after=one.after,
        confidence=None if one.confidence is None else one.confidence.value,
    )


def _groups(groups: Sequence[Group], names: Mapping[str, tuple[str, str]]) -> list[GroupView]:
    return [
        GroupView(
            key=one.key,
            name_zh=names.get(one.key, (one.key or "未填报", ""))[0],
            name_en=names.get(one.key, ("", one.key or "not told"))[1],
            enterprises=one.enterprises,
            level_up=one.level_up,
            level_down=one.level_down,
            gains=one.gains,
            loses=one.loses,
            cost_before_fen=one.cost_before_fen,
            cost_after_fen=one.cost_after_fen,
        )
        for one in groups
    ]


def _changed(
    comparison: Comparison, population: Population, before: OutcomeColumns, after: OutcomeColumns
) -> list[ChangedView]:
    found = []
    for row in comparison.changed:
        member = population.members[row]
        scores = (before.score(row), after.score(row))
        found.append(
            ChangedView(
                enterprise_id=member.enterprise_id,
                name_zh=member.name_zh,
                name_en=member.name_en,
                area_code=member.area_code,
                score_before=None if scores[0] is None else exact(scores[0]),
                score_after=None if scores[1] is None else exact(scores[1]),
                level_before=int(before.level[row]),
                level_after=int(after.level[row]),
                award_before_fen=int(before.award_fen[row]),
                award_after_fen=int(after.award_fen[row]),
            )
        )
    return found
