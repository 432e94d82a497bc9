"""Claims checked on arrival, challenged, drawn for audits; consents; other nodes and what was witnessed of them."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Annotated

from pydantic import Field

from millmark.evidence.nodes import AlarmKind, KeyAction
from millmark.programmes.grade import Grade
from millmark.programmes.proof.answering import Kept
from millmark.programmes.proof.checks import Severity
from millmark.programmes.proof.consents import ConsentState, Detail, Purpose, Recipient
from millmark.web.shapes.claims import CheckView
from millmark.web.shapes.shape import Finite, Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

Words = Annotated[str, Field(min_length=1, max_length=2000)]
ClaimId = Annotated[str, Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Letter = Annotated[str, Field(min_length=1, max_length=4000)]
Measure = Annotated[str, Field(min_length=1, max_length=64)]
AnswerDays = Annotated[int, Field(ge=1, le=90)]


class ArrivalCheckView(Shape):
    """A finding of a claim's arrival; a failed one leaves `self_reported` (refusal), `document_backed` (doubt) or all
    of the grade (note)."""

    name: str
    ok: bool
    severity: Severity
    zh: str
    en: str


class ArrivalView(Shape):
    claim_id: str
    applicant_id: int
    application_id: int | None
    grade: Grade
    checks: list[ArrivalCheckView]
    checked_at_us: TimeUs
    checked_by: str


class ClaimStandingView(Shape):
    """What a claim is worth now: by its arrival, by challenges, and who may see it."""

    claim_id: str
    limit: Grade
    reasons_zh: list[str]
    reasons_en: list[str]
    arrivals: list[ArrivalView]
    challenges: list[Id]


class NewArrival(Shape):
    """Checks a claim again as if it came now; `applicant_id` is the enterprise that presents it."""

    claim_id: ClaimId
    applicant_id: Id


class DifferenceView(Shape):
    kind: str
    zh: str
    en: str


class ChallengeAnswerView(Shape):
    outcome: str
    rows_sha256: str | None
    rows_bytes: int
    claimed_value: Finite
    recomputed_value: Finite
    checks: list[CheckView]
    differences: list[DifferenceView]
    answered_at_us: TimeUs
    answered_by: str


class ChallengeRowView(Shape):
    """A challenge in a list; `deadline` is a day of the city, null once nothing is awaited."""

    id: int
    state: str
    state_zh: str
    state_en: str
    version: int
    claim_id: str
    measure: str
    unit: str
    subject: str
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    application_id: int | None
    audit_id: int | None
    reason: str
    opened_at_us: TimeUs
    opened_by: str
    deadline_us: TimeUs
    deadline: calendar_date | None
    allowed: list[AllowedView]


class ChallengeList(Shape):
    challenges: list[ChallengeRowView]


class ChallengeView(Shape):
    """One challenge with everything that was answered and done. `node_answers` says that this platform issued the
    claim and answers by itself; otherwise the enterprise brings the rows file."""

    challenge: ChallengeRowView
    node_answers: bool
    answers: list[ChallengeAnswerView]
    steps: list[StepView]


class NewChallenge(Shape):
    claim_id: ClaimId
    reason: Words
    answer_days: AnswerDays = 7
    application_id: Id | None = None


class ChallengeReason(Shape):
    reason: Words
    version: int | None = None
    answer_days: AnswerDays = 7


class TicketView(Shape):
    claim_id: str
    document_sha256: str
    ticket: str
    drawn: bool


class AuditView(Shape):
    """A random audit. `commitment` is the SHA-256 of `seed`, which is null until the draw; tickets are HMAC-SHA256 of
    `document_sha256` under the seed, and the smallest are drawn."""

    id: int
    name: str
    commitment: str
    share_permille: int
    answer_days: int
    draw_on: calendar_date
    overdue: bool
    committed_at_us: TimeUs
    committed_by: str
    seed: str | None
    pool: list[TicketView]
    drawn_at_us: TimeUs | None
    drawn_by: str | None
    challenges: list[int]


class AuditList(Shape):
    audits: list[AuditView]


class NewAudit(Shape):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    share_permille: Annotated[int, Field(ge=1, le=1000)] = 50
    answer_days: AnswerDays = 7
    draw_on: calendar_date


class ConsentView(Shape):
    """`measures` empty means every measure."""

    id: int
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    recipient: Recipient
    recipient_zh: str
    recipient_en: str
    purpose: Purpose
    purpose_zh: str
    purpose_en: str
    detail: Detail
    detail_zh: str
    detail_en: str
    measures: list[str]
    claim_id: str | None
    application_id: int | None
    from_us: TimeUs
    until_us: TimeUs
    given_at_us: TimeUs
    given_by: str
    state: ConsentState
    withdrawn_at_us: TimeUs | None
    withdrawn_by: str | None
    withdrawal_reason: str | None


class ConsentList(Shape):
    consents: list[ConsentView]


class NewConsentForm(Shape):
    enterprise_id: Id
    recipient: Recipient
    purpose: Purpose
    detail: Detail
    until: calendar_date = Field(description="The last day of the term, of the city.")
    measures: Annotated[list[Measure], Field(max_length=50)] = Field(default_factory=list)
    claim_id: ClaimId | None = None


class Withdrawal(Shape):
    reason: Annotated[str, Field(max_length=2000)] = ""


class KeyEventView(Shape):
    action: KeyAction
    at_us: TimeUs
    since_us: TimeUs
    actor: str
    reason: str


class NodeKeyView(Shape):
    """A key that speaks for an enterprise; compare `key_id` with what the enterprise tells by other means."""

    key_id: str
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    state: KeyAction
    in_force: bool
    events: list[KeyEventView]


class NodeKeyList(Shape):
    """`own_key_id` is this platform's own, which speaks for the enterprises it hosts."""

    own_key_id: str
    keys: list[NodeKeyView]


