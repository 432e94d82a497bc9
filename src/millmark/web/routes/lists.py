"""The lists an office keeps, as Excel sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from millmark.programmes.life import OFFICES, Party
from millmark.reports.sheets.columns import Column
from millmark.reports.sheets.lists import SheetList
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.acting import actor_of
from millmark.web.audit import audit_result
from millmark.web.errors import NotAllowed
from millmark.web.routes.files import readable_file
from millmark.web.services import Platform, Services
from millmark.web.shapes.lists import ColumnView, ImportReport, RowProblem, SheetImport, SheetLists, SheetListView

router = APIRouter(prefix="/lists", tags=["lists"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}
_CITY = OFFICES - {Party.COUNTY}
_MAY_BRING = {
    "invoices": frozenset({Party.ENTERPRISE}),
    "milestones": frozenset({Party.ENTERPRISE}),
    "budgets": frozenset({Party.TREASURER}),
    "records": _CITY,
    "calls": _CITY,
    "recognitions": OFFICES,
    "facts": OFFICES,
}
_ALSO_NEEDED = {
    "budgets": Permission.WRITE_BUDGETS,
    "milestones": Permission.HANDLE_PROJECTS,
    "calls": Permission.WRITE_CALLS,
    "recognitions": Permission.RECOGNISE,
    "facts": Permission.WRITE_FACTS,
}


@router.get("")
def sheet_lists(who: Annotated[Principal, Depends(requires(Permission.READ_LISTS))], platform: Platform) -> SheetLists:
    """The lists that one may read, with their columns and what they take."""
    return SheetLists(lists=[_view(platform, one) for one in platform.sheets.lists() if _may_read(who, one)])


@router.get("/{list_id}/sheet", response_class=StreamingResponse, responses=_SHEET)
def sheet(
    who: Annotated[Principal, Depends(requires(Permission.READ_LISTS))],
    list_id: str,
    platform: Platform,
    language: Literal["zh", "en"] = "zh",
) -> StreamingResponse:
    """The list as .xlsx, of the enterprises that one may see. Texts are texts, whatever they begin with."""
    wanted = _readable(platform, who, list_id)
    content = platform.sheets.out(
        list_id, language=language, admits=who.scope.admits, as_enterprise=who.scope.enterprise_id is not None
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
    return _attached(platform.sheets.template(list_id, language=language), wanted.name(language))


@router.post("/{list_id}/imports")
def import_sheet(
    who: Annotated[Principal, Depends(requires(Permission.IMPORT_LISTS, action="lists.import"))],
    list_id: str,
    form: SheetImport,
    request: Request,
    platform: Platform,
) -> ImportReport:
    """Tries each row of an uploaded sheet against the books and says row by row what is wrong; with `apply` and no
    problem all rows are kept in one transaction, otherwise none."""
    _readable(platform, who, list_id)
    actor = actor_of(who)
    also = _ALSO_NEEDED.get(list_id, Permission.IMPORT_LISTS)
    if not actor.parties & _MAY_BRING.get(list_id, frozenset()) or also not in who.permissions:
        raise NotAllowed(
            f"The role '{who.role}' does not bring sheets of the list '{list_id}'.",
            where=request.url.path,
            next_step="Ask the office that keeps the list.",
        )
    readable_file(platform, who, form.file_id)

    def demand(enterprise_id: int) -> None:
        if not who.scope.admits(enterprise_id):
            raise ValueError("there is nothing by this number; look it up in the list it was taken from")

    report = platform.sheets.bring(
        list_id, platform.files.read(form.file_id), mapping=form.mapping, apply=form.apply, actor=actor, demand=demand
    )
    audit_result(request, f"list:{list_id} file:{form.file_id} rows:{report.rows} kept:{len(report.kept)}")
    return ImportReport(
        rows=report.rows,
        applied=bool(report.kept),
        kept=list(report.kept),
        problems=[RowProblem(row=one.row, column=one.column, message=one.message) for one in report.problems],
        mapping=dict(report.mapping),
        ignored=list(report.ignored),
    )


def _readable(platform: Services, who: Principal, list_id: str) -> SheetList:
    wanted = platform.sheets.one(list_id)
    if not _may_read(who, wanted):
        raise unknown("list_id")
    return wanted


def _may_read(who: Principal, wanted: SheetList) -> bool:
    return not (wanted.is_office_only and who.scope.enterprise_id is not None)


def _attached(content: Iterator[bytes], name: str) -> StreamingResponse:
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}.xlsx"
    return StreamingResponse(content, media_type=_XLSX, headers={"Content-Disposition": disposition})


def _view(platform: Services, one: SheetList) -> SheetListView:
    takes = one.takes if platform.sheets.takes(one.id) else ()
    return SheetListView(
        id=one.id, name_zh=one.name_zh, name_en=one.name_en, columns=_columns(one.columns), takes=_columns(takes)
    )


def _columns(columns: Sequence[Column]) -> list[ColumnView]:
    return [
        ColumnView(
            id=one.id,
            name_zh=one.name_zh,
            name_en=one.name_en,
            type=one.type,
            needed=one.needed,
            words=[str(word) for word in one.words],
        )
        for one in columns
    ]
