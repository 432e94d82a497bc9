"""Calls, applications, forms and awards in the CommonGrants protocol, for grant tools.

Source: https://commongrants.org, routes of @common-grants/core 0.4. A call is an opportunity with one competition.
Errors have the protocol's shape too.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from common_grants_sdk.schemas.pydantic.filters.award import AwdFilters
from common_grants_sdk.schemas.pydantic.filters.opportunity import OppFilters
from common_grants_sdk.schemas.pydantic.models import AwardBase, OpportunityBase
from common_grants_sdk.schemas.pydantic.requests import AwdSearchRequest, OpportunitySearchRequest
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.common_grants.searching import filtered, matching, ordered, page_of, wire
from millmark.web.common_grants.shapes import AppFilters, ApplicationBase, AppSearchRequest, Form
from millmark.web.common_grants.views import Views
from millmark.web.errors import ApiError
from millmark.web.life_views import LifeViews
from millmark.web.room_errors import ANSWERS, as_api_error
from millmark.web.services import Platform, Services
from millmark.web.shapes.errors import ErrorDetail

if TYPE_CHECKING:
    from millmark.programmes.life.calls import CallFile

_HIDDEN = frozenset({"draft", "discarded"})


class ProtocolRoute(APIRoute):
    """Answers errors as the protocol does: status, message and a list of what was wrong. A request that cannot be read
    at all is answered as everywhere on this platform."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except ApiError as error:
                return _told(error)
            except tuple(ANSWERS) as error:
                return _told(as_api_error(error, request.url.path))

        return handled


router = APIRouter(prefix="/common-grants", tags=["common grants"], route_class=ProtocolRoute, include_in_schema=False)

Reader = Annotated[Principal, Depends(requires(Permission.READ_OPPORTUNITIES))]
ApplicationReader = Annotated[Principal, Depends(requires(Permission.READ_APPLICATIONS))]
AwardReader = Annotated[Principal, Depends(requires(Permission.READ_LISTS))]
Page = Annotated[int, Query(ge=1, le=2**31 - 1)]
PageSize = Annotated[int, Query(alias="pageSize", ge=1, le=2**31 - 1)]

_OPPORTUNITY_FILTERS = {
    "status": "status.value",
    "closeDateRange": "keyDates.closeDate.date",
    "totalFundingAvailableRange": "funding.totalAmountAvailable",
    "minAwardAmountRange": "funding.minAwardAmount",
    "maxAwardAmountRange": "funding.maxAwardAmount",
}
_AWARD_FILTERS = {
    "status": "status.value",
    "opportunityId": "opportunity.id",
    "awardDateRange": "keyDates.awardDate.date",
    "awardedAmountRange": "funding.awardedAmount",
}
_APPLICATION_FILTERS = {
    "status": "status.value",
    "opportunityId": "opportunityId",
    "competitionId": "competitionId",
    "submittedAtRange": "submittedAt",
}
_SORTED_BY = {
    "closeDate": "keyDates.closeDate.date",
    "keyDates.closeDate": "keyDates.closeDate.date",
    "keyDates.awardDate": "keyDates.awardDate.date",
    "funding.maxAwardAmount": "funding.maxAwardAmount",
    "maxAwardAmount": "funding.maxAwardAmount",
    "minAwardAmount": "funding.minAwardAmount",
    "totalFundingAvailable": "funding.totalAmountAvailable",
    "funding.awardedAmount": "funding.awardedAmount",
}


@router.get("/opportunities", response_model=None)
def opportunities(who: Reader, platform: Platform, page: Page = 1, size: PageSize = 10) -> JSONResponse:
    """Published calls, the latest changed first."""
    return JSONResponse(page_of(_opportunities(platform, who), page, size))


@router.post("/opportunities/search", response_model=None)
def search_opportunities(who: Reader, platform: Platform, form: OpportunitySearchRequest) -> JSONResponse:
    """Published calls by words, filters and order."""
    found = matching(_opportunities(platform, who), form.search)
    return _searched(found, form.filters or OppFilters(), _OPPORTUNITY_FILTERS, form.sorting, form.pagination)


@router.get("/opportunities/{opp_id}", response_model=None)
def opportunity(who: Reader, platform: Platform, opp_id: UUID) -> JSONResponse:
    """One call with the awards that came of it, as far as one may see them."""
    views = _views(platform)
    call = _call(platform, who, views.ids.read("opportunity", opp_id), "oppId")
    base = _opportunity(platform, views, call)
    sees_awards = Permission.READ_LISTS in who.permissions
    awards = [one for one in platform.awarded.all() if one.call_id == call.id and who.scope.admits(one.enterprise_id)]
    return _one(wire(views.details(base, awards if sees_awards else [])))


@router.get("/forms", response_model=None)
def forms(who: Reader, platform: Platform, page: Page = 1, size: PageSize = 10) -> JSONResponse:
    """The forms of published calls: the facts that each asks, as JSON Schema."""
    views = _views(platform)
    found: list[Form] = [views.form(call) for call in _calls(platform, who)]
    return JSONResponse(page_of(found, page, size))


@router.get("/forms/{form_id}", response_model=None)
def form(who: Reader, platform: Platform, form_id: UUID) -> JSONResponse:
    """One form."""
    views = _views(platform)
    return _one(wire(views.form(_call(platform, who, views.ids.read("form", form_id), "formId"))))


