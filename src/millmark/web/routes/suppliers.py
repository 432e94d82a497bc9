"""The supplier pool: the public list, applications and their examination, the yearly evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Request, status
from fastapi.responses import StreamingResponse

from millmark.region.suppliers import Side
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.routes.files import FileId, download
from millmark.web.services import Platform, Services
from millmark.web.shapes.shape import Id
from millmark.web.shapes.suppliers import (
    ChangedSupplier,
    ClosedYear,
    EvaluationView,
    MarksView,
    MySupplier,
    NewMarks,
    NewSupplier,
    PoolCriterion,
    PoolDocument,
    PoolGrade,
    PoolRulesView,
    PoolScenario,
    PoolStep,
    ServedList,
    ServedSupplier,
    SupplierDetail,
    SupplierList,
)
from millmark.web.supplier_views import SupplierViews, found, own_enterprise

if TYPE_CHECKING:
    from millmark.region.suppliers import Supplier

router = APIRouter(prefix="/suppliers", tags=["suppliers"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_SUPPLIERS))]
YearOfPath = Annotated[int, Path(ge=2000, le=2100)]


@router.get("")
def suppliers(who: Reader, platform: Platform, every: bool = False) -> SupplierList:
    """The suppliers in the pool; with `every` the office sees those of its area in any state."""
    views = SupplierViews(platform, who)
    pool = platform.bureau.suppliers.pool
    chosen = pool.suppliers() if every else pool.listed()
    return SupplierList(suppliers=views.summaries(one for one in chosen if views.sees_supplier(one)))


@router.get("/rules")
def pool_rules(_who: Reader, platform: Platform) -> PoolRulesView:
    """What an application must show, how a year is evaluated, and the scenarios that solutions are for."""
    rules, names = platform.bureau.suppliers.pool.rules, platform.bureau.suppliers.scenarios
    return PoolRulesView(
        name_zh=rules.pool.name_zh,
        name_en=rules.pool.name_en,
        edition=rules.pool.edition,
        enterprise_share=rules.evaluation.enterprise_share,
        office_share=rules.evaluation.office_share,
        enterprises_min=rules.evaluation.enterprises_min,
        documents=[PoolDocument(**one.model_dump()) for one in rules.documents],
        criteria=[PoolCriterion(**one.model_dump()) for one in rules.criteria],
        grades=[PoolGrade(**one.model_dump()) for one in rules.grades],
        scenarios=[
            PoolScenario(id=key, group=names.groups[key], name_zh=zh, name_en=en)
            for key, (zh, en) in names.names.items()
        ],
    )


@router.get("/mine")
def my_supplier(
    who: Annotated[Principal, Depends(requires(Permission.OFFER_SOLUTIONS))], platform: Platform
) -> MySupplier:
    """What one's own enterprise is in the pool; null before it applied."""
    views = SupplierViews(platform, who)
    own = views.own_supplier()
    return MySupplier(supplier=None if own is None else views.supplier(own))


@router.get("/served")
def served_by(who: Annotated[Principal, Depends(requires(Permission.POST_DEMANDS))], platform: Platform) -> ServedList:
    """The suppliers that one's enterprise was served by, with the marks that it gave this year."""
    enterprise_id = who.scope.enterprise_id
    if enterprise_id is None:
        return ServedList(suppliers=[])
    views, desk = SupplierViews(platform, who), platform.bureau.suppliers
    year = platform.bureau.events.events.today().year
    served = []
    for supplier_id in desk.evaluations.served(enterprise_id):
        enterprise = views.enterprise(desk.pool.supplier(supplier_id).enterprise_id)
        marks = next(
            (one for one in desk.evaluations.marks(supplier_id, year) if one.enterprise_id == enterprise_id), None
        )
        served.append(
            ServedSupplier(
                id=supplier_id,
                name_zh=enterprise.name_zh,
                name_en=enterprise.name_en,
                year=year,
                marks=None if marks is None else dict(marks.marks),
                comment="" if marks is None else marks.comment,
                is_closed=any(one.year == year for one in desk.evaluations.results(supplier_id)),
            )
        )
    return ServedList(suppliers=served)


