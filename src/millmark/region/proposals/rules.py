"""How a place handles proposals: deadlines, contact, classes and titles as data, each with its source."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from millmark.programmes.errors import InvalidPack
from millmark.programmes.toml_file import Frozen, read_toml
from millmark.region.proposals.errors import RulesNotFound

FOLDER = "proposal-rules"
Confidence = Literal["A", "B", "U", "D"]


class Sourced(Frozen):
    """Where a value was read, and how sure it is: A rule text, B a page of a body or press, U unverified, D default."""

    source: str = Field(min_length=1)
    confidence: Confidence


class Deadline(Sourced):
    """So many calendar days or months from its beginning, one of the two. `needs` is what a longer one takes."""

    days: int | None = Field(default=None, ge=1)
    months: int | None = Field(default=None, ge=1)
    needs: Literal["approval", "reasons_to_assigner"] | None = None

    @model_validator(mode="after")
    def _days_or_months(self) -> Self:
        if (self.days is None) == (self.months is None):
            raise ValueError("a deadline has either days or months")
        return self

    def after(self, begins: date) -> date:
        """The last day: of months, the same day of the month, or its last one where there is none."""
        if self.days is not None:
            return begins + timedelta(days=self.days)
        return _months_after(begins, self.months or 0)


class Deadlines(Frozen):
    """`return_` to the assigner, `opinion` of a co-handler, `reply` of the lead, `longest` with every extension."""

    return_: Deadline = Field(alias="return")
    opinion: Deadline
    reply: Deadline
    longest: Deadline


class ContactRule(Sourced):
    """Whether the proposer must have been spoken with before the reply, and must have been satisfied with it."""

    before_reply: bool
    satisfied: bool


class Titles(Sourced):
    """Patterns with session, number and kind in braces, and the words of the two series of numbers."""

    lead_zh: str
    lead_en: str
    opinion_zh: str
    opinion_en: str
    series_lead: str
    series_opinion: str


class ReplyClass(Sourced):
    """A class that a reply may be of; `tracked` says that what it promises is followed to its end."""

    mark: str = Field(pattern=r"^[A-F]$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    tracked: bool = False


class RulesHeader(Frozen):
    edition: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    note_zh: str = ""
    note_en: str = ""


class ProposalRules(Frozen):
    """The file `rules.toml` of an edition."""

    rules: RulesHeader
    deadlines: Deadlines
    contact: ContactRule
    titles: Titles
    classes: tuple[ReplyClass, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _classes_differ(self) -> Self:
        marks = [one.mark for one in self.classes]
        if len(set(marks)) != len(marks):
            raise ValueError("two classes have the same mark")
        return self

    @property
    def edition(self) -> str:
        return self.rules.edition

    def reply_class(self, mark: str) -> ReplyClass | None:
        return next((one for one in self.classes if one.mark == mark), None)


@dataclass(frozen=True, slots=True)
class RuleShelf:
    """Every edition by its name."""

    editions: Mapping[str, ProposalRules]

    def rules(self, edition: str) -> ProposalRules:
        """Raises `RulesNotFound`, naming what is there."""
        found = self.editions.get(edition)
        if found is None:
            raise RulesNotFound(f"there is no rule set {edition!r}; rule sets here: {', '.join(self.editions)}")
        return found


def read_rule_shelf(packs: Path) -> RuleShelf:
    """The editions under `<packs>/proposal-rules`; raises `InvalidPack`."""
    editions = {}
    for path in sorted((packs / FOLDER).glob("*/rules.toml")):
        rules = read_toml(path, ProposalRules)
        if rules.edition != path.parent.name:
            raise InvalidPack(
                f"{path}: table [rules], key edition: must be {path.parent.name!r}, as the folder is called"
            )
        editions[rules.edition] = rules
    return RuleShelf(editions)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
