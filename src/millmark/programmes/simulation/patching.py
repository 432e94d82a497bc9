"""A pack with some of its numbers changed: a copy in memory, checked like any other, never written anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from millmark.programmes.packs import Confidence, PackRef, PackShelf, PolicyPack
from millmark.programmes.packs.checking import check
from millmark.programmes.packs.findings import Severity
from millmark.programmes.simulation.errors import InvalidPatch

PatchValue: TypeAlias = str | int | bool | None

_PARTS = frozenset({"branches", "items", "scenarios", "rule", "levels", "eligibility", "conditions", "money"})
CHANGEABLE = frozenset(
    {
        "weight",
        "share",
        "above",
        "up_to",
        "flat_within",
        "score_min",
        "passes_at",
        "at_level",
        "at_least",
        "constrained_at_least",
        "constrained",
        "threshold",
        "expression",
        "kind",
        "amount_yuan",
        "percent",
        "cap_yuan",
        "min_level",
        "level",
    }
)
"""What decides and pays. Names, ids and sources are not a simulator's to change."""

_KEYS = ("id", "number", "level", "variant")


@dataclass(frozen=True, slots=True)
class Patch:
    """One change. `path` goes from a part of the pack to a number, with dots between; a table of a list is told by its
    id, number, level or variant, or by its place counted from 0: `levels.3.gates.0.at_least`."""

    path: str
    value: PatchValue


@dataclass(frozen=True, slots=True)
class AppliedPatch:
    """What a change did; `confidence` is how sure the pack was of the number before."""

    path: str
    before: str | None
    after: str | None
    confidence: Confidence | None


def patched(
    pack: PolicyPack, patches: Sequence[Patch], shelf: PackShelf
) -> tuple[PolicyPack, tuple[AppliedPatch, ...]]:
    """The pack with all changes made. Changed tables are marked as set locally.

    Raises `InvalidPatch` for a path that leads nowhere, a value of another kind, and whatever a check of the pack finds
    wrong that was not wrong before.
    """
    if not patches:
        return pack, ()
    changed, applied = pack, []
    for one in patches:
        changed, found = _apply(changed, one)
        applied.append(found)
    changed = replace(changed, ref=PackRef(pack.id, pack.edition, ""))
    before = {str(finding) for finding in check(pack, shelf)}
    wrong = [str(one) for one in check(changed, shelf) if one.severity is Severity.ERROR and str(one) not in before]
    if wrong:
        raise InvalidPatch(f"with these changes the pack holds no longer: {'; '.join(wrong)}")
    return changed, tuple(applied)


def _apply(pack: PolicyPack, patch: Patch) -> tuple[PolicyPack, AppliedPatch]:
    part, *rest = patch.path.split(".")
    if part not in _PARTS or not rest:
        raise InvalidPatch(f"{patch.path}: must begin with one of {', '.join(sorted(_PARTS))}, then lead to a number")
    value = getattr(pack, part)
    if value is None or value == ():
        raise InvalidPatch(f"{patch.path}: pack {pack.ref} has no {part}")
    new, before, after, confidence = _changed(value, rest, patch)
    found = AppliedPatch(patch.path, _text(before), _text(after), confidence)
    return replace(pack, **{part: new}), found


def _changed(value: Any, rest: Sequence[str], patch: Patch) -> tuple[Any, Any, Any, Confidence | None]:
    """The value with the change made below it; what stood there and stands there now."""
    if isinstance(value, tuple):
        place = _place(value, rest[0], patch)
        if len(rest) == 1:
            raise InvalidPatch(f"{patch.path}: is a whole table; name one of its numbers")
        new, before, after, confidence = _changed(value[place], rest[1:], patch)
        return (*value[:place], new, *value[place + 1 :]), before, after, confidence
    if not isinstance(value, BaseModel) or rest[0] not in type(value).model_fields:
        raise InvalidPatch(f"{patch.path}: there is no {rest[0]!r} here")
    name = rest[0]
    if len(rest) > 1:
        new, before, after, confidence = _changed(getattr(value, name), rest[1:], patch)
        return value.model_copy(update={name: new}), before, after, confidence
    if name not in CHANGEABLE:
        raise InvalidPatch(f"{patch.path}: {name!r} is not for changing; there are {', '.join(sorted(CHANGEABLE))}")
    label = getattr(value, "confidence", None)
    content = {key: getattr(value, key) for key in type(value).model_fields}
    content[name] = patch.value
    if isinstance(label, Confidence):
        content["confidence"] = Confidence.LOCAL
    try:
        new = type(value).model_validate(content)
    except ValidationError as error:
        raise InvalidPatch(f"{patch.path}: {error.errors(include_url=False)[0]['msg']}") from error
    return new, getattr(value, name), getattr(new, name), label if isinstance(label, Confidence) else None


def _place(tables: tuple[Any, ...], key: str, patch: Patch) -> int:
    for name in _KEYS:
        for place, table in enumerate(tables):
            if str(getattr(table, name, "")) == key:
                return place
    if key.isdecimal() and int(key) < len(tables):
        return int(key)
    known = ", ".join(str(getattr(table, "id", getattr(table, "number", place))) for place, table in enumerate(tables))
    raise InvalidPatch(f"{patch.path}: there is no {key!r} here; there are {known[:300]}")


def _text(value: object) -> str | None:
    return None if value is None else str(value)
