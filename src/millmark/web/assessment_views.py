"""Assessments as the API shows them: results with reasons in words, comparisons, plans."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.grades import Compared, GradedAnswer
from millmark.programmes.assessment.kept import Assessment, decimal_of
from millmark.programmes.assessment.lift import Basis, Change, Plan, Unreachable
from millmark.programmes.assessment.machines import MachineFinding
from millmark.programmes.assessment.scoring import (
    Assessed,
    GateCheck,
    LevelCheck,
    ScoredBranch,
    ScoredItem,
    ScoredNode,
)
from millmark.programmes.assessment.sheet import Sheet, SheetNode
from millmark.programmes.packs import PolicyPack
from millmark.registry import Enterprise
from millmark.web.naming import Naming
from millmark.web.pack_views import exact
from millmark.web.shapes.assessments import (
    AnswersBody,
    AssessmentRowView,
    ComparedView,
    DifferenceView,
    GapView,
    GateCheckView,
    GradedAnswerView,
    LevelCheckView,
    LevelTotalView,
    LiftChangeView,
    LiftView,
    OutcomeView,
    RadarAxisView,
    ResultView,
    ScoreNodeView,
    UnusableView,
)

_OTHERS = 12


def level_names(pack: PolicyPack, level: int) -> tuple[str, str]:
    """The level's names; 0 is what the pack calls having none."""
    found = pack.levels_by_number.get(level)
    if found is not None:
        return found.name_zh, found.name_en
    return ("无等级", "no level") if pack.rule is None else (pack.rule.below_zh, pack.rule.below_en)


def answers_body(answers: Answers) -> AnswersBody:
    return AnswersBody.model_validate(answers.to_json())


def row_view(assessment: Assessment, pack: PolicyPack, enterprise: Enterprise) -> AssessmentRowView:
    names = (None, None) if assessment.level is None else level_names(pack, assessment.level)
    return AssessmentRowView(
        id=assessment.id,
        enterprise_id=assessment.enterprise_id,
        enterprise_zh=enterprise.name_zh,
        enterprise_en=enterprise.name_en,
        area_code=enterprise.area_code,
        pack=assessment.pack,
        edition=assessment.edition,
        digest=assessment.digest,
        pack_zh=pack.header.name_zh,
        pack_en=pack.header.name_en,
        outdated=assessment.digest != pack.ref.digest,
        variant=assessment.variant,
        kind=assessment.kind.value,
        state=assessment.state,
        version=assessment.version,
        level=assessment.level,
        level_zh=names[0],
        level_en=names[1],
        score=assessment.score,
        started_at_us=assessment.started_at_us,
        started_by=assessment.started_by,
        saved_at_us=assessment.saved_at_us,
        saved_by=assessment.saved_by,
        submitted_at_us=None if assessment.score is None else assessment.saved_at_us,
    )


def result_view(assessment: Assessment, pack: PolicyPack, sheet: Sheet, assessed: Assessed) -> ResultView:
    names = level_names(pack, assessed.level)
    top = () if assessed.tree is None else assessed.tree.parts
    return ResultView(
        assessment_id=assessment.id,
        version=assessment.version,
        score=exact(assessed.score),
        full=exact(sheet.full),
        level=assessed.level,
        level_zh=names[0],
        level_en=names[1],
        undecided=list(assessed.undecided),
        checks=[_check(pack, check) for check in assessed.checks],
        tree=[_node(pack, node, assessment.variant) for node in top],
        radar=_radar(top),
        gaps=_gaps(sheet, assessed, assessment.answers),
        totals=[
            LevelTotalView(level=one.level, total=exact(one.total), counts=one.counts, passed=one.passed)
            for one in assessed.totals
        ],
        missing=list(assessed.missing),
    )


def outcome_view(pack: PolicyPack, assessed: Assessed) -> OutcomeView:
    zh, en = level_names(pack, assessed.level)
    return OutcomeView(score=decimal_of(assessed.score), level=assessed.level, level_zh=zh, level_en=en)


def compared_view(row: Compared, naming: Naming) -> ComparedView:
    return ComparedView(
        kind="item" if row.kind == "item" else "scenario",
        id=row.id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        of=None if row.full is None else exact(row.full),
        entries=[_graded(entry) for entry in row.entries],
        differs=bool(row.differences),
        differences=[
            DifferenceView(
                first=one.first.value,
                second=one.second.value,
                changes_points=one.changes_points,
                text_zh=one.zh,
                text_en=one.en,
            )
            for one in row.differences
        ],
        unusable=[_unusable(one, naming) for one in row.unusable],
    )