@router.post("", status_code=status.HTTP_201_CREATED)
def apply_to_pool(
    who: Annotated[Principal, Depends(requires(Permission.OFFER_SOLUTIONS, action="suppliers.apply"))],
    form: NewSupplier,
    request: Request,
    platform: Platform,
) -> SupplierDetail:
    """An enterprise applies to be a supplier of the pool, with its papers."""
    enterprise_id = own_enterprise(who, form.enterprise_id, request.url.path)
    views = SupplierViews(platform, who)
    applied = platform.bureau.suppliers.pool.apply(enterprise_id, form.profile, views.actor)
    audit_result(request, f"supplier:{applied.id}")
    return views.supplier(applied)


@router.get("/{supplier_id}")
def supplier(who: Reader, supplier_id: Id, request: Request, platform: Platform) -> SupplierDetail:
    """One supplier with its solutions; papers, contact and what happened for itself and the office."""
    return SupplierViews(platform, who).supplier(_seen(platform, who, supplier_id, request))


@router.get(
    "/{supplier_id}/files/{file_id}",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def supplier_file(
    who: Reader, supplier_id: Id, file_id: FileId, request: Request, platform: Platform
) -> StreamingResponse:
    """A paper of a supplier, for itself and for the office that examines it, wherever the supplier sits."""
    one = found(lambda: platform.bureau.suppliers.pool.supplier(supplier_id), request.url.path)
    SupplierViews(platform, who).demand_papers(one, request.url.path)
    if file_id not in set(one.profile.file_ids):
        raise unknown(request.url.path)
    return download(platform, file_id)


@router.put("/{supplier_id}")
def change_supplier(
    who: Annotated[Principal, Depends(requires(Permission.OFFER_SOLUTIONS, action="suppliers.change"))],
    supplier_id: Id,
    form: ChangedSupplier,
    request: Request,
    platform: Platform,
) -> SupplierDetail:
    """A new version of one's profile; a returned or ended application is submitted again by it."""
    own = _owned(platform, who, supplier_id, request)
    views = SupplierViews(platform, who)
    changed = platform.bureau.suppliers.pool.revise(own.id, form.profile, views.actor, version=form.version)
    audit_result(request, f"supplier:{supplier_id} version {changed.version}")
    return views.supplier(changed)


@router.post("/{supplier_id}/withdraw")
def withdraw_supplier(
    who: Annotated[Principal, Depends(requires(Permission.OFFER_SOLUTIONS, action="suppliers.withdraw"))],
    supplier_id: Id,
    request: Request,
    platform: Platform,
) -> SupplierDetail:
    """A supplier leaves the pool, or takes its application back."""
    own = _owned(platform, who, supplier_id, request)
    views = SupplierViews(platform, who)
    return views.supplier(platform.bureau.suppliers.pool.act(own.id, "withdraw", views.actor))


@router.post("/{supplier_id}/steps")
def act_on_supplier(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_SUPPLIERS, action="suppliers.act"))],
    supplier_id: Id,
    form: PoolStep,
    request: Request,
    platform: Platform,
) -> SupplierDetail:
    """The office returns, admits, refuses, suspends, reinstates or removes a supplier."""
    _handled(platform, who, supplier_id, request)
    views = SupplierViews(platform, who)
    done = platform.bureau.suppliers.pool.act(
        supplier_id, form.action, views.actor, reason=form.reason, version=form.version
    )
    audit_result(request, f"supplier:{supplier_id} {form.action} {done.state}")
    platform.public.cache.forget()
    return views.supplier(done)


@router.post("/{supplier_id}/marks")
def give_office_marks(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_SUPPLIERS, action="suppliers.mark"))],
    supplier_id: Id,
    form: NewMarks,
    request: Request,
    platform: Platform,
) -> EvaluationView:
    """The office's marks of a year; later ones replace them until the year is closed."""
    _handled(platform, who, supplier_id, request)
    views = SupplierViews(platform, who)
    platform.bureau.suppliers.evaluations.mark(supplier_id, form.year, form.marks, views.actor, comment=form.comment)
    audit_result(request, f"supplier:{supplier_id} {form.year}")
    return _evaluation(platform, views, supplier_id, form.year)


