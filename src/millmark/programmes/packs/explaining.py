"""A pack as a page that a person reads: everything it asks, pays and proves, with how sure each number is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

from millmark.measures import NAMES
from millmark.programmes.packs.asked import (
    ClaimCondition,
    Condition,
    FactCondition,
    LevelCondition,
    RecognitionCondition,
    ValueCondition,
)
from millmark.programmes.packs.bindings import Binding
from millmark.programmes.packs.labelled import confidences, labelled_tables
from millmark.programmes.packs.labels import Confidence, Labelled
from millmark.programmes.packs.levels import Level, RuleKind
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.money import Money, MoneyKind
from millmark.programmes.packs.questions import Branch, Item, ItemKind

Language = Literal["zh", "en"]


def explain(pack: PolicyPack, language: Language) -> str:
    """The page in Markdown."""
    return "\n".join(_Page(pack, language).lines()) + "\n"


class _Page:
    """One page in one language; lives while it is written."""

    def __init__(self, pack: PolicyPack, language: Language) -> None:
        self._pack = pack
        self._zh = language == "zh"

    def lines(self) -> Iterator[str]:
        yield from self._identity()
        yield from self._labels()
        yield from self._facts()
        yield from self._tree()
        yield from self._scenarios()
        yield from self._levels()
        yield from self._conditions()
        yield from self._money()
        yield from self._stages()
        yield from self._evidence()

    def _say(self, zh: str, en: str) -> str:
        return zh if self._zh else en

    def _name(self, table: object, stem: str = "name") -> str:
        return str(getattr(table, f"{stem}_zh" if self._zh else f"{stem}_en"))

    def _label(self, table: Labelled) -> str:
        return f"[{table.confidence}]"

    def _note(self, table: Labelled) -> Iterator[str]:
        if note := self._name(table, "note"):
            yield f"  - {self._say('说明', 'Note')}: {note}"

    def _head(self, zh: str, en: str) -> Iterator[str]:
        yield ""
        yield f"## {self._say(zh, en)}"
        yield ""

    def _identity(self) -> Iterator[str]:
        pack = self._pack
        yield f"# {self._name(pack.header)}"
        yield ""
        yield self._name(pack.header, "summary")
        yield ""
        until = pack.header.valid_to or self._say("另行通知为止", "further notice")
        yield f"- {self._say('政策包', 'Pack')}: {pack.ref}"
        yield f"- {self._say('有效期', 'Valid')}: {pack.header.valid_from} – {until}"
        yield f"- {self._say('文件摘要', 'Digest')}: `{pack.ref.digest}`"
        if pack.header.is_demonstration:
            yield f"- {self._say('仅供演示', 'For demonstration only')}"
        yield from self._head("依据", "Sources")
        for source in pack.sources:
            number = f", {source.number}" if source.number else ""
            issued = f", {source.issued_on}" if source.issued_on else ""
            yield f"- {self._name(source, 'title')}{number}{issued} [{source.confidence}] {source.url}".rstrip()
            if note := self._name(source, "note"):
                yield f"  - {note}"

    def _labels(self) -> Iterator[str]:
        yield from self._head("可信度标注", "How sure each number is")
        counted = confidences(self._pack)
        for one in Confidence:
            if counted.get(one):
                yield f"- [{one}] {one.name_zh if self._zh else one.name_en}: {counted[one]}"
        empty = [table for _, table, one in labelled_tables(self._pack) if _is_empty(one)]
        if empty:
            yield f"- {self._say('阈值留空(无法判定)', 'Thresholds left empty (not decidable)')}: {', '.join(empty)}"

    def _facts(self) -> Iterator[str]:
        if not self._pack.facts:
            return
        yield from self._head("需要填报的数据", "Facts asked")
        for fact in self._pack.facts:
            unit = f" ({fact.unit})" if fact.unit else ""
            yield f"- {self._name(fact)}{unit} `{fact.id}` {self._label(fact)}"
            if text := self._name(fact, "help"):
                yield f"  - {text}"

    def _tree(self) -> Iterator[str]:
        if not self._pack.items:
            return
        for variant in [one.id for one in self._pack.variants] or [""]:
            named = f": {variant}" if variant else ""
            yield from self._head(f"题目与权重{named}", f"Questions and weights{named}")
            cumulative = self._pack.rule is not None and self._pack.rule.kind is RuleKind.CUMULATIVE
            yield from self._under(None, variant or None, Decimal(1 if cumulative else 100), "")

    def _under(self, branch: str | None, variant: str | None, whole: Decimal, indent: str) -> Iterator[str]:
        for node in self._pack.children(branch, variant):
            weight = node.weight_in(variant)
            if weight is None:
                continue
            points = whole * weight.percent / 100
            share = f"{_plain(weight.percent)}% = {_plain(points)} {self._say('分', 'points')} [{weight.confidence}]"
            yield f"{indent}- {self._name(node)}: {share}"
            if isinstance(node, Branch):
                yield from self._under(node.id, variant, points, indent + "  ")
            else:
                yield from self._options(node, points, indent + "  ")

    def _options(self, item: Item, points: Decimal, indent: str) -> Iterator[str]:
        if text := self._name(item, "help"):
            yield f"{indent}- {text}"
        kinds = {
            ItemKind.SINGLE: ("单选", "one of"),
            ItemKind.MULTI: ("多选,得分相加", "any of, shares add up"),
            ItemKind.BANDS: ("按数值所在区间", "by the band of the value"),
            ItemKind.REQUIREMENTS: ("按等级逐级评满足程度", "level by level, how far it is met"),
        }
        yield f"{indent}- {kinds[item.kind][0 if self._zh else 1]}"
        for option in item.options:
            got = f"{_plain(option.share)}% = {_plain(points * option.share / 100)}"
            yield f"{indent}  - {self._name(option)}: {got} {self._label(option)}"

    def _scenarios(self) -> Iterator[str]:
        if not self._pack.scenarios:
            return
        yield from self._head("应用场景", "Scenarios")
        for group in self._pack.groups:
            yield f"### {self._name(group)}"
            yield ""
            for scenario in (one for one in self._pack.scenarios if one.group == group.id):
                bound = self._say("约束性", "constrained") if scenario.constrained else self._say("指导性", "guiding")
                yield f"- {self._name(scenario)} ({bound}) [{scenario.constrained_confidence or scenario.confidence}]"
                for step in scenario.levels:
                    generic = self._say("(通用描述)", " (generic text)") if step.generic else ""
                    yield f"  - {step.level}: {self._name(step, 'text')}{generic} {self._label(step)}"
            yield ""

    def _levels(self) -> Iterator[str]:
        if not self._pack.levels:
            return
        yield from self._head("等级", "Levels")
        for level in self._pack.levels:
            yield f"- {level.number}. {self._name(level)} {self._label(level)}: {self._level(level)}".rstrip(": ")
            for text in (self._name(level, "meaning"), self._name(level, "decided_by")):
                if text:
                    yield f"  - {text}"
            yield from self._note(level)
            for gate in level.gates:
                least, bound = _or_empty(gate.at_least), _or_empty(gate.constrained_at_least)
                zh = f"达到{gate.at_level}级及以上的场景不少于{least}个,其中约束性不少于{bound}个"
                en = f"at least {least} scenarios at level {gate.at_level} or above, {bound} of them constrained"
                yield f"  - {self._say(zh, en)} {self._label(gate)}"
                yield from self._note(gate)

    def _level(self, level: Level) -> str:
        scored = self._pack.rule is not None and self._pack.rule.kind in (
            RuleKind.SCORE_AND_GATES,
            RuleKind.CUMULATIVE,
        )
        if not scored:
            return ""
        least = "" if level.score_min is None else _plain(level.score_min)
        return self._say(f"得分不低于{least or '(空)'}", f"score of at least {least or '(empty)'}")

    def _conditions(self) -> Iterator[str]:
        if self._pack.eligibility:
            yield from self._head("申报资格", "Eligibility")
        for rule in self._pack.eligibility:
            yield f"- {self._name(rule, 'text')} {self._label(rule)}"
            yield f"  - `{rule.expression}`"
            yield from self._note(rule)
        if self._pack.conditions:
            yield from self._head("条件", "Conditions")
        for condition in self._pack.conditions:
            levels = [self._pack.levels_by_number.get(number) for number in condition.levels]
            whose = ", ".join(self._name(level) for level in levels if level is not None)
            asked = f" ({whose})" if whose else ""
            yield f"- {self._name(condition, 'text')}{asked} {self._label(condition)}"
            if said := self._asked(condition):
                yield f"  - {said}"
            yield from self._note(condition)

    def _asked(self, condition: Condition) -> str:
        match condition:
            case ClaimCondition() | ValueCondition():
                threshold = "" if condition.threshold is None else _plain(condition.threshold)
                empty = self._say("(数值未填写,无法判定)", "(number not filled in: not decidable)")
                measured = (
                    self._measure(condition.measure)
                    if isinstance(condition, ClaimCondition)
                    else f"`{condition.expression}`"
                )
                return f"{measured} {condition.comparator} {threshold or empty}{condition.unit if threshold else ''}"
            case FactCondition():
                return f"`{condition.expression}`"
            case LevelCondition():
                return f"{condition.pack}/{condition.edition} >= {condition.at_least}"
            case RecognitionCondition():
                return condition.programme
            case _:
                return ""

    def _measure(self, measure: str) -> str:
        names = NAMES.get(measure, (measure, measure))
        return names[0 if self._zh else 1]

    def _money(self) -> Iterator[str]:
        money = self._pack.money
        if money is None:
            return
        yield from self._head("奖补", "Money")
        yield f"- {self._rule(money)} {self._label(money.rule)}"
        yield from self._note(money.rule)
        for tier in money.tiers:
            most = self._say("不超过", "up to ") if tier.up_to else ""
            yield f"- {tier.level}: {most}{_yuan(tier.amount_yuan)} {self._say('元', 'yuan')} {self._label(tier)}"
        for category in money.cost_categories:
            counts = self._say("计入", "eligible") if category.eligible else self._say("不计入", "not eligible")
            yield f"- {self._name(category)}: {counts} {self._label(category)}"
        for exclusion in money.exclusions:
            yield f"- {self._say('不予支持', 'Excluded')}: {self._name(exclusion, 'text')} {self._label(exclusion)}"
        for split in money.splits:
            least = f" >= {_plain(split.at_least_percent)}%" if split.at_least_percent is not None else ""
            most = f" <= {_plain(split.at_most_percent)}%" if split.at_most_percent is not None else ""
            yield f"- {self._say('资金划分', 'Budget')}: {self._name(split)}{least}{most} {self._label(split)}"
        for part in money.instalments:
            yield f"- {self._name(part)}: {_plain(part.percent)}% ({part.after}) {self._label(part)}"

    def _rule(self, money: Money) -> str:
        rule = money.rule
        match rule.kind:
            case MoneyKind.NONE:
                said = self._say("只认定,不奖补", "A recognition; nothing is paid")
            case MoneyKind.FIXED:
                amount = "" if rule.amount_yuan is None else _yuan(rule.amount_yuan)
                said = self._say(f"每家{amount}元", f"{amount} yuan each")
            case MoneyKind.SHARE:
                percent = "" if rule.percent is None else _plain(rule.percent)
                said = self._say(f"可计入投入的不超过{percent}%", f"up to {percent} % of the eligible input")
            case MoneyKind.TIERS:
                said = self._say("按达到的等级", "by the level reached")
        if rule.min_level is not None:
            said += self._say(f";{rule.min_level}级及以上", f"; level {rule.min_level} or above")
        if rule.cap_yuan is not None:
            said += self._say(f";上限{_yuan(rule.cap_yuan)}元", f"; at most {_yuan(rule.cap_yuan)} yuan")
        if rule.average_yuan is not None:
            said += self._say(f";户均{_yuan(rule.average_yuan)}元", f"; {_yuan(rule.average_yuan)} yuan on average")
        return said

    def _stages(self) -> Iterator[str]:
        if self._pack.stages:
            yield from self._head("阶段与材料", "Stages and documents")
        for stage in self._pack.stages:
            dates = f" {stage.opens_on or ''} – {stage.closes_on or ''}" if stage.opens_on or stage.closes_on else ""
            limit = self._limit(stage.lasts_days, stage.within_months)
            yield f"- {self._name(stage)}{dates}{limit} {self._label(stage)}"
            yield from self._note(stage)
            for document in (one for one in self._pack.documents if one.stage == stage.id):
                optional = "" if document.required else self._say("(可选)", " (optional)")
                yield f"  - {self._name(document)}{optional} {self._label(document)}"
        for quota in self._pack.quotas:
            level = self._pack.levels_by_number.get(quota.level) if quota.level else None
            whose = f"{self._name(level)}, " if level else ""
            yield f"- {whose}{self._name(quota, 'for')}: <= {quota.at_most} {self._label(quota)}"

    def _limit(self, lasts_days: int | None, within_months: int | None) -> str:
        days = "" if lasts_days is None else self._say(f" {lasts_days}天", f" {lasts_days} days")
        months = (
            "" if within_months is None else self._say(f" {within_months}个月内", f" within {within_months} months")
        )
        return days + months

    def _evidence(self) -> Iterator[str]:
        if self._pack.bindings:
            yield from self._head("机器证据", "Evidence of machines")
        for binding in self._pack.bindings:
            most = binding.period_days_max or "∞"
            demand = (
                f"{binding.period_days_min}–{most} {self._say('天', 'days')}, >= {_plain(binding.min_coverage * 100)}%"
            )
            measure = f"{self._measure(binding.measure)} v{binding.formula_version}"
            yield f"- {self._target(binding)}: {measure}, {demand} {self._label(binding)}"
            yield from self._note(binding)

    def _target(self, binding: Binding) -> str:
        tables: Iterable[object | None] = (
            self._pack.items_by_id.get(binding.item or ""),
            self._pack.facts_by_id.get(binding.fact or ""),
            self._pack.scenarios_by_id.get(binding.scenario or ""),
        )
        name = next((self._name(one) for one in tables if one is not None), binding.id)
        return f"{name} {binding.level}" if binding.level else name


def _is_empty(table: Labelled) -> bool:
    return isinstance(table, ClaimCondition | ValueCondition) and table.threshold is None


def _or_empty(number: int | None) -> str:
    return "…" if number is None else str(number)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _yuan(amount: Decimal) -> str:
    return f"{amount:,f}"
