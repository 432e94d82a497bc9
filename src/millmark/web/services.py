"""What the routes stand on: the parts of the platform, built elsewhere and handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from millmark.web.accounts import Accounts
from millmark.web.audit import AuditLog
from millmark.web.doorkeeper import Doorkeeper
from millmark.web.public.gate import PublicGate
from millmark.web.reading.book import ReadBook
from millmark.web.sessions import SessionBook
from millmark.web.throttle import PER_ACCOUNT, PER_ADDRESS, Throttle

if TYPE_CHECKING:
    from millmark.backup import Backup
    from millmark.edge import EdgeAgent
    from millmark.evidence import ClaimBook, PublicKey, SealBook
    from millmark.evidence.nodes import ClaimImports, NodeBook, WitnessBook
    from millmark.history import History
    from millmark.intake import CommandDesk, GatewaySignIn, Intake, LineProtocolDoor, QuarantineReplay
    from millmark.measures import MeasureReader
    from millmark.observability import PlatformMetrics, PlatformWatch, RequestTimes
    from millmark.programmes import ProgrammeBook, VerifiedClaims
    from millmark.programmes.assessment.book import AssessmentBook
    from millmark.programmes.assessment.facts import FactBook
    from millmark.programmes.documents import LocalFileStore
    from millmark.programmes.documents.readers import FileReaders
    from millmark.programmes.life.life import ProgrammeLife
    from millmark.programmes.money import AwardBook, BudgetBook, DisbursementBook
    from millmark.programmes.packs import PackShelf
    from millmark.programmes.projects import AcceptanceBook, ClawbackBook, EffectBook, MoneyDesk, ProjectBook
    from millmark.programmes.proof import ArrivalBook, AuditBook, ChallengeBook, ClaimStandings, ConsentBook, OwnAnswers
    from millmark.programmes.reminders import ReminderBook
    from millmark.programmes.webhooks import WebhookBook
    from millmark.region import CityPack, Figures, Ledger
    from millmark.region.bureau import Bureau
    from millmark.region.indicators import IndicatorPack
    from millmark.registry import Registry
    from millmark.reports import Replies
    from millmark.reports.awarded import AwardedBook
    from millmark.reports.briefs import BriefDesk
    from millmark.reports.ledger_sheets.imports import LedgerImports
    from millmark.reports.official.desk import DocumentDesk
    from millmark.reports.replies import ReplyDesk, ReplyPublications
    from millmark.reports.sheets.desk import SheetDesk
    from millmark.web.common_grants.views import Views


@dataclass(frozen=True, slots=True)
class SignInThrottles:
    account: Throttle = field(default_factory=lambda: Throttle(PER_ACCOUNT))
    address: Throttle = field(default_factory=lambda: Throttle(PER_ADDRESS))


@dataclass(frozen=True, slots=True)
class Services:
    """`zone` is the city's; `folder` holds all state, `scratch` files on their way out.

    `stopping` is set when the platform goes down, so that live streams end by themselves.
    """

    history: History
    registry: Registry
    intake: Intake
    commands: CommandDesk
    quarantine_replay: QuarantineReplay
    line_protocol: LineProtocolDoor
    gateway_sign_in: GatewaySignIn
    agent: EdgeAgent
    seals: SealBook
    claims: ClaimBook
    own_key: PublicKey
    enrolment_letter: Callable[[str], str]
    nodes: NodeBook
    witness: WitnessBook
    claim_imports: ClaimImports
    arrivals: ArrivalBook
    challenges: ChallengeBook
    standings: ClaimStandings
    consents: ConsentBook
    own_answers: OwnAnswers | None
    answers_by_itself: bool
    claim_audits: AuditBook
    programmes: ProgrammeBook
    files: LocalFileStore
    verified_claims: VerifiedClaims
    policy_packs: PackShelf
    enterprise_facts: FactBook
    assessments: AssessmentBook
    life: ProgrammeLife
    budget: BudgetBook
    awards: AwardBook
    disbursements: DisbursementBook
    projects: ProjectBook
    acceptances: AcceptanceBook
    effects: EffectBook
    clawbacks: ClawbackBook
    money_desk: MoneyDesk
    reminders: ReminderBook
    file_readers: FileReaders
    documents: DocumentDesk
    sheets: SheetDesk
    awarded: AwardedBook
    common_grants: Views
    webhooks: WebhookBook
    figures: Figures
    bureau: Bureau
    public: PublicGate
    ledger: Ledger
    ledger_imports: LedgerImports
    indicator_pack: IndicatorPack
    replies: Replies
    reply_desk: ReplyDesk
    reply_publications: ReplyPublications
    city_pack: CityPack
    measures: MeasureReader
    accounts: Accounts
    sessions: SessionBook
    doorkeeper: Doorkeeper
    audit: AuditLog
    reads: ReadBook
    briefs: BriefDesk
    backup: Backup
    watch: PlatformWatch
    metrics: PlatformMetrics
    requests: RequestTimes
    now_us: Callable[[], int]
    zone: ZoneInfo
    folder: Path
    scratch: Path
    throttles: SignInThrottles = field(default_factory=SignInThrottles)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    console: Path | None = None


async def services_of(request: Request) -> Services:
    # Not to be done in a thread: to change over costs more than what is done.
    return cast("Services", request.app.state.services)


Platform = Annotated[Services, Depends(services_of)]
"""The parameter through which a route reaches the platform's parts."""
