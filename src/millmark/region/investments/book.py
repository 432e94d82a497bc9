"""Keeps investment projects, and offers those that are tracked as a book of figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes import Counting, DateSpan, Grade
from millmark.programmes.life import Actor, Offer, Party, must_be_version
from millmark.region.catalogue import CityPack
from millmark.region.dispatch.errors import DispatchConflict, DispatchNotFound, InvalidRequest
from millmark.region.dispatch.rules import DispatchRules
from millmark.region.dispatch.steps import DispatchStep, steps_of, take
from millmark.region.entry import NewLedgerEntry, checked
from millmark.region.errors import EntryConflict, EntryNotFound
from millmark.region.figure import RecordRef, RecordSource
from millmark.region.investments.content import InvestmentContent
from millmark.region.investments.facts import fact_as_json, fact_from_json, record_of
from millmark.region.investments.machine import INVESTMENT
from millmark.region.investments.project import Investment
from millmark.region.investments.reading import projects_of
from millmark.region.investments.tables import InvestmentRow, InvestmentVersionRow, TrackingRow
from millmark.registry import Database

TRACKED_KIND = "tracked-investment-project"
_OTHERWISE = frozenset({"register", "revise", "stage", "milestone", "void_milestone", "payment", "void_payment"})


class InvestmentBook:
    """Projects on SQLite or PostgreSQL; a `FactsBook` whose records are the projects that are tracked."""

    source: RecordSource = "investment"

    def __init__(
        self,
        database: Database,
        pack: CityPack,
        rules: DispatchRules,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._pack = pack
        self.rules = rules
        self._now_us = now_us
        self._zone = zone

    def today(self) -> date:
        """The city's calendar day."""
        return self.day_of(self._now_us())

    def day_of(self, at_us: int) -> date:
        return utc_datetime(at_us).astimezone(self._zone).date()

    # What figures ask

    def standing_records(self, as_of: date, known_at_us: int | None = None) -> list[RecordRef]:
        """The trackings that hold on a day, as they were known at a moment; now, when none is given."""
        query = select(TrackingRow).where(
            TrackingRow.holds_from <= as_of, or_(TrackingRow.until.is_(None), TrackingRow.until > as_of)
        )
        if known_at_us is None:
            query = query.where(TrackingRow.voided_at_us.is_(None))
        else:
            # An end that was not known yet had not come, and what was voided later still stood.
            query = select(TrackingRow).where(
                TrackingRow.holds_from <= as_of,
                TrackingRow.recorded_at_us <= known_at_us,
                or_(
                    TrackingRow.until.is_(None),
                    TrackingRow.until > as_of,
                    TrackingRow.until_recorded_at_us > known_at_us,
                ),
                or_(TrackingRow.voided_at_us.is_(None), TrackingRow.voided_at_us > known_at_us),
            )
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(TrackingRow.id))
            kinds = self._pack.kinds
            return [
                record_of(fact_from_json(row.fact), row.investment_id, kinds[row.kind])
                for row in rows
                if row.kind in kinds
            ]

    def record(self, number: int) -> RecordRef:
        """The project by the number of its reference, as it is or was last tracked; raises `EntryNotFound`."""
        with self._database.reading() as session:
            row = session.scalars(
                select(TrackingRow).where(TrackingRow.investment_id == number).order_by(TrackingRow.id.desc()).limit(1)
            ).one_or_none()
        if row is None:
            raise EntryNotFound(f"there is no investment project {number}")
        return record_of(fact_from_json(row.fact), number, self._pack.kind(row.kind))

    def as_record(self, fact: NewLedgerEntry, number: int) -> RecordRef:
        return record_of(fact, number, self._pack.kind(fact.kind))

    def add_fact_within(self, session: Session, fact: NewLedgerEntry, *, recorded_by: str) -> None:
        """Keeps what a document states of a tracked project as a project of which nothing else is known."""
        fact = checked(fact, self._pack)
        kind, name = self._pack.kind(fact.kind), fact.subject
        unnamed = f"{fact.quantity or 0:f}"
        content = InvestmentContent(
            name_zh=name or f"未列名{unnamed}{kind.unit_zh or '个'}", name_en=name or f"{unnamed} unnamed"
        )
        self._register(session, fact, content, None, _importer(recorded_by), reason=fact.source)

    def imported_within(self, session: Session) -> Mapping[str, NewLedgerEntry]:
        query = select(TrackingRow).where(TrackingRow.import_key.is_not(None))
        return {str(row.import_key): fact_from_json(row.fact) for row in session.scalars(query)}

    # What the desk does

    def register(
        self,
        content: InvestmentContent,
        *,
        area_code: str,
        source: str,
        actor: Actor,
        enterprise_id: int | None = None,
        stage: str | None = None,
        grade: Grade = Grade.DOCUMENT_BACKED,
        placeholder: bool = False,
        tracked: bool = True,
    ) -> Investment:
        """Registers a project and tracks it from today on; figures count it from then, unless it is not `tracked`.

        Raises `InvalidRequest`, or `EntryConflict` for a name that is tracked already.
        """
        content = content.checked(self.rules)
        today = self.today()
        fact = NewLedgerEntry(
            kind=TRACKED_KIND,
            area=area_code,
            span=DateSpan.of_day(today),
            source=source,
            subject=content.name_zh,
            grade=grade,
            placeholder=placeholder,
        )
        with self._database.transaction() as session:
            row = self._register(session, checked(fact, self._pack), content, enterprise_id, actor, reason=source)
            if not tracked:
                self._tracking_effect(session, row, "untrack", source, actor, self._now_us())
            if stage is not None:
                self._set_stage(session, row, stage, today, actor, None)
            return self.read(session, row)

    def revise(
        self,
        investment_id: int,
        content: InvestmentContent,
        *,
        actor: Actor,
        enterprise_id: int | None = None,
        reason: str | None = None,
        version: int | None = None,
    ) -> Investment:
        """A new version of the plan; the one before stays readable."""
        content, now = content.checked(self.rules), self._now_us()
        with self._database.transaction() as session:
            row = locked(session, investment_id)
            must_be_version(row, version, f"project {investment_id}")
            row.enterprise_id = enterprise_id if enterprise_id is not None else row.enterprise_id
            take(session, INVESTMENT, row, "revise", actor, at_us=now, reason=reason, corrected=True)
            self._keep_version(session, row, content, actor, now, reason)
            return self.read(session, row)

    def set_stage(
        self, investment_id: int, stage: str, since: date, *, actor: Actor, reason: str | None = None
    ) -> Investment:
        """Sets the stage that holds since a day; going back to an earlier one needs a reason."""
        with self._database.transaction() as session:
            row = locked(session, investment_id)
            self._set_stage(session, row, stage, since, actor, reason)
            return self.read(session, row)

    def act(
        self,
        investment_id: int,
        action: str,
        *,
        actor: Actor,
        reason: str | None = None,
        version: int | None = None,
    ) -> Investment:
        """Pauses, resumes, ends, voids, tracks or tracks no longer."""
        if action in _OTHERWISE:
            raise InvalidRequest(f"action: {action!r} is not taken this way")
        now = self._now_us()
        with self._database.transaction() as session:
            row = locked(session, investment_id)
            must_be_version(row, version, f"project {investment_id}")
            INVESTMENT.check(row.state, action, actor, reason)
            detail = self._tracking_effect(session, row, action, reason or "", actor, now)
            take(session, INVESTMENT, row, action, actor, at_us=now, reason=reason, detail=detail)
            return self.read(session, row)

    def project(self, investment_id: int) -> Investment:
        """Raises `DispatchNotFound`."""
        with self._database.reading() as session:
            row = session.get(InvestmentRow, investment_id)
            if row is None:
                raise DispatchNotFound(f"there is no investment project {investment_id}")
            return self.read(session, row)

    def projects(self, *, enterprise_id: int | None = None, with_void: bool = False) -> list[Investment]:
        """All of them, or those of an enterprise, in the order kept."""
        query = select(InvestmentRow).order_by(InvestmentRow.id)
        if enterprise_id is not None:
            query = query.where(InvestmentRow.enterprise_id == enterprise_id)
        if not with_void:
            query = query.where(InvestmentRow.state != "void")
        with self._database.reading() as session:
            return projects_of(session, session.scalars(query).all())

    def versions(self, investment_id: int) -> list[tuple[int, InvestmentContent, str, int, str | None]]:
        """The plan version by version: (version, content, who saved it, when, why)."""
        query = select(InvestmentVersionRow).where(InvestmentVersionRow.investment_id == investment_id)
        with self._database.reading() as session:
            return [
                (row.version, InvestmentContent.from_json(row.content), row.saved_by, row.saved_at_us, row.reason)
                for row in session.scalars(query.order_by(InvestmentVersionRow.version))
            ]

    def steps(self, investment_id: int) -> list[DispatchStep]:
        with self._database.reading() as session:
            return steps_of(session, INVESTMENT.kind, investment_id)

    def offers(self, project: Investment, actor: Actor) -> list[Offer]:
        """What somebody may do now; a project that is tracked cannot be tracked again."""
        tracked = project.tracked_until is None
        return INVESTMENT.offers(project.state, actor, without={"track" if tracked else "untrack"})

    def read(self, session: Session, row: InvestmentRow) -> Investment:
        """The project as it stands within a transaction."""
        return projects_of(session, [row])[0]

    def _register(
        self,
        session: Session,
        fact: NewLedgerEntry,
        content: InvestmentContent,
        enterprise_id: int | None,
        actor: Actor,
        *,
        reason: str,
    ) -> InvestmentRow:
        self._must_be_new(session, fact)
        now = self._now_us()
        row = InvestmentRow(
            enterprise_id=enterprise_id,
            area_code=fact.area_code or self._code_of(fact.area),
            stage=None,
            recorded_at_us=now,
            recorded_by=actor.name,
        )
        take(session, INVESTMENT, row, "register", actor, at_us=now, reason=reason, is_new=True)
        self._keep_version(session, row, content, actor, now, None)
        session.add(_tracking(row.id, fact, now, actor.name))
        session.flush()
        return row

    def _code_of(self, area: str) -> str | None:
        if len(area) == 6 and area.isdecimal():
            return area
        return self._pack.city.area_code if area == self._pack.city.name_zh else None

    def _must_be_new(self, session: Session, fact: NewLedgerEntry) -> None:
        if fact.counting is Counting.BULK:
            return
        twin = session.scalars(
            select(TrackingRow).where(
                TrackingRow.kind == fact.kind,
                TrackingRow.subject == fact.subject,
                TrackingRow.until.is_(None),
                TrackingRow.voided_at_us.is_(None),
            )
        ).first()
        if twin is not None:
            raise EntryConflict(
                f"{fact.subject} is tracked already, as investment project {twin.investment_id}; go on with that one"
            )

    def _set_stage(
        self, session: Session, row: InvestmentRow, stage: str, since: date, actor: Actor, reason: str | None
    ) -> None:
        place = self.rules.place_of(stage)
        if since > self.today():
            raise InvalidRequest(f"since: {since} has not come; a stage holds from a day that has")
        backwards = row.stage is not None and place < self.rules.place_of(row.stage)
        if backwards and not (reason or "").strip():
            raise InvalidRequest(f"reason: say why the project goes back from {row.stage} to {stage}")
        detail = {"stage": stage, "before": row.stage, "since": since.isoformat()}
        row.stage = stage
        take(session, INVESTMENT, row, "stage", actor, at_us=self._now_us(), reason=reason, detail=detail)

    def _tracking_effect(
        self, session: Session, row: InvestmentRow, action: str, reason: str, actor: Actor, now: int
    ) -> Mapping[str, Any]:
        rows = session.scalars(
            select(TrackingRow).where(TrackingRow.investment_id == row.id).order_by(TrackingRow.id)
        ).all()
        last, today = rows[-1], self.day_of(now)
        match action:
            case "untrack":
                if last.until is not None:
                    raise DispatchConflict(f"project {row.id} is not tracked since {last.until}")
                last.until, last.until_recorded_at_us = today, now
                return {"until": today.isoformat()}
            case "track":
                if last.until is None:
                    raise DispatchConflict(f"project {row.id} is tracked already, since {last.holds_from}")
                fact = fact_from_json(last.fact)
                self._must_be_new(session, fact)
                session.add(_tracking(row.id, _restated(fact, today, reason), now, actor.name))
                return {"since": today.isoformat()}
            case "void":
                for one in rows:
                    one.voided_at_us = now
                return {}
            case _:
                return {}

    def _keep_version(
        self,
        session: Session,
        row: InvestmentRow,
        content: InvestmentContent,
        actor: Actor,
        now: int,
        reason: str | None,
    ) -> None:
        session.add(
            InvestmentVersionRow(
                investment_id=row.id,
                version=row.version,
                content=content.as_json(),
                saved_by=actor.name,
                saved_at_us=now,
                reason=(reason or "").strip() or None,
            )
        )
        session.flush()


