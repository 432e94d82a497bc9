"""The three grades of evidence side by side: what was said, what was looked at, what machines prove; and where they
differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from millmark.programmes.assessment.answers import Answers, Chosen, ItemAnswer, Ratio, Ticked
from millmark.programmes.assessment.kept import AssessedKind, Assessment
from millmark.programmes.assessment.machines import MachineFinding
from millmark.programmes.assessment.scoring import options_of, points_of
from millmark.programmes.assessment.sheet import Sheet, SheetItem, SheetScenario
from millmark.programmes.grade import Grade

NOTABLE = Fraction(1, 20)
"""From how far apart two shares in the same band are worth a remark."""


class Voice(StrEnum):
    """Who gives an answer."""

    SELF = "self"
    EXPERT = "expert"
    MACHINE = "machine"

    @property
    def says_zh(self) -> str:
        return {Voice.SELF: "企业自评", Voice.EXPERT: "专家现场评测", Voice.MACHINE: "机器数据"}[self]

    @property
    def says_en(self) -> str:
        return {
            Voice.SELF: "the enterprise says",
            Voice.EXPERT: "the expert found",
            Voice.MACHINE: "the machines say",
        }[self]


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """One voice's answer to one item or scenario, with what backs it."""

    voice: Voice
    grade: Grade
    answer: ItemAnswer | int
    points: Fraction | None
    zh: str
    en: str
    documents: tuple[str, ...] = ()
    claim_ids: tuple[str, ...] = ()
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Two voices that do not say the same; `changes_points` tells a different option from a remark."""

    first: Voice
    second: Voice
    changes_points: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One item or scenario with every answer that there is, weakest grade first.

    `unusable` are findings of machines that prove nothing here, with their shortcomings.
    """

    id: str
    name_zh: str
    name_en: str
    kind: str
    full: Fraction | None
    entries: tuple[GradedAnswer, ...]
    differences: tuple[Difference, ...]
    unusable: tuple[MachineFinding, ...] = ()


def compare(
    sheet: Sheet,
    own: Assessment | None,
    expert: Assessment | None,
    findings: Sequence[MachineFinding],
) -> list[Compared]:
    """Every item and scenario in the order asked; `findings` are those of the pack's bindings for the enterprise."""
    voices = [(Voice.SELF, own), (Voice.EXPERT, expert)]
    rows = []
    for item in sheet.items:
        of_item = [one for one in findings if one.binding.item == item.id]
        entries = [
            _item_entry(item, voice, one) for voice, one in voices if one is not None and item.id in one.answers.items
        ]
        entries += [_machine_entry(item, one) for one in of_item if one.ratio is not None]
        rows.append(_compared(item.id, item.name_zh, item.name_en, "item", item.points, entries, of_item, item))
    for scenario in sheet.scenarios:
        of_scenario = [one for one in findings if one.binding.scenario == scenario.id]
        entries = [
            _scenario_entry(scenario, voice, one)
            for voice, one in voices
            if one is not None and scenario.id in one.answers.scenarios
        ]
        entries += [_supported_entry(one) for one in of_scenario if one.level is not None]
        rows.append(
            _compared(scenario.id, scenario.name_zh, scenario.name_en, "scenario", None, entries, of_scenario, None)
        )
    return rows


def strongest(sheet: Sheet, own: Answers, expert: Answers | None, findings: Sequence[MachineFinding]) -> Answers:
    """The answers as far as they are proven best: a machine's before an expert's before the enterprise's own."""
    items: dict[str, ItemAnswer] = {**own.items, **({} if expert is None else expert.items)}
    known = {item.id: item for item in sheet.items}
    for one in findings:
        target = known.get(one.binding.item or "")
        if one.ratio is not None and target is not None and points_band(target, one.ratio):
            items[target.id] = one.ratio
    scenarios = {**own.scenarios, **({} if expert is None else expert.scenarios)}
    requirements = {**own.requirements, **({} if expert is None else expert.requirements)}
    return Answers(items, scenarios, requirements)


def points_band(item: SheetItem, ratio: Ratio) -> bool:
    """Whether a ratio lies in one of the item's bands at all."""
    return ratio.share is not None and item.band_of(ratio.share) is not None


def _compared(
    row_id: str,
    name_zh: str,
    name_en: str,
    kind: str,
    full: Fraction | None,
    entries: Sequence[GradedAnswer],
    findings: Sequence[MachineFinding],
    item: SheetItem | None,
) -> Compared:
    differences = [
        difference
        for number, first in enumerate(entries)
        for second in entries[number + 1 :]
        if (difference := _difference(item, first, second)) is not None
    ]
    unusable = tuple(one for one in findings if not one.answers)
    return Compared(row_id, name_zh, name_en, kind, full, tuple(entries), tuple(differences), unusable)


