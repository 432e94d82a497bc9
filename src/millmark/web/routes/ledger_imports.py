"""Sheets brought to the ledger: told row by row before anything is kept, then all rows or the good ones at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, status
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import TooLarge
from millmark.web.ledger_scope import area_of, writes
from millmark.web.services import Platform, Services
from millmark.web.shapes.ledger_imports import (
    CheckImport,
    CommitImport,
    ImportChange,
    ImportColumn,
    ImportProblem,
    ImportProgress,
    LedgerImportList,
    LedgerImportView,
)
from millmark.web.shapes.shape import Id
from millmark.web.uploads import receive

if TYPE_CHECKING:
    from millmark.reports.ledger_sheets.imports import LedgerImport

router = APIRouter(prefix="/ledger/imports", tags=["ledger"])

UPLOADS = "/api/ledger/imports"
"""The address whose bodies have a limit of their own."""

MOST_BYTES = 32 << 20

Writer = Annotated[Principal, Depends(requires(Permission.WRITE_LEDGER, action="ledger.import"))]
Reader = Annotated[Principal, Depends(requires(Permission.WRITE_LEDGER))]

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "kind"],
                    "properties": {"file": {"type": "string", "format": "binary"}, "kind": {"type": "string"}},
                }
            }
        },
    }
}
_REPORT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}


class _Held:
    """A sheet on its way in: small enough to be held."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, chunk: bytes) -> None:
        if len(self.content) + len(chunk) > MOST_BYTES:
            raise TooLarge(f"A sheet may have at most {MOST_BYTES} bytes.", where="file", next_step="Send it in parts.")
        self.content += chunk


@router.post("", status_code=status.HTTP_201_CREATED, openapi_extra=_FORM)
async def bring_sheet(who: Writer, request: Request, platform: Platform) -> LedgerImportView:
    """Keeps an .xlsx or CSV sheet of one kind (form fields `kind` and `file`) and suggests which heading is which
    column. Nothing comes into the ledger yet."""
    held = _Held()
    upload = await receive(request, held)
    kind = upload.fields.get("kind", "")
    kept = await run_in_threadpool(
        lambda: platform.ledger_imports.bring(
            kind,
            upload.file_name or "",
            bytes(held.content),
            created_by=who.name,
            area_code=area_of(who, platform, None),
        )
    )
    audit_result(request, f"import:{kept.id} kind:{kept.kind} sha256:{kept.sha256}")
    return _view(platform, kept)


@router.get("")
def ledger_imports(who: Reader, platform: Platform) -> LedgerImportList:
    """The latest imports that one may see, without their problems."""
    found = [one for one in platform.ledger_imports.latest() if _is_seen(who, platform, one.id)]
    return LedgerImportList(imports=[_view(platform, one) for one in found])


@router.get("/{import_id}")
def ledger_import(who: Reader, import_id: Id, platform: Platform) -> LedgerImportView:
    """An import as it stands; `progress` while its rows are checked or written."""
    _demand(who, platform, import_id)
    return _view(platform, platform.ledger_imports.one(import_id))


@router.get("/{import_id}/report", response_class=StreamingResponse, responses=_REPORT)
def ledger_import_report(
    who: Reader, import_id: Id, platform: Platform, language: Literal["zh", "en"] = "zh"
) -> StreamingResponse:
    """What is wrong in which row, and which rows say something else than what stands, as CSV."""
    from millmark.reports.ledger_sheets.writing import csv_lines

    _demand(who, platform, import_id)
    found = platform.ledger_imports.one(import_id)

    def lines() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"
        yield csv_lines([("行", "列", "问题") if language == "zh" else ("row", "column", "problem")])
        yield csv_lines([(one["row"], one["heading"], one[language]) for one in found.problems])
        would = "与台账{entry}不同:" if language == "zh" else "differs from ledger entry {entry}: "
        yield csv_lines([(one["row"], None, would.format_map(one) + one[language]) for one in found.changes])

    disposition = {"Content-Disposition": f'attachment; filename="import-{import_id}.csv"'}
    return StreamingResponse(lines(), media_type="text/csv", headers=disposition)


