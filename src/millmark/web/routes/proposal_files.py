"""Files of proposals: brought in one step, through the checks of every file, read by whoever sees what they are of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from millmark.region.proposals import Attachment, AttachmentKind
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_detail, audit_result
from millmark.web.errors import NotAllowed, Unprocessable
from millmark.web.proposal_views import ProposalViews
from millmark.web.routes.files import OF_PROPOSALS, download
from millmark.web.services import Platform, Services
from millmark.web.shapes.proposal_files import ProposalFileView, Withdrawal
from millmark.web.shapes.shape import Id
from millmark.web.uploads import Upload, receive

router = APIRouter(prefix="/proposal-files", tags=["proposals"])

UPLOADS = "/api/proposal-files"
"""The address whose bodies have a limit of their own."""

# A department gives opinions and may bring their papers; what else a proposal has is the office's to bring.
Bringer = Annotated[Principal, Depends(requires(Permission.GIVE_OPINIONS, action="proposals.attach"))]
Reader = Annotated[Principal, Depends(requires(Permission.READ_PROPOSALS))]

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "proposal_id", "kind"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "proposal_id": {"type": "integer", "minimum": 1},
                        "kind": {"type": "string", "enum": [one.value for one in AttachmentKind]},
                        "consultation_id": {"type": "integer", "minimum": 1},
                    },
                }
            }
        },
    }
}
_CONTENT: dict[int | str, dict[str, object]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post("", status_code=status.HTTP_201_CREATED, openapi_extra=_FORM)
async def attach_proposal_file(who: Bringer, request: Request, platform: Platform) -> ProposalFileView:
    """Attaches a file to a proposal: the `original` as it came, a stamped `opinion` to its consultation, a paper of the
    `contact`, the `reply` as it went out, or something `other`. Told by its content and checked as every file is."""
    files = platform.files
    draft = await run_in_threadpool(files.begin)
    try:
        upload = await receive(request, draft)

        def kept() -> ProposalFileView:
            # Who may bring it is asked before it is kept.
            proposal_id, kind, consultation_id = _meant(platform, who, upload)
            audit_detail(request, f"proposal:{proposal_id} {kind.value} {draft.bytes} bytes")
            file = files.finish(
                draft,
                upload.file_name or "",
                owner_enterprise_id=None,
                purpose=f"{OF_PROPOSALS}{proposal_id}",
                actor=who.name,
            )
            views = ProposalViews(platform, who)
            attached = platform.bureau.proposals.attachments.attach(
                proposal_id, kind, file.id, views.actor, files=files, consultation_id=consultation_id
            )
            audit_result(request, f"proposal-file:{attached.id} file:{file.id} sha256:{file.sha256}")
            return views.file(attached)

        return await run_in_threadpool(kept)
    finally:
        await run_in_threadpool(draft.discard)


@router.get("/{file_number}/content", response_class=StreamingResponse, responses=_CONTENT)
def proposal_file_content(who: Reader, file_number: Id, platform: Platform) -> StreamingResponse:
    """The bytes of a file that holds, compared with their digest before the first is sent."""
    _, found = _seen(platform, who, file_number)
    if not found.holds:
        raise unknown("file_number")
    return download(platform, found.file_id)


@router.post("/{file_number}/withdrawal")
def withdraw_proposal_file(
    who: Bringer, file_number: Id, form: Withdrawal, request: Request, platform: Platform
) -> ProposalFileView:
    """Withdraws a file that was attached by mistake; it stays in the list with the reason."""
    views, found = _seen(platform, who, file_number)
    if not views.may_withdraw(found):
        raise NotAllowed(
            "This file is not this account's to withdraw, or is withdrawn.",
            where="file_number",
            next_step="Ask the office that leads; a department withdraws papers of its opinion while it may revise it.",
        )
    done = platform.bureau.proposals.attachments.withdraw(file_number, views.actor, reason=form.reason)
    audit_result(request, f"proposal-file:{done.id} withdrawn")
    return views.file(done)


def _meant(platform: Services, who: Principal, upload: Upload) -> tuple[int, AttachmentKind, int | None]:
    """What the file is to which proposal; raises what keeps this account from bringing it."""
    proposal_id = _number(upload, "proposal_id")
    if proposal_id is None:
        raise Unprocessable("The proposal is missing.", where="proposal_id", next_step="Name it by its id.")
    views = ProposalViews(platform, who)
    views.visible(proposal_id)
    written = upload.fields.get("kind") or ""
    if written not in set(AttachmentKind):
        known = ", ".join(one.value for one in AttachmentKind)
        raise Unprocessable(f"The kind {written[:40]!r} is none.", where="kind", next_step=f"Kinds are {known}.")
    kind, consultation_id = AttachmentKind(written), _number(upload, "consultation_id")
    consultation = None if consultation_id is None else views.visible_consultation(consultation_id)
    if not views.may_attach(kind, consultation):
        raise NotAllowed(
            "This account brings no such file to this proposal now.",
            where="kind",
            next_step="A department brings papers of its own opinion, while it may give or revise it.",
        )
    return proposal_id, kind, consultation_id


def _number(upload: Upload, name: str) -> int | None:
    written = upload.fields.get(name, "")
    if not written:
        return None
    if not written.isascii() or not written.isdecimal() or not 0 < int(written) < 2**31:
        raise Unprocessable(f"{name} is no number.", where=name, next_step="Name it by its id.")
    return int(written)


def _seen(platform: Services, who: Principal, file_number: int) -> tuple[ProposalViews, Attachment]:
    """The file, if one sees what it is of; in the words used for what does not exist otherwise."""
    views = ProposalViews(platform, who)
    found = platform.bureau.proposals.attachments.attachment(file_number)
    views.visible(found.proposal_id)
    if not views.sees_file(found):
        raise unknown("file_number")
    return views, found
