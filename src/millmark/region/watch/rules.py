"""The watch's rules, read from their pack: indicators, deadlines, checks at entry, early warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, model_validator

from millmark.programmes.toml_file import Frozen, read_toml
from millmark.region.watch.columns import CORE
from millmark.region.watch.months import first_day, read_month

Severity = Literal["refuse", "confirm"]
Level = Literal["high", "medium", "low"]


class Indicator(Frozen):
    """What an enterprise reports of a month; money in fen, a count in whole `unit`s.

    `required_of` names the sections whose enterprises must give it, all of them when it is empty. A `level` stands at
    the end of the month; what is none flows in it.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    name_zh: str
    name_en: str
    kind: Literal["money", "count"]
    unit: str = "CNY"
    unit_zh: str = "元"
    required: bool = False
    required_of: tuple[str, ...] = ()
    optional: bool = False
    may_be_negative: bool = False
    level: bool = False

    def is_required_of(self, section: str | None) -> bool:
        return self.required and (not self.required_of or section in self.required_of)


class Deadline(Frozen):
    """Until `day` and `hour` of the following month, for months from `from` on; `not_asked` are calendar months."""

    from_month: str = Field(alias="from")
    day: int = Field(ge=1, le=28)
    hour: int = Field(ge=0, le=23)
    not_asked: tuple[int, ...] = ()
    label: Literal["A", "B", "U"]
    source: str


class ExceptionalDeadline(Frozen):
    month: str
    day: int = Field(ge=1, le=28)
    hour: int = Field(ge=0, le=23)
    source: str


class CheckRule(Frozen):
    """One check at entry; which of the numbers it needs depends on its kind."""

    id: str
    kind: Literal[
        "negative", "required", "unit_slip", "missing_months", "jump", "level", "intensity", "share", "zero_against"
    ]
    severity: Severity
    reason_zh: str
    reason_en: str
    indicators: tuple[str, ...] = ()
    against: Literal["last", "recent", "year_ago"] = "recent"
    factors: tuple[int, ...] = ()
    tolerance: float = 0.0
    up: float = 0.0
    down: float = 0.0
    low: float = 0.0
    high: float = 0.0
    at_least: float = 0.0
    # Months in which the report must lie that a level is held against.
    within: int = Field(1, ge=1, le=12)
    # A refusal that an explanation lifts: what looks like a slip may be true.
    override: bool = False


class WarningRule(Frozen):
    """One early-warning rule over the months of an enterprise."""

    id: str
    kind: Literal["year_on_year", "collapse", "missing"]
    name_zh: str
    name_en: str
    indicators: tuple[str, ...]
    severity: Level
    reason_zh: str
    reason_en: str
    decline: float = 0.0
    mean_decline: float = 0.0
    months: int = 1
    window: int = 6
    below: float = 0.0
    and_year_below: float | None = None


class _IndicatorsFile(Frozen):
    indicators: tuple[Indicator, ...]

    @model_validator(mode="after")
    def _core_is_there(self) -> Self:
        core = tuple(one.id for one in self.indicators if not one.optional)
        if core != CORE:
            raise ValueError(f"the indicators with columns of their own must be {', '.join(CORE)}, in this order")
        return self


class _CalendarFile(Frozen):
    deadlines: tuple[Deadline, ...] = Field(min_length=1)
    exceptions: tuple[ExceptionalDeadline, ...] = ()


class _ChecksFile(Frozen):
    checks: tuple[CheckRule, ...]

    @model_validator(mode="after")
    def _asks_what_is_reported(self, info: ValidationInfo) -> Self:
        """With the context `levels`, which indicators there are and whether they are levels."""
        levels: Mapping[str, bool] = (info.context or {}).get("levels", {})
        for rule in self.checks:
            for name in rule.indicators:
                if name not in levels:
                    raise ValueError(f"check {rule.id!r} asks about {name!r}, which is no indicator")
                if rule.kind == "level" and not levels[name]:
                    raise ValueError(f"check {rule.id!r} holds {name!r} as a level, which it is not marked as")
        return self


class _WarningsFile(Frozen):
    warnings: tuple[WarningRule, ...]


@dataclass(frozen=True, slots=True)
class WatchRules:
    indicators: tuple[Indicator, ...]
    deadlines: tuple[Deadline, ...]
    exceptions: tuple[ExceptionalDeadline, ...]
    checks: tuple[CheckRule, ...]
    warnings: tuple[WarningRule, ...]

    @property
    def remembered(self) -> tuple[str, ...]:
        """The indicators whose earlier months the checks ask for."""
        named = {name for rule in self.checks for name in rule.indicators}
        return tuple(one.id for one in self.indicators if not one.optional or one.id in named)

    @property
    def optional(self) -> tuple[Indicator, ...]:
        return tuple(one for one in self.indicators if one.optional)

    def indicator(self, indicator_id: str) -> Indicator | None:
        return next((one for one in self.indicators if one.id == indicator_id), None)

    def check(self, check_id: str) -> CheckRule:
        return next(one for one in self.checks if one.id == check_id)

    def warning(self, rule_id: str) -> WarningRule | None:
        return next((one for one in self.warnings if one.id == rule_id), None)

    def deadline(self, month: int) -> Deadline:
        fitting = [one for one in self.deadlines if read_month(one.from_month) <= month]
        return max(fitting or self.deadlines, key=lambda one: read_month(one.from_month))

    def is_asked(self, month: int) -> bool:
        """Whether the month needs a report of its own."""
        return month % 12 + 1 not in self.deadline(month).not_asked

    def due_us(self, month: int, zone: ZoneInfo) -> int:
        """Until when the month is to be reported, in UTC microseconds."""
        rule: Deadline | ExceptionalDeadline = self.deadline(month)
        for exception in self.exceptions:
            if read_month(exception.month) == month:
                rule = exception
        following = first_day(month + 1)
        local = datetime(following.year, following.month, rule.day, rule.hour, tzinfo=zone)
        return int(local.timestamp()) * 1_000_000


def read_watch_rules(folder: Path) -> WatchRules:
    """Reads the pack's files; raises `InvalidPack`, naming file, table and key."""
    calendar = read_toml(folder / "calendar.toml", _CalendarFile)
    indicators = read_toml(folder / "indicators.toml", _IndicatorsFile).indicators
    levels = {one.id: one.level for one in indicators}
    return WatchRules(
        indicators=indicators,
        deadlines=calendar.deadlines,
        exceptions=calendar.exceptions,
        checks=read_toml(folder / "checks.toml", _ChecksFile, context={"levels": levels}).checks,
        warnings=read_toml(folder / "warnings.toml", _WarningsFile).warnings,
    )
