"""Packs as the API shows them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from millmark.programmes.assessment.compiling import sheet_of
from millmark.programmes.assessment.sheet import Sheet
from millmark.programmes.packs import (
    Binding,
    Branch,
    ClaimCondition,
    Condition,
    Eligibility,
    Item,
    PolicyPack,
    Ratio,
    Scenario,
    ValueCondition,
)
from millmark.web.shapes.packs import (
    AskedFactView,
    CostCategoryView,
    DegreeView,
    DocumentAskedView,
    EvidenceView,
    ExclusionView,
    GateView,
    LabelView,
    LevelSourceView,
    LevelView,
    MoneyView,
    NamedView,
    OptionView,
    PackSummaryView,
    PackView,
    QuestionView,
    RequirementView,
    ScenarioLevelView,
    ScenarioView,
    SourceView,
    TextRuleView,
    TierView,
    confidence_texts,
)

_SIX = Decimal("0.000001")


def exact(value: Fraction) -> Decimal:
    """A fraction as people read it, to a millionth and without trailing zeros."""
    found = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_SIX)
    return found.to_integral_value() if found == found.to_integral_value() else found.normalize()


def pack_summary(pack: PolicyPack) -> PackSummaryView:
    header = pack.header
    return PackSummaryView(
        id=pack.id,
        edition=pack.edition,
        digest=pack.ref.digest,
        kind=header.kind.value,
        name_zh=header.name_zh,
        name_en=header.name_en,
        summary_zh=header.summary_zh,
        summary_en=header.summary_en,
        valid_from=header.valid_from,
        valid_to=header.valid_to,
        is_demonstration=header.is_demonstration,
        has_questions=pack.has_assessment,
        has_money=pack.money is not None,
        variants=[NamedView(id=one.id, name_zh=one.name_zh, name_en=one.name_en) for one in pack.variants],
    )


def pack_view(pack: PolicyPack, variant: str | None) -> PackView:
    """The whole pack; raises `NotAssessable` for a variant it does not have."""
    chosen = variant if variant is not None or not pack.variants else pack.variants[0].id
    sheet = sheet_of(pack, chosen) if pack.has_assessment else None
    return PackView(
        pack=pack_summary(pack),
        weights_of=chosen,
        level_source=None
        if pack.level_source is None
        else LevelSourceView(pack=pack.level_source.pack, edition=pack.level_source.edition),
        sources=[
            SourceView(
                id=one.id,
                title_zh=one.title_zh,
                title_en=one.title_en,
                number=one.number,
                issuer_zh=one.issuer_zh,
                issuer_en=one.issuer_en,
                issued_on=one.issued_on,
                url=one.url,
                confidence=one.confidence.value,
                note_zh=one.note_zh,
                note_en=one.note_en,
            )
            for one in pack.sources
        ],
        rule_kind=None if pack.rule is None else pack.rule.kind.value,
        below_zh="" if pack.rule is None else pack.rule.below_zh,
        below_en="" if pack.rule is None else pack.rule.below_en,
        full=None if sheet is None else exact(sheet.full),
        questions=[] if sheet is None else _questions(pack, sheet, chosen, None, sheet.full),
        groups=[NamedView(id=one.id, name_zh=one.name_zh, name_en=one.name_en) for one in pack.groups],
        scenarios=[_scenario(pack, one) for one in pack.scenarios],
        levels=_levels(pack),
        degrees=[
            DegreeView(id=one.id, name_zh=one.name_zh, name_en=one.name_en, share=one.share, label=LabelView.of(one))
            for one in (() if pack.rule is None else pack.rule.degrees)
        ],
        facts=_facts(pack),
        eligibility=[_text_rule(one) for one in pack.eligibility],
        conditions=[_text_rule(one) for one in pack.conditions],
        money=_money(pack),
        documents=[
            DocumentAskedView(
                id=one.id,
                stage=one.stage,
                name_zh=one.name_zh,
                name_en=one.name_en,
                required=one.required,
                media_types=list(one.media_types),
                max_megabytes=one.max_megabytes,
                label=LabelView.of(one),
            )
            for one in pack.documents
        ],
    )


def _questions(
    pack: PolicyPack, sheet: Sheet, variant: str | None, parent: str | None, points: Fraction
) -> list[QuestionView]:
    return [_question(pack, sheet, variant, node, points) for node in pack.children(parent, variant)]


def _question(
    pack: PolicyPack, sheet: Sheet, variant: str | None, node: Branch | Item, parent_points: Fraction
) -> QuestionView:
    weight = node.weight_in(variant)
    assert weight is not None  # noqa: S101 - `children` leaves out what does not count
    points = parent_points * Fraction(weight.percent) / 100
    label = LabelView.of(node).model_copy(update=confidence_texts(weight.confidence))
    view = QuestionView(
        id=node.id,
        name_zh=node.name_zh,
        name_en=node.name_en,
        help_zh=node.help_zh,
        help_en=node.help_en,
        weight=weight.percent,
        points=exact(points),
        label=label,
        kind=None,
        unit="",
        options=[],
        requirements=[],
        numerator=None,
        denominator=None,
        evidence=[],
        children=[],
    )
    if isinstance(node, Branch):
        return view.model_copy(update={"children": _questions(pack, sheet, variant, node.id, points)})
    derived = node.derived if isinstance(node.derived, Ratio) else None
    asked = next(one for one in sheet.items if one.id == node.id)
    return view.model_copy(
        update={
            "kind": node.kind.value,
            "unit": node.unit,
            "options": [_option(node, number, points) for number in range(len(node.options))],
            "requirements": [
                RequirementView(id=one.id, level=one.level, text_zh=one.text_zh, text_en=one.text_en)
                for one in asked.requirements
            ],
            "numerator": None if derived is None else derived.numerator,
            "denominator": None if derived is None else derived.denominator,
            "evidence": [_evidence(one) for one in pack.bindings if one.item == node.id],
        }
    )


def _option(item: Item, number: int, points: Fraction) -> OptionView:
    option = item.options[number]
    return OptionView(
        id=option.id,
        name_zh=option.name_zh,
        name_en=option.name_en,
        share=option.share,
        points=exact(points * Fraction(option.share) / 100),
        exclusive=option.excludes_others,
        above=option.above,
        up_to=option.up_to,
        trend=None if option.trend is None else option.trend.value,
        label=LabelView.of(option),
    )


def _evidence(binding: Binding) -> EvidenceView:
    return EvidenceView(
        measure=binding.measure,
        formula_version=binding.formula_version,
        answers=binding.answers.value,
        level=binding.level,
        period_days_min=binding.period_days_min,
        period_days_max=binding.period_days_max,
        min_coverage=binding.min_coverage,
        label=LabelView.of(binding),
    )


def _scenario(pack: PolicyPack, scenario: Scenario) -> ScenarioView:
    label = LabelView.of(scenario)
    if scenario.constrained_confidence is not None:
        label = label.model_copy(update=confidence_texts(scenario.constrained_confidence))
    return ScenarioView(
        id=scenario.id,
        group=scenario.group,
        name_zh=scenario.name_zh,
        name_en=scenario.name_en,
        constrained=scenario.constrained,
        label=label,
        levels=[
            ScenarioLevelView(
                level=one.level,
                text_zh=one.text_zh,
                text_en=one.text_en,
                generic=one.generic,
                label=LabelView.of(one),
            )
            for one in scenario.levels
        ],
        evidence=[_evidence(one) for one in pack.bindings if one.scenario == scenario.id],
    )


def _levels(pack: PolicyPack) -> list[LevelView]:
    return [
        LevelView(
            number=level.number,
            id=level.id,
            name_zh=level.name_zh,
            name_en=level.name_en,
            meaning_zh=level.meaning_zh,
            meaning_en=level.meaning_en,
            score_min=level.score_min,
            gates=[
                GateView(
                    at_level=gate.at_level,
                    at_least=gate.at_least,
                    constrained_at_least=gate.constrained_at_least,
                    label=LabelView.of(gate),
                )
                for gate in level.gates
            ],
            label=LabelView.of(level),
        )
        for level in sorted(pack.levels, key=lambda level: level.number)
    ]


def _facts(pack: PolicyPack) -> list[AskedFactView]:
    return [
        AskedFactView(
            id=fact.id,
            type=fact.type.value,
            unit=fact.unit,
            name_zh=fact.name_zh,
            name_en=fact.name_en,
            help_zh=fact.help_zh,
            help_en=fact.help_en,
            minimum=fact.minimum,
            maximum=fact.maximum,
            choices=[NamedView(id=one.id, name_zh=one.name_zh, name_en=one.name_en) for one in fact.choices],
            label=LabelView.of(fact),
        )
        for fact in pack.facts
    ]


def _text_rule(rule: Condition | Eligibility) -> TextRuleView:
    has_threshold = isinstance(rule, ClaimCondition | ValueCondition)
    return TextRuleView(
        id=rule.id,
        kind="eligibility" if isinstance(rule, Eligibility) else rule.kind,
        text_zh=rule.text_zh,
        text_en=rule.text_en,
        levels=[] if isinstance(rule, Eligibility) else list(rule.levels),
        has_threshold=has_threshold,
        threshold=rule.threshold if isinstance(rule, ClaimCondition | ValueCondition) else None,
        label=LabelView.of(rule),
    )


def _money(pack: PolicyPack) -> MoneyView | None:
    if pack.money is None:
        return None
    rule = pack.money.rule
    return MoneyView(
        kind=rule.kind.value,
        amount_fen=rule.amount_fen,
        percent=rule.percent,
        cap_fen=rule.cap_fen,
        average_fen=rule.average_fen,
        min_level=rule.min_level,
        tiers=[
            TierView(level=one.level, amount_fen=one.amount_fen, up_to=one.up_to, label=LabelView.of(one))
            for one in pack.money.tiers
        ],
        cost_categories=[
            CostCategoryView(
                id=one.id, name_zh=one.name_zh, name_en=one.name_en, eligible=one.eligible, label=LabelView.of(one)
            )
            for one in pack.money.cost_categories
        ],
        exclusions=[
            ExclusionView(id=one.id, text_zh=one.text_zh, text_en=one.text_en, label=LabelView.of(one))
            for one in pack.money.exclusions
        ],
        label=LabelView.of(rule),
    )