def _item_entry(item: SheetItem, voice: Voice, assessment: Assessment) -> GradedAnswer:
    answer = assessment.answers.items[item.id]
    documents = assessment.documents.get(item.id, ())
    zh, en = _told(item, answer)
    source = assessment.sources.get(item.id)
    return GradedAnswer(
        voice,
        source.grade if source is not None else _grade(assessment.kind, documents),
        answer,
        points_of(item, answer),
        zh,
        en,
        documents,
        () if source is None else source.refs,
        source is not None and source.demonstration,
    )


def _scenario_entry(scenario: SheetScenario, voice: Voice, assessment: Assessment) -> GradedAnswer:
    level = assessment.answers.scenarios[scenario.id]
    documents = assessment.documents.get(scenario.id, ())
    return GradedAnswer(
        voice, _grade(assessment.kind, documents), level, None, f"{level}级", f"level {level}", documents
    )


def _machine_entry(item: SheetItem, finding: MachineFinding) -> GradedAnswer:
    assert finding.ratio is not None  # noqa: S101 - the caller chose those with one
    zh, en = _told(item, finding.ratio)
    return GradedAnswer(
        Voice.MACHINE,
        finding.grade,
        finding.ratio,
        points_of(item, finding.ratio),
        zh,
        en,
        claim_ids=finding.claim_ids,
        demonstration=finding.demonstration,
    )


def _supported_entry(finding: MachineFinding) -> GradedAnswer:
    level = finding.level or 0
    return GradedAnswer(
        Voice.MACHINE,
        finding.grade,
        level,
        None,
        f"支持{level}级(部分要求)",
        f"supports level {level} in part",
        claim_ids=finding.claim_ids,
        demonstration=finding.demonstration,
    )


def _grade(kind: AssessedKind, documents: Sequence[str]) -> Grade:
    """Looking at it on site is worth a document."""
    return Grade.DOCUMENT_BACKED if documents or kind is AssessedKind.EXPERT else Grade.SELF_REPORTED


def _difference(item: SheetItem | None, first: GradedAnswer, second: GradedAnswer) -> Difference | None:
    if item is None:
        # A claim supports a level in part: it contradicts nobody who reached a higher one, nor proves the rest.
        if Voice.MACHINE in (first.voice, second.voice) or first.answer == second.answer:
            return None
        return _differs(first, second, changes_points=True, name_zh="", name_en="")
    if isinstance(first.answer, int) or isinstance(second.answer, int):
        return None
    same = options_of(item, first.answer) == options_of(item, second.answer)
    if same and not _far_apart(first.answer, second.answer):
        return None
    return _differs(first, second, changes_points=not same, name_zh=item.name_zh, name_en=item.name_en)


def _differs(
    first: GradedAnswer, second: GradedAnswer, *, changes_points: bool, name_zh: str, name_en: str
) -> Difference:
    zh = f"{name_zh}:{first.voice.says_zh}为{first.zh};{second.voice.says_zh}为{second.zh}。".removeprefix(":")
    en = f"{name_en}: {first.voice.says_en} {first.en}; {second.voice.says_en} {second.en}.".removeprefix(": ")
    return Difference(first.voice, second.voice, changes_points, zh, en)


def _far_apart(first: ItemAnswer, second: ItemAnswer) -> bool:
    if not isinstance(first, Ratio) or not isinstance(second, Ratio) or first.share is None or second.share is None:
        return False
    return abs(first.share - second.share) > NOTABLE


def _told(item: SheetItem, answer: ItemAnswer) -> tuple[str, str]:
    """An answer in the words of the pack; a ratio as a percentage with its two counts."""
    match answer:
        case Ratio(numerator, denominator):
            share = "–" if answer.share is None else f"{_percent(answer.share)}%"
            counts = f"{format(numerator, 'f')}/{format(denominator, 'f')}"
            return f"{share}({counts})", f"{share} ({counts})"
        case Chosen() | Ticked():
            options = options_of(item, answer)
            none = ("无", "none") if isinstance(answer, Ticked) else ("未知", "unknown")
            return (
                "、".join(option.name_zh for option in options) or none[0],
                "; ".join(option.name_en for option in options) or none[1],
            )


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f}".removesuffix(".0")
