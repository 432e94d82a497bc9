"""The lists an office keeps, as Excel sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from millmark.programmes.life import OFFICES, Party
from millmark.reports.sheets.columns import Column
from millmark.reports.sheets.lists import SheetList
from millmark.reports.sheets.own_reviews import SCORES
from millmark.reports.sheets.stepping import nothing_here
from millmark.web import in_chinese
from millmark.web.access import Permission, Principal, Role, requires, unknown
from millmark.web.acting import actor_of
from millmark.web.audit import audit_result, audit_steps
from millmark.web.errors import NotAllowed
from millmark.web.routes.files import readable_file
from millmark.web.services import Platform, Services
from millmark.web.shapes.lists import ColumnView, ImportReport, RowProblem, SheetImport, SheetLists, SheetListView

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from millmark.reports.sheets.importing import Taken

router = APIRouter(prefix="/lists", tags=["lists"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}
_CITY = OFFICES - {Party.COUNTY}
_PURSES = OFFICES | {Party.TREASURER}
_MAY_BRING = {
    "applications": OFFICES,
    "recommendations": OFFICES,
    "reviews": OFFICES,
    SCORES: frozenset({Party.REVIEWER}),
    "awards": _PURSES,
    "disbursements": _PURSES,
    "invoices": frozenset({Party.ENTERPRISE}),
    "milestones": frozenset({Party.ENTERPRISE}),
    "budgets": frozenset({Party.TREASURER}),
    "records": _CITY,
    "calls": _CITY,
    "recognitions": OFFICES,
    "facts": OFFICES,
}
_ALSO_NEEDED = {
    "applications": Permission.HANDLE_APPLICATIONS,
    "recommendations": Permission.HANDLE_APPLICATIONS,
    "reviews": Permission.ASSIGN_REVIEWS,
    SCORES: Permission.WRITE_REVIEWS,
    "awards": Permission.HANDLE_AWARDS,
    "disbursements": Permission.HANDLE_PAYMENTS,
    "budgets": Permission.WRITE_BUDGETS,
    "milestones": Permission.HANDLE_PROJECTS,
    "calls": Permission.WRITE_CALLS,
    "recognitions": Permission.RECOGNISE,
    "facts": Permission.WRITE_FACTS,
}


@router.get("")
def sheet_lists(who: Annotated[Principal, Depends(requires(Permission.READ_LISTS))], platform: Platform) -> SheetLists:
    """The lists that one may read, with their columns and what they take from whoever asks; for a reviewer that is
    the list of their own reviews."""
    found = platform.sheets.lists(reviewer=_reviewer(who))
    return SheetLists(lists=[_view(platform, who, one) for one in found if _may_read(who, one)])


@router.get("/{list_id}/sheet", response_class=StreamingResponse, responses=_SHEET)
def sheet(
    who: Annotated[Principal, Depends(requires(Permission.READ_LISTS))],
    list_id: str,
    platform: Platform,
    language: Literal["zh", "en"] = "zh",
) -> StreamingResponse:
    """The list as .xlsx, of the enterprises that one may see. Texts are texts, whatever they begin with. Where rows are
    steps that whoever asks may take, the sheet has columns to be filled in, and may come back as an import."""
    wanted = _readable(platform, who, list_id)
    content = platform.sheets.out(
        wanted,
        language=language,
        admits=who.scope.admits,
        as_enterprise=who.scope.enterprise_id is not None,
        to_fill=_may_bring(who, wanted),
    )
    return _attached(content, wanted.name(language))


@router.get("/{list_id}/template", response_class=StreamingResponse, responses=_SHEET)
def sheet_template(
    who: Annotated[Principal, Depends(requires(Permission.READ_LISTS))],
    list_id: str,
    platform: Platform,
    language: Literal["zh", "en"] = "zh",
) -> StreamingResponse:
    """An empty sheet with the headings that an import of this list takes."""
    wanted = _readable(platform, who, list_id)
    return _attached(platform.sheets.template(wanted, language=language), wanted.name(language))


@router.post("/{list_id}/imports")
def import_sheet(
    who: Annotated[Principal, Depends(requires(Permission.IMPORT_LISTS, action="lists.import"))],
    list_id: str,
    form: SheetImport,
    request: Request,
    platform: Platform,
) -> ImportReport:
    """Tries each row of an uploaded sheet against the books and says row by row what is wrong; with `apply` and no
    problem all rows are kept in one transaction, otherwise none. A row of a list with `fills` is a step by whoever
    brings it, with the checks, the log and the audit entry of the single step."""
    wanted = _readable(platform, who, list_id)
    actor = actor_of(who)
    if not _may_bring(who, wanted):
        raise NotAllowed(
            f"The role '{who.role}' does not bring sheets of the list '{list_id}'.",
            where=request.url.path,
            next_step="Ask the office that keeps the list.",
        )
    readable_file(platform, who, form.file_id)

    def demand(enterprise_id: int) -> None:
        if not who.scope.admits(enterprise_id):
            raise nothing_here()
        # A refusal tells how the enterprise's thing stands, as the answer to a single step does.
        who.scope.opened(enterprise_id)

    def noted(session: Session, steps: Sequence[tuple[int, Taken]]) -> None:
        audit_steps(request, session, [(one.action, f"row {row}", one.result) for row, one in steps])

    report = platform.sheets.bring(
        wanted,
        platform.files.read(form.file_id),
        mapping=form.mapping,
        apply=form.apply,
        actor=actor,
        demand=demand,
        noted=noted,
    )
    if report.kept:
        # A call, a recognition or a payment may stand on the public pages.
        platform.public.cache.forget()
    chinese = in_chinese.is_asked_for(request)
    audit_result(request, f"list:{list_id} file:{form.file_id} rows:{report.rows} kept:{len(report.kept)}")
    return ImportReport(
        rows=report.rows,
        skipped=report.skipped,
        applied=bool(report.kept),
        kept=list(report.kept),
        problems=[
            RowProblem(row=one.row, column=one.column, message=one.told(chinese=chinese)) for one in report.problems
        ],
        mapping=dict(report.mapping),
        ignored=list(report.ignored),
    )


def _readable(platform: Services, who: Principal, list_id: str) -> SheetList:
    wanted = platform.sheets.one(list_id, reviewer=_reviewer(who))
    if not _may_read(who, wanted):
        raise unknown("list_id")
    return wanted


def _may_read(who: Principal, wanted: SheetList) -> bool:
    return not (wanted.is_office_only and who.scope.enterprise_id is not None)


def _may_bring(who: Principal, wanted: SheetList) -> bool:
    needed = {Permission.IMPORT_LISTS, _ALSO_NEEDED.get(wanted.brought_as, Permission.IMPORT_LISTS)}
    return needed <= who.permissions and bool(actor_of(who).parties & _MAY_BRING.get(wanted.brought_as, frozenset()))


def _reviewer(who: Principal) -> str | None:
    """An expert sees the list of their own reviews and no other."""
    return who.name if who.role is Role.REVIEWER else None


def _attached(content: Iterator[bytes], name: str) -> StreamingResponse:
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}.xlsx"
    return StreamingResponse(content, media_type=_XLSX, headers={"Content-Disposition": disposition})


def _view(platform: Services, who: Principal, one: SheetList) -> SheetListView:
    takes = one.takes if platform.sheets.takes(one) and _may_bring(who, one) else ()
    return SheetListView(
        id=one.id,
        name_zh=one.name_zh,
        name_en=one.name_en,
        columns=_columns(one.columns),
        takes=_columns(takes),
        fills=list(one.fills) if takes else [],
    )


def _columns(columns: Sequence[Column]) -> list[ColumnView]:
    return [
        ColumnView(
            id=one.id,
            name_zh=one.name_zh,
            name_en=one.name_en,
            type=one.type,
            needed=one.needed,
            words=[*map(str, one.words), *(word for choice in one.choices for word in (choice.zh, choice.en))],
        )
        for one in columns
    ]
