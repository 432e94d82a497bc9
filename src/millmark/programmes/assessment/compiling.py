"""From a pack as its office wrote it to a sheet ready for scoring."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.errors import NotAssessable
from millmark.programmes.assessment.scoring import Assessed, score_one
from millmark.programmes.assessment.sheet import (
    CountGate,
    Degree,
    LevelRule,
    Sheet,
    SheetBranch,
    SheetItem,
    SheetNode,
    SheetOption,
    SheetRequirement,
    SheetScenario,
)
from millmark.programmes.packs import Branch, Item, PolicyPack, Ratio, RuleKind

_PERCENT = Fraction(1, 100)


def sheet_of(pack: PolicyPack, variant: str | None = None) -> Sheet:
    """The sheet of one variant of the pack (None: of a pack without variants).

    Raises `NotAssessable` when the pack asks no questions, or the variant is none of its own.
    """
    _demand_variant(pack, variant)
    if not pack.has_assessment:
        raise NotAssessable(f"pack {pack.ref} asks no questions: its levels come from conditions, not from answers")
    cumulative = pack.rule is not None and pack.rule.kind is RuleKind.CUMULATIVE
    # A cumulative score counts every level once, each from 0 to 1; another is out of 100.
    full = Fraction(len(pack.levels)) if cumulative else Fraction(100)
    compiler = _Compiler(pack, variant, tuple(sorted(level.number for level in pack.levels)) if cumulative else ())
    return Sheet(
        root=compiler.root(full) if pack.items else None,
        scenarios=tuple(
            SheetScenario(one.id, one.name_zh, one.name_en, one.constrained, max(level.level for level in one.levels))
            for one in pack.scenarios
        ),
        levels=tuple(
            LevelRule(
                level.number,
                level.name_zh,
                level.name_en,
                None if level.score_min is None else Fraction(level.score_min),
                tuple(CountGate(gate.at_level, gate.at_least, gate.constrained_at_least) for gate in level.gates),
            )
            for level in sorted(pack.levels, key=lambda level: level.number)
        ),
        full=full,
        degrees={
            one.id: Degree(one.id, one.name_zh, one.name_en, Fraction(one.share))
            for one in (() if pack.rule is None else pack.rule.degrees)
        },
        pass_mark=Fraction(0 if pack.rule is None or pack.rule.passes_at is None else pack.rule.passes_at),
    )


def assess(pack: PolicyPack, answers: Answers, variant: str | None = None) -> Assessed:
    """Scores answers to a pack; raises `NotAssessable` and `InvalidAnswers`."""
    return score_one(sheet_of(pack, variant), answers)


def scale_of(item: Item) -> Fraction:
    """What a ratio is multiplied by before it is looked up in the item's bands."""
    if isinstance(item.derived, Ratio):
        return Fraction(item.derived.scale)
    return Fraction(100) if item.unit == "%" else Fraction(1)


def _demand_variant(pack: PolicyPack, variant: str | None) -> None:
    known = [one.id for one in pack.variants]
    if variant is None and known:
        raise NotAssessable(f"pack {pack.ref} has a table of weights for each of {', '.join(known)}: say which")
    if variant is not None and variant not in known:
        raise NotAssessable(f"pack {pack.ref} has no variant {variant!r}; it has {', '.join(known) or 'none'}")


class _Compiler:
    """`levels` are the levels of a cumulative pack, none for another."""

    def __init__(self, pack: PolicyPack, variant: str | None, levels: tuple[int, ...]) -> None:
        self._pack = pack
        self._variant = variant
        self._levels = levels

    def root(self, full: Fraction) -> SheetBranch:
        header = self._pack.header
        return SheetBranch("", header.name_zh, header.name_en, full, self._parts(None, full))

    def _parts(self, branch: str | None, points: Fraction) -> tuple[SheetNode, ...]:
        return tuple(self._node(node, points) for node in self._pack.children(branch, self._variant))

    def _node(self, node: Branch | Item, parent_points: Fraction) -> SheetNode:
        weight = node.weight_in(self._variant)
        assert weight is not None  # noqa: S101 - `children` leaves out what does not count
        points = parent_points * Fraction(weight.percent) * _PERCENT
        if isinstance(node, Branch):
            return SheetBranch(node.id, node.name_zh, node.name_en, points, self._parts(node.id, points))
        options = tuple(self._options(node))
        requirements = tuple(self._requirements(node, points)) if self._levels else ()
        return SheetItem(node.id, node.name_zh, node.name_en, node.kind, points, options, requirements)

    def _options(self, item: Item) -> list[SheetOption]:
        scale = scale_of(item)
        return [
            SheetOption(
                option.id,
                option.name_zh,
                option.name_en,
                Fraction(option.share) * _PERCENT,
                option.excludes_others,
                _edge(option.above, scale),
                _edge(option.up_to, scale),
            )
            for option in item.options
        ]

    def _requirements(self, item: Item, points: Fraction) -> list[SheetRequirement]:
        """`points` are those of all levels together."""
        texts = {one.id: (one.text_zh, one.text_en) for one in item.requirements}
        found = []
        for level in self._levels:
            ids = item.requirement_ids(level)
            each = points / len(self._levels) / len(ids)
            for one in ids:
                text_zh, text_en = texts.get(one, (item.name_zh, item.name_en))
                found.append(SheetRequirement(one, text_zh, text_en, level, each))
        return found


def _edge(value: Decimal | None, scale: Fraction) -> Fraction | None:
    return None if value is None else Fraction(value) / scale
