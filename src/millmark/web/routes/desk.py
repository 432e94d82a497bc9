"""What waits for whom, and how the objects of a programme live."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from millmark.programmes.assessment.kept import SELF_ASSESSMENT
from millmark.programmes.life.machines import MACHINES
from millmark.programmes.money import AWARD, DISBURSEMENT
from millmark.programmes.projects import ACCEPTANCE, CLAWBACK, PROJECT
from millmark.programmes.proof import CHALLENGE
from millmark.region.cases import CASE
from millmark.region.events import EVENT, REGISTRATION
from millmark.region.factors.machine import FACTOR_REQUEST
from millmark.region.investments.machine import INVESTMENT, PROBLEM
from millmark.region.proposals.machines import COMMITMENT, CONSULTATION, PROPOSAL
from millmark.region.suppliers import ANSWER, DEMAND, SOLUTION, SUPPLIER
from millmark.reports.briefs.machine import BRIEF
from millmark.web.access import Permission, Principal, requires
from millmark.web.life_views import LifeViews
from millmark.web.services import Platform
from millmark.web.shapes.desk import MachineList, MachineView, NamedState, TaskList, TaskView

if TYPE_CHECKING:
    from millmark.programmes.life import Machine
    from millmark.programmes.life.desk import Task

router = APIRouter(tags=["desk"])

_ALL = (
    *MACHINES,
    SELF_ASSESSMENT,
    AWARD,
    DISBURSEMENT,
    PROJECT,
    ACCEPTANCE,
    CLAWBACK,
    CHALLENGE,
    PROPOSAL,
    CONSULTATION,
    COMMITMENT,
    SUPPLIER,
    SOLUTION,
    DEMAND,
    ANSWER,
    CASE,
    EVENT,
    REGISTRATION,
    FACTOR_REQUEST,
    INVESTMENT,
    PROBLEM,
    BRIEF,
)


@router.get("/desk/todo")
def todo(who: Annotated[Principal, Depends(requires(Permission.USE_DESK))], platform: Platform) -> TaskList:
    """What waits for whoever asks, with deadlines, the most urgent first."""
    views = LifeViews(platform, who)
    views.load_enterprises()
    found = [
        *platform.life.desk.tasks(views.actor, who.scope.admits),
        *platform.money_desk.tasks(views.actor, who.scope.admits),
    ]
    found.sort(key=lambda one: (one.deadline or date.max, one.object_kind, one.object_id))
    return TaskList(tasks=[_task(views, one) for one in found])


@router.get("/machines")
def machines(_who: Annotated[Principal, Depends(requires(Permission.READ_CITY))]) -> MachineList:
    """Every kind of object with the names of its states and actions."""
    return MachineList(machines=[_machine(one) for one in _ALL])


def _machine(machine: Machine) -> MachineView:
    names = {one.action: (one.name_zh, one.name_en) for one in reversed(machine.transitions)}
    return MachineView(
        kind=machine.kind,
        states=[NamedState(id=state, name_zh=zh, name_en=en) for state, (zh, en) in machine.states.items()],
        actions=[
            NamedState(id=action, name_zh=names[action][0], name_en=names[action][1]) for action in machine.actions
        ],
        ends=sorted(machine.ends),
    )


def _task(views: LifeViews, task: Task) -> TaskView:
    enterprise = None if task.enterprise_id is None else views.enterprise(task.enterprise_id)
    return TaskView(
        object_kind=task.object_kind,
        object_id=task.object_id,
        action=task.action,
        text_zh=task.text_zh,
        text_en=task.text_en,
        call_id=task.call.id,
        title_zh=task.call.terms.title_zh,
        title_en=task.call.terms.title_en,
        enterprise_id=task.enterprise_id,
        enterprise_zh=None if enterprise is None else enterprise.name_zh,
        enterprise_en=None if enterprise is None else enterprise.name_en,
        state=task.state,
        deadline=task.deadline,
        due=task.due,
        days_left=task.days_left,
    )
