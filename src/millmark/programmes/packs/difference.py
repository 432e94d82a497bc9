"""What differs between two packs: every number, text, label and rule, by table and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from millmark.programmes.packs.labelled import name_of
from millmark.programmes.packs.model import PolicyPack


@dataclass(frozen=True, slots=True)
class Change:
    """One value; `before` None where the table is new, `after` None where it is gone."""

    file: str
    table: str
    key: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        place = f"{self.file}: {self.table}, {self.key}"
        if self.before is None:
            return f"{place}: new, {self.after}"
        if self.after is None:
            return f"{place}: gone, was {self.before}"
        return f"{place}: {self.before} -> {self.after}"


def differences(before: PolicyPack, after: PolicyPack) -> tuple[Change, ...]:
    """All changes in the order of the files; vectors are left out, since they only repeat what the rules say."""
    old, new = _values(before), _values(after)
    return tuple(
        Change(*place, old.get(place), new.get(place))
        for place in dict.fromkeys((*old, *new))
        if old.get(place) != new.get(place)
    )


_Place = tuple[str, str, str]


def _values(pack: PolicyPack) -> Mapping[_Place, str]:
    """Every value of a pack by file, table and key; lists of tables by what each is known by, not by its position."""
    found: dict[_Place, str] = {}
    for file, name, whole in _parts(pack):
        for table, key, value in _leaves(name, whole):
            found[file, table, key] = value
    return found


def _parts(pack: PolicyPack) -> Iterator[tuple[str, str, object]]:
    yield "pack.toml", "[pack]", pack.header
    yield "pack.toml", "[[sources]]", pack.sources
    yield "pack.toml", "[programme]", pack.programme
    yield "pack.toml", "[call]", pack.call
    yield "pack.toml", "[level_source]", pack.level_source
    yield "facts.toml", "[[facts]]", pack.facts
    for name in ("variants", "branches", "items"):
        yield "questions.toml", f"[[{name}]]", getattr(pack, name)
    for name in ("groups", "scenarios"):
        yield "scenarios.toml", f"[[{name}]]", getattr(pack, name)
    yield "levels.toml", "[rule]", pack.rule
    yield "levels.toml", "[[levels]]", pack.levels
    for name in ("eligibility", "conditions"):
        yield "conditions.toml", f"[[{name}]]", getattr(pack, name)
    if pack.money is not None:
        yield "money.toml", "[rule]", pack.money.rule
        for name in ("tiers", "cost_categories", "exclusions", "splits", "instalments"):
            yield "money.toml", f"[[{name}]]", getattr(pack.money, name)
    for name in ("stages", "documents", "quotas"):
        yield "stages.toml", f"[[{name}]]", getattr(pack, name)
    yield "evidence.toml", "[[bindings]]", pack.bindings


def _leaves(table: str, value: object) -> Iterator[tuple[str, str, str]]:
    """The values within a table or a list of tables, with the table that each stands in."""
    if isinstance(value, BaseModel):
        for key in type(value).model_fields:
            inner = getattr(value, key)
            if _holds_tables(inner):
                yield from _leaves(f"{table} {key}", inner)
            elif inner not in (None, "", ()):
                yield table, key, _shown(inner)
    elif isinstance(value, tuple):
        for one in value:
            yield from _leaves(f"{table} {name_of(one)}", one)


def _holds_tables(value: object) -> bool:
    return isinstance(value, BaseModel) or (
        isinstance(value, tuple) and bool(value) and all(isinstance(one, BaseModel) for one in value)
    )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
