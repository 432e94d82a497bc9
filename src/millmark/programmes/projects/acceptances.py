"""Acceptance: levels before and after, invoices held against the rules, and a decision with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes.documents import UsedFiles
from millmark.programmes.errors import InvalidRecord, RecordConflict, RecordNotFound
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, steps_of
from millmark.programmes.life.steps import must_be_version, record
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money.amount import yuan
from millmark.programmes.money.inputs import pack_of
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.shelf import PackShelf
from millmark.programmes.projects.invoices import InvoiceFinding, NewInvoice, check_invoice, findings
from millmark.programmes.projects.machines import ACCEPTANCE, PROJECT
from millmark.programmes.projects.projects import Project, locked_project, project_of, projects_of
from millmark.programmes.projects.tables import AcceptanceRow, InvoiceRow, ProjectRow
from millmark.registry import Database

_OVER = ("refused", "given_up")
_OPEN_TO_INVOICES = ("draft", "returned")


class Assessed(Protocol):
    """What an acceptance reads of an assessment."""

    @property
    def enterprise_id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def level(self) -> int | None: ...
    @property
    def pack(self) -> str: ...


class Assessments(Protocol):
    def assessment(self, assessment_id: int, /) -> Assessed: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(NewInvoice):
    """A kept invoice. `accepted_fen` is what an office let count, None while nobody looked; a void one never counts."""

    id: int
    added_by: str
    added_at_us: int
    accepted_fen: int | None
    checked_by: str | None
    check_note: str
    void_reason: str | None
    voided_by: str | None
    findings: tuple[InvoiceFinding, ...]

    @property
    def is_void(self) -> bool:
        return self.void_reason is not None

    @property
    def countable_fen(self) -> int:
        """The most that may count: nothing where a finding refuses the invoice."""
        return 0 if self.is_void or any(one.refuses for one in self.findings) else self.amount_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What the enterprise lays before the office beside its invoices."""

    finished_on: date | None
    summary: str
    file_ids: Sequence[str]
    before_assessment_id: int | None
    after_assessment_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    id: int
    project_id: int
    enterprise_id: int
    recognition_id: int
    state: str
    version: int
    papers: Papers
    level_before: int | None
    level_after: int | None
    invoices: tuple[Invoice, ...]

    @property
    def accepted_fen(self) -> int:
        return sum(invoice.accepted_fen or 0 for invoice in self.invoices if not invoice.is_void)


