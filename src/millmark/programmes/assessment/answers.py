"""Answers to a pack's questions, as they are kept, sent and scored: immutable, exact, and free of any pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Self, TypeAlias

from millmark.programmes.assessment.errors import InvalidAnswers

_LONGEST_ID = 100
_MOST_DIGITS = 12
_MOST_DECIMALS = 6
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Chosen:
    """One option of several, or one band without the numbers behind it."""

    option: str


@dataclass(frozen=True, slots=True)
class Ticked:
    """Any number of options; ticking none is an answer too."""

    options: frozenset[str]

    @classmethod
    def of(cls, options: Iterable[str]) -> Self:
        return cls(frozenset(options))


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share as the two counts it is made of, never the share alone."""

    numerator: Decimal
    denominator: Decimal

    @property
    def share(self) -> Fraction | None:
        """None where nothing was counted."""
        return Fraction(self.numerator) / Fraction(self.denominator) if self.denominator > 0 else None


ItemAnswer: TypeAlias = Chosen | Ticked | Ratio


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered so far. `items` by item, `scenarios` the level reached in each (0 for none), `requirements` the
    degree to which each requirement of a cumulative pack is met. What is missing was not answered.
    """

    items: Mapping[str, ItemAnswer] = field(default_factory=lambda: _NOTHING)
    scenarios: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    requirements: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @classmethod
    def from_json(cls, document: object) -> Self:
        """The inverse of `to_json`; raises `InvalidAnswers`, naming the place."""
        table = _table(document, "answers")
        if unknown := sorted(set(table) - {"items", "scenarios", "requirements"}):
            raise InvalidAnswers(
                f"answers: {', '.join(unknown)} is not known here; write items, scenarios, requirements"
            )
        items = _table(table.get("items", {}), "items")
        scenarios = _table(table.get("scenarios", {}), "scenarios")
        requirements = _table(table.get("requirements", {}), "requirements")
        return cls(
            items={key: _item(value, f"items.{key}") for key, value in items.items()},
            scenarios={key: _level(value, f"scenarios.{key}") for key, value in scenarios.items()},
            requirements={key: _text(value, f"requirements.{key}") for key, value in requirements.items()},
        )

    def to_json(self) -> dict[str, Any]:
        """Keys in order, so that the same answers are the same text."""
        document: dict[str, Any] = {"items": {key: answer_json(self.items[key]) for key in sorted(self.items)}}
        document["scenarios"] = {key: self.scenarios[key] for key in sorted(self.scenarios)}
        if self.requirements:
            document["requirements"] = {key: self.requirements[key] for key in sorted(self.requirements)}
        return document

    def with_item(self, item_id: str, answer: ItemAnswer) -> Answers:
        return Answers({**self.items, item_id: answer}, self.scenarios, self.requirements)

    def with_scenario(self, scenario_id: str, level: int) -> Answers:
        return Answers(self.items, {**self.scenarios, scenario_id: level}, self.requirements)

    def with_requirement(self, requirement_id: str, degree: str) -> Answers:
        return Answers(self.items, self.scenarios, {**self.requirements, requirement_id: degree})


def answer_json(answer: ItemAnswer) -> dict[str, Any]:
    """One item's answer as JSON; numbers as text, so that nothing is rounded on the way."""
    match answer:
        case Chosen(option):
            return {"option": option}
        case Ticked(options):
            return {"options": sorted(options)}
        case Ratio(numerator, denominator):
            return {"numerator": format(numerator, "f"), "denominator": format(denominator, "f")}


def _item(value: object, where: str) -> ItemAnswer:
    table = _table(value, where)
    match sorted(table):
        case ["option"]:
            return Chosen(_text(table["option"], f"{where}.option"))
        case ["options"]:
            options = table["options"]
            if not isinstance(options, list):
                raise InvalidAnswers(f"{where}.options: must be a list of option ids")
            return Ticked.of(_text(one, f"{where}.options") for one in options)
        case ["denominator", "numerator"]:
            return _ratio(table, where)
        case keys:
            raise InvalidAnswers(
                f"{where}: found {', '.join(keys) or 'nothing'}; write option, or options, or numerator and denominator"
            )


def _ratio(table: Mapping[str, object], where: str) -> Ratio:
    numerator = _number(table["numerator"], f"{where}.numerator")
    denominator = _number(table["denominator"], f"{where}.denominator")
    return Ratio(numerator, denominator)


def _number(value: object, where: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise InvalidAnswers(f'{where}: {value!r} is no number; write it as text, such as "41" or "12.5"')
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    # The count of digits keeps a short text such as 1e999999 from becoming a long number.
    if not number.is_finite() or number < 0 or number.adjusted() > _MOST_DIGITS or _decimals(number) > _MOST_DECIMALS:
        raise InvalidAnswers(f"{where}: {str(value)[:40]!r} must be a number of 0 or more, with at most six decimals")
    return abs(number)  # the text "-0" is zero


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _level(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidAnswers(f"{where}: {value!r} is no level; write a whole number, 0 for none")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID:
        raise InvalidAnswers(f"{where}: {str(value)[:40]!r} is no id of the pack")
    return value


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidAnswers(f"{where}: must be a table of keys and values")
    for key in value:
        if not isinstance(key, str) or not 0 < len(key) <= _LONGEST_ID:
            raise InvalidAnswers(f"{where}: {str(key)[:40]!r} is no id of the pack")
    return value