def lift_view(
    pack: PolicyPack, now: Assessed, found: Plan | Unreachable, others: Sequence[Change], basis: Basis
) -> LiftView:
    if isinstance(found, Unreachable):
        zh, en = _NO_PLAN[found]
        return LiftView(
            level_from=now.level,
            level_to=None,
            level_to_zh=None,
            level_to_en=None,
            basis=None,
            basis_zh=_BASES[basis][0],
            basis_en=_BASES[basis][1],
            cost_fen=None,
            cost_steps=None,
            points_missing=None,
            score_before=exact(now.score),
            score_after=None,
            changes=[],
            others=[_change(one) for one in others[:_OTHERS]],
            reason_zh=zh,
            reason_en=en,
        )
    names = level_names(pack, found.level_to)
    in_fen = found.basis in (Basis.ESTIMATES, Basis.PACK)
    return LiftView(
        level_from=found.level_from,
        level_to=found.level_to,
        level_to_zh=names[0],
        level_to_en=names[1],
        basis=found.basis.value,
        basis_zh=_BASES[found.basis][0],
        basis_en=_BASES[found.basis][1],
        cost_fen=found.cost if in_fen else None,
        cost_steps=None if in_fen else found.cost,
        points_missing=exact(found.points_missing),
        score_before=exact(found.score_before),
        score_after=exact(found.score_after),
        changes=[_change(one) for one in found.changes],
        others=[_change(one) for one in others[:_OTHERS]],
        reason_zh=f"以下改进合起来即可达到{names[0]},且总代价最低。",
        reason_en=f"These changes together reach {names[1]}, at the least cost of all.",
    )


_BASES = {
    Basis.ESTIMATES: ("按企业自己的估算(元)", "by the enterprise's own estimates, in money"),
    Basis.PACK: ("按政策包中的估算(元)", "by the pack's estimates, in money"),
    Basis.EFFORT: ("按政策包中的投入度", "by the pack's efforts, without money"),
    Basis.STEPS: ("按改进步数,不含金额", "by the number of steps, without money"),
}
_NO_PLAN = {
    Unreachable.TOP: ("已是最高等级。", "This is the highest level already."),
    Unreachable.OPEN: (
        "政策包未填写上一等级的门槛,无法计算。",
        "The pack leaves the next level's numbers empty: nothing can be computed before they are filled in.",
    ),
    Unreachable.UNPRICED: ("现有改进项不足以达到上一等级。", "No changes that are known reach the next level."),
    Unreachable.TOO_FAR: ("现有改进项不足以达到上一等级。", "No changes that are known reach the next level."),
}


def _check(pack: PolicyPack, check: LevelCheck) -> LevelCheckView:
    level = pack.levels_by_number[check.rule.level]
    zh, en = _reasons(check)
    return LevelCheckView(
        level=check.rule.level,
        name_zh=check.rule.name_zh,
        name_en=check.rule.name_en,
        holds=check.holds,
        score_min=None if check.rule.score_min is None else exact(check.rule.score_min),
        score_holds=check.score_holds,
        gates=[
            GateCheckView(
                at_level=gate.gate.scenario_level,
                count=gate.count,
                at_least=gate.gate.count,
                constrained=gate.constrained,
                constrained_at_least=gate.gate.constrained,
                holds=gate.holds,
                confidence=level.gates[number].confidence.value,
            )
            for number, gate in enumerate(check.gates)
        ],
        reason_zh=zh,
        reason_en=en,
        confidence=level.confidence.value,
    )


def _reasons(check: LevelCheck) -> tuple[str, str]:
    score = format(exact(check.score), "f")
    if check.rule.score_min is None:
        parts = [("得分门槛未填写", "the score's minimum is left empty")]
    else:
        least = format(exact(check.rule.score_min), "f")
        parts = [
            (f"得分{score},达到{least}", f"the score {score} is at least {least}")
            if check.score_holds
            else (f"得分{score},未达到{least}", f"the score {score} is below {least}")
        ]
    parts += [_gate_reason(gate) for gate in check.gates]
    return ";".join(zh for zh, _ in parts) + "。", "; ".join(en for _, en in parts) + "."


