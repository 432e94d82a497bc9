"""Files that people bring: certificates, invoices, photographs, sheets."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, status
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from millmark.registry import area_prefix
from millmark.web.access import Permission, Principal, Role, requires, unknown
from millmark.web.audit import audit_detail, audit_result
from millmark.web.errors import Unprocessable
from millmark.web.services import Platform, Services
from millmark.web.shapes.files import FileList, FileView
from millmark.web.shapes.shape import Id
from millmark.web.uploads import receive

if TYPE_CHECKING:
    from millmark.programmes.documents import StoredFile

router = APIRouter(prefix="/files", tags=["files"])

UPLOADS = "/api/files"
"""The address whose bodies have a limit of their own."""

FileId = Annotated[str, Path(pattern=r"^[0-9a-f]{40}$")]

OF_PROPOSALS = "proposal-"
"""What the purpose of a proposal's file begins with: whoever sees the proposal reads it there, and nobody here."""

OF_REVIEWERS = "of-reviewer-"
"""What the purpose of a reviewer's file begins with: a sheet with points is blind to everybody else, as the points
are."""

OFFICIAL = "official_document"
"""The purpose of documents that were issued: whoever sees the document reads it there, which its enterprise is told."""

OF_COUNTIES = "of-office-"
"""What the purpose of a file begins with that the office of a part of the region brought, with the code of its area:
another county's office knows nothing of it. An office's file without it is the city's."""

_READ_ELSEWHERE = (OF_PROPOSALS, OFFICIAL)
_GIVEN_BY_THE_PLATFORM = (OF_PROPOSALS, OF_REVIEWERS, OFFICIAL, OF_COUNTIES)
_LONGEST_PURPOSE = 64

_PURPOSE = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_COUNTY = re.compile(rf"^{OF_COUNTIES}[0-9]{{6}}\.")
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "purpose": {"type": "string", "default": "document", "pattern": "^[a-z][a-z0-9_.-]{0,63}$"},
                        "enterprise_id": {"type": "integer", "minimum": 1},
                    },
                }
            }
        },
    }
}


@router.post("", status_code=status.HTTP_201_CREATED, openapi_extra=_FORM)
async def keep_file(
    who: Annotated[Principal, Depends(requires(Permission.KEEP_FILES, action="files.keep"))],
    request: Request,
    platform: Platform,
) -> FileView:
    """Keeps a PDF, a JPEG or PNG picture, an .xlsx, .docx or OFD file, told by its content; other kinds, encrypted
    files, macros and programs are refused. The same file sent twice is kept once. Of an enterprise's account the file
    is its enterprise's; others name one (`enterprise_id`) or keep it for the office."""
    files = platform.files
    draft = await run_in_threadpool(files.begin)
    try:
        upload = await receive(request, draft)
        owner = _owner(who, upload.fields.get("enterprise_id", ""))
        purpose = upload.fields.get("purpose") or "document"
        if not _PURPOSE.fullmatch(purpose) or purpose.startswith(_GIVEN_BY_THE_PLATFORM):
            raise Unprocessable(
                f"The purpose {purpose[:40]!r} is no word, or one that the platform gives itself.",
                where="purpose",
                next_step="Use letters, digits, '_', '-'.",
            )
        if who.role is Role.REVIEWER:
            owner, purpose = None, _of_reviewer(who.name)
        elif owner is None and (office := _part_of_the_region(platform, who)) is not None:
            purpose = f"{OF_COUNTIES}{office}.{purpose}"[:_LONGEST_PURPOSE]
        await run_in_threadpool(audit_detail, request, f"{draft.bytes} bytes of enterprise {owner} as {purpose}")
        kept = await run_in_threadpool(
            lambda: files.finish(
                draft, upload.file_name or "", owner_enterprise_id=owner, purpose=purpose, actor=who.name
            )
        )
    finally:
        await run_in_threadpool(draft.discard)
    audit_result(request, f"file:{kept.id} sha256:{kept.sha256}")
    return file_view(kept)


