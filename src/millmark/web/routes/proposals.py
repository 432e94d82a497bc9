"""Proposals and suggestions: registered, assigned, consulted on, spoken of with their proposers, concluded."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.region.proposals import Assignment, NewProposal, Person, year_of
from millmark.registry import area_prefix
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.errors import NotAllowed, Unprocessable
from millmark.web.proposal_views import ProposalViews, rules_view, year_view
from millmark.web.services import Platform, Services
from millmark.web.shapes.proposals import (
    AskedList,
    AskedView,
    AssignmentForm,
    ConsultationStepForm,
    ConsultationView,
    ContactForm,
    CorrectedProposal,
    ExtensionForm,
    FeedbackForm,
    NewProposalForm,
    ProposalDetail,
    ProposalList,
    ProposalRulesList,
    ProposalStepForm,
    ProposalYears,
    QuestionForm,
)
from millmark.web.shapes.shape import Id

router = APIRouter(tags=["proposals"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_PROPOSALS))]


def _handler(action: str) -> object:
    return Depends(requires(Permission.HANDLE_PROPOSALS, action=f"proposals.{action}"))


@router.get("/proposals")
def proposals(who: Reader, platform: Platform) -> ProposalList:
    """Proposals with their deadlines and states, the latest received first; to a department those it is asked about."""
    views = ProposalViews(platform, who)
    return ProposalList(proposals=[views.proposal(one) for one in views.proposals()])


@router.post("/proposals", status_code=status.HTTP_201_CREATED)
def register_proposal(
    who: Annotated[Principal, _handler("register")], form: NewProposalForm, request: Request, platform: Platform
) -> ProposalDetail:
    """Registers a proposal or suggestion that came in."""
    views = ProposalViews(platform, who)
    made = platform.bureau.proposals.book.register(_new(form, _area_of(platform, who, form)), views.actor)
    audit_result(request, f"proposal:{made.id} {made.session} {made.number}")
    return views.detail(made)


@router.get("/proposals/rules")
def proposal_rules(_who: Reader, platform: Platform) -> ProposalRulesList:
    """The rule sets that a proposal may be handled by: deadlines and classes, each with its source."""
    shelf = platform.bureau.proposals.book.shelf
    return ProposalRulesList(rules=[rules_view(one) for one in shelf.editions.values()])


@router.get("/proposals/years")
def proposal_years(who: Reader, platform: Platform) -> ProposalYears:
    """Yearly statistics: received, share replied to, share satisfied, classes; of what whoever asks may see."""
    views = ProposalViews(platform, who)
    found = views.proposals()
    commitments = platform.bureau.proposals.commitments.commitments(
        area_code=who.scope.area_code, department=views.department
    )
    years = sorted({one.received_on.year for one in found}, reverse=True)
    return ProposalYears(years=[year_view(year_of(year, found, commitments)) for year in years])


@router.get("/proposals/{proposal_id}")
def proposal(who: Reader, proposal_id: Id, platform: Platform) -> ProposalDetail:
    """One proposal with its people, consultations, contacts, commitments, steps, and what may be done now."""
    views = ProposalViews(platform, who)
    return views.detail(views.visible(proposal_id))


@router.put("/proposals/{proposal_id}")
def correct_proposal(
    who: Annotated[Principal, _handler("correct")], proposal_id: Id, form: CorrectedProposal, platform: Platform
) -> ProposalDetail:
    """Corrects what was registered; the step keeps what stood there before."""
    views = ProposalViews(platform, who)
    before = views.visible(proposal_id)
    if form.area_code not in (None, before.area_code):
        raise Unprocessable(
            f"The proposal is registered at the office of {before.area_code}; a correction does not move it.",
            where="area_code",
            next_step="Leave area_code out, or register the proposal at the other office.",
        )
    new = _new(form, before.area_code)
    return views.detail(platform.bureau.proposals.book.correct(proposal_id, new, views.actor, version=form.version))


@router.post("/proposals/{proposal_id}/steps")
def proposal_step(
    who: Annotated[Principal, _handler("step")],
    proposal_id: Id,
    form: ProposalStepForm,
    request: Request,
    platform: Platform,
) -> ProposalDetail:
    """A step that takes nothing but a reason: file, keep as a letter, sign for, return, send back, archive."""
    views = ProposalViews(platform, who)
    views.visible(proposal_id)
    done = platform.bureau.proposals.book.act(proposal_id, form.action, views.actor, reason=form.reason)
    audit_result(request, f"proposal:{proposal_id} {form.action} {done.state}")
    return views.detail(done)


@router.post("/proposals/{proposal_id}/assignment")
def assign_proposal(
    who: Annotated[Principal, _handler("assign")], proposal_id: Id, form: AssignmentForm, platform: Platform
) -> ProposalDetail:
    """Keeps who passed it on, when, and whether the bureau leads; the clock runs from that day."""
    views = ProposalViews(platform, who)
    views.visible(proposal_id)
    to = Assignment(form.assigner, form.assigned_on, form.part, form.lead)
    return views.detail(platform.bureau.proposals.book.assign(proposal_id, to, views.actor))


@router.post("/proposals/{proposal_id}/extension")
def extend_proposal(
    who: Annotated[Principal, _handler("extend")], proposal_id: Id, form: ExtensionForm, platform: Platform
) -> ProposalDetail:
    """A later day for the reply, within the longest time that the rules allow."""
    views = ProposalViews(platform, who)
    views.visible(proposal_id)
    done = platform.bureau.proposals.book.extend(proposal_id, form.until, views.actor, reason=form.reason)
    return views.detail(done)


@router.post("/proposals/{proposal_id}/contacts")
def contact_proposer(
    who: Annotated[Principal, _handler("contact")], proposal_id: Id, form: ContactForm, platform: Platform
) -> ProposalDetail:
    """Keeps that somebody spoke with the proposer, and how they stood to what is planned."""
    views = ProposalViews(platform, who)
    views.visible(proposal_id)
    done = platform.bureau.proposals.book.contact(
        proposal_id, form.way, form.held_on, form.verdict, form.note, views.actor
    )
    return views.detail(done)


@router.post("/proposals/{proposal_id}/feedback")
def proposal_feedback(
    who: Annotated[Principal, _handler("feedback")], proposal_id: Id, form: FeedbackForm, platform: Platform
) -> ProposalDetail:
    """The proposer's word on the reply: satisfied concludes it, unsatisfied has it handled again."""
    views = ProposalViews(platform, who)
    views.visible(proposal_id)
    done = platform.bureau.proposals.book.give_feedback(
        proposal_id, form.verdict, form.given_on, form.comment, views.actor
    )
    return views.detail(done)


