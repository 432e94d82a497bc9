"""What an award comes to: a pure and exact function of a pack's money and what was accepted, every step of it told.

The order of the steps is that of the rules in force: is anything excluded, is the level reached, the sum by tier or
share or the fixed one, the cap, other support deducted, and what the office lowers. All in whole fen; a share is
rounded down, so that no award is ever above its rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from millmark.programmes.money.amount import yuan
from millmark.programmes.packs.labels import Confidence, Labelled
from millmark.programmes.packs.money import CostCategory, Exclusion, Money, MoneyKind, MoneyRule, Tier


@dataclass(frozen=True, slots=True)
class Cost:
    """One accepted cost, e.g. an invoice; `ref` names it for whoever follows the figure down."""

    ref: str
    category: str
    fen: int


@dataclass(frozen=True, slots=True)
class Support:
    """Public money that the enterprise has from elsewhere: an award of `programme`, or a sum it declared."""

    programme: str
    fen: int
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardInputs:
    """Everything that an award depends on.

    `findings` answer those exclusions that are expressions over facts: True excludes, None could not be decided.
    `awards` are the enterprise's other standing awards, `other_support` what is to be deducted where the pack deducts
    it. `lowered_to_fen` is an office's decision to give less, with its reason.
    """

    level: int | None = None
    level_ref: str = ""
    costs: Sequence[Cost] = ()
    awards: Sequence[Support] = ()
    other_support: Sequence[Support] = ()
    findings: Mapping[str, bool | None] = field(default_factory=dict)
    lowered_to_fen: int | None = None
    lowered_because: str = ""


@dataclass(frozen=True, slots=True)
class CalculationStep:
    """One line of the sum: `amount_fen` is what it stands at afterwards; the label says how sure the pack is of it."""

    code: str
    zh: str
    en: str
    amount_fen: int
    refs: tuple[str, ...] = ()
    confidence: Confidence | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Calculation:
    """`unresolved` names what is not known yet: the amount holds only once nothing is left there."""

    amount_fen: int
    steps: tuple[CalculationStep, ...]
    eligible_cost_fen: int
    excluded_by: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()

    @property
    def confidence(self) -> Confidence | None:
        """The least sure of all numbers that the amount rests on."""
        order = list(Confidence)
        labels = [step.confidence for step in self.steps if step.confidence is not None]
        return max(labels, key=order.index, default=None)


def calculate(money: Money, programme: str, inputs: AwardInputs) -> Calculation:
    """The award of one enterprise in `programme` by the pack's `money`."""
    tally = _Tally()
    eligible = _eligible_cost(tally, money.cost_categories, inputs.costs) if money.rule.kind is MoneyKind.SHARE else 0
    excluded = _excluded_by(tally, money, programme, inputs)
    base = _base(tally, money, eligible, inputs)
    if excluded:
        tally.set(0, "excluded", "存在不予支持情形,奖补为0。", "Something excludes the award: nothing is paid.")
    elif base:
        _bounded(tally, money.rule, inputs)
    return Calculation(tally.fen, tuple(tally.steps), eligible, excluded, tuple(tally.unresolved))


class _Tally:
    """The sum as it goes; lives for one calculation."""

    def __init__(self) -> None:
        self.fen = 0
        self.steps: list[CalculationStep] = []
        self.unresolved: list[str] = []

    def set(
        self, fen: int, code: str, zh: str, en: str, refs: Sequence[str] = (), label: Labelled | None = None
    ) -> None:
        self.fen = fen
        confidence, source = (None, None) if label is None else (label.confidence, label.source)
        self.steps.append(CalculationStep(code, zh, en, fen, tuple(refs), confidence, source))

    def note(self, code: str, zh: str, en: str, refs: Sequence[str] = (), label: Labelled | None = None) -> None:
        self.set(self.fen, code, zh, en, refs, label)

    def leave_open(self, what: str, code: str, zh: str, en: str, label: Labelled | None = None) -> None:
        self.unresolved.append(what)
        self.note(code, zh, en, label=label)


