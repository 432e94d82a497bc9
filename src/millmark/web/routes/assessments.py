"""Assessments: the questionnaire, saved and resumed, its result, the grades of evidence, the way up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.errors import AssessmentNotFound, InvalidAnswers
from millmark.programmes.assessment.grades import compare, strongest
from millmark.programmes.assessment.kept import AssessedKind, Assessment
from millmark.programmes.assessment.lift import lift, single_changes
from millmark.programmes.assessment.pricing import prices_of
from millmark.programmes.assessment.scoring import missing, score_one
from millmark.registry import LARGEST_ID
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.acting import actor_of
from millmark.web.assessing import (
    demand_enterprise,
    enterprises_seen,
    known_answers,
    may_read,
    visible_findings,
)
from millmark.web.assessment_views import (
    answers_body,
    compared_view,
    lift_view,
    outcome_view,
    result_view,
    row_view,
)
from millmark.web.audit import audit_result
from millmark.web.naming import Naming
from millmark.web.services import Platform, Services
from millmark.web.shapes.assessments import (
    AnswerSourceView,
    AssessmentDetailView,
    AssessmentList,
    AssessmentRowView,
    GradesView,
    LiftRequest,
    LiftView,
    NewAssessment,
    PrefillRequest,
    ResultView,
    SavedAnswers,
    SubmitRequest,
    VersionList,
    VersionView,
    WithdrawRequest,
)
from millmark.web.shapes.shape import Id
from millmark.web.shapes.steps import AllowedView, StepView

router = APIRouter(prefix="/assessments", tags=["assessments"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_ASSESSMENTS))]
Writer = Annotated[Principal, Depends(requires(Permission.WRITE_ASSESSMENTS))]


@router.get("")
def assessments(
    who: Reader,
    platform: Platform,
    request: Request,
    enterprise_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    pack: Annotated[str | None, Query(max_length=64)] = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> AssessmentList:
    """The assessments that one may see, latest first; `before` takes the id of the last one to page on from.

    A draft is seen by the side that fills it in.
    """
    if enterprise_id is not None:
        demand_enterprise(platform, who, enterprise_id, where=request.url.path)
    seen = enterprises_seen(platform, who) if enterprise_id is None else (enterprise_id,)
    found = platform.assessments.assessments(seen, pack_id=pack, before=before, limit=limit)
    return AssessmentList(assessments=[_row(platform, one) for one in found if may_read(who, one)])


@router.post("", status_code=status.HTTP_201_CREATED)
def start_assessment(who: Writer, form: NewAssessment, request: Request, platform: Platform) -> AssessmentDetailView:
    """Starts a questionnaire: an enterprise's own, or an expert's beside it."""
    demand_enterprise(platform, who, form.enterprise_id, where=f"enterprise {form.enterprise_id}")
    platform.registry.enterprise(form.enterprise_id)
    taken_over = None
    if form.copy_from is not None:
        source = _visible(platform, who, form.copy_from, request)
        if source.enterprise_id != form.enterprise_id:
            raise InvalidAnswers(f"copy_from: assessment {form.copy_from} is another enterprise's")
        taken_over = source.answers
    found = platform.assessments.start(
        form.enterprise_id,
        form.pack,
        form.edition,
        AssessedKind(form.kind),
        actor_of(who),
        variant=form.variant,
        answers=taken_over,
    )
    audit_result(request, found.ref)
    return _detail(platform, who, found)


@router.get("/{assessment_id}")
def assessment(
    who: Reader,
    assessment_id: Id,
    request: Request,
    platform: Platform,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> AssessmentDetailView:
    """One assessment as it is, or as an earlier version was."""
    _visible(platform, who, assessment_id, request)
    return _detail(platform, who, platform.assessments.assessment(assessment_id, version))


@router.get("/{assessment_id}/versions")
def assessment_versions(who: Reader, assessment_id: Id, request: Request, platform: Platform) -> VersionList:
    """Who saved what, when; each version can be read by its number."""
    _visible(platform, who, assessment_id, request)
    return VersionList(
        versions=[
            VersionView(
                version=one.version,
                saved_at_us=one.saved_at_us,
                saved_by=one.saved_by,
                digest=one.answers_digest,
                answered=len(one.answers.items) + len(one.answers.scenarios) + len(one.answers.requirements),
            )
            for one in platform.assessments.versions(assessment_id)
        ]
    )


@router.put("/{assessment_id}/answers")
def save_answers(
    who: Writer, assessment_id: Id, form: SavedAnswers, request: Request, platform: Platform
) -> AssessmentDetailView:
    """Saves all answers as a new version; saving what is there already adds none."""
    _visible(platform, who, assessment_id, request)
    answers = Answers.from_json(form.answers.model_dump(mode="json"))
    found = platform.assessments.save(
        assessment_id, answers, actor_of(who), documents=form.documents, seen_version=form.version
    )
    audit_result(request, f"{found.ref} version {found.version}")
    return _detail(platform, who, found)


@router.post("/{assessment_id}/prefill")
def prefill_answers(
    who: Writer, assessment_id: Id, form: PrefillRequest, request: Request, platform: Platform
) -> AssessmentDetailView:
    """Answers what the enterprise's claims prove and what follows from its facts."""
    found = _visible(platform, who, assessment_id, request)
    pack, sheet = platform.assessments.pack_of(found), platform.assessments.sheet_of(found)
    findings = visible_findings(platform, who, pack, found.enterprise_id)
    given = known_answers(platform, sheet, pack, found.enterprise_id, findings)
    filled = platform.assessments.prefill(assessment_id, given, actor_of(who), replace=form.replace)
    audit_result(request, f"{filled.ref} version {filled.version}: {', '.join(sorted(given)) or 'nothing known'}")
    return _detail(platform, who, filled)


