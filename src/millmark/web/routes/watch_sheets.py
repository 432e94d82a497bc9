"""Excel sheets of the watch: monthly reports and profiles of many enterprises at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from millmark.reports.sheets.columns import Column
from millmark.reports.sheets.watch_sheets import (
    PROFILE_COLUMNS,
    bring_profiles,
    bring_reports,
    report_columns,
)
from millmark.reports.sheets.writing import written
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.routes.files import readable_file
from millmark.web.services import Platform, Services
from millmark.web.shapes.lists import ColumnView, RowProblem
from millmark.web.shapes.monthly import SheetColumns, SheetImportForm, SheetReport

router = APIRouter(prefix="/watch/sheets", tags=["watch"])

Writer = Annotated[Principal, Depends(requires(Permission.WRITE_WATCH, action="watch.import"))]
SheetName = Literal["reports", "profiles"]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}
_NAMES = {"reports": ("企业月报", "Monthly reports"), "profiles": ("企业档案", "Enterprise profiles")}


@router.get("/{sheet}")
def watch_sheet_columns(_who: Writer, sheet: SheetName, platform: Platform) -> SheetColumns:
    """The columns that a sheet takes."""
    return SheetColumns(
        id=sheet,
        columns=[
            ColumnView(
                id=one.id,
                name_zh=one.name_zh,
                name_en=one.name_en,
                type=one.type,
                needed=one.needed,
                words=list(one.words),
            )
            for one in _columns(platform, sheet)
        ],
    )


@router.get("/{sheet}/template", response_class=StreamingResponse, responses=_SHEET)
def watch_sheet_template(
    _who: Writer, sheet: SheetName, platform: Platform, language: Literal["zh", "en"] = "zh"
) -> StreamingResponse:
    """An empty sheet with the headings of the way in."""
    name = _NAMES[sheet][0 if language == "zh" else 1]
    content: Iterator[bytes] = written(
        _columns(platform, sheet), (), title=name, language=language, zone=platform.zone, scratch=platform.scratch
    )
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}.xlsx"
    return StreamingResponse(content, media_type=_XLSX, headers={"Content-Disposition": disposition})


@router.post("/{sheet}/imports")
def import_watch_sheet(
    who: Writer, sheet: SheetName, form: SheetImportForm, request: Request, platform: Platform
) -> SheetReport:
    """Tries each row of an uploaded sheet and says row by row what is wrong; with `apply` and no problem all rows are
    kept in one transaction, otherwise none. What the checks ask to confirm is answered in the row's explanation."""
    file = readable_file(platform, who, form.file_id)
    content = platform.files.read(form.file_id)
    watch = platform.bureau.watch
    if sheet == "profiles":
        brought = bring_profiles(
            watch, content, mapping=form.mapping, apply=form.apply, recorded_by=who.name, admits=who.scope.admits
        )
    else:
        brought = bring_reports(
            watch,
            content,
            mapping=form.mapping,
            money_unit=int(form.money_unit),
            source=f"file:{file.id}",
            apply=form.apply,
            reported_by=who.name,
            admits=who.scope.admits,
        )
    for one in brought.told_of:
        who.scope.opened(one)
    audit_result(request, f"sheet:{sheet} file:{form.file_id} rows:{brought.rows} kept:{brought.kept}")
    return SheetReport(
        rows=brought.rows,
        kept=brought.kept,
        applied=brought.kept > 0,
        problems=[RowProblem(row=one.row, column=one.column, message=one.message) for one in brought.problems],
        mapping=dict(brought.mapping),
        ignored=list(brought.ignored),
    )


def _columns(platform: Services, sheet: SheetName) -> tuple[Column, ...]:
    return PROFILE_COLUMNS if sheet == "profiles" else report_columns(platform.bureau.watch)