@router.post("/proposals/{proposal_id}/consultations", status_code=status.HTTP_201_CREATED)
def ask_department(
    who: Annotated[Principal, _handler("ask")], proposal_id: Id, form: QuestionForm, platform: Platform
) -> ConsultationView:
    """Asks a department for its opinion; it has the days of the rules to return it, and a month to answer."""
    views = ProposalViews(platform, who)
    views.visible(proposal_id)
    asked = platform.bureau.proposals.consultations.ask(proposal_id, form.department, form.question, views.actor)
    return views.consultation(asked)


@router.get("/consultations")
def consultations(who: Reader, platform: Platform) -> AskedList:
    """What a department was asked; for the bureau, what is still out everywhere."""
    return AskedList(consultations=ProposalViews(platform, who).asked_of())


@router.post("/consultations/{consultation_id}/steps")
def consultation_step(
    who: Annotated[Principal, Depends(requires(Permission.GIVE_OPINIONS, action="consultations.step"))],
    consultation_id: Id,
    form: ConsultationStepForm,
    request: Request,
    platform: Platform,
) -> AskedView:
    """Signs for a question, returns it with a reason, gives the opinion or revises it; the bureau may recall it, and
    put down an opinion that came on paper."""
    views = ProposalViews(platform, who)
    views.visible_consultation(consultation_id)
    done = platform.bureau.proposals.consultations.act(
        consultation_id, form.action, views.actor, reason=form.reason, opinion=form.opinion
    )
    audit_result(request, f"consultation:{consultation_id} {form.action} {done.state}")
    return views.asked(done)


def _new(form: NewProposalForm, area_code: str) -> NewProposal:
    return NewProposal(
        area_code=area_code,
        kind=form.kind,
        session=form.session,
        number=form.number,
        title=form.title,
        text=form.text,
        topic=form.topic,
        received_on=form.received_on,
        rules=form.rules,
        people=tuple(Person(one.part, one.name, one.office, one.reach) for one in form.people),
    )


def _area_of(platform: Services, who: Principal, form: NewProposalForm) -> str:
    """The office that registers: an officer's own area, the city for officers of the whole region."""
    city = platform.city_pack.city.area_code
    own = who.scope.area_code or city
    wanted = form.area_code or own
    inside = wanted.startswith(area_prefix(city)) and who.scope.admits_area(wanted)
    if not inside:
        raise NotAllowed(
            f"The area {wanted} is not one that this account registers proposals for.",
            where="area_code",
            next_step=f"Leave it out: proposals are then registered for {own}.",
        )
    return wanted
