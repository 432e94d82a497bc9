"""Expressions of a pack: CEL over the pack's facts, bounded in size and in what it may call.

An expression that cannot be answered is never true: it says which facts are missing, or what went wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import cel

from millmark.programmes.errors import InvalidPack
from millmark.programmes.packs.facts import Fact, FactType
from millmark.programmes.packs.vectors import FactValue

MAX_LENGTH = 1000
MAX_LOOPS = 2
"""CEL has no loops but its macros; two of them over an expression's longest lists end in well under a second."""

MAX_LIST = 200
MAX_TEXT = 2000

FUNCTIONS = frozenset({"size", "contains", "startsWith", "endsWith", "double", "string"})
"""What an expression may call; `matches` is not among them, since a pattern can take arbitrarily long."""

_OPERATORS = frozenset(
    {"_+_", "_-_", "_*_", "_/_", "-_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_", "!_", "_?_:_"}
) | {"@in", "@not_strictly_false"}
_LOOP = re.compile(r"\.\s*(all|exists|exists_one)\s*\(\s*([A-Za-z_]\w*)\s*,")
_FORBIDDEN_LOOP = re.compile(r"\.\s*(map|filter)\s*\(")
_STRING = re.compile(r"""("[^"\n]*"|'[^'\n]*')""")


@dataclass(frozen=True, slots=True)
class Answered:
    """What an expression came to: `value`, or why there is none (`missing` facts, or `problem` in words)."""

    value: bool | Decimal | None
    missing: tuple[str, ...] = ()
    problem: str = ""


class Expression:
    """A compiled expression over named facts. Raises `InvalidPack` for one that a pack may not hold."""

    def __init__(self, text: str, facts: Mapping[str, Fact]) -> None:
        self.text = text
        self._program = _compiled(text)
        self.facts = _checked_names(text, self._program, facts)

    @cached_property
    def literals(self) -> frozenset[str]:
        """The texts that the expression compares with, without their quotes."""
        return frozenset(found[1:-1] for found in _STRING.findall(self.text))

    def answer(self, values: Mapping[str, FactValue | None]) -> Answered:
        """The answer to known facts; a fact that is absent or None is missing.

        As in CEL, `true || unknown` is true and `false && unknown` is false; everything else that needs a missing fact
        has no answer.
        """
        known = {name: _cel_value(value) for name in self.facts if (value := values.get(name)) is not None}
        missing = tuple(name for name in self.facts if name not in known)
        try:
            found = self._program.execute(known)
        except (KeyboardInterrupt, SystemExit):
            raise
        # The library is compiled code: a defect of it ends in an exception outside of Exception.
        except BaseException as error:  # noqa: BLE001
            return Answered(None, missing) if missing else Answered(None, problem=_first_line(error))
        if isinstance(found, bool):
            return Answered(found)
        if isinstance(found, int | float) and _is_finite(found):
            # repr is the shortest text of a float, so that 0.6 compares as six tenths.
            return Answered(Decimal(repr(found)))
        return Answered(None, problem=f"comes to {str(found)[:40]!r}, which is neither true nor false nor a number")


def _compiled(text: str) -> cel.Program:
    if len(text) > MAX_LENGTH:
        raise InvalidPack(f"the expression has {len(text)} characters; at most {MAX_LENGTH} are allowed, so split it")
    bare = _bare(text)
    if found := _FORBIDDEN_LOOP.search(bare):
        raise InvalidPack(f"{found[1]} is not allowed in an expression; use all, exists or exists_one")
    if (loops := len(_LOOP.findall(bare))) > MAX_LOOPS:
        raise InvalidPack(f"the expression has {loops} of all, exists, exists_one; at most {MAX_LOOPS} are allowed")
    try:
        return cel.compile(text)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise InvalidPack(f"{text!r} is no expression: {_first_line(error)}") from error


def _bare(text: str) -> str:
    """The text with empty strings; what could hide a part of it from this reading is not allowed."""
    for hiding in ("\\", '"""', "'''", "`"):
        if hiding in text:
            raise InvalidPack(f"{hiding} is not allowed in an expression, in {text!r}; write plain strings")
    bare = _STRING.sub('""', text)
    if "//" in bare:
        raise InvalidPack(f"comments are not allowed in an expression, in {text!r}; use note_zh and note_en")
    return bare


def _checked_names(text: str, program: cel.Program, facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """The facts that the expression reads."""
    if strange := sorted(set(program.functions()) - FUNCTIONS - _OPERATORS):
        allowed = ", ".join(sorted(FUNCTIONS))
        raise InvalidPack(f"{', '.join(strange)} may not be called in {text!r}; there are {allowed} and the operators")
    bound = {name for _, name in _LOOP.findall(_bare(text))}
    if shadowing := sorted(bound & facts.keys()):
        raise InvalidPack(f"{shadowing[0]!r} is a fact in {text!r}; give the loop's variable another name")
    if unknown := sorted(set(program.variables()) - bound - facts.keys()):
        raise InvalidPack(f"{', '.join(unknown)} is no fact of this pack, in {text!r}; add it to facts.toml")
    return tuple(name for name in program.variables() if name not in bound)


def _cel_value(value: FactValue) -> object:
    match value:
        case bool():
            return value
        case Decimal():
            return float(value)
        case str():
            return value[:MAX_TEXT]
        case _:
            return list(value)[:MAX_LIST]


def _is_finite(number: float) -> bool:
    return number == number and abs(number) != float("inf")


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200]


def sample_values(facts: Iterable[Fact]) -> dict[str, FactValue]:
    """One possible value of each fact: enough to find an expression that compares a number with a text."""
    return {fact.id: _sample(fact) for fact in facts}


def _sample(fact: Fact) -> FactValue:
    match fact.type:
        case FactType.NUMBER | FactType.INTEGER:
            return next((bound for bound in (fact.minimum, fact.maximum) if bound), Decimal(1))
        case FactType.BOOLEAN:
            return True
        case FactType.DATE:
            return "2024-01-01"
        case FactType.TEXT:
            return "text"
        case FactType.CHOICE:
            return fact.choices[0].id
        case FactType.CHOICES:
            return (fact.choices[0].id,)
