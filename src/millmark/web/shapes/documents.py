"""Official documents and their templates as the API shows them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from millmark.reports.official.kinds import DocumentKind
from millmark.web.shapes.shape import Id, Shape, TimeUs

DocumentLanguage = Literal["zh", "en"]
FileRef = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class NewDocument(Shape):
    """Which document of which object; `replaces` names an earlier one that this one sets right."""

    kind: DocumentKind
    language: DocumentLanguage = "zh"
    object_id: Id
    replaces: Id | None = None


class DocumentPreview(Shape):
    kind: DocumentKind
    language: DocumentLanguage = "zh"
    object_id: Id


class SourceView(Shape):
    """A figure of a document, and the record it was taken from, e.g. `award:5@2`."""

    no: str
    name: str
    text: str
    source: str


class DocumentView(Shape):
    """An issued document; `sources_sha256` stands among the properties of both its files."""

    id: Id
    kind: DocumentKind
    language: DocumentLanguage
    number: str
    title: str
    object_kind: str
    object_id: Id
    enterprise_id: Id | None
    template: str
    sources: list[SourceView]
    sources_sha256: str
    docx_file_id: str
    pdf_file_id: str
    issued_at_us: TimeUs
    issued_by: str
    replaces: Id | None


class DocumentList(Shape):
    documents: list[DocumentView]


class PlaceholderView(Shape):
    """What may stand in a template in braces; `fields` are those of a list's rows."""

    name: str
    says: str
    fields: dict[str, str]


class TemplateView(Shape):
    """The template that holds; version 0 without a file is the shipped one."""

    kind: DocumentKind
    language: DocumentLanguage
    version: int
    file_id: str | None
    recorded_at_us: TimeUs | None
    recorded_by: str | None
    placeholders: list[PlaceholderView]


class TemplateVersionView(Shape):
    """A template that held from its moment on; without a file the shipped one."""

    version: int
    file_id: str | None
    recorded_at_us: TimeUs | None
    recorded_by: str | None


class TemplateVersionList(Shape):
    versions: list[TemplateVersionView]


class TemplateList(Shape):
    templates: list[TemplateView]


class ChosenTemplate(Shape):
    """An uploaded .docx by its file's id, or null for the shipped template again."""

    file_id: FileRef | None
