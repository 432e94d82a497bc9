"""The case library: written by enterprise or office, agreed to by the enterprise, published by the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.programmes.projects import EffectName, Side
from millmark.web.access import Permission, Principal, Role, requires, unknown
from millmark.web.acting import actor_of
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.services import Platform, Services
from millmark.web.shapes.cases import (
    CaseDetail,
    CaseEffectView,
    CaseList,
    CaseSide,
    CaseView,
    ChangedCase,
    NewCase,
    NewCaseEffect,
    ToldSide,
)
from millmark.web.shapes.shape import Id
from millmark.web.shapes.steps import AllowedView, StepView
from millmark.web.shapes.suppliers import PoolStep
from millmark.web.supplier_views import found, own_enterprise

if TYPE_CHECKING:
    from millmark.region.cases import Case, CaseEffect

router = APIRouter(prefix="/cases", tags=["cases"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_CASES))]
_WRITING = Permission.WRITE_CASES


@router.get("")
def cases(who: Reader, platform: Platform) -> CaseList:
    """Published cases, one's own enterprise's in any state, and for the office all of its area."""
    views = _CaseViews(platform, who)
    return CaseList(cases=[views.case(one) for one in platform.bureau.cases.cases() if views.sees(one)])


@router.post("", status_code=status.HTTP_201_CREATED)
def draft_case(
    who: Annotated[Principal, Depends(requires(_WRITING, action="cases.draft"))],
    form: NewCase,
    request: Request,
    platform: Platform,
) -> CaseDetail:
    """A new case of an enterprise, a draft."""
    enterprise_id = own_enterprise(who, form.enterprise_id, request.url.path)
    views = _CaseViews(platform, who)
    platform.registry.enterprise(enterprise_id)
    drafted = platform.bureau.cases.draft(enterprise_id, form.content, views.actor, supplier_id=form.supplier_id)
    audit_result(request, f"case:{drafted.id}")
    return views.detail(drafted)


@router.get("/{case_id}")
def case(who: Reader, case_id: Id, request: Request, platform: Platform) -> CaseDetail:
    """One case with its effects and the grade of its evidence."""
    views = _CaseViews(platform, who)
    one = found(lambda: platform.bureau.cases.case(case_id), request.url.path)
    if not views.sees(one):
        raise unknown(request.url.path)
    return views.detail(one)


@router.put("/{case_id}")
def change_case(
    who: Annotated[Principal, Depends(requires(_WRITING, action="cases.change"))],
    case_id: Id,
    form: ChangedCase,
    request: Request,
    platform: Platform,
) -> CaseDetail:
    """A new version, a draft again: what the enterprise agreed to was the one before."""
    _own(platform, who, case_id, request)
    views = _CaseViews(platform, who)
    revised = platform.bureau.cases.revise(case_id, form.content, views.actor, version=form.version)
    audit_result(request, f"case:{case_id} version {revised.version}")
    platform.public.cache.forget()
    return views.detail(revised)


@router.post("/{case_id}/effects", status_code=status.HTTP_201_CREATED)
def add_case_effect(
    who: Annotated[Principal, Depends(requires(_WRITING, action="cases.effect"))],
    case_id: Id,
    form: NewCaseEffect,
    request: Request,
    platform: Platform,
) -> CaseDetail:
    """An effect: by two claims of one measure, formula and subject, or, without claims, as told."""
    _own(platform, who, case_id, request)
    views, book = _CaseViews(platform, who), platform.bureau.cases
    name = EffectName(
        topic=form.topic,
        name_zh=form.name_zh,
        name_en=form.name_en,
        unit=form.unit,
        lower_is_better=form.lower_is_better,
    )
    claims = form.before_claim_id is not None or form.after_claim_id is not None
    told = form.before is not None or form.after is not None
    if form.before_claim_id and form.after_claim_id and not told:
        kept = book.measured(case_id, name, form.before_claim_id, form.after_claim_id, views.actor)
    elif form.before is not None and form.after is not None and not claims:
        kept = book.told(case_id, name, _told(form.before), _told(form.after), views.actor)
    else:
        raise Unprocessable(
            "An effect has two sides of one kind.",
            where="before, after",
            next_step="Give both claims, or both values as told; not one of each.",
        )
    audit_result(request, f"case:{case_id} {kept.effects[-1].grade}")
    return views.detail(kept)


@router.post("/{case_id}/steps")
def act_on_case(
    who: Annotated[Principal, Depends(requires(_WRITING, action="cases.act"))],
    case_id: Id,
    form: PoolStep,
    request: Request,
    platform: Platform,
) -> CaseDetail:
    """The enterprise agrees to be shown or takes that back; the office publishes or withdraws."""
    _own(platform, who, case_id, request)
    views = _CaseViews(platform, who)
    done = platform.bureau.cases.act(case_id, form.action, views.actor, reason=form.reason, version=form.version)
    audit_result(request, f"case:{case_id} {form.action} {done.state}")
    platform.public.cache.forget()
    return views.detail(done)


class _CaseViews:
    """For the length of one request."""

    def __init__(self, platform: Services, who: Principal) -> None:
        self.actor = actor_of(who)
        self._platform = platform
        self._who = who

    def owns(self, one: Case) -> bool:
        """Its enterprise's manager or engineer; a supplier's account is no side of a case."""
        return self._who.role is not Role.SUPPLIER and self._who.scope.enterprise_id == one.enterprise_id

    def sees(self, one: Case) -> bool:
        office = self._who.scope.enterprise_id is None and Permission.READ_DEMANDS in self._who.permissions
        return one.state == "published" or self.owns(one) or (office and self._who.scope.admits(one.enterprise_id))

    def case(self, one: Case) -> CaseView:
        return CaseView(**self._case(one))

    def detail(self, one: Case) -> CaseDetail:
        own = self.owns(one)
        office = self._who.scope.enterprise_id is None and self._who.scope.admits(one.enterprise_id)
        writes = Permission.WRITE_CASES in self._who.permissions and (own or office)
        book = self._platform.bureau.cases
        if office and one.state != "published":
            self._who.scope.opened(one.enterprise_id)
        return CaseDetail(
            **self._case(one),
            may_write=writes and book.may_write(one, self.actor),
            allowed=[AllowedView.of(offer) for offer in book.offers(one, self.actor)] if writes else [],
            steps=[StepView.of(step) for step in book.steps(one.id)] if own or writes else [],
        )

    def _case(self, one: Case) -> dict[str, object]:
        registry, pool = self._platform.registry, self._platform.bureau.suppliers.pool
        enterprise = registry.enterprise(one.enterprise_id)
        supplier = None
        if one.supplier_id is not None:
            supplier = registry.enterprise(pool.supplier(one.supplier_id).enterprise_id)
        return {
            "id": one.id,
            "enterprise_id": one.enterprise_id,
            "enterprise_zh": enterprise.name_zh,
            "enterprise_en": enterprise.name_en,
            "area_code": enterprise.area_code,
            "is_demonstration": enterprise.is_demonstration,
            "supplier_id": one.supplier_id,
            "supplier_zh": None if supplier is None else supplier.name_zh,
            "supplier_en": None if supplier is None else supplier.name_en,
            "state": one.state,
            "version": one.version,
            "grade": one.grade,
            "is_mine": self.owns(one),
            "content": one.content,
            "effects": [_effect(effect) for effect in one.effects],
        }


def _effect(effect: CaseEffect) -> CaseEffectView:
    name = effect.name
    return CaseEffectView(
        topic=name.topic,
        name_zh=name.name_zh,
        name_en=name.name_en,
        unit=name.unit,
        lower_is_better=name.lower_is_better,
        basis=effect.basis,
        measure=effect.measure,
        formula_version=effect.formula_version,
        before=_side(effect.before),
        after=_side(effect.after),
        change=effect.change,
        change_percent=effect.change_percent,
        is_better=effect.is_better,
        grade=effect.grade,
    )


def _side(side: Side) -> CaseSide:
    return CaseSide(value=side.value, first=side.first, last=side.last, claim_id=side.claim_id, coverage=side.coverage)


def _told(form: ToldSide) -> Side:
    return Side(value=form.value, first=form.first, last=form.last)


def _own(platform: Services, who: Principal, case_id: int, request: Request) -> None:
    one = found(lambda: platform.bureau.cases.case(case_id), request.url.path)
    who.scope.demand(one.enterprise_id, where=request.url.path)
