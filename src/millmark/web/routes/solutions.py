"""Solutions: searched by everybody, kept by their suppliers, blocked by the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import Conflict
from millmark.web.services import Platform, Services
from millmark.web.shapes.shape import Id
from millmark.web.shapes.suppliers import ChangedSolution, NewSolution, PoolStep, SolutionList, SolutionView
from millmark.web.supplier_views import SupplierViews, found

if TYPE_CHECKING:
    from millmark.region.suppliers import Solution

router = APIRouter(prefix="/solutions", tags=["suppliers"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_SUPPLIERS))]
Offering = Permission.OFFER_SOLUTIONS


@router.get("")
def solutions(
    who: Reader,
    platform: Platform,
    q: Annotated[str, Query(max_length=200)] = "",
    scenario: Annotated[str, Query(max_length=64)] = "",
) -> SolutionList:
    """Solutions in the pool: all, of one scenario, or those whose words fit best what is searched for."""
    views, desk = SupplierViews(platform, who), platform.bureau.suppliers
    words: dict[str, list[str]] = {}
    if q.strip():
        matched = desk.exchange.search(q)
        words = {str(one.solution.id): list(one.match.words) for one in matched}
        chosen = [one.solution for one in matched]
    else:
        chosen = desk.solutions.solutions(shown_only=True)
    if scenario:
        chosen = [one for one in chosen if scenario in {reach.scenario for reach in one.content.scenarios}]
    return SolutionList(solutions=[views.solution(one) for one in chosen], words=words)


@router.get("/mine")
def my_solutions(who: Annotated[Principal, Depends(requires(Offering))], platform: Platform) -> SolutionList:
    """All solutions of one's own supplier, drafts and blocked ones included."""
    views = SupplierViews(platform, who)
    own = views.own_supplier()
    mine = [] if own is None else platform.bureau.suppliers.solutions.solutions(supplier_id=own.id)
    return SolutionList(solutions=[views.solution(one) for one in mine], words={})


@router.post("", status_code=status.HTTP_201_CREATED)
def draft_solution(
    who: Annotated[Principal, Depends(requires(Offering, action="solutions.draft"))],
    form: NewSolution,
    request: Request,
    platform: Platform,
) -> SolutionView:
    """A new solution of one's own supplier, a draft until it is published."""
    views = SupplierViews(platform, who)
    own = views.own_supplier()
    if own is None:
        raise Conflict("This enterprise is no supplier yet.", where="supplier", next_step="Apply to the pool first.")
    drafted = platform.bureau.suppliers.solutions.draft(own.id, form.content, views.actor)
    audit_result(request, f"solution:{drafted.id}")
    return views.solution(drafted, with_steps=True)


@router.get("/{solution_id}")
def solution(who: Reader, solution_id: Id, request: Request, platform: Platform) -> SolutionView:
    """One solution."""
    views = SupplierViews(platform, who)
    one = found(lambda: platform.bureau.suppliers.solutions.solution(solution_id), request.url.path)
    if not views.sees_solution(one):
        raise unknown(request.url.path)
    return views.solution(one, with_steps=True)


@router.put("/{solution_id}")
def change_solution(
    who: Annotated[Principal, Depends(requires(Offering, action="solutions.change"))],
    solution_id: Id,
    form: ChangedSolution,
    request: Request,
    platform: Platform,
) -> SolutionView:
    """A new version; of a published solution everybody sees it at once."""
    _own(platform, who, solution_id, request)
    views = SupplierViews(platform, who)
    saved = platform.bureau.suppliers.solutions.save(solution_id, form.content, views.actor, version=form.version)
    audit_result(request, f"solution:{solution_id} version {saved.version}")
    platform.public.cache.forget()
    return views.solution(saved, with_steps=True)


@router.post("/{solution_id}/steps")
def act_on_own_solution(
    who: Annotated[Principal, Depends(requires(Offering, action="solutions.act"))],
    solution_id: Id,
    form: PoolStep,
    request: Request,
    platform: Platform,
) -> SolutionView:
    """Publishes or takes down one's own solution."""
    _own(platform, who, solution_id, request)
    return _done(platform, who, solution_id, form, request)


@router.post("/{solution_id}/office-steps")
def act_on_solution(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_SUPPLIERS, action="solutions.handle"))],
    solution_id: Id,
    form: PoolStep,
    request: Request,
    platform: Platform,
) -> SolutionView:
    """The office blocks a solution, or lifts that."""
    one = found(lambda: platform.bureau.suppliers.solutions.solution(solution_id), request.url.path)
    SupplierViews(platform, who).demand_handled(one.enterprise_id, request.url.path)
    return _done(platform, who, solution_id, form, request)


def _own(platform: Services, who: Principal, solution_id: int, request: Request) -> Solution:
    one = found(lambda: platform.bureau.suppliers.solutions.solution(solution_id), request.url.path)
    who.scope.demand(one.enterprise_id, where=request.url.path)
    return one


def _done(platform: Services, who: Principal, solution_id: int, form: PoolStep, request: Request) -> SolutionView:
    views = SupplierViews(platform, who)
    done = platform.bureau.suppliers.solutions.act(solution_id, form.action, views.actor, reason=form.reason)
    audit_result(request, f"solution:{solution_id} {form.action} {done.state}")
    platform.public.cache.forget()
    return views.solution(done, with_steps=True)