class NewNodeKey(Shape):
    """`letter` is what the node's `GET /api/nodes/own/letter` gives: its key, signed with itself."""

    letter: Letter


class KeyReason(Shape):
    reason: Words


class KeyRevocation(Shape):
    """`since_us` reaches back to the moment from which the key counts as stolen."""

    reason: Words
    since_us: TimeUs | None = None


class SealTokens(Shape):
    """Seals as they were signed (compact JWS), at most a thousand at a time."""

    key_id: Annotated[str, Field(min_length=43, max_length=43)]
    seals: Annotated[list[Annotated[str, Field(min_length=1, max_length=4000)]], Field(min_length=1, max_length=1000)]


class OwnSeals(Shape):
    """`more` says that not all of them fit; ask again from a later day."""

    key_id: str
    seals: list[str]
    more: bool


class WitnessAlarmView(Shape):
    id: int
    enterprise_id: int
    kind: AlarmKind
    site: str
    date: calendar_date
    sequence: int
    standing_hash: str | None
    told_hash: str
    sealed_at_us: TimeUs
    received_at_us: TimeUs
    token: str


class WitnessReceiptView(Shape):
    new: int
    known: int
    alarms: list[WitnessAlarmView]


class SiteChainView(Shape):
    enterprise_id: int
    site: str
    sequence: int
    last_date: calendar_date
    last_received_us: TimeUs
    missing: int


class WitnessState(Shape):
    """How far each site's chain was witnessed, and every contradiction that was ever seen."""

    chains: list[SiteChainView]
    alarms: list[WitnessAlarmView]


class NodeChallenge(Shape):
    """A challenge as the challenged node reads it."""

    id: int
    claim_id: str
    reason: str
    deadline_us: TimeUs


class NodeChallenges(Shape):
    challenges: list[NodeChallenge]


class OwnChallenge(NodeChallenge):
    """A challenge of one of this node's claims, as its region tells of it."""

    enterprise_id: int
    measure: str
    subject: str


class OwnChallenges(Shape):
    """`answers_by_itself` says whether the settings let the node answer without a person."""

    answers_by_itself: bool
    challenges: list[OwnChallenge]


class OwnAnswerView(Shape):
    """The region's `outcome` (upheld, refuted or partly_revealed), or why nothing was shown."""

    challenge_id: int
    claim_id: str
    outcome: str | None
    kept: Kept | None
