"""Policy packs as questionnaires: every weight, option, gate and threshold with its confidence label."""

from __future__ import annotations

from datetime import date
from typing import Any

from millmark.programmes.packs.labels import Confidence, Labelled
from millmark.web.shapes.shape import ExactNumber, Shape


class LabelView(Shape):
    """How sure the pack is of a number. Only `official` ones may be shown as such."""

    confidence: str
    confidence_zh: str
    confidence_en: str
    official: bool
    source: str | None = None
    note_zh: str = ""
    note_en: str = ""

    @classmethod
    def of(cls, labelled: Labelled) -> LabelView:
        return cls(
            **confidence_texts(labelled.confidence),
            source=labelled.source,
            note_zh=labelled.note_zh,
            note_en=labelled.note_en,
        )


def confidence_texts(confidence: Confidence) -> dict[str, Any]:
    return {
        "confidence": confidence.value,
        "confidence_zh": confidence.name_zh,
        "confidence_en": confidence.name_en,
        "official": confidence.is_official,
    }


class NamedView(Shape):
    id: str
    name_zh: str
    name_en: str


class PackSummaryView(Shape):
    """A pack on the shelf. `has_questions` packs can be assessed, `has_money` ones pay."""

    id: str
    edition: str
    digest: str
    kind: str
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    valid_from: date
    valid_to: date | None
    is_demonstration: bool
    has_questions: bool
    has_money: bool
    variants: list[NamedView]


class BrokenPackView(Shape):
    """A pack that cannot be read, and why."""

    folder: str
    problem: str


class PackList(Shape):
    packs: list[PackSummaryView]
    broken: list[BrokenPackView]


class SourceView(Shape):
    """A document that the pack's numbers come from."""

    id: str
    title_zh: str
    title_en: str
    number: str
    issuer_zh: str
    issuer_en: str
    issued_on: date | None
    url: str
    confidence: str
    note_zh: str
    note_en: str


class OptionView(Shape):
    """A possible answer. `share` is in percent of its item's points, `above` and `up_to` in the item's unit."""

    id: str
    name_zh: str
    name_en: str
    share: ExactNumber
    points: ExactNumber
    exclusive: bool
    above: ExactNumber | None
    up_to: ExactNumber | None
    trend: str | None
    label: LabelView


class EvidenceView(Shape):
    """Which measure proves an item or a scenario's level, and what its claim must bring."""

    measure: str
    formula_version: str
    answers: str
    level: int | None
    period_days_min: int
    period_days_max: int | None
    min_coverage: ExactNumber
    label: LabelView


class RequirementView(Shape):
    id: str
    level: int
    text_zh: str
    text_en: str


class QuestionView(Shape):
    """A branch of the tree with its parts, or (with a `kind`) an item that is answered.

    `weight` is in percent of the parent, `points` of the whole. `numerator` and `denominator` are the ids of the facts
    from which the answer follows, where it does.
    """

    id: str
    name_zh: str
    name_en: str
    help_zh: str
    help_en: str
    weight: ExactNumber
    points: ExactNumber
    label: LabelView
    kind: str | None
    unit: str
    options: list[OptionView]
    requirements: list[RequirementView]
    numerator: str | None
    denominator: str | None
    evidence: list[EvidenceView]
    children: list[QuestionView]


class ScenarioLevelView(Shape):
    """`generic` marks the shape common to all scenarios, where the pack has no text of its own for this one."""

    level: int
    text_zh: str
    text_en: str
    generic: bool
    label: LabelView


class ScenarioView(Shape):
    id: str
    group: str
    name_zh: str
    name_en: str
    constrained: bool
    label: LabelView
    levels: list[ScenarioLevelView]
    evidence: list[EvidenceView]


class GateView(Shape):
    """At least so many scenarios at the level or above, so many of them constrained; null is left empty by the pack."""

    at_level: int
    at_least: int | None
    constrained_at_least: int | None
    label: LabelView


class LevelView(Shape):
    number: int
    id: str
    name_zh: str
    name_en: str
    meaning_zh: str
    meaning_en: str
    score_min: ExactNumber | None
    gates: list[GateView]
    label: LabelView


class DegreeView(Shape):
    id: str
    name_zh: str
    name_en: str
    share: ExactNumber
    label: LabelView


class AskedFactView(Shape):
    """A fact that the pack asks of an enterprise."""

    id: str
    type: str
    unit: str
    name_zh: str
    name_en: str
    help_zh: str
    help_en: str
    minimum: ExactNumber | None
    maximum: ExactNumber | None
    choices: list[NamedView]
    label: LabelView


class TextRuleView(Shape):
    """A condition or eligibility rule in words; `threshold` null with `has_threshold` is one left empty by the pack."""

    id: str
    kind: str
    text_zh: str
    text_en: str
    levels: list[int]
    has_threshold: bool
    threshold: ExactNumber | None
    label: LabelView


class TierView(Shape):
    level: int
    amount_fen: int
    up_to: bool
    label: LabelView


class CostCategoryView(NamedView):
    """What invoices are sorted by; only an `eligible` category counts for a share."""

    eligible: bool
    label: LabelView


class ExclusionView(Shape):
    """Who is not paid, lest the same is paid twice."""

    id: str
    text_zh: str
    text_en: str
    label: LabelView


class MoneyView(Shape):
    """What the programme pays; amounts in fen, `percent` of the eligible cost."""

    kind: str
    amount_fen: int | None
    percent: ExactNumber | None
    cap_fen: int | None
    average_fen: int | None
    min_level: int | None
    tiers: list[TierView]
    cost_categories: list[CostCategoryView]
    exclusions: list[ExclusionView]
    label: LabelView


class DocumentAskedView(Shape):
    id: str
    stage: str
    name_zh: str
    name_en: str
    required: bool
    media_types: list[str]
    max_megabytes: int
    label: LabelView


class LevelSourceView(Shape):
    """The assessment pack whose levels a programme pays for."""

    pack: str
    edition: str


class PackView(Shape):
    """One edition of a pack. `weights_of` is the variant whose weights the tree shows, null for a pack without."""

    pack: PackSummaryView
    weights_of: str | None
    level_source: LevelSourceView | None
    sources: list[SourceView]
    rule_kind: str | None
    below_zh: str
    below_en: str
    full: ExactNumber | None
    questions: list[QuestionView]
    groups: list[NamedView]
    scenarios: list[ScenarioView]
    levels: list[LevelView]
    degrees: list[DegreeView]
    facts: list[AskedFactView]
    eligibility: list[TextRuleView]
    conditions: list[TextRuleView]
    money: MoneyView | None
    documents: list[DocumentAskedView]
