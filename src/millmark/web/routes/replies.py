"""Replies to proposals: drafted from live figures, reviewed, signed, published; and as documents."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response

from millmark.region.proposals import PersonPart
from millmark.reports.replies import made_document
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.proposal_views import ProposalViews
from millmark.web.reply_views import ReplyViews, content_of, metadata_of, preview_of
from millmark.web.services import Platform, Services
from millmark.web.shapes.proposals import ProposalDetail
from millmark.web.shapes.replies import (
    AmendmentForm,
    DraftChoices,
    DraftForm,
    DraftPreviewForm,
    DraftView,
    MetadataShape,
    SignedReplyList,
    SignedReplyView,
    WrittenReplyView,
)
from millmark.web.shapes.shape import Id

router = APIRouter(tags=["proposals"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_PROPOSALS))]
Signer = Annotated[Principal, Depends(requires(Permission.SIGN_REPLIES, action="replies.sign"))]

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": _BINARY, _DOCX: _BINARY, "application/json": {"schema": {}}}}
}
_TYPES = {"pdf": "application/pdf", "docx": _DOCX}
_OPENNESS = {"public": ("此件主动公开", "open to the public"), "on_request": ("此件依申请公开", "open on request")}


def _handler(action: str) -> object:
    return Depends(requires(Permission.HANDLE_PROPOSALS, action=f"replies.{action}"))


@router.get("/proposals/{proposal_id}/draft")
def reply_draft(who: Reader, proposal_id: Id, platform: Platform, language: Literal["zh", "en"] = "zh") -> DraftView:
    """The draft of the current round, or what it begins with, and how it reads with the figures of now."""
    found = ProposalViews(platform, who).visible_to_the_office(proposal_id)
    draft = platform.reply_desk.draft(proposal_id, language)
    written = platform.reply_desk.write(proposal_id, draft.content)
    may_write = found.state == "handling" and Permission.HANDLE_PROPOSALS in who.permissions
    return ReplyViews(platform).draft(draft, written, may_write=may_write)


@router.put("/proposals/{proposal_id}/draft")
def save_reply_draft(
    who: Annotated[Principal, _handler("draft")], proposal_id: Id, form: DraftForm, platform: Platform
) -> DraftView:
    """Keeps a new version of the draft."""
    views = ProposalViews(platform, who)
    views.visible_to_the_office(proposal_id)
    draft = platform.reply_desk.save(proposal_id, content_of(form.draft), views.actor, version=form.version)
    return ReplyViews(platform).draft(draft, platform.reply_desk.write(proposal_id, draft.content), may_write=True)


@router.post("/proposals/{proposal_id}/draft/preview")
def preview_reply(
    who: Annotated[Principal, _handler("preview")], proposal_id: Id, form: DraftPreviewForm, platform: Platform
) -> WrittenReplyView:
    """How a draft reads with the figures of now; keeps nothing."""
    ProposalViews(platform, who).visible_to_the_office(proposal_id)
    return ReplyViews(platform).written(platform.reply_desk.write(proposal_id, preview_of(form.draft)))


@router.get("/proposals/{proposal_id}/draft/choices")
def reply_choices(
    who: Reader, proposal_id: Id, platform: Platform, language: Literal["zh", "en"] = "zh"
) -> DraftChoices:
    """The figures that may be put into a draft, with their values of now, and the city's own paragraphs."""
    found = ProposalViews(platform, who).visible_to_the_office(proposal_id)
    draft = platform.reply_desk.draft(proposal_id, language).content
    day = draft.as_of or platform.figures.today()
    return ReplyViews(platform).choices(found, day, platform.reply_desk.passages(language))


@router.post("/proposals/{proposal_id}/submission")
def submit_reply(
    who: Annotated[Principal, _handler("submit")], proposal_id: Id, request: Request, platform: Platform
) -> ProposalDetail:
    """Sends the draft to review. One that came before the proposer was spoken with comes back by the rule."""
    views = ProposalViews(platform, who)
    views.visible_to_the_office(proposal_id)
    done = platform.reply_desk.submit(proposal_id, views.actor)
    audit_result(request, f"proposal:{proposal_id} {done.state}")
    return views.detail(done)


@router.post("/proposals/{proposal_id}/clearance")
def clear_reply(who: Annotated[Principal, _handler("clear")], proposal_id: Id, platform: Platform) -> ProposalDetail:
    """The review says yes; not by who wrote the draft."""
    views = ProposalViews(platform, who)
    views.visible_to_the_office(proposal_id)
    return views.detail(platform.reply_desk.clear(proposal_id, views.actor))


