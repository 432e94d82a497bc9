"""Projects with their milestones, and the effects that came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Request, status

from millmark.programmes.projects import EffectName, EffectTopic, Side
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.money_views import found_within
from millmark.web.project_views import ProjectViews, content_of, effect_view
from millmark.web.services import Platform, Services
from millmark.web.shapes.projects import (
    ChangedProject,
    EffectList,
    EffectView,
    MilestoneReportForm,
    NewEffect,
    NewProject,
    ProjectDetail,
    ProjectList,
    ProjectStep,
    SideForm,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes.projects import Project

router = APIRouter(prefix="/projects", tags=["projects"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_MONEY))]
MilestoneKey = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]


@router.get("")
def projects(who: Reader, platform: Platform, programme_id: Id | None = None, state: str | None = None) -> ProjectList:
    """Projects that one may see."""
    views = ProjectViews(platform, who)
    found = platform.projects.projects(programme_id=programme_id, state=state)
    return ProjectList(projects=[views.project(one) for one in found if views.sees(one.enterprise_id)])


@router.post("", status_code=status.HTTP_201_CREATED)
def file_project(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="projects.file"))],
    form: NewProject,
    request: Request,
    platform: Platform,
) -> ProjectDetail:
    """Files the project of a recognition: contracts, milestones with dates and money, and a pledge."""
    where = f"recognition {form.recognition_id}"
    found_within(who.scope, lambda: platform.life.recognitions.recognition(form.recognition_id), where)
    views = ProjectViews(platform, who)
    filed = platform.projects.file(form.recognition_id, content_of(form), actor=views.actor)
    audit_result(request, f"project:{filed.id}")
    return views.project_detail(filed)


@router.get("/{project_id}")
def project(who: Reader, project_id: Id, request: Request, platform: Platform) -> ProjectDetail:
    """One project with the version that holds, its milestones and everything that happened to it."""
    return ProjectViews(platform, who).project_detail(_found(platform, who, project_id, request))


@router.put("/{project_id}")
def change_project(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="projects.change"))],
    project_id: Id,
    form: ChangedProject,
    request: Request,
    platform: Platform,
) -> ProjectDetail:
    """A new version: files a returned project again, or asks for a change; what held before holds until approval."""
    _found(platform, who, project_id, request)
    views = ProjectViews(platform, who)
    changed = platform.projects.rewrite(
        project_id, content_of(form), actor=views.actor, reason=form.reason, version=form.version
    )
    audit_result(request, f"project:{project_id} version {changed.version}")
    return views.project_detail(changed)


@router.post("/{project_id}/steps")
def act_on_project(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="projects.act"))],
    project_id: Id,
    form: ProjectStep,
    request: Request,
    platform: Platform,
) -> ProjectDetail:
    """Takes a step of the project's life."""
    _found(platform, who, project_id, request)
    views = ProjectViews(platform, who)
    done = platform.projects.act(project_id, form.action, actor=views.actor, reason=form.reason, version=form.version)
    audit_result(request, f"project:{project_id} {form.action} {done.state}")
    return views.project_detail(done)


@router.post("/{project_id}/milestones/{milestone}", status_code=status.HTTP_201_CREATED)
def report_milestone(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="projects.report"))],
    project_id: Id,
    milestone: MilestoneKey,
    form: MilestoneReportForm,
    request: Request,
    platform: Platform,
) -> ProjectDetail:
    """The enterprise reports how far a milestone has come; with `confirm` an office finds it done."""
    _found(platform, who, project_id, request)
    views = ProjectViews(platform, who)
    done = platform.projects.report(
        project_id,
        milestone,
        percent=form.percent,
        note=form.note,
        file_ids=form.file_ids,
        actor=views.actor,
        confirm=form.confirm,
    )
    audit_result(request, f"project:{project_id} {milestone} {form.percent} %")
    return views.project_detail(done)


@router.get("/{project_id}/effects")
def project_effects(who: Reader, project_id: Id, request: Request, platform: Platform) -> EffectList:
    """What got better, before against after, with the grade of evidence of each."""
    _found(platform, who, project_id, request)
    return EffectList(effects=[effect_view(one) for one in platform.effects.effects(project_id)])


@router.post("/{project_id}/effects", status_code=status.HTTP_201_CREATED)
def record_effect(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="projects.effect"))],
    project_id: Id,
    form: NewEffect,
    request: Request,
    platform: Platform,
) -> EffectView:
    """Records an effect: by two claims of one measure and subject, or, without claims, as told."""
    _found(platform, who, project_id, request)
    actor = ProjectViews(platform, who).actor
    name = EffectName(
        topic=EffectTopic(form.topic),
        name_zh=form.name_zh,
        name_en=form.name_en,
        unit=form.unit,
        lower_is_better=form.lower_is_better,
    )
    claims = form.before_claim_id is not None or form.after_claim_id is not None
    told = form.before is not None or form.after is not None
    if form.before_claim_id and form.after_claim_id and not told:
        effect = platform.effects.from_claims(project_id, name, form.before_claim_id, form.after_claim_id, actor=actor)
    elif form.before is not None and form.after is not None and not claims:
        effect = platform.effects.told(project_id, name, _side(form.before), _side(form.after), actor=actor)
    else:
        raise Unprocessable(
            "An effect has two sides of one kind.",
            where="before, after",
            next_step="Give both claims, or both values as told; not one of each.",
        )
    audit_result(request, f"effect:{effect.id} {effect.grade}")
    return effect_view(effect)


def _found(platform: Services, who: Principal, project_id: int, request: Request) -> Project:
    return found_within(who.scope, lambda: platform.projects.project(project_id), request.url.path)


def _side(form: SideForm) -> Side:
    return Side(value=form.value, first=form.first, last=form.last)
