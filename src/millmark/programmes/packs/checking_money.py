"""Checking what a pack pays."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from millmark.programmes.packs.checking_expressions import check_expression, reads_truth
from millmark.programmes.packs.findings import Finding, doubled, error, table_of, warning
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.money import Money, MoneyKind
from millmark.programmes.packs.shelf import PackShelf

_FILE = "money.toml"


def check_money(pack: PolicyPack, shelf: PackShelf | None) -> Iterator[Finding]:
    money = pack.money
    if money is None:
        return
    yield from doubled(_FILE, "tiers", (one.level for one in money.tiers), "level")
    for name in ("cost_categories", "exclusions", "splits", "instalments"):
        yield from doubled(_FILE, name, (one.id for one in getattr(money, name)))
    yield from _kind(money)
    yield from _levels(pack, money, shelf)
    for exclusion in money.exclusions:
        table = table_of("exclusions", exclusion.id)
        if exclusion.expression is not None:
            yield from check_expression(pack, _FILE, table, exclusion.expression, reads_truth)
        elif shelf is not None and exclusion.programme not in {
            one.programme.slug for one in (*shelf, pack) if one.programme is not None
        }:
            yield error(_FILE, table, "programme", f"no pack has the programme {exclusion.programme!r}")
    yield from _parts(pack, money)


def _kind(money: Money) -> Iterator[Finding]:
    rule = money.rule
    needs = {
        MoneyKind.TIERS: ("tiers", bool(money.tiers)),
        MoneyKind.SHARE: ("percent", rule.percent is not None),
        MoneyKind.FIXED: ("amount_yuan", rule.amount_yuan is not None),
        MoneyKind.NONE: ("kind", True),
    }
    key, given = needs[rule.kind]
    if not given:
        yield error(_FILE, "[rule]", key, f"this key is missing: an award of kind {rule.kind} needs it")
    if rule.kind is MoneyKind.SHARE and not any(one.eligible for one in money.cost_categories):
        yield error(_FILE, "[[cost_categories]]", "eligible", "a share needs at least one eligible category")
    amounts = [tier.amount_yuan for tier in sorted(money.tiers, key=lambda tier: tier.level)]
    if amounts != sorted(amounts):
        yield warning(_FILE, "[[tiers]]", "amount_yuan", "a higher level is paid less than a lower one")


def _levels(pack: PolicyPack, money: Money, shelf: PackShelf | None) -> Iterator[Finding]:
    asked = [("[rule]", "min_level", money.rule.min_level)] if money.rule.min_level is not None else []
    asked += [(table_of("tiers", tier.level), "level", tier.level) for tier in money.tiers]
    if not asked:
        return
    levels = pack.levels_by_number
    whose = "levels.toml"
    if pack.level_source is not None:
        if shelf is None:
            return
        other = shelf.packs.get((pack.level_source.pack, pack.level_source.edition))
        if other is None:
            there = f"there is no pack {pack.level_source.pack}/{pack.level_source.edition}"
            yield error("pack.toml", "[level_source]", "pack", there)
            return
        levels, whose = other.levels_by_number, f"pack {other.ref}"
    for table, key, number in asked:
        if number not in levels:
            yield error(_FILE, table, key, f"there is no level {number} in {whose}")


def _parts(pack: PolicyPack, money: Money) -> Iterator[Finding]:
    stages = {stage.id for stage in pack.stages}
    for instalment in money.instalments:
        if instalment.after not in stages:
            table = table_of("instalments", instalment.id)
            yield error(_FILE, table, "after", f"there is no stage {instalment.after!r} in stages.toml")
    total = sum((one.percent for one in money.instalments), Decimal(0))
    if money.instalments and total != 100:
        yield error(_FILE, "[[instalments]]", "percent", f"the instalments add up to {total} %, not 100 %")
    least = sum((one.at_least_percent or Decimal(0) for one in money.splits), Decimal(0))
    if least > 100:
        yield error(_FILE, "[[splits]]", "at_least_percent", f"the least shares add up to {least} %, more than 100 %")
    for split in money.splits:
        low, high = split.at_least_percent, split.at_most_percent
        if low is not None and high is not None and high < low:
            table = table_of("splits", split.id)
            yield error(_FILE, table, "at_most_percent", f"{high} % is less than at_least_percent, {low} %")
