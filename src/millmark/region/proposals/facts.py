"""Consultations as records that figures count, and the proposal that a city's facts file speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from pydantic import Field
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from millmark.programmes import DateSpan, Grade
from millmark.programmes.life import OFFICES, Actor, begin
from millmark.programmes.toml_file import Frozen, read_toml
from millmark.region.catalogue import CityPack
from millmark.region.departments.tables import DepartmentRow
from millmark.region.entry import NewLedgerEntry, checked
from millmark.region.errors import EntryNotFound, InvalidFacts
from millmark.region.figure import RecordRef, RecordSource
from millmark.region.proposals.book import ProposalBook
from millmark.region.proposals.machines import CONSULTATION
from millmark.region.proposals.proposal import NewProposal, ProposalKind
from millmark.region.proposals.tables import ConsultationRow, ProposalRow
from millmark.registry import Database


class OwnProposal(Frozen):
    """The proposal that the city's reply answers; `consulted` is the kind of its consultations in `pack.toml`."""

    kind: ProposalKind
    session: str = Field(min_length=1)
    number: str = Field(min_length=1)
    title: str = Field(min_length=1)
    topic: str | None = None
    received_on: date
    rules: str
    consulted: str


class NamedDepartment(Frozen):
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class ProposalFile(Frozen):
    """The file `proposal.toml` of a city's pack."""

    proposal: OwnProposal
    departments: tuple[NamedDepartment, ...] = ()


def read_own_proposal(pack: CityPack) -> ProposalFile | None:
    """None for a city whose pack has no `proposal.toml`; raises `InvalidPack`."""
    path: Path = pack.folder / "proposal.toml"
    return read_toml(path, ProposalFile) if path.exists() else None


