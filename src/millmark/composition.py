"""The composition root: builds every part from the settings, in order, and hands them to each other."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
import os
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from datetime import date as calendar_date
from pathlib import Path
from typing import Self, get_args
from zoneinfo import ZoneInfo

import millmark
from millmark.backup import Backup, Places, open_carried_key
from millmark.drivers.config import DriverConfig
from millmark.drivers.driver import Driver
from millmark.edge import EdgeAgent, build_driver
from millmark.evidence import ClaimBook, Keeping, NodeKey, SealBook
from millmark.evidence.nodes import ClaimImports, NodeBook, RegionLink, RegionUnreachable, WitnessBook, write_enrolment
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
from millmark.intake.tls import ReloadingTls
from millmark.measures import MeasureReader
from millmark.model import Period, ReadingBatch, UnitSystem
from millmark.model.period import SECOND_US, utc_datetime
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
from millmark.programmes.life.life import ProgrammeLife
from millmark.programmes.life.reception import ClaimReception
from millmark.programmes.money import AwardBook, BudgetBook, DisbursementBook, programme_in, splits_of
from millmark.programmes.packs import read_shelf
from millmark.programmes.packs.soundness import faults
from millmark.programmes.packs.vectors import FactValue
from millmark.programmes.projects import AcceptanceBook, ClawbackBook, EffectBook, MoneyDesk, ProjectBook, ProjectWork
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
from millmark.registry import Database, DatabaseUnavailable, Registry, migrate
from millmark.reports import Language, Replies, ReplyTemplate, read_reply_template
from millmark.reports.awarded import AwardedBook
from millmark.reports.briefs import BriefDesk, BriefSources
from millmark.reports.ledger_sheets.imports import LedgerImports
from millmark.reports.official.desk import DocumentDesk, Office
from millmark.reports.official.subjects import Subjects
from millmark.reports.replies import ReplyDesk, ReplyPublications
from millmark.reports.sheets.desk import SheetDesk
from millmark.reports.sheets.importers import (
    budgets_importer,
    calls_importer,
    facts_importer,
    invoices_importer,
    milestones_importer,
    recognitions_importer,
    records_importer,
)
from millmark.retaining import Retainer
from millmark.settings import Settings, check_units, declare
from millmark.settings.tls_table import ServerTlsTable
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
from millmark.web.server import PortTaken, WebServer, bind
from millmark.web.services import Services
from millmark.web.sessions import SessionBook, SessionLimits

log = logging.getLogger(__name__)

SEAL_AFTER_MIDNIGHT_US = 120_000_000
SEAL_AT_LEAST_EVERY_S = 900.0
ESCALATE_EVERY_S = 3600.0
RECENT_DAYS = 3
CERTIFICATES_LOOKED_AT_EVERY_S = 20.0


class FolderInUse(RuntimeError):
    """Another program has the state folder open; the message names it."""


class FolderLock:
    """Holds `DIR/platform.lock` by flock, which ends with the process however that ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(folder / "platform.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._file, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            raise FolderInUse(f"the folder {folder} is in use by another program (process {holder})") from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        os.close(self._file)


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
            Subjects(self.database, self._area_names, self.zone, categories=self._cost_categories),
            _office(settings, self.city_pack),
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
        self.life = self._life_over(self.database)
        self.budget = self._budget_over(self.database)
        work = ProjectWork()
        self.awards = AwardBook(
            self.database,
            self.budget,
            self.policy_packs,
            self.programme_records,
            work,
            facts=self._fact_values,
            now_us=self.now_us,
            zone=self.zone,
        )
        self.disbursements = DisbursementBook(self.database, self.budget, self.policy_packs, work, now_us=self.now_us)
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
            self._office_of,
            now_us=self.now_us,
        )
        self.replies = Replies(self.figures, _reply_templates(self.city_pack))
        self.reply_desk = ReplyDesk(
            self.database,
            self.figures,
            self.bureau.proposals,
            self.city_pack,
            _reply_templates(self.city_pack),
            _office(settings, self.city_pack),
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
        self.first_password = self.accounts.ensure_first_admin()

        self._closing = closing
        self._started: AsyncExitStack | None = None
        self._web: WebServer | None = None
        self._local_url: str | None = None
        self._reminded_on: calendar_date | None = None
        self._certificates: list[ReloadingTls] = []

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
        if self._web is None:
            raise RuntimeError("the platform has no address before it is started")
        return self._web.url

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
                self.mqtt = await self._started_mqtt()
                started.push_async_callback(self.mqtt.stop)
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
            sealing = asyncio.create_task(self._seal_for_ever(), name="seal due days")
            started.push_async_callback(_ended, sealing)
            escalating = asyncio.create_task(self._escalate_for_ever(), name="escalate what is overdue")
            started.push_async_callback(_ended, escalating)
            await self._serve_all(web_socket, started)
            publish(self.settings.data, self._local_access())
            started.callback(withdraw, self.settings.data)
            self._started = started.pop_all()

    async def start_local_api(self) -> LocalAccess:
        """Answers this process alone, on a loopback port; takes no readings and seals nothing by itself."""
        await asyncio.to_thread(declare, self.settings, self.registry)
        async with AsyncExitStack() as started:
            await self._serve(bind("127.0.0.1", 0), started)
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

    async def _serve_all(self, web_socket: socket.socket, started: AsyncExitStack) -> None:
        """The console for everybody and, when that is encrypted, a plain way for commands on this machine beside it:
        no certificate is issued for the loopback address."""
        tls = self._encryption(self.settings.web.tls)
        await self._serve(web_socket, started, tls)
        if tls is not None:
            local = WebServer(self.app, bind("127.0.0.1", 0))
            started.push_async_callback(local.stop)
            await local.start()
            self._local_url = local.url
        watching = asyncio.create_task(self._watch_certificates(), name="watch certificates")
        started.push_async_callback(_ended, watching)

    def _encryption(self, table: ServerTlsTable | None) -> ssl.SSLContext | None:
        """Raises `OSError` for certificates that cannot be used."""
        if table is None:
            return None
        tls = ReloadingTls(table.server())
        self._certificates.append(tls)
        return tls.context

    async def _watch_certificates(self) -> None:
        while self._certificates:
            await asyncio.sleep(CERTIFICATES_LOOKED_AT_EVERY_S)
            for tls in self._certificates:
                try:
                    if await asyncio.to_thread(tls.reload):
                        log.warning("a renewed certificate is in use")
                except OSError:
                    log.exception("a renewed certificate cannot be used; the one before it still is")

    async def _serve(self, listener: socket.socket, started: AsyncExitStack, tls: ssl.SSLContext | None = None) -> None:
        web = WebServer(self.app, listener, tls=tls)
        started.push_async_callback(web.stop)
        await web.start()
        self._web = web

    async def _started_mqtt(self) -> MqttListener:
        """Listens at the configured port, or, if that may be, at the next one that is free."""
        table = self.settings.mqtt
        candidates = [table.port, *range(table.port + 1, table.port + 51), 0] if table.next_free_port else [table.port]
        tls = self._encryption(table.tls)
        for port in candidates:
            listener = MqttListener(
                self.intake,
                self.registry,
                table.host,
                port,
                table.limits(),
                accounts=self.live_consumers.scope,
                tls=tls,
            )
            try:
                await listener.start()
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                continue
            return listener
        raise PortTaken(
            f"devices cannot connect at {table.host}:{table.port}: the port is taken by another program or not "
            "allowed; choose another one in the settings (MILLMARK_MQTT__PORT), or end the other program"
        )

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

    async def _escalate_for_ever(self) -> None:
        """Takes the steps of escalation that are due, as the rule; each is written down with its time."""
        thread = ThreadPoolExecutor(1, "escalation")
        try:
            while True:
                await asyncio.get_running_loop().run_in_executor(thread, self._escalate)
                await asyncio.sleep(ESCALATE_EVERY_S)
        finally:
            await asyncio.to_thread(thread.shutdown)

    def _escalate(self) -> None:
        try:
            self.bureau.factors.escalate_overdue()
            self.bureau.progress.escalate_overdue()
        except DatabaseUnavailable as error:
            log.warning("what is overdue cannot be escalated now; tried again in an hour: %s", error)

    async def _seal_for_ever(self) -> None:
        """Seals what is due at the start and soon after each site's midnight, and late rows every few minutes.

        It works in a thread of its own, so readings come in meanwhile as ever; ending it waits for the day in hand.
        """
        amended_on: calendar_date | None = None
        thread = ThreadPoolExecutor(1, "sealing")
        try:
            while True:
                today = utc_datetime(self.now_us()).date()
                recent = None if amended_on != today else RECENT_DAYS
                await asyncio.get_running_loop().run_in_executor(thread, self._seal_due, recent)
                if recent is None:
                    await asyncio.get_running_loop().run_in_executor(thread, self._let_go)
                amended_on = today
                await asyncio.sleep(self._seconds_to_next_sealing())
        finally:
            await asyncio.to_thread(thread.shutdown)

    def _let_go(self) -> None:
        """Once a day, after sealing, what is past its time goes."""
        try:
            self.retainer.let_go()
        except Exception:
            # As with sealing: trouble today must not end the task that also runs tomorrow.
            log.exception("what is past its time could not be dropped; tomorrow's round tries again")

    def _seal_due(self, recent_days: int | None) -> None:
        """Seals days that are over, then amends the latest `recent_days` of each site, or all of its sealed days."""
        sealing = self.watch.sealing
        still_due = 0
        for site in self.registry.sites():
            due = []
            try:
                due = self.seals.due_days(site.id)
                while due:
                    if self.services.stopping.is_set():
                        return
                    self.seals.seal_day(site.id, due[0])
                    del due[0]
                    sealing.sealed_days += 1
                self.witness.see_own(self.seals.seals(site.id))
                sealed = sorted({seal.date for seal in self.seals.seals(site.id)}, reverse=True)
                for day in sealed[:recent_days]:
                    if self.services.stopping.is_set():
                        return
                    self.seals.amend(site.id, day)
                self.witness.see_own(self.seals.seals(site.id))
            except Exception:
                # The supervisor of sealing: one site's trouble must not keep the others' days open, nor end the task.
                log.exception("days of %s could not be sealed; the next round tries again", site.path)
                sealing.failures += 1
            still_due += len(due)
        sealing.due_days, sealing.last_round_us = still_due, self.now_us()
        self._tell_the_region()
        self.challenges.lapse_overdue()
        self._remind()

    def _tell_the_region(self) -> None:
        """Seals leave on the day they are made, so that others hold them; a region that is away is told next time."""
        if self.region is None:
            return
        try:
            for site in self.registry.sites():
                if alarms := self.region.tell(self.seals.seals(site.id)):
                    log.error("the region holds other seals of %s than this node has: %s alarms", site.path, alarms)
            self._answer_the_region()
        except RegionUnreachable as error:
            log.warning("the region was not told of all seals: %s; the next round tries again", error)

    def _answer_the_region(self) -> None:
        """Challenges of this node's claims are answered, where the settings say so; others wait in sight."""
        if self.own_answers is None:
            return
        if not self.settings.tables.witness.answer_challenges:
            if waiting := [one.id for one, _ in self.own_answers.waiting()]:
                log.warning("claims of this node are challenged and wait for their rows: challenges %s", waiting)
            return
        for one in self.own_answers.round():
            if one.kept is not None:
                log.warning("challenge %s of claim %s waits for a person: %s", one.challenge_id, one.claim_id, one.kept)
            else:
                log.info("challenge %s of claim %s was answered: %s", one.challenge_id, one.claim_id, one.outcome)

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
        try:
            self.reminders.write(addressed_tasks((self.life.desk, self.money_desk), reviewers))
        except Exception:
            # As with sealing: trouble today must not end the task that also runs tomorrow.
            log.exception("reminders could not be written; the next round tries again")
        else:
            self._reminded_on = today

    def _seconds_to_next_sealing(self) -> float:
        now = self.now_us()
        midnights = [_next_midnight_us(now, site.zone) + SEAL_AFTER_MIDNIGHT_US for site in self.registry.sites()]
        until_next = min(((moment - now) / SECOND_US for moment in midnights), default=SEAL_AT_LEAST_EVERY_S)
        return min(until_next, SEAL_AT_LEAST_EVERY_S)

    def _local_access(self) -> LocalAccess:
        return LocalAccess(url=self._local_url or self.url, token=self.local_token, pid=os.getpid())

    def _fact_values(self, enterprise_id: int) -> Mapping[str, FactValue | None]:
        return {name: fact.value for name, fact in self.enterprise_facts.latest(enterprise_id).items()}

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
            sheets=self._sheets(scratch),
            awarded=AwardedBook(self.database),
            common_grants=Views(ObjectIds(self.key.id), _office(self.settings, self.city_pack).name_zh),
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
        table, office = self.settings.tables.public, _office(self.settings, self.city_pack)
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

    def _life_over(self, database: Database) -> ProgrammeLife:
        return ProgrammeLife.over(
            database,
            self.policy_packs,
            self.verified_claims,
            self.enterprise_facts,
            self.assessments,
            ProgrammeRecords(database, now_us=self.now_us, zone=self.zone),
            self.files,
            ClaimReception(self.arrivals, self.consents, self.policy_packs, now_us=self.now_us),
            self.registry.enterprise,
            faults=lambda pack: faults(pack, self.policy_packs),
            now_us=self.now_us,
            zone=self.zone,
        )

    def _budget_over(self, database: Database) -> BudgetBook:
        return BudgetBook(
            database,
            splits=lambda programme: splits_of(self.policy_packs, programme),
            programmes=lambda programme: programme_in(self.policy_packs, programme),
            now_us=self.now_us,
        )

    def _sheets(self, scratch: Path) -> SheetDesk:
        importers = {
            "records": records_importer(self.now_us, self.zone),
            "calls": calls_importer(lambda within: self._life_over(within).calls),
            "recognitions": recognitions_importer(self._life_over),
            "facts": facts_importer(
                lambda within: FactBook(within, now_us=self.now_us),
                lambda: {fact.id: fact for pack in self.policy_packs for fact in pack.facts},
            ),
            "milestones": milestones_importer(
                lambda within: ProjectBook(within, self.policy_packs, self.files, now_us=self.now_us)
            ),
            "budgets": budgets_importer(self._budget_over),
            "invoices": invoices_importer(
                lambda within: AcceptanceBook(
                    within, self.policy_packs, self.files, self.assessments, now_us=self.now_us
                )
            ),
        }
        return SheetDesk(self.database, importers, zone=self.zone, scratch=scratch)

    def _area_names(self) -> dict[str, tuple[str, str]]:
        """Chinese and English names of the counties by their codes, and of the city itself."""
        city = self.city_pack.city
        names = {city.area_code: (city.name_zh, city.name_en)}
        return names | {area.adcode: (area.name_zh, area.name_en) for area in city_map(self.settings.data).areas}

    def _office_of(self, area_code: str) -> Office:
        """The city's own office, or that of a county by its name."""
        own = _office(self.settings, self.city_pack)
        if area_code == self.city_pack.city.area_code or area_code not in self._area_names():
            return own
        zh, en = self._area_names()[area_code]
        return Office(f"{zh}工业运行主管部门", f"Industry office of {en}")

    def _cost_categories(self, pack_id: str, edition: str) -> dict[str, tuple[str, str]]:
        """Names of what a pack lets count, by id; none for a pack that lies on the shelf no longer."""
        pack = self.policy_packs.packs.get((pack_id, edition))
        categories = () if pack is None or pack.money is None else pack.money.cost_categories
        return {one.id: (one.name_zh, one.name_en) for one in categories}

    def _demonstration_enterprises(self) -> list[int]:
        return self.registry.demonstrations()


def _office(settings: Settings, pack: CityPack) -> Office:
    """Who issues documents, where the settings do not say otherwise."""
    own = settings.tables.office
    return Office(
        own.name_zh or f"{pack.city.name_zh}经济和信息化局",
        own.name_en or f"{pack.city.name_en} Bureau of Economy and Information Technology",
    )


def _reply_templates(pack: CityPack) -> dict[Language, ReplyTemplate]:
    """The languages that the city's pack has a reply in."""
    figures = [figure.id for figure in pack.figures]
    languages: tuple[Language, ...] = get_args(Language)
    return {
        language: read_reply_template(pack.folder, language, figures)
        for language in languages
        if (pack.folder / f"reply.{language}.toml").is_file()
    }


def _next_midnight_us(now_us: int, zone: ZoneInfo) -> int:
    today = utc_datetime(now_us).astimezone(zone).date()
    return Period.of_day(today, zone).end_us


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _system_time_us() -> int:
    return time.time_ns() // 1_000
