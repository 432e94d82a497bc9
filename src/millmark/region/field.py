"""The fields that a kind of the ledger has beside quantity, area and time: data of the city's pack, with checks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Literal, Self, TypeAlias

from pydantic import Field, model_validator

from millmark.programmes.toml_file import Frozen

FieldValue: TypeAlias = str | bool | list[str]
"""As it is kept: texts, days (ISO 8601) and exact numbers as text, choices by their ids, yes and no as themselves."""

_MOST_TEXT = 500
_MOST_DIGITS = 15
_CHINESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_PLAIN_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_SEPARATORS = re.compile(r"[、,，;；|/\s]+")
_YES_NO = {"是": True, "否": False, "yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


class BadValue(ValueError):
    """A value that its field does not take, told in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class ChoiceText(Frozen):
    """One of the words that a field takes; `also` are other ways in which sheets write it."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    also: tuple[str, ...] = ()


class FieldText(Frozen):
    """A field of a kind.

    `required` ones are needed of every entry that names its subject; what is counted in bulk may leave them out.
    `minimum` and `maximum` bound numbers and money, `whole` asks for integers; `many` lets several choices stand.
    `at_most` names a field, or `quantity`, that the number may not exceed. `unit` is what a number is written in.
    `also` are other headings that sheets give the field.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=64)
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    type: Literal["text", "number", "choice", "date", "money", "yes-no"]
    unit: str | None = None
    unit_en: str | None = None
    required: bool = False
    many: bool = False
    whole: bool = False
    choices: tuple[ChoiceText, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    at_most: str | None = None
    also: tuple[str, ...] = ()
    hint_zh: str | None = None
    hint_en: str | None = None

    @model_validator(mode="after")
    def _choices_fit_the_type(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError(f"field {self.id!r}: choices are for fields of the type choice, and these need some")
        return self

    @cached_property
    def _by_word(self) -> Mapping[str, str]:
        return {
            folded(word): choice.id
            for choice in self.choices
            for word in (choice.id, choice.zh, choice.en, *choice.also)
        }

    def chosen(self, word: str) -> str:
        """The id of a choice by any of its names; raises `BadValue`."""
        found = self._by_word.get(folded(word))
        if found is None:
            raise BadValue(
                f"“{word}”不在可选项内:{'、'.join(choice.zh for choice in self.choices)}",
                f"{word!r} is none of {', '.join(choice.en for choice in self.choices)}",
            )
        return found

    def name_of(self, choice_id: str, language: str) -> str:
        """How a choice is called; its id where a later pack no longer has it."""
        for choice in self.choices:
            if choice.id == choice_id:
                return choice.zh if language == "zh" else choice.en
        return choice_id


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field of an entry: its name, and why in both languages."""

    field: str
    zh: str
    en: str


def read_value(field: FieldText, raw: object) -> FieldValue:
    """The value of a field from a form or a cell, as it is kept; raises `BadValue`."""
    match field.type:
        case "text":
            return read_text(raw)
        case "number":
            return format(_number(field, raw), "f")
        case "money":
            if isinstance(raw, str):
                raw = raw.strip().removeprefix("¥").removeprefix("￥").removesuffix(field.unit or "元")
            return format(_number(field, raw), "f")
        case "date":
            return read_day(raw).isoformat()
        case "yes-no":
            return _yes_no(raw)
        case "choice":
            return _choice(field, raw)


def read_text(raw: object) -> str:
    """A text that no spreadsheet runs; raises `BadValue`."""
    if isinstance(raw, bool | datetime | date | time):
        raise BadValue("应填文本", "a text is expected")
    if isinstance(raw, float):
        raw = int(raw) if raw.is_integer() and abs(raw) < 10**_MOST_DIGITS else Decimal(repr(raw))
    text = str(raw).strip()
    if text[:1] in {"=", "@", "+"} or (text[:1] == "-" and len(text) > 1):
        raise BadValue(
            "以 = + - @ 开头的内容会被表格软件当作公式,请改写", "a text must not begin with = + - @, which sheets run"
        )
    if len(text) > _MOST_TEXT:
        raise BadValue(f"超过{_MOST_TEXT}个字", f"the text is longer than {_MOST_TEXT} characters")
    if not text.isprintable():
        raise BadValue("含有不可见的控制字符", "the text has control characters in it")
    return text


def read_number(raw: object) -> Decimal:
    """An exact number as it was typed; raises `BadValue`."""
    if isinstance(raw, bool | datetime | date | time):
        raise BadValue("应填数字", "a number is expected")
    # repr gives the shortest decimal that is this float: what was typed, up to fifteen digits.
    written = repr(raw) if isinstance(raw, int | float) else str(raw).strip().replace(",", "").replace("，", "")
    try:
        number = Decimal(written.removesuffix("%"))
    except InvalidOperation as error:
        raise BadValue(f"“{raw}”不是数字", f"{raw!r} is no number") from error
    if not number.is_finite():
        raise BadValue(f"“{raw}”不是数字", f"{raw!r} is no number")
    if len(number.as_tuple().digits) > _MOST_DIGITS + 3 or abs(number.adjusted()) > _MOST_DIGITS:
        raise BadValue(f"“{raw}”位数过多", f"{raw!r} has more digits than are kept")
    return number


def read_day(raw: object) -> date:
    """A day of the calendar; raises `BadValue`."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = str(raw).strip()
    found = _CHINESE_DAY.fullmatch(text) or _PLAIN_DAY.fullmatch(text)
    try:
        if found is not None:
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    raise BadValue(f"“{text}”不是日期,请写成 2023-07-26", f"{text!r} is no day; write it as 2023-07-26")


def folded(word: str) -> str:
    """Words are the same whatever their width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", word).split()).casefold()


def is_blank(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []


def _number(field: FieldText, raw: object) -> Decimal:
    number = read_number(raw)
    if field.whole and number != number.to_integral_value():
        raise BadValue(f"“{raw}”不是整数", f"{raw!r} is no whole number")
    if field.minimum is not None and number < field.minimum:
        if field.minimum == 0:
            raise BadValue(f"不能为负数({number})", f"must not be negative, but is {number}")
        raise BadValue(f"不能小于{field.minimum}", f"must be {field.minimum} or more, but is {number}")
    if field.maximum is not None and number > field.maximum:
        raise BadValue(f"不能大于{field.maximum}", f"must be {field.maximum} or less, but is {number}")
    if field.type == "money" and -number.as_tuple().exponent > 6:  # type: ignore[operator]  # finite, so a number
        raise BadValue("金额最多六位小数", "money has six decimals at most")
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _yes_no(raw: object) -> bool:
    found = raw if isinstance(raw, bool) else _YES_NO.get(str(raw).strip().lower())
    if found is None:
        raise BadValue(f"“{raw}”应填“是”或“否”", f"{raw!r} is neither yes (是) nor no (否)")
    return found


def _choice(field: FieldText, raw: object) -> FieldValue:
    if not field.many:
        return field.chosen(str(raw).strip())
    words = [str(word) for word in raw] if isinstance(raw, list | tuple) else _SEPARATORS.split(str(raw).strip())
    return list(dict.fromkeys(field.chosen(word) for word in words if word))
