"""Proposals, consultations and commitments."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from millmark.region.proposals import Part, PersonPart, ProposalKind, Verdict, Way
from millmark.web.shapes.departments import DepartmentView
from millmark.web.shapes.proposal_files import ProposalFileView
from millmark.web.shapes.shape import ExactNumber, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView


class SourcedText(Shape):
    """Where a rule was read; A rule text, B page of a body or press, U unverified, D default of this program."""

    source: str
    confidence: Literal["A", "B", "U", "D"]


class TermView(SourcedText):
    days: int | None
    months: int | None
    needs: str | None


class ReplyClassView(SourcedText):
    mark: str
    name_zh: str
    name_en: str
    tracked: bool


class ProposalRulesView(Shape):
    """A rule set: deadlines, what must precede a reply, and the classes of replies."""

    edition: str
    name_zh: str
    name_en: str
    note_zh: str
    note_en: str
    return_: TermView = Field(alias="return", serialization_alias="return")
    opinion: TermView
    reply: TermView
    longest: TermView
    contact_before_reply: bool
    contact_satisfied: bool
    contact: SourcedText
    classes: list[ReplyClassView]


class ProposalRulesList(Shape):
    rules: list[ProposalRulesView]


class PersonShape(Shape):
    """Somebody by name; only signed-in staff see it."""

    part: PersonPart
    name: str = Field(min_length=1, max_length=100)
    office: str | None = Field(default=None, max_length=200)
    reach: str | None = Field(default=None, max_length=200)


class NewProposalForm(Shape):
    """A proposal as it is registered; `area_code` is the office's own where it is left out."""

    kind: ProposalKind
    session: str = Field(min_length=1, max_length=100)
    number: str = Field(min_length=1, max_length=32)
    title: str = Field(min_length=1, max_length=300)
    text: str = Field(default="", max_length=20_000)
    topic: str | None = Field(default=None, max_length=64)
    received_on: date
    rules: str = Field(max_length=64)
    area_code: str | None = Field(default=None, pattern=r"^[1-8][0-9]{5}$")
    people: list[PersonShape] = Field(default_factory=list, max_length=100)


class CorrectedProposal(NewProposalForm):
    version: int | None = None


class AssignmentForm(Shape):
    """Who passed it on and when, and what the bureau is to it; `lead` is named where another office leads."""

    assigner: str = Field(min_length=1, max_length=200)
    assigned_on: date
    part: Part = Part.LEAD
    lead: str | None = Field(default=None, max_length=200)


class ProposalStepForm(Shape):
    action: Literal["file", "keep_as_letter", "sign_for", "return", "rework", "archive"]
    reason: str | None = Field(default=None, max_length=2_000)


class ExtensionForm(Shape):
    until: date
    reason: str = Field(min_length=1, max_length=2_000)


class ContactForm(Shape):
    way: Way
    held_on: date
    verdict: Verdict
    note: str = Field(min_length=1, max_length=4_000)


class FeedbackForm(Shape):
    verdict: Verdict
    given_on: date
    comment: str = Field(default="", max_length=4_000)


class QuestionForm(Shape):
    department: str = Field(max_length=64)
    question: str = Field(default="", max_length=4_000)


class ConsultationStepForm(Shape):
    """`opinion` goes with `opine` and `revise`, `reason` with `return` and `recall`."""

    action: Literal["sign_for", "return", "opine", "revise", "recall"]
    reason: str | None = Field(default=None, max_length=2_000)
    opinion: str | None = Field(default=None, max_length=20_000)


class CommitmentStepForm(Shape):
    """`percent` goes with `progress`, `evidence` with `progress` and `complete`, `until` with `extend`, `owner` and
    `department` with `hand_over`."""

    action: Literal["progress", "complete", "extend", "hand_over", "drop", "take_up"]
    words: str = Field(min_length=1, max_length=4_000)
    percent: int | None = Field(default=None, ge=0, le=100)
    evidence: str | None = Field(default=None, max_length=2_000)
    until: date | None = None
    owner: str | None = Field(default=None, max_length=200)
    department: str | None = Field(default=None, max_length=64)


class ConsultationView(Shape):
    id: int
    proposal_id: int
    department: DepartmentView
    state: str
    question: str | None
    asked_on: date
    due_on: date | None
    return_by: date | None
    overdue: bool
    opinion: str | None
    answered_on: date | None
    placeholder: bool
    allowed: list[AllowedView]
    files: list[ProposalFileView]
    may_attach: bool


class AskedView(ConsultationView):
    """A consultation with what it is about: a department's own list."""

    session: str
    number: str
    title: str
    steps: list[StepView]


class AskedList(Shape):
    consultations: list[AskedView]


class CommitmentView(Shape):
    """A promise of a signed reply; `promised_for` is the day the reply named. `placeholder`: owner and day are the
    demonstration's own."""

    id: int
    proposal_id: int
    session: str
    number: str
    round: int
    position: int
    text: str
    owner: str
    department: str | None
    promised_for: date
    due_on: date
    progress: int
    evidence: str | None
    ended_on: date | None
    overdue: bool
    state: str
    placeholder: bool
    steps: list[StepView]
    allowed: list[AllowedView]


class CommitmentList(Shape):
    commitments: list[CommitmentView]


class HandledProposal(Shape):
    """A proposal in a list, without any person's name."""

    id: int
    area_code: str
    kind: ProposalKind
    session: str
    number: str
    title: str
    topic: str | None
    received_on: date
    part: Part
    lead: str | None
    assigner: str | None
    assigned_on: date | None
    rules: str
    deadline: date | None
    due_on: date | None
    return_by: date | None
    overdue: bool
    late: bool
    replied_on: date | None
    reply_class: str | None
    verdict: Verdict | None
    round: int
    state: str
    version: int
    placeholder: bool


class ProposalList(Shape):
    proposals: list[HandledProposal]


class ContactView(Shape):
    round: int
    way: Way
    held_on: date
    verdict: Verdict
    note: str
    recorded_at_us: TimeUs
    recorded_by: str


class FeedbackView(Shape):
    round: int
    verdict: Verdict
    given_on: date
    comment: str
    recorded_at_us: TimeUs
    recorded_by: str


class ProposalDetail(Shape):
    """A proposal with everything that belongs to it. A department sees its own consultation and commitments, and
    neither contacts nor drafts."""

    proposal: HandledProposal
    text: str
    files: list[ProposalFileView]
    may_attach: bool
    longest: date | None
    people: list[PersonShape]
    consultations: list[ConsultationView]
    contacts: list[ContactView]
    feedback: list[FeedbackView]
    commitments: list[CommitmentView]
    steps: list[StepView]
    allowed: list[AllowedView]
    classes: list[ReplyClassView]


class ProposalYear(Shape):
    """What a year's proposals came to; rates and shares in percent to a tenth."""

    year: int
    received: int
    lead: int
    co: int
    separate: int
    letters: int
    returned: int
    to_reply: int
    replied: int
    replied_in_time: int
    replied_rate: ExactNumber | None
    in_time_rate: ExactNumber | None
    heard: int
    satisfied: int
    satisfied_rate: ExactNumber | None
    classes: dict[str, int]
    class_shares: dict[str, ExactNumber]
    commitments: int
    commitments_done: int


class ProposalYears(Shape):
    """One entry a year with proposals, the latest first."""

    years: list[ProposalYear]