class AcceptanceBook:
    """Keeps acceptances. The project's row is locked first, then the acceptance's, by everybody alike."""

    def __init__(
        self,
        database: Database,
        shelf: PackShelf,
        files: UsedFiles,
        assessments: Assessments,
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._files = files
        self._assessments = assessments
        self._now_us = now_us

    def prepare(self, project_id: int, *, actor: Actor) -> Acceptance:
        """Opens the acceptance of a finished project; one at a time."""
        try:
            with self._database.transaction() as session:
                project = locked_project(session, project_id)
                if project.state != "finished":
                    raise RecordConflict(f"project {project_id} is {project.state}; report it as finished first")
                row = AcceptanceRow(
                    project_id=project_id,
                    holds=project_id,
                    enterprise_id=project.enterprise_id,
                    finished_on=None,
                    summary="",
                    file_ids=[],
                )
                begin(session, ACCEPTANCE, row, "prepare", actor, at_us=self._now_us())
                return self._acceptance(session, row)
        except IntegrityError as error:
            raise RecordConflict(f"project {project_id} has an acceptance under way; go on with that one") from error

    def add_invoice(self, acceptance_id: int, invoice: NewInvoice, *, actor: Actor) -> Acceptance:
        """Adds an invoice while the enterprise prepares; the same invoice counts once in the whole region.

        Raises `InvalidRecord`, `RecordConflict`; where another project has it, its enterprise is not named.
        """
        check_invoice(invoice)
        try:
            with self._database.transaction() as session:
                row = self._locked(session, acceptance_id)
                self._must_take_invoices(row)
                kept = InvoiceRow(
                    acceptance_id=acceptance_id,
                    holds=invoice.key,
                    code=invoice.code,
                    number=invoice.number,
                    seller=invoice.seller.strip(),
                    issued_on=invoice.issued_on,
                    category=invoice.category,
                    amount_fen=invoice.amount_fen,
                    tax_fen=invoice.tax_fen,
                    file_id=invoice.file_id,
                    added_by=actor.name,
                    added_at_us=self._now_us(),
                    check_note="",
                )
                session.add(kept)
                session.flush()
                if invoice.file_id is not None:
                    self._use(session, row, invoice.file_id, actor)
                self._note(session, row, "add_invoice", actor, {"invoice": kept.id, "number": invoice.key})
                return self._acceptance(session, row)
        except IntegrityError as error:
            raise RecordConflict(
                f"invoice {invoice.key} was handed in before, here or in another project; an invoice counts once"
            ) from error

    def void_invoice(self, acceptance_id: int, invoice_id: int, *, reason: str, actor: Actor) -> Acceptance:
        """Takes an invoice out again; it stays in sight with the reason."""
        if not reason.strip():
            raise InvalidRecord("reason: say why the invoice does not hold")
        with self._database.transaction() as session:
            row = self._locked(session, acceptance_id)
            self._must_take_invoices(row)
            invoice = _invoice_row(session, acceptance_id, invoice_id)
            invoice.holds, invoice.void_reason = None, reason.strip()
            invoice.voided_by, invoice.voided_at_us = actor.name, self._now_us()
            self._note(session, row, "void_invoice", actor, {"invoice": invoice_id}, reason)
            return self._acceptance(session, row)

    def check_invoice(
        self, acceptance_id: int, invoice_id: int, *, accepted_fen: int, note: str, actor: Actor
    ) -> Acceptance:
        """An office says how much of an invoice counts: no more than it is over, nothing where a rule refuses it."""
        with self._database.transaction() as session:
            row = self._locked(session, acceptance_id)
            if row.state != "submitted":
                raise RecordConflict(
                    f"acceptance {acceptance_id} is {row.state}; invoices are checked once it is submitted"
                )
            kept = _invoice_row(session, acceptance_id, invoice_id)
            found = next(one for one in self._acceptance(session, row).invoices if one.id == invoice_id)
            if not 0 <= accepted_fen <= found.countable_fen:
                why = "; ".join(one.en for one in found.findings if one.refuses) or "that is what it is over"
                raise InvalidRecord(
                    f"accepted_fen: invoice {found.key} may count with up to {yuan(found.countable_fen)} yuan: {why}"
                )
            if accepted_fen < found.countable_fen and not note.strip():
                raise InvalidRecord("note: say why less counts than the invoice is over")
            kept.accepted_fen, kept.checked_by, kept.check_note = accepted_fen, actor.name, note.strip()
            self._note(session, row, "check_invoice", actor, {"invoice": invoice_id, "fen": accepted_fen}, note)
            return self._acceptance(session, row)

    def submit(
        self, acceptance_id: int, papers: Papers, *, actor: Actor, reason: str = "", version: int | None = None
    ) -> Acceptance:
        """Lays everything before the office. Raises `InvalidRecord` for what is missing or is another enterprise's."""
        with self._database.transaction() as session:
            row = self._locked(session, acceptance_id)
            must_be_version(row, version, f"acceptance {acceptance_id}")
            self._check_papers(session, row, papers)
            advance(session, ACCEPTANCE, row, "submit", actor, at_us=self._now_us(), reason=reason, corrected=True)
            row.finished_on, row.summary, row.file_ids = papers.finished_on, papers.summary, list(papers.file_ids)
            row.before_assessment_id, row.after_assessment_id = papers.before_assessment_id, papers.after_assessment_id
            for file_id in papers.file_ids:
                self._use(session, row, file_id, actor)
            return self._acceptance(session, row)

    def act(
        self, acceptance_id: int, action: str, *, actor: Actor, reason: str = "", version: int | None = None
    ) -> Acceptance:
        """Returns, accepts, refuses or gives up; accepting ends the project and fixes both levels.

        Raises `RecordConflict` while an invoice is unchecked.
        """
        if action in ("prepare", "submit"):
            raise InvalidRecord(f"action: {action!r} is not taken by name; send its papers")
        with self._database.transaction() as session:
            row = self._locked(session, acceptance_id)
            must_be_version(row, version, f"acceptance {acceptance_id}")
            advance(session, ACCEPTANCE, row, action, actor, at_us=self._now_us(), reason=reason)
            if action == "accept":
                self._accept(session, row, actor, reason)
            if row.state in _OVER:
                self._let_go(session, row)
            session.flush()
            return self._acceptance(session, row)

    def acceptance(self, acceptance_id: int) -> Acceptance:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            row = session.get(AcceptanceRow, acceptance_id)
            if row is None:
                raise RecordNotFound(f"there is no acceptance {acceptance_id}")
            return self._acceptance(session, row)

    def acceptances(
        self, *, project_id: int | None = None, enterprise_id: int | None = None, state: str | None = None
    ) -> list[Acceptance]:
        query = select(AcceptanceRow).order_by(AcceptanceRow.id)
        if project_id is not None:
            query = query.where(AcceptanceRow.project_id == project_id)
        if enterprise_id is not None:
            query = query.where(AcceptanceRow.enterprise_id == enterprise_id)
        if state is not None:
            query = query.where(AcceptanceRow.state == state)
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            theirs = select(ProjectRow).where(ProjectRow.id.in_({row.project_id for row in rows}))
            projects = {one.id: one for one in projects_of(session, theirs)}
            return [self._shown(session, row, projects[row.project_id]) for row in rows]

    def steps(self, acceptance_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.ACCEPTANCE, acceptance_id)

    @staticmethod
    def offers(acceptance: Acceptance, actor: Actor) -> list[Offer]:
        return ACCEPTANCE.offers(acceptance.state, actor)

    def _check_papers(self, session: Session, row: AcceptanceRow, papers: Papers) -> None:
        project = project_of(session, session.get_one(ProjectRow, row.project_id))
        missing = {
            "finished_on: say when the work was finished": papers.finished_on is None,
            "finished_on: the work cannot be finished before it started": (
                papers.finished_on is not None and papers.finished_on < project.content.starts_on
            ),
            "summary: tell in a few sentences what was done": not papers.summary.strip(),
        }
        for problem, applies in missing.items():
            if applies:
                raise InvalidRecord(problem)
        for field in ("before_assessment_id", "after_assessment_id"):
            number = getattr(papers, field)
            if number is not None:
                self._level(field, number, row.enterprise_id)

    def _level(self, field: str, assessment_id: int, enterprise_id: int) -> int:
        found = self._assessments.assessment(assessment_id)
        if found.enterprise_id != enterprise_id:
            raise RecordNotFound(f"{field}: there is no assessment {assessment_id}")
        if found.state != "submitted" or found.level is None:
            raise InvalidRecord(f"{field}: assessment {assessment_id} is not submitted, so it has no level yet")
        return found.level

    def _accept(self, session: Session, row: AcceptanceRow, actor: Actor, reason: str) -> None:
        kept = self._acceptance(session, row)
        unchecked = [one.key for one in kept.invoices if not one.is_void and one.accepted_fen is None]
        if unchecked:
            raise RecordConflict(f"acceptance {row.id}: check these invoices first: {', '.join(unchecked)}")
        if row.before_assessment_id is not None:
            row.level_before = self._level("before_assessment_id", row.before_assessment_id, row.enterprise_id)
        if row.after_assessment_id is not None:
            row.level_after = self._level("after_assessment_id", row.after_assessment_id, row.enterprise_id)
        project = session.get_one(ProjectRow, row.project_id)
        detail = {"acceptance": row.id, "level_after": row.level_after, "accepted_fen": kept.accepted_fen}
        advance(session, PROJECT, project, "accept", actor, at_us=self._now_us(), reason=reason, detail=detail)

    @staticmethod
    def _let_go(session: Session, row: AcceptanceRow) -> None:
        """What an acceptance held is free again: the project for another one, its invoices to be handed in there."""
        row.holds = None
        held = select(InvoiceRow).where(InvoiceRow.acceptance_id == row.id, InvoiceRow.holds.is_not(None))
        for invoice in session.scalars(held):
            invoice.holds = None

    @staticmethod
    def _must_take_invoices(row: AcceptanceRow) -> None:
        if row.state not in _OPEN_TO_INVOICES:
            raise RecordConflict(
                f"acceptance {row.id} is {row.state}; invoices change only while the enterprise prepares it"
            )

    def _locked(self, session: Session, acceptance_id: int) -> AcceptanceRow:
        project_id = session.scalar(select(AcceptanceRow.project_id).where(AcceptanceRow.id == acceptance_id))
        if project_id is None:
            raise RecordNotFound(f"there is no acceptance {acceptance_id}")
        locked_project(session, project_id)
        return session.get_one(AcceptanceRow, acceptance_id, with_for_update={"key_share": True})

    def _use(self, session: Session, row: AcceptanceRow, file_id: str, actor: Actor) -> None:
        self._files.use_within(
            session,
            file_id,
            object_kind=ObjectKind.ACCEPTANCE,
            object_id=row.id,
            owner_enterprise_id=row.enterprise_id,
            actor=actor.name,
        )

    def _note(
        self,
        session: Session,
        row: AcceptanceRow,
        action: str,
        actor: Actor,
        detail: dict[str, Any],
        reason: str = "",
    ) -> None:
        session.flush()
        record(
            session,
            kind=ObjectKind.ACCEPTANCE,
            object_id=row.id,
            version=row.version,
            state_from=row.state,
            state_to=row.state,
            action=action,
            actor=actor,
            at_us=self._now_us(),
            reason=reason,
            detail=detail,
        )

    def _acceptance(self, session: Session, row: AcceptanceRow) -> Acceptance:
        return self._shown(session, row, project_of(session, session.get_one(ProjectRow, row.project_id)))

    def _shown(self, session: Session, row: AcceptanceRow, project: Project) -> Acceptance:
        pack = pack_of(session, self._shelf, session.get_one(RecognitionRow, project.recognition_id))
        rows = session.scalars(
            select(InvoiceRow).where(InvoiceRow.acceptance_id == row.id).order_by(InvoiceRow.id)
        ).all()
        return Acceptance(
            id=row.id,
            project_id=row.project_id,
            enterprise_id=row.enterprise_id,
            recognition_id=project.recognition_id,
            state=row.state,
            version=row.version,
            papers=Papers(
                finished_on=row.finished_on,
                summary=row.summary,
                file_ids=tuple(row.file_ids),
                before_assessment_id=row.before_assessment_id,
                after_assessment_id=row.after_assessment_id,
            ),
            level_before=row.level_before,
            level_after=row.level_after,
            invoices=tuple(_invoice(invoice, project, pack) for invoice in rows),
        )


def _invoice_row(session: Session, acceptance_id: int, invoice_id: int) -> InvoiceRow:
    row = session.get(InvoiceRow, invoice_id)
    if row is None or row.acceptance_id != acceptance_id:
        raise RecordNotFound(f"acceptance {acceptance_id} has no invoice {invoice_id}")
    if row.void_reason is not None:
        raise RecordConflict(f"invoice {invoice_id} is void: {row.void_reason}")
    return row


def _invoice(row: InvoiceRow, project: Project, pack: PolicyPack) -> Invoice:
    content = project.content
    brought = NewInvoice(
        code=row.code,
        number=row.number,
        seller=row.seller,
        issued_on=row.issued_on,
        category=row.category,
        amount_fen=row.amount_fen,
        tax_fen=row.tax_fen,
        file_id=row.file_id,
    )
    found = findings(
        brought,
        () if pack.money is None else pack.money.cost_categories,
        (content.starts_on, content.ends_on),
        [contract.supplier for contract in content.contracts],
    )
    return Invoice(
        **{name: getattr(brought, name) for name in NewInvoice.__dataclass_fields__},
        id=row.id,
        added_by=row.added_by,
        added_at_us=row.added_at_us,
        accepted_fen=row.accepted_fen,
        checked_by=row.checked_by,
        check_note=row.check_note,
        void_reason=row.void_reason,
        voided_by=row.voided_by,
        findings=tuple(found),
    )
