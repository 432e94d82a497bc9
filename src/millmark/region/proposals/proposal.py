"""A proposal and what belongs to it: people, consultations, contact, feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from millmark.region.proposals.machines import REPLIED, WITH_US


class ProposalKind(StrEnum):
    """提案 of a member of the CPPCC, 建议 of a deputy of the people's congress."""

    PROPOSAL = "proposal"
    SUGGESTION = "suggestion"

    @property
    def name_zh(self) -> str:
        return "提案" if self is ProposalKind.PROPOSAL else "建议"

    @property
    def name_en(self) -> str:
        return "proposal" if self is ProposalKind.PROPOSAL else "suggestion"


class Part(StrEnum):
    """What the bureau is to it: it leads (主办), tells another lead its opinion (会办), or answers a share (分办)."""

    LEAD = "lead"
    CO = "co"
    SEPARATE = "separate"


class PersonPart(StrEnum):
    """What a named person is to a proposal."""

    PROPOSER = "proposer"
    CO_SIGNER = "co_signer"
    LEADER = "leader"
    OFFICER = "officer"


class Way(StrEnum):
    """How the proposer was spoken with."""

    MEETING = "meeting"
    VISIT = "visit"
    PHONE = "phone"
    LETTER = "letter"
    ONLINE = "online"


class Verdict(StrEnum):
    """How the proposer stands to what is planned, or to the reply."""

    SATISFIED = "satisfied"
    BASICALLY = "basically"
    UNSATISFIED = "unsatisfied"

    @property
    def is_content(self) -> bool:
        """Whether it counts as satisfied in the yearly rate."""
        return self is not Verdict.UNSATISFIED


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by name, for signed-in staff alone."""

    part: PersonPart
    name: str
    office: str | None = None
    reach: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposal:
    """A proposal as it is registered; `lead` is the leading office where the bureau does not lead."""

    area_code: str
    kind: ProposalKind
    session: str
    number: str
    title: str
    received_on: date
    rules: str
    text: str = ""
    topic: str | None = None
    part: Part = Part.LEAD
    lead: str | None = None
    people: tuple[Person, ...] = ()
    placeholder: bool = False
    import_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal as it stands, without any person's name."""

    id: int
    area_code: str
    kind: ProposalKind
    session: str
    number: str
    title: str
    text: str
    topic: str | None
    received_on: date
    part: Part
    lead: str | None
    assigner: str | None
    assigned_on: date | None
    rules: str
    due_on: date | None
    return_by: date | None
    replied_on: date | None
    reply_class: str | None
    verdict: Verdict | None
    round: int
    state: str
    version: int
    placeholder: bool
    import_key: str | None
    registered_at_us: int
    registered_by: str

    @property
    def deadline(self) -> date | None:
        """The day by which something must happen to it; None where nothing is due."""
        if self.state == "assigned":
            return self.return_by
        return self.due_on if self.state in WITH_US else None

    def is_overdue(self, today: date) -> bool:
        return self.state in WITH_US and self.due_on is not None and self.due_on < today

    @property
    def was_late(self) -> bool:
        return self.state in REPLIED and None not in (self.replied_on, self.due_on) and self._days_late > 0

    @property
    def _days_late(self) -> int:
        assert self.replied_on is not None and self.due_on is not None  # noqa: S101, PT018 - asked before
        return (self.replied_on - self.due_on).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """One department asked about one proposal."""

    id: int
    proposal_id: int
    department: str
    state: str
    version: int
    question: str | None
    asked_on: date
    due_on: date | None
    return_by: date | None
    opinion: str | None
    answered_on: date | None
    source: str
    placeholder: bool
    asked_at_us: int

    def is_overdue(self, today: date) -> bool:
        return self.state in ("asked", "received") and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    round: int
    way: Way
    held_on: date
    verdict: Verdict
    note: str
    recorded_at_us: int
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Feedback:
    id: int
    round: int
    verdict: Verdict
    given_on: date
    comment: str
    recorded_at_us: int
    recorded_by: str