@router.post("/proposals/{proposal_id}/signature")
def sign_reply(who: Signer, proposal_id: Id, request: Request, platform: Platform) -> SignedReplyView:
    """Signs the draft as it reads at this moment: every figure freezes, and what it promises becomes commitments."""
    views = ProposalViews(platform, who)
    views.visible_to_the_office(proposal_id)
    signed = platform.reply_desk.sign(proposal_id, views.actor)
    audit_result(request, f"reply:{signed.id} sha256:{signed.sha256}")
    return ReplyViews(platform).signed(signed)


@router.get("/proposals/{proposal_id}/replies")
def signed_replies(who: Reader, proposal_id: Id, platform: Platform) -> SignedReplyList:
    """The signed replies to a proposal, word for word as they were signed."""
    ProposalViews(platform, who).visible_to_the_office(proposal_id)
    found, views = platform.reply_desk.signed_of(proposal_id), ReplyViews(platform)
    today = platform.bureau.proposals.book.today()
    code = platform.city_pack.city.area_code
    return SignedReplyList(
        replies=[views.signed(one) for one in found],
        suggested=views.suggested(found[0], code, today) if found else None,
    )


@router.post("/replies/{reply_id}/publication")
def publish_reply(
    who: Annotated[Principal, Depends(requires(Permission.PUBLISH, action="replies.publish"))],
    reply_id: Id,
    form: MetadataShape,
    request: Request,
    platform: Platform,
) -> SignedReplyView:
    """Answers with what was signed and says under which number and openness; open ones stand on the public pages."""
    views = _visible(platform, who, reply_id)
    done = platform.reply_publications.publish(reply_id, metadata_of(form), views.actor)
    platform.public.cache.forget()
    audit_result(request, f"reply:{reply_id} {form.index_number} {done.state}")
    return ReplyViews(platform).signed(platform.reply_desk.signed(reply_id))


@router.put("/replies/{reply_id}/publication")
def amend_publication(
    who: Annotated[Principal, Depends(requires(Permission.PUBLISH, action="replies.amend"))],
    reply_id: Id,
    form: AmendmentForm,
    platform: Platform,
) -> SignedReplyView:
    """Says something else of a published reply, such as that it lapsed; its text stays as it was signed."""
    views = _visible(platform, who, reply_id)
    platform.reply_publications.amend(reply_id, metadata_of(form.metadata), views.actor, reason=form.reason)
    platform.public.cache.forget()
    return ReplyViews(platform).signed(platform.reply_desk.signed(reply_id))


@router.get("/replies/{reply_id}/{form}", response_class=Response, responses=_FILES)
def reply_document(
    who: Reader,
    reply_id: Id,
    form: Literal["pdf", "docx", "data"],
    platform: Platform,
    *,
    addressed: bool = False,
) -> Response:
    """The Word file or PDF in the layout of official documents, or the signed data; `addressed` puts the proposers'
    names into the salutation, for the copy that goes to them."""
    _visible(platform, who, reply_id)
    signed = platform.reply_desk.signed(reply_id)
    if form == "data":
        return Response(platform.reply_desk.signed_data(reply_id), media_type="application/json")
    proposers = _proposers(platform, signed.proposal_id) if addressed else []
    last = next(iter(platform.reply_publications.publications(reply_id)), None)
    zh = signed.reply.heading.language == "zh"
    words = _OPENNESS.get(last.metadata.openness.value) if last is not None else None
    [content] = made_document(
        signed.reply,
        signed.sha256,
        form,
        made_at_us=signed.signed_at_us,
        document_number=None if last is None else last.metadata.document_number,
        openness=None if words is None else words[0 if zh else 1],
        proposers=proposers,
    )
    name = f"reply-{signed.proposal_id}-{signed.round}.{form}"
    return Response(content, media_type=_TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _visible(platform: Services, who: Principal, reply_id: int) -> ProposalViews:
    """The views, once the reply lies within; raises `NotFound` otherwise."""
    views = ProposalViews(platform, who)
    views.visible_to_the_office(platform.reply_desk.signed(reply_id).proposal_id)
    return views


def _proposers(platform: Services, proposal_id: int) -> list[str]:
    people = platform.bureau.proposals.book.people(proposal_id)
    return [one.name for one in people if one.part in (PersonPart.PROPOSER, PersonPart.CO_SIGNER)]
