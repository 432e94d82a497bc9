"""The desk where documents are issued: a template, a number, what the records say, and the files that come of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from millmark.model.period import utc_datetime
from millmark.programmes.documents import LocalFileStore
from millmark.programmes.documents.tables import DocumentTemplateRow, OfficialDocumentRow
from millmark.registry import Database
from millmark.reports import wording
from millmark.reports.official.errors import InvalidTemplate, NothingToIssue, UnknownDocument
from millmark.reports.official.kinds import DocumentKind
from millmark.reports.official.samples import sample
from millmark.reports.official.subjects import Subject, Subjects, table_of_sources
from millmark.reports.official.typesetting import typeset
from millmark.reports.official.word import check_template, fill, properties
from millmark.reports.template import Language

SHIPPED = Path(__file__).with_name("templates")
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Office:
    """Who issues."""

    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Template:
    """Which template holds for a kind and language; `version` 0 and no file mean the shipped one."""

    kind: DocumentKind
    language: Language
    version: int
    file_id: str | None
    recorded_at_us: int | None
    recorded_by: str | None

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.language}@{self.version}" + ("" if self.file_id else " (shipped)")


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """A document as it was issued. `sources` is the sidecar: each figure with the record it was taken from."""

    id: int
    kind: DocumentKind
    language: Language
    number: str
    title: str
    object_kind: str
    object_id: int
    enterprise_id: int | None
    template: str
    docx_file_id: str
    pdf_file_id: str
    sources: dict[str, Any]
    sources_sha256: str
    issued_at_us: int
    issued_by: str
    replaces: int | None


class DocumentDesk:
    """Issues documents and keeps the office's templates; nothing issued is ever changed."""

    def __init__(
        self,
        database: Database,
        files: LocalFileStore,
        subjects: Subjects,
        office: Office,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._files = files
        self._subjects = subjects
        self._office = office
        self._now_us = now_us
        self._zone = zone

    def issue(
        self, kind: DocumentKind, object_id: int, language: Language, *, issued_by: str, replaces: int | None = None
    ) -> OfficialDocument:
        """Reads the object, fills and sets the document, numbers it and keeps both files; raises `NothingToIssue`,
        `InvalidTemplate`, `FontsMissing`."""
        template = self.template(kind, language)
        subject = self._subjects.read(kind, object_id, language)
        if replaces is not None:
            self._check_replaced(replaces, kind, object_id)
        for _ in range(_TRIES):
            try:
                return self._issued(template, subject, object_id, issued_by, replaces)
            except IntegrityError:
                # Somebody else took the number, or replaced the same document, meanwhile.
                if replaces is not None:
                    self._check_replaced(replaces, kind, object_id)
        raise NothingToIssue("too many documents are being issued at this moment; try again")

    def enterprise_of(self, kind: DocumentKind, object_id: int, language: Language) -> int | None:
        """Whose document it would be; None for one that speaks of many. Raises `NothingToIssue`."""
        return self._subjects.read(kind, object_id, language).enterprise_id

    def preview(
        self,
        kind: DocumentKind,
        language: Language,
        *,
        object_id: int | None = None,
        template: bytes | None = None,
        form: Literal["pdf", "docx"] = "pdf",
    ) -> bytes:
        """A document without number, of an object or of samples, by the template that holds or the one given."""
        content = template if template is not None else self._content(self.template(kind, language))
        check_template(content, kind)
        if object_id is None:
            values = dict(sample(kind, language))
            title = str(values["call"])
        else:
            subject = self._subjects.read(kind, object_id, language)
            values, title = self._values(subject, "——", language), subject.title
        filled = fill(content, values)
        if form == "docx":
            return filled
        return typeset(filled, title=title, language=language, sources="preview", made_at=utc_datetime(self._now_us()))[
            0
        ]

    def templates(self) -> list[Template]:
        """Which template holds for each kind and language."""
        return [self.template(kind, language) for kind in DocumentKind for language in _LANGUAGES]

    def template(self, kind: DocumentKind, language: Language) -> Template:
        query = (
            select(DocumentTemplateRow)
            .where(DocumentTemplateRow.kind == kind, DocumentTemplateRow.language == language)
            .order_by(DocumentTemplateRow.version.desc())
            .limit(1)
        )
        with self._database.reading() as session:
            row = session.scalar(query)
            if row is None:
                return Template(kind, language, 0, None, None, None)
            return Template(kind, language, row.version, row.file_id, row.recorded_at_us, row.recorded_by)

    def template_versions(self, kind: DocumentKind, language: Language) -> list[Template]:
        """Every template that ever held, the latest first; the shipped one is version 0 and always there."""
        query = (
            select(DocumentTemplateRow)
            .where(DocumentTemplateRow.kind == kind, DocumentTemplateRow.language == language)
            .order_by(DocumentTemplateRow.version.desc())
        )
        with self._database.reading() as session:
            kept = [
                Template(kind, language, row.version, row.file_id, row.recorded_at_us, row.recorded_by)
                for row in session.scalars(query)
            ]
        return [*kept, Template(kind, language, 0, None, None, None)]

    def template_content(self, kind: DocumentKind, language: Language) -> bytes:
        """The .docx that holds, to be edited and sent again."""
        return self._content(self.template(kind, language))

    def set_template(
        self, kind: DocumentKind, language: Language, file_id: str | None, *, recorded_by: str
    ) -> Template:
        """From now on documents are made from this file, or, without one, from the shipped template again. It is
        checked and filled with samples first; raises `InvalidTemplate`."""
        if file_id is not None:
            self.preview(kind, language, template=self._files.read(file_id), form="docx")
        with self._database.transaction() as session:
            highest = session.scalar(
                select(func.max(DocumentTemplateRow.version)).where(
                    DocumentTemplateRow.kind == kind, DocumentTemplateRow.language == language
                )
            )
            session.add(
                DocumentTemplateRow(
                    kind=kind,
                    language=language,
                    version=(highest or 0) + 1,
                    file_id=file_id,
                    recorded_at_us=self._now_us(),
                    recorded_by=recorded_by,
                )
            )
        return self.template(kind, language)

    def document(self, document_id: int) -> OfficialDocument:
        """Raises `UnknownDocument`."""
        with self._database.reading() as session:
            row = session.get(OfficialDocumentRow, document_id)
        if row is None:
            raise UnknownDocument(f"there is no document {document_id}")
        return _document(row)

    def documents(
        self, *, object_kind: str | None = None, object_id: int | None = None, limit: int = 200
    ) -> list[OfficialDocument]:
        """The latest first."""
        query = select(OfficialDocumentRow).order_by(OfficialDocumentRow.id.desc()).limit(limit)
        if object_kind is not None:
            query = query.where(OfficialDocumentRow.object_kind == object_kind)
        if object_id is not None:
            query = query.where(OfficialDocumentRow.object_id == object_id)
        with self._database.reading() as session:
            return [_document(row) for row in session.scalars(query)]

    def _issued(
        self, template: Template, subject: Subject, object_id: int, issued_by: str, replaces: int | None
    ) -> OfficialDocument:
        kind, language, now = template.kind, template.language, self._now_us()
        year = utc_datetime(now).astimezone(self._zone).year
        serial = self._next_serial(kind, year)
        number = kind.number(language, year, serial)
        sources = {
            "number": number,
            "kind": kind.value,
            "language": language,
            "object": f"{kind.object_kind}:{object_id}",
            "template": template.name,
            "figures": table_of_sources(subject.bound),
        }
        digest = hashlib.sha256(canonical(sources)).hexdigest()
        content = self._content(template)
        docx = properties(fill(content, self._values(subject, number, language)), subject.title, digest)
        pdf = typeset(docx, title=subject.title, language=language, sources=digest, made_at=utc_datetime(now))[0]
        kept = [self._kept(body, f"{number}.{suffix}", issued_by) for body, suffix in ((docx, "docx"), (pdf, "pdf"))]
        row = OfficialDocumentRow(
            kind=kind,
            language=language,
            series=kind.series,
            year=year,
            serial=serial,
            number=number,
            title=subject.title,
            object_kind=kind.object_kind,
            object_id=object_id,
            enterprise_id=subject.enterprise_id,
            template=template.name,
            docx_file_id=kept[0],
            pdf_file_id=kept[1],
            sources=sources,
            sources_sha256=digest,
            issued_at_us=now,
            issued_by=issued_by,
            replaces=replaces,
        )
        with self._database.transaction() as session:
            session.add(row)
        return _document(row)

    def _values(self, subject: Subject, number: str, language: Language) -> dict[str, str | list[dict[str, str]]]:
        today = utc_datetime(self._now_us()).astimezone(self._zone).date()
        return {
            **subject.values,
            "office": self._office.name_zh if language == "zh" else self._office.name_en,
            "number": number,
            "issued_on": wording.day(today, language),
            "sources": table_of_sources(subject.bound),
        }

    def _kept(self, body: bytes, name: str, actor: str) -> str:
        # The office's own: they spend none of an enterprise's room, which reads them through their own address.
        return self._files.keep(
            iter([body]), name, owner_enterprise_id=None, purpose="official_document", actor=actor
        ).id

    def _content(self, template: Template) -> bytes:
        if template.file_id is not None:
            return self._files.read(template.file_id)
        return (SHIPPED / f"{template.kind}.{template.language}.docx").read_bytes()

    def _next_serial(self, kind: DocumentKind, year: int) -> int:
        query = select(func.max(OfficialDocumentRow.serial)).where(
            OfficialDocumentRow.kind == kind, OfficialDocumentRow.year == year
        )
        with self._database.reading() as session:
            return (session.scalar(query) or 0) + 1

    def _check_replaced(self, replaced: int, kind: DocumentKind, object_id: int) -> None:
        document = self.document(replaced)
        if (document.kind, document.object_id) != (kind, object_id):
            raise InvalidTemplate(f"document {replaced} is of another object; a document replaces one of the same")
        with self._database.reading() as session:
            later = session.scalar(select(OfficialDocumentRow.number).where(OfficialDocumentRow.replaces == replaced))
        if later is not None:
            raise NothingToIssue(f"document {replaced} was already replaced, by {later}")


def canonical(sources: dict[str, Any]) -> bytes:
    """The sidecar as the bytes whose digest stands in the document: keys sorted, no spaces (RFC 8785)."""
    import rfc8785

    made = rfc8785.dumps(json.loads(json.dumps(sources)))
    return bytes(made)


_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def _document(row: OfficialDocumentRow) -> OfficialDocument:
    language: Language = "zh" if row.language == "zh" else "en"
    return OfficialDocument(
        id=row.id,
        kind=DocumentKind(row.kind),
        language=language,
        number=row.number,
        title=row.title,
        object_kind=row.object_kind,
        object_id=row.object_id,
        enterprise_id=row.enterprise_id,
        template=row.template,
        docx_file_id=row.docx_file_id,
        pdf_file_id=row.pdf_file_id,
        sources=row.sources,
        sources_sha256=row.sources_sha256,
        issued_at_us=row.issued_at_us,
        issued_by=row.issued_by,
        replaces=row.replaces,
    )
