"""Official documents: issued from templates, numbered, each figure bound to its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response, status
from fastapi.responses import StreamingResponse

from millmark.programmes.life import Party
from millmark.reports.official.desk import canonical
from millmark.reports.official.kinds import DocumentKind
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.acting import actor_of
from millmark.web.audit import audit_result
from millmark.web.errors import NotAllowed
from millmark.web.routes.files import download, readable_file
from millmark.web.services import Platform, Services
from millmark.web.shapes.documents import (
    ChosenTemplate,
    DocumentLanguage,
    DocumentList,
    DocumentPreview,
    DocumentView,
    NewDocument,
    PlaceholderView,
    SourceView,
    TemplateList,
    TemplateVersionList,
    TemplateVersionView,
    TemplateView,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.reports.official.desk import OfficialDocument, Template

router = APIRouter(tags=["documents"])

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": _BINARY}}}
_ISSUERS = frozenset({Party.CITY, Party.PROVINCE})


@router.get("/documents")
def documents(
    who: Annotated[Principal, Depends(requires(Permission.READ_DOCUMENTS))],
    platform: Platform,
    object_kind: Annotated[str | None, Query(max_length=32)] = None,
    object_id: Id | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> DocumentList:
    """Issued documents, the latest first: lists and notices, and those that speak of enterprises one may see."""
    found = platform.documents.documents(object_kind=object_kind, object_id=object_id, limit=limit)
    return DocumentList(documents=[_view(one) for one in found if _may_see(platform, who, one)])


@router.post("/documents", status_code=status.HTTP_201_CREATED)
def issue_document(
    who: Annotated[Principal, Depends(requires(Permission.ISSUE_DOCUMENTS, action="documents.issue"))],
    form: NewDocument,
    request: Request,
    platform: Platform,
) -> DocumentView:
    """Issues a document: reads the object, fills the template, numbers it, keeps Word file, PDF and sources."""
    _demand_issuer(who, request)
    _demand_subject(platform, who, form)
    made = platform.documents.issue(
        form.kind, form.object_id, form.language, issued_by=who.name, replaces=form.replaces
    )
    audit_result(request, f"document:{made.id} {made.number} sources:{made.sources_sha256}")
    return _view(made)


@router.post("/documents/preview", response_class=Response, responses=_PDF)
def preview_document(
    who: Annotated[Principal, Depends(requires(Permission.ISSUE_DOCUMENTS, action="documents.preview"))],
    form: DocumentPreview,
    request: Request,
    platform: Platform,
) -> Response:
    """The PDF as it would be issued, without a number."""
    _demand_issuer(who, request)
    _demand_subject(platform, who, form)
    return _pdf(platform.documents.preview(form.kind, form.language, object_id=form.object_id))


@router.get("/documents/{document_id}")
def document(
    who: Annotated[Principal, Depends(requires(Permission.READ_DOCUMENTS))], document_id: Id, platform: Platform
) -> DocumentView:
    """One document with the source of each figure."""
    return _view(_visible(platform, who, document_id))


@router.get(
    "/documents/{document_id}/{form}",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/pdf": _BINARY, _DOCX: _BINARY, "application/json": {"schema": {}}}}},
)
def document_content(
    who: Annotated[Principal, Depends(requires(Permission.READ_DOCUMENTS))],
    document_id: Id,
    form: Literal["pdf", "docx", "sources"],
    platform: Platform,
) -> Response:
    """The PDF, the Word file, or the sources as the very bytes whose SHA-256 stands in both."""
    found = _visible(platform, who, document_id)
    if form == "sources":
        return Response(canonical(found.sources), media_type="application/json")
    return download(platform, found.pdf_file_id if form == "pdf" else found.docx_file_id)


@router.get("/document-templates")
def document_templates(
    _who: Annotated[Principal, Depends(requires(Permission.ISSUE_DOCUMENTS))], platform: Platform
) -> TemplateList:
    """The template that holds for each kind and language, and what may stand in it."""
    return TemplateList(templates=[_template(one) for one in platform.documents.templates()])


@router.get(
    "/document-templates/{kind}/{language}/content",
    response_class=Response,
    responses={200: {"content": {_DOCX: _BINARY}}},
)
def document_template_content(
    _who: Annotated[Principal, Depends(requires(Permission.ISSUE_DOCUMENTS))],
    kind: DocumentKind,
    language: DocumentLanguage,
    platform: Platform,
) -> Response:
    """The Word file that holds, to be edited and sent again."""
    return _attached(platform.documents.template_content(kind, language), f"{kind}.{language}.docx", _DOCX)


@router.get("/document-templates/{kind}/{language}/versions")
def document_template_versions(
    _who: Annotated[Principal, Depends(requires(Permission.ISSUE_DOCUMENTS))],
    kind: DocumentKind,
    language: DocumentLanguage,
    platform: Platform,
) -> TemplateVersionList:
    """Every template that ever held, the latest first; an earlier one is chosen again by its file."""
    found = platform.documents.template_versions(kind, language)
    return TemplateVersionList(
        versions=[
            TemplateVersionView(
                version=one.version,
                file_id=one.file_id,
                recorded_at_us=one.recorded_at_us,
                recorded_by=one.recorded_by,
            )
            for one in found
        ]
    )


@router.put("/document-templates/{kind}/{language}")
def choose_document_template(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_TEMPLATES, action="documents.template"))],
    kind: DocumentKind,
    language: DocumentLanguage,
    form: ChosenTemplate,
    request: Request,
    platform: Platform,
) -> TemplateView:
    """From now on documents are made from an uploaded .docx (`POST /api/files`), once it has passed its checks: only
    known placeholders, loops over the document's own lists, conditions; and it can be filled."""
    _demand_issuer(who, request)
    if form.file_id is not None:
        readable_file(platform, who, form.file_id)
    template = platform.documents.set_template(kind, language, form.file_id, recorded_by=who.name)
    audit_result(request, f"template:{template.name} file:{form.file_id}")
    return _template(template)