def _gate_reason(gate: GateCheck) -> tuple[str, str]:
    level, count, constrained = gate.gate.scenario_level, gate.gate.count, gate.gate.constrained
    if count is None or constrained is None:
        return f"{level}级场景数门槛未填写", f"the count of scenarios at level {level} is left empty"
    verdict_zh, verdict_en = ("满足", "enough") if gate.holds else ("不满足", "not enough")
    zh = f"{level}级及以上场景{gate.count}个(要求{count}个),其中约束性{gate.constrained}个(要求{constrained}个)"
    en = f"{gate.count} scenarios at level {level} or above ({count} asked), {gate.constrained} of them constrained"
    return f"{zh},{verdict_zh}", f"{en} ({constrained} asked): {verdict_en}"


def _node(pack: PolicyPack, node: ScoredNode, variant: str | None) -> ScoreNodeView:
    shown: SheetNode = node.item if isinstance(node, ScoredItem) else node.branch
    parts = () if isinstance(node, ScoredItem) else node.parts
    score = None if isinstance(node, ScoredItem) and not node.answered else exact(node.points)
    source = pack.items_by_id.get(shown.id) or pack.branches_by_id.get(shown.id)
    weight = None if source is None else source.weight_in(variant)
    return ScoreNodeView(
        id=shown.id,
        name_zh=shown.name_zh,
        name_en=shown.name_en,
        score=score,
        of=exact(shown.points),
        confidence=None if weight is None else weight.confidence.value,
        children=[_node(pack, part, variant) for part in parts],
    )


def _radar(top: Sequence[ScoredNode]) -> list[RadarAxisView]:
    """One axis a branch of the second storey, where there is one: the first has too few to make a picture."""
    axes = [part for node in top for part in (node.parts if isinstance(node, ScoredBranch) else (node,))]
    found = []
    for node in axes if len(axes) > len(top) else top:
        shown = node.item if isinstance(node, ScoredItem) else node.branch
        if shown.points:
            found.append(
                RadarAxisView(
                    id=shown.id,
                    name_zh=shown.name_zh,
                    name_en=shown.name_en,
                    percent=exact(Fraction(round(node.points * 1000 / shown.points), 10)),
                )
            )
    return found


def _gaps(sheet: Sheet, assessed: Assessed, answers: Answers) -> list[GapView]:
    items = [
        GapView(
            kind="item",
            id=one.item.id,
            name_zh=one.item.name_zh,
            name_en=one.item.name_en,
            missing=exact(one.item.points - one.points),
            of=exact(one.item.points),
            level=None,
            top=None,
        )
        for one in sorted(assessed.items, key=lambda one: one.points - one.item.points)
        if one.points < one.item.points
    ]
    scenarios = [
        GapView(
            kind="scenario",
            id=one.id,
            name_zh=one.name_zh,
            name_en=one.name_en,
            missing=None,
            of=None,
            level=answers.scenarios.get(one.id, 0),
            top=one.top,
        )
        for one in sheet.scenarios
        if answers.scenarios.get(one.id, 0) < one.top
    ]
    return [*items, *scenarios]


def _graded(entry: GradedAnswer) -> GradedAnswerView:
    return GradedAnswerView(
        voice=entry.voice.value,
        grade=entry.grade.value,
        points=None if entry.points is None else exact(entry.points),
        text_zh=entry.zh,
        text_en=entry.en,
        documents=list(entry.documents),
        claim_ids=list(entry.claim_ids),
        claim_id=next(iter(entry.claim_ids), None),
        demonstration=entry.demonstration,
    )


def _unusable(finding: MachineFinding, naming: Naming) -> UnusableView:
    return UnusableView(
        claim_ids=list(finding.claim_ids),
        claims=naming.claims(finding.claim_ids),
        reasons_zh=[reason.zh for reason in finding.shortcomings],
        reasons_en=[reason.en for reason in finding.shortcomings],
    )


def _change(change: Change) -> LiftChangeView:
    return LiftChangeView(
        kind=change.kind,
        id=change.id,
        name_zh=change.name_zh,
        name_en=change.name_en,
        from_zh=change.from_zh,
        from_en=change.from_en,
        to=change.to,
        to_zh=change.to_zh,
        to_en=change.to_en,
        gain=exact(change.gain),
        cost=change.cost,
        more=change.more,
    )
