"""A document's text as data: paragraphs with slots such as `{F02}` for figures, read from a pack."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from millmark.programmes.errors import InvalidPack
from millmark.programmes.toml_file import Frozen, read_toml

SLOT = re.compile(r"\{(\w+)\}")
Language = Literal["zh", "en"]


class Slot(Frozen):
    """How a slot shows its figure.

    `value`: the number, multiplied by `times`, with `unit` behind it (the figure's measure word where the style asks
    for it). `names`: the named records, of `topic` only if given, at most `limit` of them. `years`: the years that the
    records speak of. `time`: the figure's fixed period, or what its records speak of; `brief` leaves out the year,
    `by_months` writes a half-year as its months.
    """

    figure: str
    show: Literal["value", "names", "years", "time"] = "value"
    unit: str | None = None
    times: Decimal = Field(default=Decimal(1), gt=0)
    topic: str | None = None
    limit: int | None = Field(default=None, ge=1)
    brief: bool = False
    by_months: bool = False


class Style(Frozen):
    """How a document writes: `value`, `at_least` and `range` are patterns around a number."""

    value: str
    at_least: str
    range: str
    missing: str
    separator: str
    last_separator: str
    measure_words: bool
    thousands: bool

    @model_validator(mode="after")
    def _patterns_can_be_filled(self) -> Self:
        for pattern, known in ((self.value, "value"), (self.at_least, "value"), (self.range, "low high")):
            try:
                pattern.format(unit="", **dict.fromkeys(known.split(), ""))
            except (KeyError, IndexError, ValueError) as error:
                raise ValueError(f"pattern {pattern!r} may have {known} and unit in braces, nothing else") from error
        return self


class PromisedText(Frozen):
    """A numbered item of the plan, kept as a commitment; owner and day belong to the demonstration, not to the reply as
    it was published."""

    text: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    due_on: date


class WholeText(Frozen):
    """What stands around the report on the work in the city's own reply: its head, and the plan that follows."""

    title: str = Field(min_length=1)
    salutation: str
    opening: tuple[str, ...] = Field(min_length=1)
    plan_title: str
    plan: tuple[PromisedText, ...]
    as_of: date
    written_on: date


class ReplyTemplate(Frozen):
    """The file `reply.<language>.toml` of a pack; `names` renders common nouns among the names in that language.

    `title` and `paragraphs` are the report on the work; `whole`, where there is one, the document around it.
    """

    language: Language
    title: str
    style: Style
    paragraphs: tuple[str, ...] = Field(min_length=1)
    whole: WholeText | None = None
    slots: dict[str, Slot] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _every_described_slot_is_used(self) -> Self:
        used = {name for text in self.texts for name in SLOT.findall(text)}
        if idle := sorted(set(self.slots) - used):
            raise ValueError(f"slots that no paragraph has: {', '.join(idle)}")
        return self

    @property
    def texts(self) -> Iterator[str]:
        """Every text that may have slots."""
        yield from self.paragraphs
        if self.whole is not None:
            yield from self.whole.opening
            yield from (one.text for one in self.whole.plan)

    def slot(self, name: str) -> Slot:
        """A slot that is not described shows the value of the figure by its name."""
        return self.slots.get(name) or Slot(figure=name)


def read_reply_template(folder: Path, language: Language, figure_ids: Collection[str]) -> ReplyTemplate:
    """Raises `InvalidPack`, also for a slot whose figure the city does not have."""
    path = folder / f"reply.{language}.toml"
    template = read_toml(path, ReplyTemplate)
    if template.language != language:
        raise InvalidPack(f"{path}: at the top, key language: must be {language!r}, found {template.language!r}")
    for number, text in enumerate(template.texts):
        where = f"paragraphs[{number}]" if number < len(template.paragraphs) else "whole"
        for name in SLOT.findall(text):
            if template.slot(name).figure not in figure_ids:
                raise InvalidPack(
                    f"{path}: at the top, key {where}: slot {{{name}}} means the figure "
                    f"{template.slot(name).figure!r}, which the city does not have"
                )
    return template
