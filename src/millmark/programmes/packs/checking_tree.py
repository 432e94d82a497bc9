"""Checking the tree of weights and the options at its ends."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from millmark.programmes.packs.facts import FactType
from millmark.programmes.packs.findings import Finding, doubled, error, table_of, warning
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.questions import Branch, Change, Item, ItemKind, Option, Ratio, Trend

_FILE = "questions.toml"
_WHOLE = Decimal(100)


def check_tree(pack: PolicyPack) -> Iterator[Finding]:
    yield from doubled(_FILE, "variants", (one.id for one in pack.variants))
    yield from doubled(_FILE, "branches or items", (one.id for one in (*pack.branches, *pack.items)))
    in_cycle = set(_cycle(pack))
    if in_cycle:
        ring = " under ".join([*_cycle(pack), _cycle(pack)[0]])
        yield error(_FILE, table_of("branches", _cycle(pack)[0]), "parent", f"is a cycle: {ring}")
    for branch in pack.branches:
        yield from _node(pack, "branches", branch)
    for item in pack.items:
        yield from _node(pack, "items", item)
        yield from _item(pack, item)
    variants: list[str | None] = [one.id for one in pack.variants]
    for variant in variants or [None]:
        yield from _weights(pack, variant)


def _cycle(pack: PolicyPack) -> list[str]:
    """The branches of the first cycle, each followed by its parent; empty when every branch comes from the top."""
    for start in pack.branches:
        way = [start.id]
        while (here := pack.branches_by_id.get(way[-1])) is not None and here.parent is not None:
            if here.parent in way:
                return way[way.index(here.parent) :]
            way.append(here.parent)
    return []


def _node(pack: PolicyPack, name: str, node: Branch | Item) -> Iterator[Finding]:
    table = table_of(name, node.id)
    if node.parent is not None and node.parent not in pack.branches_by_id:
        yield error(_FILE, table, "parent", f"there is no branch {node.parent!r}")
    if node.weight is None and not node.weights:
        yield error(_FILE, table, "weight", "this key is missing; give the percentage of the parent")
    known = {one.id for one in pack.variants}
    for weight in node.weights:
        if weight.variant not in known:
            there = ", ".join(sorted(known)) or "none"
            yield error(_FILE, table, "weights", f"there is no variant {weight.variant!r}; there are {there}")
    yield from doubled(_FILE, f"{name} {node.id} weights", (one.variant for one in node.weights), "variant")


def _weights(pack: PolicyPack, variant: str | None) -> Iterator[Finding]:
    """Under each branch that counts, and at the top, the weights must add up to 100."""
    if not pack.items:
        return
    for branch in [None, *pack.branches]:
        if branch is not None and branch.weight_in(variant) is None:
            continue
        children = pack.children(None if branch is None else branch.id, variant)
        total = sum((weight.percent for one in children if (weight := one.weight_in(variant))), Decimal(0))
        place = "the top" if branch is None else repr(branch.id)
        where = f" in the variant {variant!r}" if variant else ""
        table = "[[branches]]" if branch is None else table_of("branches", branch.id)
        if not children:
            yield error(_FILE, table, "id", f"nothing hangs under {place}{where}")
        elif total != _WHOLE:
            names = ", ".join(one.id for one in children)
            yield error(_FILE, table, "weight", f"the weights under {place}{where} add up to {total}, not 100: {names}")


def _item(pack: PolicyPack, item: Item) -> Iterator[Finding]:
    table = table_of("items", item.id)
    yield from doubled(_FILE, f"items {item.id} options", (one.id for one in item.options))
    if item.kind is ItemKind.REQUIREMENTS:
        yield from doubled(_FILE, f"items {item.id} requirements", (one.id for one in item.requirements))
        for one in item.requirements:
            if one.level not in pack.levels_by_number:
                yield error(_FILE, table, "requirements", f"{one.id!r} is of level {one.level}, which is no level")
        if item.options:
            yield error(_FILE, table, "options", "an item of requirements is answered by degrees and has no options")
        return
    if not item.options:
        yield error(_FILE, table, "options", f"an item of kind {item.kind} needs options")
        return
    if item.kind is ItemKind.BANDS:
        yield from _bands(table, item.options)
    elif any(one.above is not None or one.up_to is not None for one in item.options):
        yield error(_FILE, table, "kind", f"options with above or up_to belong to bands, not to {item.kind}")
    yield from _shares(table, item)
    yield from _derivation(pack, table, item)


def _shares(table: str, item: Item) -> Iterator[Finding]:
    if item.kind is ItemKind.MULTI:
        total = sum((one.share for one in item.options if not one.excludes_others), Decimal(0))
        if total > _WHOLE:
            yield error(_FILE, table, "options", f"the shares of all options add up to {total}, more than 100")
        elif total < _WHOLE:
            yield warning(_FILE, table, "options", f"the shares of all options add up to {total}: nobody gets 100 %")
        if any(one.excludes_others and one.share for one in item.options):
            yield error(_FILE, table, "options", "an option that excludes the others has the share 0")
        return
    if any(one.excludes_others for one in item.options):
        yield error(_FILE, table, "options", f"excludes_others belongs to an item of kind multi, not {item.kind}")
    if max(one.share for one in item.options) != _WHOLE:
        yield warning(_FILE, table, "options", "no option has the share 100: nobody gets all points")


def _bands(table: str, options: tuple[Option, ...]) -> Iterator[Finding]:
    """Bands rise, and each begins where the one before ends."""
    if options[0].above is not None:
        yield error(_FILE, table, "options", f"the lowest band {options[0].id!r} must have no above")
    for lower, upper in pairwise(options):
        pair = f"bands {lower.id!r} and {upper.id!r}"
        if lower.up_to is None or upper.above is None:
            yield error(
                _FILE, table, "options", f"{pair}: only the lowest band has no above, only the highest no up_to"
            )
        elif upper.above < lower.up_to:
            yield error(_FILE, table, "options", f"{pair} overlap between {upper.above} and {lower.up_to}")
        elif upper.above > lower.up_to:
            yield error(_FILE, table, "options", f"{pair} leave a gap between {lower.up_to} and {upper.above}")
    for band in options:
        if band.above is not None and band.up_to is not None and band.up_to <= band.above:
            yield error(_FILE, table, "options", f"band {band.id!r} ends at {band.up_to}, not above {band.above}")


def _derivation(pack: PolicyPack, table: str, item: Item) -> Iterator[Finding]:
    if item.derived is None:
        if any(one.trend is not None for one in item.options):
            yield error(_FILE, table, "derived", "options with a trend need derived, the change they answer")
        return
    if isinstance(item.derived, Ratio):
        if item.kind is not ItemKind.BANDS:
            yield error(_FILE, table, "derived", f"a ratio answers bands, not {item.kind}")
        names = [item.derived.numerator, item.derived.denominator]
    else:
        yield from _trends(table, item, item.derived)
        change = item.derived
        given = (change.numerator, change.numerator_before, change.denominator, change.denominator_before)
        names = [name for name in given if name is not None]
    for name in names:
        fact = pack.facts_by_id.get(name)
        if fact is None:
            yield error(_FILE, table, "derived", f"there is no fact {name!r} in facts.toml")
        elif fact.type not in (FactType.NUMBER, FactType.INTEGER):
            yield error(_FILE, table, "derived", f"fact {name!r} is {fact.type}, not a number")


def _trends(table: str, item: Item, change: Change) -> Iterator[Finding]:
    if {one.trend for one in item.options} != set(Trend):
        yield error(_FILE, table, "options", "a change needs options for the trends down, flat and up, and no others")
    if (change.denominator is None) != (change.denominator_before is None):
        yield error(_FILE, table, "derived", "denominator and denominator_before stand together or not at all")