@router.post("/{assessment_id}/submit")
def submit_assessment(
    who: Writer, assessment_id: Id, form: SubmitRequest, request: Request, platform: Platform
) -> ResultView:
    """Scores the answers and closes the questionnaire; what was not answered counts as nothing."""
    _visible(platform, who, assessment_id, request)
    found, assessed = platform.assessments.submit(assessment_id, actor_of(who), seen_version=form.version)
    audit_result(request, f"{found.ref} level {assessed.level}")
    return result_view(found, platform.assessments.pack_of(found), platform.assessments.sheet_of(found), assessed)


@router.post("/{assessment_id}/withdraw")
def withdraw_assessment(
    who: Writer, assessment_id: Id, form: WithdrawRequest, request: Request, platform: Platform
) -> AssessmentDetailView:
    """Takes an assessment back: it no longer counts, and stays to be read."""
    _visible(platform, who, assessment_id, request)
    found = platform.assessments.withdraw(assessment_id, actor_of(who), form.reason)
    audit_result(request, found.ref)
    return _detail(platform, who, found)


@router.get("/{assessment_id}/result")
def assessment_result(who: Reader, assessment_id: Id, request: Request, platform: Platform) -> ResultView:
    """Score tree, level with the reason why each one holds or fails, radar and gaps; a draft's as it stands now."""
    found = _visible(platform, who, assessment_id, request)
    sheet = platform.assessments.sheet_of(found)
    return result_view(found, platform.assessments.pack_of(found), sheet, score_one(sheet, found.answers))


@router.get("/{assessment_id}/grades")
def compare_grades(who: Reader, assessment_id: Id, request: Request, platform: Platform) -> GradesView:
    """What the enterprise says, what an expert found, what the machines prove, side by side, differences flagged.

    Beside this assessment stands the latest submitted one of the other kind by the same pack.
    """
    found = _visible(platform, who, assessment_id, request)
    pack, sheet = platform.assessments.pack_of(found), platform.assessments.sheet_of(found)
    other_kind = AssessedKind.EXPERT if found.kind is AssessedKind.SELF else AssessedKind.SELF
    other = platform.assessments.latest(found.enterprise_id, found.pack, found.edition, other_kind, drafts=False)
    own, expert = (found, other) if found.kind is AssessedKind.SELF else (other, found)
    findings = visible_findings(platform, who, pack, found.enterprise_id)
    naming = Naming(platform)
    best = strongest(
        sheet, Answers() if own is None else own.answers, None if expert is None else expert.answers, findings
    )
    return GradesView(
        self_assessment_id=None if own is None else own.id,
        expert_assessment_id=None if expert is None else expert.id,
        by_self=None if own is None else outcome_view(pack, score_one(sheet, own.answers)),
        by_expert=None if expert is None else outcome_view(pack, score_one(sheet, expert.answers)),
        proven=outcome_view(pack, score_one(sheet, best)),
        demonstration=any(one.demonstration for one in findings if one.answers),
        rows=[compared_view(row, naming) for row in compare(sheet, own, expert, findings)],
    )


@router.post("/{assessment_id}/lift")
def lift_level(
    who: Annotated[Principal, Depends(requires(Permission.READ_ASSESSMENTS, action="assessments.lift"))],
    assessment_id: Id,
    form: LiftRequest,
    request: Request,
    platform: Platform,
) -> LiftView:
    """The cheapest changes that reach the next level, by the estimates given, else by the pack's, else by steps.

    Nothing is saved.
    """
    found = _visible(platform, who, assessment_id, request)
    pack, sheet = platform.assessments.pack_of(found), platform.assessments.sheet_of(found)
    prices = prices_of(pack, sheet, {(one.id, one.to): one.fen for one in form.estimates})
    return lift_view(
        pack,
        score_one(sheet, found.answers),
        lift(sheet, found.answers, prices),
        single_changes(sheet, found.answers, prices[0]),
        prices[0].basis,
    )


def _visible(platform: Services, who: Principal, assessment_id: int, request: Request) -> Assessment:
    """The assessment, if one may see it; told in the same words when it does not exist."""
    try:
        found = platform.assessments.assessment(assessment_id)
    except AssessmentNotFound:
        raise unknown(request.url.path) from None
    demand_enterprise(platform, who, found.enterprise_id, where=request.url.path)
    if not may_read(who, found):
        raise unknown(request.url.path)
    return found


def _row(platform: Services, found: Assessment) -> AssessmentRowView:
    return row_view(found, platform.assessments.pack_of(found), platform.registry.enterprise(found.enterprise_id))


def _detail(platform: Services, who: Principal, found: Assessment) -> AssessmentDetailView:
    sheet = platform.assessments.sheet_of(found)
    return AssessmentDetailView(
        **_row(platform, found).model_dump(),
        answers=answers_body(found.answers),
        documents={key: list(files) for key, files in found.documents.items()},
        sources={
            key: AnswerSourceView(grade=source.grade.value, refs=list(source.refs), demonstration=source.demonstration)
            for key, source in found.sources.items()
        },
        missing=list(missing(sheet, found.answers)),
        allowed=[AllowedView.of(offer) for offer in platform.assessments.offers(found, actor_of(who))],
        steps=[StepView.of(step) for step in platform.assessments.steps(found.id)],
    )
