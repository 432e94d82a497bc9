"""The rules of the dispatch desk, read from `dispatch.toml`: factors, deadlines, escalation, stages, working days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from millmark.programmes import DateSpan, shipped_packs
from millmark.programmes.pack import PackHeader
from millmark.programmes.toml_file import Frozen, read_toml
from millmark.region.dispatch.calendar import Term, WorkCalendar, days_of
from millmark.region.dispatch.errors import InvalidRequest

FILE = "dispatch.toml"
EVERY_FACTOR = "*"
_ID = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)


def _term(value: object) -> object:
    return Term.parse(value) if isinstance(value, str) else value


def _span(value: object) -> object:
    return DateSpan.parse(value) if isinstance(value, str) else value


TermText = Annotated[Term, BeforeValidator(_term)]
SpanText = Annotated[DateSpan, BeforeValidator(_span)]


class Named(Frozen):
    id: str = _ID
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class Factor(Named):
    """A production factor; `departments` are suggested, by the Chinese names of the list of departments."""

    departments: tuple[str, ...] = ()


class DeadlineRule(Frozen):
    """How long the office may take to assign, and the departments to answer."""

    factor: str
    urgency: str
    assign: TermText
    answer: TermText


class Escalation(Frozen):
    """To whom an overdue request goes when `after` has passed since its deadline."""

    after: TermText
    to_zh: str = Field(min_length=1)
    to_en: str = Field(min_length=1)


class CalendarText(Frozen):
    covers: tuple[int, ...]
    source: str
    holidays: tuple[SpanText, ...] = ()
    working_weekends: tuple[date, ...] = ()


class InvestmentRules(Frozen):
    problem: TermText
    stages: tuple[Named, ...] = Field(min_length=1)


class DispatchFile(Frozen):
    pack: PackHeader
    calendar: CalendarText
    factors: tuple[Factor, ...] = Field(min_length=1)
    urgencies: tuple[Named, ...] = Field(min_length=1)
    deadlines: tuple[DeadlineRule, ...]
    escalation: tuple[Escalation, ...] = ()
    investments: InvestmentRules

    @model_validator(mode="after")
    def _every_pair_has_a_deadline(self) -> Self:
        factors, urgencies = {one.id for one in self.factors}, {one.id for one in self.urgencies}
        for rule in self.deadlines:
            if rule.factor not in {EVERY_FACTOR, *factors}:
                raise ValueError(f"a deadline names the factor {rule.factor!r}, which is not among the factors")
            if rule.urgency not in urgencies:
                raise ValueError(f"a deadline names the urgency {rule.urgency!r}, which is not among the urgencies")
        covered = {(rule.factor, rule.urgency) for rule in self.deadlines}
        for factor in sorted(factors):
            for urgency in sorted(urgencies):
                if not {(factor, urgency), (EVERY_FACTOR, urgency)} & covered:
                    raise ValueError(f"no deadline for {factor!r} when it is {urgency!r}")
        return self


@dataclass(frozen=True, slots=True)
class DispatchRules:
    """The rules in force, with the calendar that their days are counted by."""

    pack: str
    source: str
    calendar: WorkCalendar
    factors: Mapping[str, Factor]
    urgencies: Mapping[str, Named]
    deadlines: tuple[DeadlineRule, ...]
    escalation: tuple[Escalation, ...]
    investments: InvestmentRules

    def deadline(self, factor: str, urgency: str) -> DeadlineRule:
        """The rule of a factor before that of all factors; raises `InvalidRequest` for what the rules do not know."""
        if factor not in self.factors:
            raise InvalidRequest(f"factor: {factor!r} is none; factors are {', '.join(self.factors)}")
        if urgency not in self.urgencies:
            raise InvalidRequest(f"urgency: {urgency!r} is none; urgencies are {', '.join(self.urgencies)}")
        found = {rule.factor: rule for rule in self.deadlines if rule.urgency == urgency}
        return found.get(factor) or found[EVERY_FACTOR]

    def stage(self, stage_id: str) -> Named:
        """Raises `InvalidRequest`."""
        for stage in self.investments.stages:
            if stage.id == stage_id:
                return stage
        known = ", ".join(stage.id for stage in self.investments.stages)
        raise InvalidRequest(f"stage: {stage_id!r} is none; stages are {known}")

    def place_of(self, stage_id: str) -> int:
        """The stage's place in the order of stages, from 0."""
        return [stage.id for stage in self.investments.stages].index(self.stage(stage_id).id)


def read_dispatch_rules(city_pack: Path) -> DispatchRules:
    """The city's own `dispatch.toml` if its pack has one, else the one that comes with the platform.

    Raises `InvalidPack`, naming file, table and key.
    """
    own = city_pack / FILE
    path = own if own.is_file() else shipped_packs() / "dispatch" / FILE
    file = read_toml(path, DispatchFile)
    calendar = WorkCalendar(
        days_of((span.first, span.last) for span in file.calendar.holidays),
        frozenset(file.calendar.working_weekends),
        frozenset(file.calendar.covers),
    )
    return DispatchRules(
        pack=f"{file.pack.id}/{file.pack.version}",
        source=file.pack.source,
        calendar=calendar,
        factors={one.id: one for one in file.factors},
        urgencies={one.id: one for one in file.urgencies},
        deadlines=file.deadlines,
        escalation=file.escalation,
        investments=file.investments,
    )
