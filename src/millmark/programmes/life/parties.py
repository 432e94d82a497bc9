"""Who takes part in a programme, and as whom somebody takes a step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Party(StrEnum):
    """A side of a programme's life. A table of transitions names parties; roles and areas of accounts become them."""

    ENTERPRISE = "enterprise"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    REVIEWER = "reviewer"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    PUBLIC = "public"
    DEPARTMENT = "department"
    RULE = "rule"
    SUPPLIER = "supplier"

    @property
    def name_zh(self) -> str:
        return _NAMES[self][0]

    @property
    def name_en(self) -> str:
        return _NAMES[self][1]


_NAMES = {
    Party.ENTERPRISE: ("企业", "the enterprise"),
    Party.COUNTY: ("县级主管部门", "the county office"),
    Party.CITY: ("市级主管部门", "the city office"),
    Party.PROVINCE: ("省级主管部门", "the provincial office"),
    Party.REVIEWER: ("评审专家", "the reviewer"),
    Party.TREASURER: ("财政经办", "the treasurer"),
    Party.AUDITOR: ("审计", "the auditor"),
    Party.PUBLIC: ("公众", "the public"),
    Party.DEPARTMENT: ("部门", "the department"),
    Party.RULE: ("规则", "the rule"),
    Party.SUPPLIER: ("服务商", "the supplier"),
}

OFFICES = frozenset({Party.COUNTY, Party.CITY, Party.PROVINCE})


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody whose identity is proved, at the moment of a step.

    `role` is written to the step as it stood then; `parties` are the sides on which this account may act.
    """

    name: str
    role: str
    parties: frozenset[Party]

    def acts_for(self, party: Party) -> bool:
        return party in self.parties


PLATFORM = Actor("platform", "platform", frozenset())
"""What the platform does by itself, such as judging claims; no transition is open to it."""

RULE = Actor("rule", "rule", frozenset({Party.RULE}))
"""What follows from a rule and the calendar alone, such as the escalation of what is overdue; no account acts as it."""


def office_of_area(area_code: str) -> Party:
    """Which office an administrative division's code belongs to (GB/T 2260): 420000, 421200, 421202."""
    if area_code.endswith("0000"):
        return Party.PROVINCE
    return Party.CITY if area_code.endswith("00") else Party.COUNTY