@router.get("/applications/{app_id}", response_model=None)
def common_application(who: ApplicationReader, platform: Platform, app_id: UUID) -> JSONResponse:
    """One application that one may see, with what it answers."""
    views, seen = _views(platform), LifeViews(platform, who)
    number = views.ids.read("application", app_id)
    if number is None:
        raise unknown("appId")
    file = platform.life.applications.application(number)
    seen.demand(file, "appId")
    return _one(wire(views.application(file, seen.enterprise(file.enterprise_id).name_zh, _changed(platform, number))))


@router.post("/applications/search", response_model=None)
def search_applications(who: ApplicationReader, platform: Platform, form: AppSearchRequest) -> JSONResponse:
    """Applications that one may see, by filters and order."""
    views, seen = _views(platform), LifeViews(platform, who)
    seen.load_enterprises()
    found: list[ApplicationBase] = [
        views.application(file, seen.enterprise(file.enterprise_id).name_zh, _changed(platform, file.id))
        for file in platform.life.applications.applications(enterprise_id=who.scope.enterprise_id)
        if seen.admits(file)
    ]
    filters: AppFilters = form.filters
    return _searched(found, filters, _APPLICATION_FILTERS, form.sorting, form.pagination)


@router.get("/awards", response_model=None)
def awards(who: AwardReader, platform: Platform, page: Page = 1, size: PageSize = 100) -> JSONResponse:
    """Approved awards of the enterprises that one may see, the latest changed first."""
    return JSONResponse(page_of(_awards(platform, who), page, size))


@router.post("/awards/search", response_model=None)
def search_awards(who: AwardReader, platform: Platform, form: AwdSearchRequest) -> JSONResponse:
    """Approved awards by words, filters and order."""
    found = matching(_awards(platform, who), form.search)
    return _searched(found, form.filters or AwdFilters(), _AWARD_FILTERS, form.sorting, form.pagination, size=100)


@router.get("/awards/{awd_id}", response_model=None)
def common_award(who: AwardReader, platform: Platform, awd_id: UUID) -> JSONResponse:
    """One approved award."""
    views = _views(platform)
    number = views.ids.read("award", awd_id)
    found = None if number is None else platform.awarded.one(number)
    if found is None or not who.scope.admits(found.enterprise_id):
        raise unknown("awdId")
    who.scope.opened(found.enterprise_id)
    return _one(wire(views.award(found)))


def _views(platform: Services) -> Views:
    return platform.common_grants


def _calls(platform: Services, who: Principal) -> list[CallFile]:
    seen = LifeViews(platform, who)
    return [call for call in platform.life.calls.calls() if call.state not in _HIDDEN and seen.sees_call(call)]


def _call(platform: Services, who: Principal, number: int | None, where: str) -> CallFile:
    if number is None:
        raise unknown(where)
    call = platform.life.calls.call(number)
    if call.state in _HIDDEN:
        raise unknown(where)
    LifeViews(platform, who).demand_call(call, where)
    return call


def _opportunities(platform: Services, who: Principal) -> list[OpportunityBase]:
    views = _views(platform)
    return _latest([_opportunity(platform, views, call) for call in _calls(platform, who)])


def _opportunity(platform: Services, views: Views, call: CallFile) -> OpportunityBase:
    calls = platform.life.calls
    steps = calls.steps(call.id)
    changed = steps[-1].at_us if steps else call.recorded_at_us
    return views.opportunity(call, calls.pack(call), calls.today(), changed)


def _awards(platform: Services, who: Principal) -> list[AwardBase]:
    views = _views(platform)
    return [views.award(one) for one in platform.awarded.all() if who.scope.admits(one.enterprise_id)]


def _changed(platform: Services, application_id: int) -> int:
    steps = platform.life.applications.steps(application_id)
    return steps[-1].at_us if steps else 0


def _latest(items: list[OpportunityBase]) -> list[OpportunityBase]:
    return sorted(items, key=lambda one: one.last_modified_at, reverse=True)


def _searched(
    found: Any, filters: Any, fields: dict[str, str], sorting: Any, pagination: Any, size: int = 10
) -> JSONResponse:
    """One page of what passes, with the filters and the order as they were applied."""
    kept, errors = filtered(found, filters, fields)
    by = "lastModifiedAt" if sorting is None else _word(sorting.sort_by)
    order = "desc" if sorting is None or sorting.sort_order is None else _word(sorting.sort_order)
    answer = page_of(
        ordered(kept, _SORTED_BY.get(by, by), descending=order == "desc"),
        1 if pagination is None else pagination.page,
        size if pagination is None else pagination.page_size,
    )
    answer["sortInfo"] = {"sortBy": by, "sortOrder": order, "errors": []}
    shown = filters.model_dump(mode="json", by_alias=True, exclude_none=True)
    answer["filterInfo"] = {"filters": shown, "errors": errors}
    return JSONResponse(answer)


def _word(given: Any) -> str:
    """An enumeration of the protocol's package, or a text where it gives one."""
    return str(getattr(given, "value", given))


def _one(data: dict[str, Any]) -> JSONResponse:
    return JSONResponse({"status": 200, "message": "Success", "data": data})


def _told(error: ApiError) -> JSONResponse:
    """An error in the protocol's shape, with the platform's own beside it."""
    detail = ErrorDetail(code=error.code, message=error.message, where=error.where, next_step=error.next_step)
    status = int(error.status)
    wrong = [{"code": error.code, "where": error.where, "nextStep": error.next_step}]
    body = {"status": status, "message": error.message, "errors": wrong, "error": detail.model_dump()}
    return JSONResponse(body, status, error.headers)
