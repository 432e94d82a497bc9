"""What is said of an investment project, version by version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from millmark.region.dispatch.errors import InvalidRequest
from millmark.region.dispatch.rules import DispatchRules

LONGEST_NAME = 200
LONGEST_TEXT = 4_000
MOST_FEN = 10**15
"""10 trillion yuan: what is more is a slip of the units."""

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMilestone:
    """A milestone with the day it is planned for; `stage` is the one that begins with it, if one does."""

    key: str
    name_zh: str
    name_en: str
    planned_on: date
    stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestmentContent:
    """`planned_fen` is the whole planned investment, in fen; None where it is not known."""

    name_zh: str
    name_en: str
    investor: str = ""
    summary: str = ""
    site: str = ""
    owner: str = ""
    planned_fen: int | None = None
    milestones: tuple[PlannedMilestone, ...] = ()

    def checked(self, rules: DispatchRules) -> Self:
        """Raises `InvalidRequest`, naming the field."""
        for field, value in (("name_zh", self.name_zh), ("name_en", self.name_en)):
            if not value.strip() or len(value) > LONGEST_NAME:
                raise InvalidRequest(f"{field}: give a name of at most {LONGEST_NAME} characters")
        for field, value in (("investor", self.investor), ("site", self.site), ("owner", self.owner)):
            if len(value) > LONGEST_NAME:
                raise InvalidRequest(f"{field}: must have at most {LONGEST_NAME} characters")
        if len(self.summary) > LONGEST_TEXT:
            raise InvalidRequest(f"summary: must have at most {LONGEST_TEXT} characters")
        if self.planned_fen is not None and not 0 < self.planned_fen <= MOST_FEN:
            raise InvalidRequest(f"planned_fen: must be more than 0 and at most {MOST_FEN} fen")
        self._check_milestones(rules)
        return self

    def _check_milestones(self, rules: DispatchRules) -> None:
        keys = [one.key for one in self.milestones]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise InvalidRequest(f"milestones: {', '.join(twice)} stands twice")
        for one in self.milestones:
            if not _KEY.fullmatch(one.key) or len(one.key) > 64:
                raise InvalidRequest(f"milestones: {one.key!r} must be small letters, digits and hyphens")
            if not one.name_zh.strip() or not one.name_en.strip():
                raise InvalidRequest(f"milestones: {one.key} needs its names")
            if one.stage is not None:
                rules.stage(one.stage)

    def as_json(self) -> dict[str, Any]:
        return {
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "investor": self.investor,
            "summary": self.summary,
            "site": self.site,
            "owner": self.owner,
            "planned_fen": self.planned_fen,
            "milestones": [
                {
                    "key": one.key,
                    "name_zh": one.name_zh,
                    "name_en": one.name_en,
                    "planned_on": one.planned_on.isoformat(),
                    "stage": one.stage,
                }
                for one in self.milestones
            ],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        milestones = tuple(
            PlannedMilestone(**{**one, "planned_on": date.fromisoformat(one["planned_on"])})
            for one in kept["milestones"]
        )
        return cls(**{**kept, "milestones": milestones})