def _eligible_cost(tally: _Tally, categories: Sequence[CostCategory], costs: Sequence[Cost]) -> int:
    known = {category.id: category for category in categories}
    total = 0
    for category in categories:
        chosen = [cost for cost in costs if cost.category == category.id]
        if not chosen:
            continue
        fen = sum(cost.fen for cost in chosen)
        refs = [cost.ref for cost in chosen]
        if category.eligible:
            total += fen
            zh, en = f"{category.name_zh}:{yuan(fen)}元,可计入。", f"{category.name_en}: {yuan(fen)} yuan, eligible."
            tally.note("cost_eligible", zh, en, refs, category)
        else:
            zh = f"{category.name_zh}:{yuan(fen)}元,不计入。"
            tally.note("cost_not_eligible", zh, f"{category.name_en}: {yuan(fen)} yuan, not eligible.", refs, category)
    for cost in costs:
        if cost.category not in known:
            zh = f"{cost.ref}:类别{cost.category!r}不在政策包内,不计入。"
            en = f"{cost.ref}: category {cost.category!r} is not in the pack and does not count."
            tally.note("cost_unknown_category", zh, en, [cost.ref])
    return total


def _excluded_by(tally: _Tally, money: Money, programme: str, inputs: AwardInputs) -> tuple[str, ...]:
    found = [one.id for one in money.exclusions if _applies(tally, one, inputs)]
    if money.rule.one_award_per_enterprise:
        same = [award.ref for award in inputs.awards if award.programme == programme]
        if same:
            tally.note(
                "one_award_per_enterprise",
                f"该企业已在本项目获得奖补({'、'.join(same)}),每家企业只奖补一次。",
                f"The enterprise has an award of this programme already ({', '.join(same)}); each gets one.",
                same,
                money.rule,
            )
            found.append("one_award_per_enterprise")
    return tuple(found)


def _applies(tally: _Tally, exclusion: Exclusion, inputs: AwardInputs) -> bool:
    if exclusion.programme is not None:
        refs = [award.ref for award in inputs.awards if award.programme == exclusion.programme]
        found: bool | None = bool(refs)
    else:
        refs, found = [], inputs.findings.get(exclusion.id)
    if found is None:
        zh = f"不予支持情形尚无法判断,请先补充事实:{exclusion.text_zh}"
        en = f"Cannot be decided before the facts are given: {exclusion.text_en}"
        tally.leave_open(f"exclusion:{exclusion.id}", "exclusion_open", zh, en, exclusion)
        return False
    if found:
        tally.note(
            "exclusion_applies", f"不予支持:{exclusion.text_zh}", f"Excluded: {exclusion.text_en}", refs, exclusion
        )
    return found


def _base(tally: _Tally, money: Money, eligible: int, inputs: AwardInputs) -> bool:
    """Sets what the rule gives before any bound; False when it gives nothing."""
    rule = money.rule
    if rule.kind is MoneyKind.NONE:
        tally.set(0, "no_money", "本项目只认定,不奖补。", "This programme recognises and pays nothing.", label=rule)
        return False
    if not _level_reached(tally, money, inputs):
        return False
    match rule.kind:
        case MoneyKind.TIERS:
            return _by_tier(tally, money.tiers, inputs)
        case MoneyKind.SHARE:
            return _by_share(tally, rule, eligible)
        case _:
            return _fixed(tally, rule)


def _level_reached(tally: _Tally, money: Money, inputs: AwardInputs) -> bool:
    rule = money.rule
    if rule.kind is not MoneyKind.TIERS and rule.min_level is None:
        return True
    if inputs.level is None:
        zh, en = "数字化水平等级尚未确定。", "The level reached is not known yet."
        tally.leave_open("level", "level_unknown", zh, en, rule)
        return False
    if rule.min_level is not None and inputs.level < rule.min_level:
        tally.set(
            0,
            "level_too_low",
            f"达到{inputs.level}级,低于要求的{rule.min_level}级,不奖补。",
            f"Level {inputs.level} is below the required level {rule.min_level}: nothing is paid.",
            _refs(inputs.level_ref),
            rule,
        )
        return False
    return True


def _by_tier(tally: _Tally, tiers: Sequence[Tier], inputs: AwardInputs) -> bool:
    level = inputs.level or 0
    tier = max((tier for tier in tiers if tier.level <= level), key=lambda tier: tier.level, default=None)
    if tier is None:
        zh, en = f"达到{level}级,没有对应的奖补档次。", f"There is no tier for level {level}: nothing is paid."
        tally.set(0, "no_tier", zh, en, _refs(inputs.level_ref))
        return False
    bound_zh, bound_en = ("最高", "at most ") if tier.up_to else ("", "")
    zh = f"达到{level}级,按{tier.level}级档次{bound_zh}{yuan(tier.amount_fen)}元。"
    en = f"Level {level} reached; the tier of level {tier.level} gives {bound_en}{yuan(tier.amount_fen)} yuan."
    tally.set(tier.amount_fen, "tier", zh, en, _refs(inputs.level_ref), tier)
    return True