def locked(session: Session, investment_id: int) -> InvestmentRow:
    """The project's row for the length of a transaction; raises `DispatchNotFound`."""
    row = session.get(InvestmentRow, investment_id, with_for_update=True)
    if row is None:
        raise DispatchNotFound(f"there is no investment project {investment_id}")
    return row


def _importer(name: str) -> Actor:
    return Actor(name, "import", frozenset({Party.CITY}))


def _restated(fact: NewLedgerEntry, today: date, source: str) -> NewLedgerEntry:
    """The same project, tracked again from today by another document."""
    quantity = fact.quantity if fact.counting is Counting.BULK else Decimal(1)
    return NewLedgerEntry(
        kind=fact.kind,
        area=fact.area,
        span=DateSpan.of_day(today),
        source=source,
        quantity=quantity,
        unit=fact.unit,
        subject=fact.subject,
        counting=fact.counting,
        qualifier=fact.qualifier,
        grade=fact.grade,
        placeholder=fact.placeholder,
    )


def _tracking(investment_id: int, fact: NewLedgerEntry, now: int, recorded_by: str) -> TrackingRow:
    return TrackingRow(
        investment_id=investment_id,
        kind=fact.kind,
        subject=fact.subject,
        holds_from=fact.holds_from,
        fact=fact_as_json(fact),
        import_key=fact.import_key,
        recorded_at_us=now,
        recorded_by=recorded_by,
    )