class ProposalFacts:
    """The book "proposal": each consultation is a record about one department.

    Those of the city's own proposal have the kind of the pack as their topic, so that the city's figures count them;
    those of every other proposal have a topic of their own, which its own reply counts.
    """

    def __init__(
        self, database: Database, pack: CityPack, proposals: ProposalBook, *, now_us: Callable[[], int]
    ) -> None:
        self._database = database
        self._pack = pack
        self._proposals = proposals
        self._now_us = now_us
        self._own = read_own_proposal(pack)

    @property
    def source(self) -> RecordSource:
        return "proposal"

    @property
    def own_key(self) -> str:
        """By which import key the city's own proposal is known."""
        return f"{self._pack.id}:proposal"

    def topic_of(self, proposal_id: int, import_key: str | None) -> str:
        """The topic of a proposal's consultations."""
        if import_key == self.own_key and self._own is not None:
            return self._own.proposal.consulted
        return f"consulted:{proposal_id}"

    def standing_records(self, as_of: date, known_at_us: int | None = None) -> list[RecordRef]:
        """The consultations begun by a day and neither returned nor recalled, as known at a moment (now for None)."""
        query = _joined().where(ConsultationRow.holds_from <= as_of)
        if known_at_us is None:
            query = query.where(ConsultationRow.ended_at_us.is_(None))
        else:
            query = query.where(
                ConsultationRow.asked_at_us <= known_at_us,
                or_(ConsultationRow.ended_at_us.is_(None), ConsultationRow.ended_at_us > known_at_us),
            )
        with self._database.reading() as session:
            return [self._record(*found) for found in session.execute(query.order_by(ConsultationRow.id))]

    def record(self, number: int) -> RecordRef:
        """Raises `EntryNotFound`."""
        with self._database.reading() as session:
            found = session.execute(_joined().where(ConsultationRow.id == number)).one_or_none()
        if found is None:
            raise EntryNotFound(f"there is no consultation {number}")
        return self._record(*found)

    def as_record(self, fact: NewLedgerEntry, number: int) -> RecordRef:
        return self._as_ref(
            f"proposal:{number}",
            fact.kind,
            str(fact.subject),
            None,
            area=fact.area,
            span=fact.span,
            holds_from=fact.holds_from,
            source=fact.source,
            grade=fact.grade,
            placeholder=fact.placeholder,
        )

    def add_fact_within(self, session: Session, fact: NewLedgerEntry, *, recorded_by: str) -> None:
        """A consultation of the city's own proposal, which is registered on the way; raises `InvalidFacts`."""
        if self._own is None or fact.kind != self._own.proposal.consulted or fact.subject is None:
            raise InvalidFacts(
                f"{self._pack.folder / 'proposal.toml'}: facts of the kind {fact.kind!r} name departments consulted on "
                "the proposal that this file describes"
            )
        actor, now = Actor(recorded_by, recorded_by, OFFICES), self._now_us()
        row = ConsultationRow(
            proposal_id=self._own_within(session, actor),
            department=self._department_within(session, fact.subject, recorded_by),
            asked_on=fact.span.first,
            area=fact.area,
            first_date=fact.span.first,
            last_date=fact.span.last,
            stated_on=fact.stated_on,
            holds_from=fact.holds_from,
            source=fact.source,
            grade=fact.grade,
            placeholder=fact.placeholder,
            import_key=fact.import_key,
            asked_at_us=now,
            asked_by=recorded_by,
        )
        begin(session, CONSULTATION, row, "take_over", actor, at_us=now, detail={"source": fact.source})

    def imported_within(self, session: Session) -> Mapping[str, NewLedgerEntry]:
        query = _joined().where(ConsultationRow.import_key.is_not(None))
        return {str(row.import_key): self._as_brought(row, name) for row, _, name, _ in session.execute(query)}

    def _own_within(self, session: Session, actor: Actor) -> int:
        assert self._own is not None  # noqa: S101 - asked by the caller
        found = session.scalars(select(ProposalRow.id).where(ProposalRow.import_key == self.own_key)).one_or_none()
        if found is not None:
            return found
        own = self._own.proposal
        new = NewProposal(
            area_code=self._pack.city.area_code,
            kind=own.kind,
            session=own.session,
            number=own.number,
            title=own.title,
            topic=own.topic,
            received_on=own.received_on,
            rules=own.rules,
            placeholder=True,
            import_key=self.own_key,
        )
        return self._proposals.register_within(session, new, actor).id

    def _department_within(self, session: Session, name: str, recorded_by: str) -> str:
        """The department by its name, added where the platform does not know it yet."""
        found = session.scalars(select(DepartmentRow.id).where(DepartmentRow.name_zh == name)).one_or_none()
        if found is not None:
            return found
        named = next((one for one in self._own.departments if one.name_zh == name), None) if self._own else None
        made = f"named-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        department = named or NamedDepartment(id=made, name_zh=name, name_en=name)
        session.add(
            DepartmentRow(
                id=department.id,
                name_zh=name,
                name_en=department.name_en,
                recorded_at_us=self._now_us(),
                recorded_by=recorded_by,
            )
        )
        session.flush()
        return department.id

    def _record(self, row: ConsultationRow, import_key: str | None, name_zh: str, name_en: str) -> RecordRef:
        return self._as_ref(
            f"proposal:{row.id}",
            self.topic_of(row.proposal_id, import_key),
            name_zh,
            name_en,
            area=row.area,
            span=DateSpan(row.first_date, row.last_date),
            holds_from=row.holds_from,
            source=row.source,
            grade=Grade(row.grade),
            placeholder=row.placeholder,
        )

    def _as_ref(
        self,
        ref: str,
        topic: str,
        name_zh: str,
        name_en: str | None,
        *,
        area: str,
        span: DateSpan,
        holds_from: date,
        source: str,
        grade: Grade,
        placeholder: bool,
    ) -> RecordRef:
        return RecordRef(
            ref=ref,
            kind="proposal",
            topic=topic,
            title_zh=f"会商部门与单位:{name_zh}",
            title_en=f"Department or operator consulted: {name_en or name_zh}",
            area=area,
            span=span,
            holds_from=holds_from,
            source=source,
            grade=grade,
            subject=name_zh,
            identity=name_zh,
            placeholder=placeholder,
        )

    def _as_brought(self, row: ConsultationRow, name: str) -> NewLedgerEntry:
        assert self._own is not None  # noqa: S101 - nothing is imported without it
        brought = NewLedgerEntry(
            kind=self._own.proposal.consulted,
            area=row.area,
            span=DateSpan(row.first_date, row.last_date),
            source=row.source,
            subject=name,
            grade=Grade(row.grade),
            stated_on=row.stated_on,
            placeholder=row.placeholder,
            import_key=row.import_key,
        )
        return checked(brought, self._pack)


_Found = Select[ConsultationRow, str | None, str, str]


def _joined() -> _Found:
    """A consultation with its proposal's import key and its department's names."""
    return (
        select(ConsultationRow, ProposalRow.import_key, DepartmentRow.name_zh, DepartmentRow.name_en)
        .join(ProposalRow, ProposalRow.id == ConsultationRow.proposal_id)
        .join(DepartmentRow, DepartmentRow.id == ConsultationRow.department)
    )