def _by_share(tally: _Tally, rule: MoneyRule, eligible: int) -> bool:
    if rule.percent is None:
        zh, en = "政策包尚未填写奖补比例。", "The pack has no rate filled in yet."
        tally.leave_open("percent", "rate_open", zh, en, rule)
        return False
    fen = share_of(eligible, rule.percent)
    rate = format(rule.percent.normalize(), "f")
    zh = f"可计入投入{yuan(eligible)}元 × {rate}% = {yuan(fen)}元(不足一分舍去)。"
    en = f"{rate} % of {yuan(eligible)} yuan of eligible cost = {yuan(fen)} yuan (parts of a fen dropped)."
    tally.set(fen, "share", zh, en, label=rule)
    return True


def _fixed(tally: _Tally, rule: MoneyRule) -> bool:
    if rule.amount_fen is None:
        zh, en = "政策包尚未填写奖补金额。", "The pack has no amount filled in yet."
        tally.leave_open("amount", "amount_open", zh, en, rule)
        return False
    zh, en = f"定额奖补{yuan(rule.amount_fen)}元。", f"A fixed sum of {yuan(rule.amount_fen)} yuan."
    tally.set(rule.amount_fen, "fixed", zh, en, label=rule)
    return True


def _bounded(tally: _Tally, rule: MoneyRule, inputs: AwardInputs) -> None:
    if rule.cap_fen is not None and tally.fen > rule.cap_fen:
        zh, en = f"超过上限,按上限{yuan(rule.cap_fen)}元。", f"Above the cap: {yuan(rule.cap_fen)} yuan."
        tally.set(rule.cap_fen, "cap", zh, en, label=rule)
    elif rule.cap_fen is not None:
        zh, en = f"未超过上限{yuan(rule.cap_fen)}元。", f"Within the cap of {yuan(rule.cap_fen)} yuan."
        tally.note("within_cap", zh, en, label=rule)
    if rule.deducts_other_support and inputs.other_support:
        other = sum(support.fen for support in inputs.other_support)
        left = max(0, tally.fen - other)
        zh = f"扣减已获其他财政支持{yuan(other)}元,余{yuan(left)}元。"
        en = f"Less {yuan(other)} yuan of other public support: {yuan(left)} yuan."
        tally.set(left, "other_support", zh, en, [support.ref for support in inputs.other_support], rule)
    if inputs.lowered_to_fen is not None and inputs.lowered_to_fen < tally.fen:
        fen = max(0, inputs.lowered_to_fen)
        zh = f"主管部门核减为{yuan(fen)}元:{inputs.lowered_because}"
        tally.set(fen, "lowered", zh, f"Lowered by the office to {yuan(fen)} yuan: {inputs.lowered_because}")


def share_of(fen: int, percent: Decimal) -> int:
    """So many percent of an amount, exactly, parts of a fen dropped."""
    return int(Fraction(percent) * fen // 100)


def reduced_pro_rata(amounts: Sequence[int], budget_fen: int) -> list[int]:
    """Amounts cut in proportion so that together they are the budget, to the fen; unchanged where it suffices.

    What rounding leaves over goes, a fen each, to those who lost most by it, the earlier first.
    """
    total = sum(amounts)
    if total <= budget_fen:
        return list(amounts)
    cut = [amount * budget_fen // total for amount in amounts]
    lost = sorted(range(len(amounts)), key=lambda place: (-(amounts[place] * budget_fen % total), place))
    for place in lost[: budget_fen - sum(cut)]:
        cut[place] += 1
    return cut


@dataclass(frozen=True, slots=True)
class InstalmentDue:
    """A part of an award; `after` names the stage of the pack that must be finished, empty for at once."""

    id: str
    name_zh: str
    name_en: str
    fen: int
    after: str


def instalments(money: Money, amount_fen: int) -> list[InstalmentDue]:
    """The award cut into the pack's instalments, whose sum is the award to the fen; one where the pack has none."""
    if not money.instalments:
        return [InstalmentDue("whole", "一次性拨付", "in one sum", amount_fen, "")]
    due, paid, percent = [], 0, Decimal(0)
    for one in money.instalments:
        percent += one.percent
        upto = share_of(amount_fen, percent)
        due.append(InstalmentDue(one.id, one.name_zh, one.name_en, upto - paid, one.after))
        paid = upto
    return due


def _refs(ref: str) -> tuple[str, ...]:
    return (ref,) if ref else ()