@router.post("/{supplier_id}/served-marks", status_code=status.HTTP_204_NO_CONTENT)
def give_enterprise_marks(
    who: Annotated[Principal, Depends(requires(Permission.POST_DEMANDS, action="suppliers.mark"))],
    supplier_id: Id,
    form: NewMarks,
    request: Request,
    platform: Platform,
) -> None:
    """The marks of an enterprise that was served."""
    enterprise_id = own_enterprise(who, None, request.url.path)
    found(lambda: platform.bureau.suppliers.pool.supplier(supplier_id), request.url.path)
    platform.bureau.suppliers.evaluations.mark(
        supplier_id,
        form.year,
        form.marks,
        SupplierViews(platform, who).actor,
        enterprise_id=enterprise_id,
        comment=form.comment,
    )
    audit_result(request, f"supplier:{supplier_id} {form.year}")


@router.get("/{supplier_id}/evaluations/{year}")
def evaluation(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_SUPPLIERS))],
    supplier_id: Id,
    year: YearOfPath,
    request: Request,
    platform: Platform,
) -> EvaluationView:
    """A year of a supplier as it stands: who gave which marks, what they come to, what is missing."""
    _handled(platform, who, supplier_id, request)
    return _evaluation(platform, SupplierViews(platform, who), supplier_id, year)


@router.post("/{supplier_id}/evaluations")
def close_evaluation(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_SUPPLIERS, action="suppliers.evaluate"))],
    supplier_id: Id,
    form: ClosedYear,
    request: Request,
    platform: Platform,
) -> EvaluationView:
    """Fixes a year's result; what should follow from it is the office's to decide."""
    _handled(platform, who, supplier_id, request)
    views = SupplierViews(platform, who)
    closed = platform.bureau.suppliers.evaluations.close(supplier_id, form.year, views.actor)
    audit_result(request, f"supplier:{supplier_id} {form.year} {closed.grade}")
    platform.public.cache.forget()
    return _evaluation(platform, views, supplier_id, form.year)


def _evaluation(platform: Services, views: SupplierViews, supplier_id: int, year: int) -> EvaluationView:
    book = platform.bureau.suppliers.evaluations
    standing = book.standing(supplier_id, year)
    closed = next((one for one in book.results(supplier_id) if one.year == year), None)
    marks = []
    for one in book.marks(supplier_id, year):
        enterprise = None
        if one.enterprise_id is not None:
            enterprise = views.enterprise(one.enterprise_id)
            views.who.scope.opened(one.enterprise_id)
        marks.append(
            MarksView(
                side=Side(one.side),
                enterprise_id=one.enterprise_id,
                enterprise_zh=None if enterprise is None else enterprise.name_zh,
                enterprise_en=None if enterprise is None else enterprise.name_en,
                marks=dict(one.marks),
                comment=one.comment,
                given_by=one.given_by,
                given_at_us=one.given_at_us,
            )
        )
    return EvaluationView(
        year=year,
        marks=marks,
        score=standing.score,
        grade=None if standing.grade is None else standing.grade.id,
        grade_zh=None if standing.grade is None else standing.grade.name_zh,
        grade_en=None if standing.grade is None else standing.grade.name_en,
        enterprise_score=standing.enterprise_score,
        office_score=standing.office_score,
        enterprises=standing.enterprises,
        missing_zh=standing.missing_zh,
        missing_en=standing.missing_en,
        closed=None if closed is None else views.result(closed),
    )


def _seen(platform: Services, who: Principal, supplier_id: int, request: Request) -> Supplier:
    one = found(lambda: platform.bureau.suppliers.pool.supplier(supplier_id), request.url.path)
    if not SupplierViews(platform, who).sees_supplier(one):
        raise unknown(request.url.path)
    return one


def _owned(platform: Services, who: Principal, supplier_id: int, request: Request) -> Supplier:
    one = found(lambda: platform.bureau.suppliers.pool.supplier(supplier_id), request.url.path)
    who.scope.demand(one.enterprise_id, where=request.url.path)
    return one


def _handled(platform: Services, who: Principal, supplier_id: int, request: Request) -> Supplier:
    one = found(lambda: platform.bureau.suppliers.pool.supplier(supplier_id), request.url.path)
    SupplierViews(platform, who).demand_handled(one.enterprise_id, request.url.path)
    return one