@router.post("/{import_id}/check")
def check_import(
    who: Writer, import_id: Id, form: CheckImport, request: Request, platform: Platform
) -> LedgerImportView:
    """Holds every row against its kind's rules, the region, what stands and the rows before it, and tells what is
    wrong. Nothing comes into the ledger; may be repeated with another mapping."""
    from millmark.reports.ledger_sheets.checking import Defaults

    _demand(who, platform, import_id)
    defaults = Defaults(
        source=form.source.strip(),
        area=form.area,
        date=form.date,
        owner=form.owner,
        unit=form.unit,
        part_of=form.part_of,
    )
    checked = platform.ledger_imports.check(import_id, form.mapping, defaults, admits=lambda code: writes(who, code))
    audit_result(request, f"import:{import_id} rows:{checked.total} good:{checked.good} bad:{checked.bad}")
    return _view(platform, checked)


@router.post("/{import_id}/commit")
def commit_import(
    who: Writer, import_id: Id, form: CommitImport, request: Request, platform: Platform
) -> LedgerImportView:
    """Brings the checked rows into the ledger, in one transaction: all of them if none is wrong, or the good ones; with
    `with_changes` also what they say otherwise than what stands, as corrections."""
    _demand(who, platform, import_id)
    done = platform.ledger_imports.commit(import_id, form.choice, recorded_by=who.name, with_changes=form.with_changes)
    audit_result(request, f"import:{import_id} added:{done.added} corrected:{done.corrected}")
    return _view(platform, done)


@router.post("/{import_id}/drop")
def drop_import(who: Writer, import_id: Id, request: Request, platform: Platform) -> LedgerImportView:
    """Lets an import go that is not done; the file goes with it."""
    _demand(who, platform, import_id)
    audit_result(request, f"import:{import_id} dropped")
    return _view(platform, platform.ledger_imports.drop(import_id))


def _demand(who: Principal, platform: Services, import_id: int) -> None:
    if not _is_seen(who, platform, import_id):
        raise unknown("import_id")


def _is_seen(who: Principal, platform: Services, import_id: int) -> bool:
    bound = platform.ledger_imports.bound_to(import_id)
    return who.scope.is_everybody or (bound is not None and who.scope.admits_area(bound))


def _view(platform: Services, one: LedgerImport) -> LedgerImportView:
    progress = one.progress
    return LedgerImportView(
        id=one.id,
        kind=one.kind,
        state=one.state,
        file_name=one.file_name,
        sha256=one.sha256,
        headings=list(one.headings),
        samples=[list(cells) for cells in one.samples],
        mapping=dict(one.mapping),
        defaults=dict(one.defaults),
        columns=[
            ImportColumn(
                id=column.id,
                name_zh=column.name_zh,
                name_en=column.name_en,
                required=column.required,
                hint_zh=column.hint_zh,
                hint_en=column.hint_en,
            )
            for column in platform.ledger_imports.columns(one.kind)
        ],
        total=one.total,
        good=one.good,
        known=one.known,
        bad=one.bad,
        changed=one.changed,
        added=one.added,
        corrected=one.corrected,
        problems=[
            ImportProblem(row=told["row"], heading=told["heading"], message_zh=told["zh"], message_en=told["en"])
            for told in one.problems[:500]
        ],
        changes=[
            ImportChange(row=told["row"], entry=told["entry"], message_zh=told["zh"], message_en=told["en"])
            for told in one.changes[:500]
        ],
        created_at_us=one.created_at_us,
        created_by=one.created_by,
        done_at_us=one.done_at_us,
        progress=None
        if progress is None
        else ImportProgress(phase=progress.phase, rows=progress.rows, total=progress.total),
    )