@router.post("/document-templates/{kind}/{language}/preview", response_class=Response, responses=_PDF)
def preview_document_template(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_TEMPLATES, action="documents.preview"))],
    kind: DocumentKind,
    language: DocumentLanguage,
    form: ChosenTemplate,
    platform: Platform,
) -> Response:
    """The PDF of a template filled with samples: of an uploaded .docx, or of the one that holds."""
    content = None
    if form.file_id is not None:
        readable_file(platform, who, form.file_id)
        content = platform.files.read(form.file_id)
    return _pdf(platform.documents.preview(kind, language, template=content))


def _visible(platform: Services, who: Principal, document_id: int) -> OfficialDocument:
    found = platform.documents.document(document_id)
    if not _may_see(platform, who, found):
        raise unknown("document_id")
    if found.enterprise_id is not None:
        who.scope.opened(found.enterprise_id)
    return found


def _may_see(platform: Services, who: Principal, found: OfficialDocument) -> bool:
    if found.kind.is_for_offices and not who.scope.admits_area(platform.city_pack.city.area_code):
        # It ranks enterprises of every county before anything is public: one county's office is no reader either.
        return False
    return found.enterprise_id is None or who.scope.admits(found.enterprise_id)


def _demand_issuer(who: Principal, request: Request) -> None:
    if not actor_of(who).parties & _ISSUERS:
        raise NotAllowed(
            "Documents are issued by the city's office or the province's.",
            where=request.url.path,
            next_step="Ask the city's office to issue it.",
        )


def _demand_subject(platform: Services, who: Principal, form: NewDocument | DocumentPreview) -> None:
    """Raises `NotFound` for a document of an enterprise that one does not see."""
    enterprise_id = platform.documents.enterprise_of(form.kind, form.object_id, form.language)
    if enterprise_id is not None:
        who.scope.demand(enterprise_id, where="object_id")


def _pdf(content: bytes) -> Response:
    return _attached(content, "preview.pdf", "application/pdf")


def _attached(content: bytes, name: str, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _view(found: OfficialDocument) -> DocumentView:
    return DocumentView(
        id=found.id,
        kind=found.kind,
        language=found.language,
        number=found.number,
        title=found.title,
        object_kind=found.object_kind,
        object_id=found.object_id,
        enterprise_id=found.enterprise_id,
        template=found.template,
        sources=[SourceView.model_validate(one) for one in found.sources["figures"]],
        sources_sha256=found.sources_sha256,
        docx_file_id=found.docx_file_id,
        pdf_file_id=found.pdf_file_id,
        issued_at_us=found.issued_at_us,
        issued_by=found.issued_by,
        replaces=found.replaces,
    )


def _template(found: Template) -> TemplateView:
    return TemplateView(
        kind=found.kind,
        language=found.language,
        version=found.version,
        file_id=found.file_id,
        recorded_at_us=found.recorded_at_us,
        recorded_by=found.recorded_by,
        placeholders=[_placeholder(name, says) for name, says in found.kind.placeholders.items()],
    )


def _placeholder(name: str, says: str | Mapping[str, str]) -> PlaceholderView:
    if isinstance(says, str):
        return PlaceholderView(name=name, says=says, fields={})
    return PlaceholderView(name=name, says="a list", fields=dict(says))
