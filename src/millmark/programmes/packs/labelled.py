"""Every table of a pack that carries a label of its own, with its file and name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from millmark.programmes.packs.findings import table_of
from millmark.programmes.packs.labels import Confidence, Labelled
from millmark.programmes.packs.model import PolicyPack

_WITHIN = ("weights", "options", "requirements", "levels", "gates", "degrees")
_NAMED_BY = ("number", "id", "level", "variant", "at_level")


def labelled_tables(pack: PolicyPack) -> Iterator[tuple[str, str, Labelled]]:
    """File, table and the table itself, in the order of the files; tables within tables follow theirs."""
    for file, name, one in _outer(pack):
        yield file, name, one
        for key in _WITHIN:
            for inner in getattr(one, key, ()):
                if isinstance(inner, Labelled):
                    yield file, f"{name} {key} {name_of(inner)}", inner


def confidences(pack: PolicyPack) -> Mapping[Confidence, int]:
    """How many tables of the pack have each label."""
    return Counter(one.confidence for _, _, one in labelled_tables(pack))


def name_of(table: object) -> str | int:
    """What a table of a list is known by."""
    named = (getattr(table, key, None) for key in _NAMED_BY)
    return next(found for found in named if isinstance(found, str | int))


def _outer(pack: PolicyPack) -> Iterator[tuple[str, str, Labelled]]:
    if pack.call is not None:
        yield "pack.toml", "[call]", pack.call
    if pack.rule is not None:
        yield "levels.toml", "[rule]", pack.rule
    if pack.money is not None:
        yield "money.toml", "[rule]", pack.money.rule
    for file, lists in _lists(pack).items():
        for name, tables in lists.items():
            for one in tables:
                yield file, table_of(name, name_of(one)), one


def _lists(pack: PolicyPack) -> Mapping[str, Mapping[str, Sequence[Labelled]]]:
    money = pack.money
    return {
        "facts.toml": {"facts": pack.facts},
        "questions.toml": {"branches": pack.branches, "items": pack.items},
        "scenarios.toml": {"scenarios": pack.scenarios},
        "levels.toml": {"levels": pack.levels},
        "conditions.toml": {"eligibility": pack.eligibility, "conditions": pack.conditions},
        "money.toml": {}
        if money is None
        else {
            "tiers": money.tiers,
            "cost_categories": money.cost_categories,
            "exclusions": money.exclusions,
            "splits": money.splits,
            "instalments": money.instalments,
        },
        "stages.toml": {"stages": pack.stages, "documents": pack.documents, "quotas": pack.quotas},
        "evidence.toml": {"bindings": pack.bindings},
    }