@router.get("")
def files(
    who: Annotated[Principal, Depends(requires(Permission.READ_FILES))],
    platform: Platform,
    enterprise_id: Id | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before_us: int | None = None,
) -> FileList:
    """An enterprise's files, or the office's own, the latest first."""
    owner = enterprise_id if enterprise_id is not None else who.scope.enterprise_id
    demand_owner(who, owner, where="enterprise_id")
    if who.role is Role.REVIEWER:
        raise unknown("enterprise_id")
    kept = platform.files.files(
        owner_enterprise_id=owner,
        limit=limit,
        before_us=before_us,
        without_purposes=(*_READ_ELSEWHERE, OF_REVIEWERS),
        of_purpose=_of_own_office(platform, who) if owner is None else "",
    )
    limits = platform.files.limits
    return FileList(
        files=[file_view(one) for one in kept],
        used_bytes=platform.files.used_bytes(owner),
        quota_bytes=None if owner is None else limits.enterprise_bytes,
        file_bytes=limits.file_bytes,
    )


@router.get("/{file_id}")
def file(
    who: Annotated[Principal, Depends(requires(Permission.READ_FILES))], file_id: FileId, platform: Platform
) -> FileView:
    """What is known of a file."""
    return file_view(readable_file(platform, who, file_id))


@router.get(
    "/{file_id}/content",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def file_content(
    who: Annotated[Principal, Depends(requires(Permission.READ_FILES))], file_id: FileId, platform: Platform
) -> StreamingResponse:
    """A file's bytes, compared with their digest before the first is sent; never shown in place by a browser."""
    readable_file(platform, who, file_id)
    return download(platform, file_id)


def download(platform: Services, file_id: str) -> StreamingResponse:
    """A kept file as an attachment; whoever calls has decided who may read it."""
    kept, chunks = platform.files.open(file_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}",
        "Content-Length": str(kept.bytes),
        # What a file contains must not act on this origin, whatever a browser makes of it.
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-SHA256": kept.sha256,
    }
    return StreamingResponse(chunks, media_type=kept.media_type, headers=headers)


def readable_file(platform: Services, who: Principal, file_id: str) -> StoredFile:
    """A file that one may read: one's enterprise's own, within one's area, of what one is to review, or a sheet that
    one brought as a reviewer; of any other nothing is said."""
    kept = platform.files.file(file_id)
    if kept.purpose.startswith(_READ_ELSEWHERE):
        raise unknown("file_id")
    if kept.purpose.startswith(OF_REVIEWERS):
        if who.role is not Role.REVIEWER or kept.purpose != _of_reviewer(who.name):
            raise unknown("file_id")
        return kept
    demand_owner(who, kept.owner_enterprise_id, where="file_id")
    if who.role is Role.REVIEWER and not platform.file_readers.is_assigned(who.name, file_id):
        raise unknown("file_id")
    if kept.owner_enterprise_id is None and not kept.purpose.startswith(_of_own_office(platform, who)):
        raise unknown("file_id")
    return kept


def _part_of_the_region(platform: Services, who: Principal) -> str | None:
    """The area of an office that is not the whole city's, nor a wider one's."""
    area = who.scope.area_code
    return None if area is None or who.scope.admits_area(platform.city_pack.city.area_code) else area


def _of_own_office(platform: Services, who: Principal) -> str:
    """What the purposes of the offices' files begin with that one sees: all of them, or those of one's own part."""
    office = _part_of_the_region(platform, who)
    return "" if office is None else f"{OF_COUNTIES}{area_prefix(office)}"


def _of_reviewer(name: str) -> str:
    """The purpose of everything that one reviewer brings: the same file of two reviewers is two."""
    return f"{OF_REVIEWERS}{hashlib.blake2b(name.encode(), digest_size=16).hexdigest()}"


def demand_owner(who: Principal, owner: int | None, *, where: str) -> None:
    """Raises `NotFound` for the files of an owner that one does not see."""
    if owner is None:
        if who.scope.enterprise_id is not None:
            raise unknown(where)
        return
    who.scope.demand(owner, where=where)


def _owner(who: Principal, written: str) -> int | None:
    if not written:
        return who.scope.enterprise_id
    if not written.isdecimal() or not 0 < int(written) < 2**31:
        raise Unprocessable("enterprise_id is no number.", where="enterprise_id", next_step="Name it by its id.")
    who.scope.demand(int(written), where="enterprise_id")
    return int(written)


def file_view(kept: StoredFile) -> FileView:
    return FileView(
        id=kept.id,
        name=kept.name,
        media_type=kept.media_type,
        bytes=kept.bytes,
        sha256=kept.sha256,
        owner_enterprise_id=kept.owner_enterprise_id,
        purpose=_COUNTY.sub("", kept.purpose),
        kept_at_us=kept.kept_at_us,
        kept_by=kept.kept_by,
    )
