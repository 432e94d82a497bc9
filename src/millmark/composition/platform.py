"""All parts of one platform over one state folder, each given what it needs."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from datetime import date as calendar_date
from pathlib import Path
from typing import Self, get_args
from zoneinfo import ZoneInfo

import millmark
from millmark.backup import Backup, Places, open_carried_key
from millmark.composition.folder_lock import FolderLock
from millmark.composition.offices import Offices
from millmark.composition.programme_books import ProgrammeBooks
from millmark.doors import Doors
from millmark.drivers.config import DriverConfig
from millmark.drivers.driver import Driver
from millmark.edge import EdgeAgent, build_driver
from millmark.evidence import ClaimBook, Keeping, NodeKey, SealBook
from millmark.evidence.nodes import ClaimImports, NodeBook, RegionLink, WitnessBook, write_enrolment
from millmark.history import History
from millmark.intake import (
    CommandDesk,
    GatewaySignIn,
    Intake,
    LineProtocolDoor,
    MqttListener,
    QuarantineReplay,
)
from millmark.intake.broker import BrokerSubscriber
from millmark.measures import MeasureReader
from millmark.model import ReadingBatch, UnitSystem
from millmark.model.period import SECOND_US
from millmark.observability import PlatformMetrics, PlatformWatch, RequestTimes
from millmark.programmes import (
    ProgrammeBook,
    ProgrammeRecords,
    SignedClaim,
    VerifiedClaims,
    shipped_packs,
)
from millmark.programmes.assessment.book import AssessmentBook
from millmark.programmes.assessment.facts import FactBook
from millmark.programmes.documents import LocalFileStore
from millmark.programmes.documents.readers import FileReaders
from millmark.programmes.life.reception import ClaimReception
from millmark.programmes.packs import read_shelf
from millmark.programmes.projects import AcceptanceBook, ClawbackBook, EffectBook, MoneyDesk, ProjectBook
from millmark.programmes.proof import (
    Answered,
    AnswerLimits,
    ArrivalBook,
    AuditBook,
    ChallengeBook,
    ClaimStandings,
    ConsentBook,
    Detail,
    OwnAnswers,
    Purpose,
    Recipient,
    Use,
)
from millmark.programmes.reminders import ReminderBook, addressed_tasks
from millmark.programmes.webhooks import SecretBox, WebhookBook, WebhookSender
from millmark.region import CityPack, FactsImport, Figures, city_map, read_city_pack
from millmark.region.bureau import Bureau
from millmark.region.geography import user_areas
from millmark.region.indicators import read_indicators
from millmark.registry import Database, Registry, migrate
from millmark.reports import Language, Replies, ReplyTemplate, read_reply_template
from millmark.reports.awarded import AwardedBook
from millmark.reports.briefs import BriefDesk, BriefSources
from millmark.reports.ledger_sheets.imports import LedgerImports
from millmark.reports.official.desk import DocumentDesk
from millmark.reports.official.subjects import Subjects
from millmark.reports.replies import ReplyDesk, ReplyPublications
from millmark.reports.sheets.desk import SheetDesk
from millmark.retaining import Retainer
from millmark.rounds import RegionErrand, Rounds
from millmark.settings import Settings, check_units, declare
from millmark.web.access import Role
from millmark.web.accounts import Accounts
from millmark.web.app import create_app
from millmark.web.audit import AuditLog
from millmark.web.common_grants.ids import ObjectIds
from millmark.web.common_grants.views import Views
from millmark.web.console import find_console
from millmark.web.doorkeeper import Doorkeeper
from millmark.web.live_consumers import LiveConsumers
from millmark.web.local import LocalAccess, publish, withdraw
from millmark.web.passwords import PasswordBook
from millmark.web.public.gate import Allowance, PageCache, PublicGate
from millmark.web.public.licence import Licence
from millmark.web.reading.book import ReadBook
from millmark.web.server import bind
from millmark.web.services import Services
from millmark.web.sessions import SessionBook, SessionLimits

log = logging.getLogger(__name__)


class Platform:
    """All parts of one platform over one state folder.

    `open` builds them without starting any; `start` begins to take readings, to seal and to answer; `stop` ends all of
    that in reverse order and closes, whether it was started or not.
    """

    def __init__(self, settings: Settings, closing: ExitStack) -> None:
        """Builds the parts in the order of the number; what must be closed again goes into `closing`."""
        self.settings = settings
        self.now_us: Callable[[], int] = _system_time_us
        self.units = UnitSystem()

        self.database = Database(settings.database_url)
        closing.callback(self.database.close)
        migrate(self.database)
        self.registry = Registry(self.database, now_us=self.now_us, units=self.units)
        self.history = History.open(settings.history, now_us=self.now_us)
        closing.callback(self.history.close)

        self.intake = Intake(
            self.history, self.registry, now_us=self.now_us, settings=settings.intake, units=self.units
        )
        self.commands = CommandDesk(self.intake, self.registry)
        self.mqtt: MqttListener | None = None
        self.brokers: list[BrokerSubscriber] = []
        self.agent = EdgeAgent(
            [self._driver(config) for config in settings.drivers],
            self._deliver,
            now_us=self.now_us,
            settings=settings.edge,
        )

        self.watch = PlatformWatch(self.intake, self.history, now_us=self.now_us)
        self.requests = RequestTimes()
        self.metrics = PlatformMetrics(
            self.intake,
            self.agent,
            self.watch,
            self.requests,
            now_us=self.now_us,
            listener=lambda: self.mqtt,
            brokers=lambda: [one.status for one in self.brokers],
            gateways=settings.metrics_gateways,
        )

        self.measures = MeasureReader(self.history, self.registry, self.units, now_us=self.now_us)
        self.key = NodeKey.kept(settings.key_file, passphrase=settings.key_passphrase)
        self.seals = SealBook(self.database, self.history, self.registry, self.key, now_us=self.now_us)
        self.nodes = NodeBook(self.database, self.registry, now_us=self.now_us)
        self.witness = WitnessBook(self.database, self.registry, self.nodes, self.key.public, now_us=self.now_us)
        self.claim_imports = ClaimImports(
            self.database, self.registry, self.nodes, self.key.public, self.units, now_us=self.now_us
        )
        self.claims = ClaimBook(
            self.database,
            self.history,
            self.registry,
            self.seals,
            self.key,
            self.units,
            now_us=self.now_us,
            foreign_key=self.claim_imports.trusted_key,
        )

        url = settings.tables.witness.url
        self.region = None if url is None else RegionLink(url, self.key, now_us=self.now_us)
        self.retainer = Retainer(
            self.history,
            self.intake,
            Keeping(self.registry, self.seals, self.claims),
            settings.tables.retention.policy(),
            drop_claimed=settings.tables.retention.drop_claimed,
            now_us=self.now_us,
        )

        # A folder's absolute path, joined to another, stands for itself.
        self.city_pack = read_city_pack(shipped_packs() / settings.city_pack)
        self.zone = ZoneInfo(self.city_pack.city.time_zone)
        self.offices = Offices(settings, self.city_pack)
        self.arrivals = ArrivalBook(self.database, self.registry, self.claims, self.witness, now_us=self.now_us)
        self.challenges = ChallengeBook(self.database, self.claims, now_us=self.now_us)
        self.standings = ClaimStandings(self.arrivals, self.challenges)
        self.consents = ConsentBook(self.database, now_us=self.now_us)
        table = settings.tables.witness
        self.own_answers = (
            None
            if self.region is None
            else OwnAnswers(
                self.region,
                self.claims,
                self.consents,
                limits=AnswerLimits(a_day=table.answers_a_day),
                now_us=self.now_us,
                noted=self._note_answer,
            )
        )
        self.claim_audits = AuditBook(
            self.database,
            self.claims,
            self.claim_imports,
            self.challenges,
            self.key,
            now_us=self.now_us,
            zone=self.zone,
        )
        self.verified_claims = VerifiedClaims(
            self.claims,
            demonstration_enterprises=self._demonstration_enterprises,
            now_us=self.now_us,
            standings=self.standings,
            made_public=self._made_public,
        )
        self.programme_records = ProgrammeRecords(self.database, now_us=self.now_us, zone=self.zone)
        self.files = LocalFileStore(
            settings.data / "files", self.database, now_us=self.now_us, limits=settings.tables.files.limits()
        )
        self.documents = DocumentDesk(
            self.database,
            self.files,
            Subjects(self.database, self.offices.area_names, self.zone, categories=self._cost_categories),
            self.offices.own,
            now_us=self.now_us,
            zone=self.zone,
        )
        self.webhooks_key = settings.key_file.with_name("webhooks.key")
        open_carried_key(self.webhooks_key, settings.key_passphrase)
        self.webhooks = WebhookBook(
            self.database,
            SecretBox(self.webhooks_key),
            now_us=self.now_us,
            allow_private=settings.tables.webhooks.allow_private,
        )
        self.webhook_sender = WebhookSender(self.webhooks, now_us=self.now_us)
        own_packs = settings.tables.region.policy_packs
        self.policy_packs = read_shelf([shipped_packs(), *([own_packs] if own_packs is not None else [])])
        for broken in self.policy_packs.broken.values():
            log.error("a policy pack is set aside: %s", broken)
        self.programmes = ProgrammeBook(
            self.database, self.policy_packs, self.verified_claims, now_us=self.now_us, zone=self.zone
        )
        self.enterprise_facts = FactBook(self.database, now_us=self.now_us)
        self.assessments = AssessmentBook(self.database, self.policy_packs, self.files, now_us=self.now_us)
        self.programme_books = ProgrammeBooks(
            self.registry,
            self.policy_packs,
            self.verified_claims,
            self.enterprise_facts,
            self.assessments,
            self.files,
            ClaimReception(self.arrivals, self.consents, self.policy_packs, now_us=self.now_us),
            self._reviewers,
            now_us=self.now_us,
            zone=self.zone,
        )
        self.life = self.programme_books.life(self.database)
        self.budget = self.programme_books.budget(self.database)
        self.awards = self.programme_books.awards(self.database)
        self.disbursements = self.programme_books.disbursements(self.database)
        self.projects = ProjectBook(self.database, self.policy_packs, self.files, now_us=self.now_us)
        self.acceptances = AcceptanceBook(
            self.database, self.policy_packs, self.files, self.assessments, now_us=self.now_us
        )
        self.effects = EffectBook(self.database, self.verified_claims, now_us=self.now_us)
        self.clawbacks = ClawbackBook(self.database, self.budget, self.challenges, now_us=self.now_us)
        self.money_desk = MoneyDesk(
            self.life.calls,
            self.policy_packs,
            self.awards,
            self.disbursements,
            self.projects,
            self.acceptances,
            self.clawbacks,
            zone=self.zone,
        )
        self.reminders = ReminderBook(self.database, now_us=self.now_us)
        self.bureau = Bureau.over(
            self.database,
            self.registry,
            self.city_pack,
            self.files,
            self.policy_packs,
            self.verified_claims,
            now_us=self.now_us,
            zone=self.zone,
            areas=city_map(settings.data).areas,
            boundaries=lambda: user_areas(settings.data),
            disclosure_rules=settings.tables.region.disclosure_rules
            or settings.data / "confidential" / "disclosure.toml",
            assessments=self.assessments,
        )
        closing.callback(self.bureau.coverage.close)
        self.ledger = self.bureau.ledger
        self.ledger_imports = LedgerImports(
            self.database, self.ledger, now_us=self.now_us, boundaries=lambda: user_areas(settings.data)
        )
        self.indicator_pack = read_indicators(shipped_packs() / "dual-gigabit" / "2023")
        self.facts_import = FactsImport(
            self.database,
            self.city_pack,
            ledger=self.ledger,
            records=self.programme_records,
            now_us=self.now_us,
            books=self.bureau.books,
        )
        self.figures = Figures(
            self.city_pack,
            ledger=self.ledger,
            records=self.programme_records,
            programmes=self.programmes,
            claims=self.verified_claims,
            enterprises=self.registry.enterprises_of,
            now_us=self.now_us,
            books=self.bureau.books,
            recovered=self.awards.recovered_by_record,
        )
        self.briefs = BriefDesk(
            self.database,
            self.files,
            BriefSources(self.bureau, self.registry, zone=self.zone, now_us=self.now_us),
            self.city_pack.folder,
            self.offices.of,
            now_us=self.now_us,
        )
        self.replies = Replies(self.figures, _reply_templates(self.city_pack))
        self.reply_desk = ReplyDesk(
            self.database,
            self.figures,
            self.bureau.proposals,
            self.city_pack,
            _reply_templates(self.city_pack),
            self.offices.own,
            now_us=self.now_us,
        )
        self.reply_publications = ReplyPublications(self.database, self.bureau.proposals, now_us=self.now_us)

        passwords = PasswordBook()
        self.accounts = Accounts(self.database, passwords, now_us=self.now_us)
        self.sessions = SessionBook(
            self.database, SessionLimits(settings.web.session_us, settings.web.idle_us), now_us=self.now_us
        )
        self.audit = AuditLog(self.database, now_us=self.now_us)
        self.local_token = secrets.token_urlsafe(32)
        self.services = self._services()
        self.live_consumers = LiveConsumers(
            self.accounts,
            self.services.throttles.account,
            now_us=self.now_us,
            slug_of=self._slug_of,
            demonstration=settings.demonstration,
        )
        self.app = create_app(self.services)
        self.doors = Doors(settings, self.app, self.intake, self.registry, self.live_consumers.scope)
        self.rounds = self._rounds()
        self.first_password = self.accounts.ensure_first_admin()

        self._closing = closing
        self._started: AsyncExitStack | None = None
        self._reminded_on: calendar_date | None = None

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Raises `FolderInUse`, or what the part raises that cannot be built; what was built before it is closed."""
        with ExitStack() as closing:
            lock = FolderLock(settings.data)
            closing.callback(lock.release)
            platform = cls(settings, closing)
            platform._closing = closing.pop_all()
            return platform

    @property
    def url(self) -> str:
        """Where the console is; known once the platform has started."""
        return self.doors.url

    @property
    def mqtt_address(self) -> str | None:
        """Where devices connect; None when the platform has no listener of its own, or was not started."""
        return None if self.mqtt is None else f"{self.settings.mqtt.host}:{self.mqtt.port}"

    async def start(self) -> None:
        """Takes readings, seals days and answers requests from now on; raises `PortTaken`."""
        async with AsyncExitStack() as started:
            web_socket = bind(
                self.settings.web.host, self.settings.web.port, or_next_free=self.settings.web.next_free_port
            )
            started.callback(web_socket.close)
            await asyncio.to_thread(self._declare)
            await self.intake.start()
            started.push_async_callback(self.intake.stop)
            if self.settings.mqtt.enabled:
                self.mqtt = await self.doors.open_mqtt(started)
                self.commands.attach(self.mqtt)
                started.callback(self.commands.detach, self.mqtt)
            for broker in self.settings.brokers:
                subscriber = BrokerSubscriber(self.intake, broker)
                await subscriber.start()
                started.push_async_callback(subscriber.stop)
                self.brokers.append(subscriber)
            await self.agent.start()
            started.push_async_callback(self.agent.stop)
            if self.settings.tables.webhooks.enabled:
                await self.webhook_sender.start()
                started.push_async_callback(self.webhook_sender.stop)
            self.watch.start()
            started.push_async_callback(self.watch.stop)
            self.rounds.start(started)
            await self.doors.open_web(web_socket, started)
            publish(self.settings.data, self._local_access())
            started.callback(withdraw, self.settings.data)
            self._started = started.pop_all()

    async def start_local_api(self) -> LocalAccess:
        """Answers this process alone, on a loopback port; takes no readings and seals nothing by itself."""
        await asyncio.to_thread(declare, self.settings, self.registry)
        async with AsyncExitStack() as started:
            await self.doors.open_local(started)
            self._started = started.pop_all()
        return self._local_access()

    async def stop(self) -> None:
        """Ends what was started, last first, then closes the stores and gives the folder free."""
        try:
            if self._started is not None:
                self.services.stopping.set()
                await self._started.aclose()
                self._started = None
        finally:
            await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Closes the stores of a platform that was never started, or has stopped."""
        self._closing.close()

    def _driver(self, config: DriverConfig) -> Driver:
        async def last_stored() -> Mapping[tuple[str, str], int]:
            return await asyncio.to_thread(self._last_stored, config.gateway)

        return build_driver(config, now_us=self.now_us, last_stored=last_stored)

    async def _deliver(self, readings: ReadingBatch) -> None:
        await self.intake.submit(readings)

    def _last_stored(self, gateway: str) -> dict[tuple[str, str], int]:
        bindings = self.registry.bindings(gateway)
        points, texts = self.intake.latest_of([series.id for series in bindings.values()])
        newest = dict(
            zip(
                [*points.series.tolist(), *texts.series.tolist()],
                [*points.source_time_us.tolist(), *texts.source_time_us.tolist()],
                strict=True,
            )
        )
        return {tag: newest[series.id] for tag, series in bindings.items() if series.id in newest}

    def _declare(self) -> None:
        """What the settings declare becomes known to the registry; raises `InvalidSettings` for what cannot be."""
        check_units(self.settings, self.units)
        declare(self.settings, self.registry)

    def _rounds(self) -> Rounds:
        errands: list[Callable[[], object]] = [self.challenges.lapse_overdue, self._remind]
        if self.region is not None:
            answers_itself = self.settings.tables.witness.answer_challenges
            errands.insert(0, RegionErrand(self.registry, self.seals, self.region, self.own_answers, answers_itself))
        return Rounds(
            self.registry,
            self.seals,
            self.witness,
            self.retainer,
            self.watch.sealing,
            errands=errands,
            escalations=(self.bureau.factors.escalate_overdue, self.bureau.progress.escalate_overdue),
            stopping=self.services.stopping.is_set,
            now_us=self.now_us,
        )

    def _note_answer(self, one: Answered) -> None:
        """What left the node stands in the audit log, whoever asked for it."""
        what = f"challenge:{one.challenge_id} claim:{one.claim_id} enterprise:{one.enterprise_id}"
        entry = self.audit.begin(actor="platform", means="machine", address="", action="challenges.reveal", what=what)
        self.audit.end(entry, 200, one.outcome or "")

    def _remind(self) -> None:
        """Once a day of the city, and at the start, whoever has something to do in time is told so."""
        today = self.life.calls.today()
        if today == self._reminded_on:
            return
        reviewers = [one.reviewer for one in self.life.reviews.reviews()]
        self.reminders.write(addressed_tasks((self.life.desk, self.money_desk), reviewers))
        self._reminded_on = today

    def _local_access(self) -> LocalAccess:
        return LocalAccess(url=self.doors.local_url, token=self.local_token, pid=os.getpid())

    def _slug_of(self, enterprise_id: int) -> str:
        return self.registry.enterprise(enterprise_id).slug

    def _services(self) -> Services:
        doorkeeper = Doorkeeper(
            self.sessions,
            local_token=self.local_token,
            slug_of=self._slug_of,
            slugs_within=self.registry.slugs_within,
            demonstration=self.settings.demonstration,
            scrape_token=self.settings.scrape_token,
        )
        scratch = self.settings.data / "run"
        scratch.mkdir(mode=0o700, exist_ok=True)
        for left_behind in scratch.glob("export-*"):
            left_behind.unlink()
        return Services(
            history=self.history,
            registry=self.registry,
            intake=self.intake,
            commands=self.commands,
            quarantine_replay=QuarantineReplay(self.history, self.intake, self.now_us),
            line_protocol=LineProtocolDoor(self.intake, self.settings.line_protocol),
            gateway_sign_in=GatewaySignIn(self.registry, time.monotonic),
            agent=self.agent,
            seals=self.seals,
            claims=self.claims,
            own_key=self.key.public,
            enrolment_letter=lambda slug: write_enrolment(slug, self.key, self.now_us()),
            nodes=self.nodes,
            witness=self.witness,
            claim_imports=self.claim_imports,
            arrivals=self.arrivals,
            challenges=self.challenges,
            standings=self.standings,
            consents=self.consents,
            own_answers=self.own_answers,
            answers_by_itself=self.settings.tables.witness.answer_challenges,
            claim_audits=self.claim_audits,
            programmes=self.programmes,
            files=self.files,
            verified_claims=self.verified_claims,
            policy_packs=self.policy_packs,
            enterprise_facts=self.enterprise_facts,
            assessments=self.assessments,
            life=self.life,
            budget=self.budget,
            awards=self.awards,
            disbursements=self.disbursements,
            projects=self.projects,
            acceptances=self.acceptances,
            effects=self.effects,
            clawbacks=self.clawbacks,
            money_desk=self.money_desk,
            reminders=self.reminders,
            file_readers=FileReaders(self.database),
            documents=self.documents,
            sheets=SheetDesk(self.database, self.programme_books.importers(), zone=self.zone, scratch=scratch),
            awarded=AwardedBook(self.database),
            common_grants=Views(ObjectIds(self.key.id), self.offices.own.name_zh),
            webhooks=self.webhooks,
            figures=self.figures,
            bureau=self.bureau,
            public=self._public_gate(),
            ledger=self.ledger,
            ledger_imports=self.ledger_imports,
            indicator_pack=self.indicator_pack,
            replies=self.replies,
            reply_desk=self.reply_desk,
            reply_publications=self.reply_publications,
            city_pack=self.city_pack,
            measures=self.measures,
            accounts=self.accounts,
            sessions=self.sessions,
            doorkeeper=doorkeeper,
            audit=self.audit,
            briefs=self.briefs,
            reads=ReadBook(self.database, now_us=self.now_us),
            backup=self._backup(scratch),
            watch=self.watch,
            metrics=self.metrics,
            requests=self.requests,
            now_us=self.now_us,
            zone=self.zone,
            folder=self.settings.data,
            scratch=scratch,
            console=find_console(Path(millmark.__file__).parent),
        )

    def _backup(self, scratch: Path) -> Backup:
        places = Places(
            settings=self.settings.file,
            key=self.settings.key_file,
            key_passphrase=self.settings.key_passphrase,
            scratch=scratch,
            files=self.files.folder,
            webhooks_key=self.webhooks_key,
        )
        return Backup(self.history, self.database, places, now_us=self.now_us)

    def _public_gate(self) -> PublicGate:
        table, office = self.settings.tables.public, self.offices.own
        return PublicGate(
            publisher=(office.name_zh, office.name_en),
            licence=Licence(table.licence, table.licence_url),
            allowance=Allowance(table.requests_per_minute),
            cache=PageCache(table.cache_s * SECOND_US),
        )

    def _made_public(self, claims: Sequence[SignedClaim]) -> Sequence[bool]:
        """Which claims may be a part of a published figure, by their enterprises' consents."""
        uses = [
            Use(one.id, one.enterprise_id, one.measure, Recipient.PUBLIC, Detail.VALUE, Purpose.STATISTICS)
            for one in claims
        ]
        return [permit is not None for permit in self.consents.permits(uses)]

    def _reviewers(self) -> set[str]:
        return {one.name for one in self.accounts.accounts() if one.role is Role.REVIEWER and not one.disabled}

    def _cost_categories(self, pack_id: str, edition: str) -> dict[str, tuple[str, str]]:
        """Names of what a pack lets count, by id; none for a pack that lies on the shelf no longer."""
        pack = self.policy_packs.packs.get((pack_id, edition))
        categories = () if pack is None or pack.money is None else pack.money.cost_categories
        return {one.id: (one.name_zh, one.name_en) for one in categories}

    def _demonstration_enterprises(self) -> frozenset[int]:
        return self.bureau.watch.fictional()


def _reply_templates(pack: CityPack) -> dict[Language, ReplyTemplate]:
    """The languages that the city's pack has a reply in."""
    figures = [figure.id for figure in pack.figures]
    languages: tuple[Language, ...] = get_args(Language)
    return {
        language: read_reply_template(pack.folder, language, figures)
        for language in languages
        if (pack.folder / f"reply.{language}.toml").is_file()
    }


def _system_time_us() -> int:
    return time.time_ns() // 1_000
