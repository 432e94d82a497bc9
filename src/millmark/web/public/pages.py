"""The public pages' addresses: /public/zh/… and /public/en/…, and the open data below /public/data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import RedirectResponse

from millmark import __version__
from millmark.model.period import SECOND_US
from millmark.region.publications import UnknownPublication
from millmark.reports.replies.errors import ReplyNotFound
from millmark.web.access import OpenToStrangers
from millmark.web.public.charts import trend_line
from millmark.web.public.datasets import DATASETS, as_csv, catalogue
from millmark.web.public.gate import Page
from millmark.web.public.library import PublicLibrary
from millmark.web.public.texts import TEXTS, Language
from millmark.web.rooms import api_routes
from millmark.web.services import Platform, Services

HTML = "text/html; charset=utf-8"
_SECTIONS = ("figures", "calls", "lists", "cases", "suppliers", "events", "replies", "statistics", "data")

router = APIRouter(prefix="/public", tags=["public"], dependencies=[Depends(OpenToStrangers())])


class NothingPublished(Exception):
    """What is asked for was never published, was withdrawn or does not exist: the three look the same from outside."""


@router.get("", include_in_schema=False)
def public_start(request: Request) -> Response:
    """Leads to the pages in the reader's language."""
    prefers_english = request.headers.get("accept-language", "").lower().startswith("en")
    return RedirectResponse("/public/en" if prefers_english else "/public/zh")


@router.get("/data/catalog.jsonld", response_class=Response)
def public_catalogue(request: Request, platform: Platform) -> Response:
    """The catalogue of the open data in DCAT, as JSON-LD."""

    def render() -> tuple[bytes, str]:
        city = platform.city_pack.city
        base = f"{request.url.scheme}://{request.url.netloc}"
        described = catalogue(
            [(dataset, dataset.rows(platform)) for dataset in DATASETS],
            base=base,
            publisher=platform.public.publisher,
            city=(city.name_zh, city.name_en),
            licence=platform.public.licence,
        )
        return _json(described), "application/ld+json"

    return _answer(request, platform, "zh", render)


@router.get("/data/{name}.csv", response_class=Response)
def public_csv(name: str, request: Request, platform: Platform) -> Response:
    """A data set as CSV (RFC 4180, UTF-8)."""

    def render() -> tuple[bytes, str]:
        dataset = next((one for one in DATASETS if one.id == name), None)
        if dataset is None:
            raise NothingPublished
        return as_csv(dataset.columns, dataset.rows(platform)), "text/csv; charset=utf-8"

    return _answer(request, platform, "zh", render)


@router.get("/data/{name}.json", response_class=Response)
def public_json(name: str, request: Request, platform: Platform) -> Response:
    """A data set as JSON: its description, licence and rows."""

    def render() -> tuple[bytes, str]:
        dataset = next((one for one in DATASETS if one.id == name), None)
        if dataset is None:
            raise NothingPublished
        rows = dataset.rows(platform)
        licence = platform.public.licence
        document = {
            "id": dataset.id,
            "title": {"zh": dataset.title_zh, "en": dataset.title_en},
            "licence": {"name": licence.name, "url": licence.url},
            "updated": dataset.updated_on(rows),
            "rows": [{column: row.get(column) for column in dataset.columns} for row in rows],
        }
        return _json(document), "application/json"

    return _answer(request, platform, "zh", render)


@router.get("/openapi.json", response_class=Response)
def public_description(request: Request, platform: Platform) -> Response:
    """What may be asked without signing in, in OpenAPI."""

    def render() -> tuple[bytes, str]:
        described = get_openapi(
            title="Millmark, public part",
            version=__version__,
            routes=[route for route in api_routes(request.app) if str(route.path).startswith("/public")],
        )
        return _json(described), "application/json"

    return _answer(request, platform, "zh", render)


@router.get("/{language}", response_class=Response)
def public_figures(language: Language, request: Request, platform: Platform) -> Response:
    """The published figures."""

    def shown(views: PublicLibrary) -> dict[str, Any]:
        return {"figures": [views.figure(one) for one in platform.bureau.publications.standing()]}

    return _page(request, platform, language, "figures.html", shown)


@router.get("/{language}/figures/{figure_id}", response_class=Response)
def public_figure(language: Language, figure_id: str, request: Request, platform: Platform) -> Response:
    """One figure: its definition, past, sources and versions."""

    def shown(views: PublicLibrary) -> dict[str, Any]:
        try:
            current = platform.bureau.publications.shown(figure_id)
        except UnknownPublication as error:
            raise NothingPublished from error
        figure = views.figure(current)
        return {
            "figure": figure,
            "chart": trend_line(views.trend(current), f"{figure['subject']}: {TEXTS[language]['trend']}"),
            "versions": [views.figure(one) for one in platform.bureau.publications.versions(figure_id)],
        }

    return _page(request, platform, language, "figure.html", shown)


@router.get("/{language}/calls", response_class=Response)
def public_calls(language: Language, request: Request, platform: Platform) -> Response:
    """Calls that were published."""
    return _page(
        request,
        platform,
        language,
        "calls.html",
        lambda views: {"calls": [views.call_summary(call) for call in views.calls()]},
    )


@router.get("/{language}/calls/{slug}", response_class=Response)
def public_call(language: Language, slug: str, request: Request, platform: Platform) -> Response:
    """One call with what it asks for."""

    def shown(views: PublicLibrary) -> dict[str, Any]:
        for call in views.calls():
            if call.slug == slug:
                return {"call": views.call(call)}
        raise NothingPublished

    return _page(request, platform, language, "call.html", shown)


@router.get("/{language}/lists", response_class=Response)
def public_lists(language: Language, request: Request, platform: Platform) -> Response:
    """Public notices that are open, and recognitions that hold."""
    return _page(
        request,
        platform,
        language,
        "lists.html",
        lambda views: {"notices": views.notices(), "recognised": views.recognised()},
    )


@router.get("/{language}/suppliers", response_class=Response)
def public_suppliers(language: Language, request: Request, platform: Platform) -> Response:
    """Admitted suppliers and the solutions they offer."""
    return _page(request, platform, language, "suppliers.html", lambda views: {"suppliers": views.suppliers()})


@router.get("/{language}/cases", response_class=Response)
def public_cases(language: Language, request: Request, platform: Platform) -> Response:
    """Cases with their effects, measured or as told."""
    return _page(request, platform, language, "cases.html", lambda views: {"cases": views.cases()})


@router.get("/{language}/events", response_class=Response)
def public_events(language: Language, request: Request, platform: Platform) -> Response:
    """Events that were announced."""
    return _page(request, platform, language, "events.html", lambda views: {"events": views.events()})


@router.get("/{language}/replies", response_class=Response)
def public_replies(language: Language, request: Request, platform: Platform) -> Response:
    """Published replies to proposals."""
    return _page(request, platform, language, "replies.html", lambda views: {"replies": views.replies()})


@router.get("/{language}/replies/{reply_id}", response_class=Response)
def public_reply(language: Language, reply_id: int, request: Request, platform: Platform) -> Response:
    """One reply as it was signed, each of its figures with its grade and how many records stand behind it."""

    def shown(views: PublicLibrary) -> dict[str, Any]:
        try:
            return {"reply": views.reply(reply_id)}
        except ReplyNotFound as error:
            raise NothingPublished from error

    return _page(request, platform, language, "reply.html", shown)


@router.get("/{language}/statistics", response_class=Response)
def public_statistics(language: Language, request: Request, platform: Platform) -> Response:
    """Published tables of statistics."""
    return _page(request, platform, language, "statistics.html", lambda views: {"tables": views.tables()})


@router.get("/{language}/statistics/{slug}", response_class=Response)
def public_table(language: Language, slug: str, request: Request, platform: Platform) -> Response:
    """One table's latest months; what would tell of a single enterprise is kept back."""

    def shown(views: PublicLibrary) -> dict[str, Any]:
        table = views.table(slug)
        if table is None:
            raise NothingPublished
        return {"table": table}

    return _page(request, platform, language, "table.html", shown)


@router.get("/{language}/data", response_class=Response)
def public_data(language: Language, request: Request, platform: Platform) -> Response:
    """The open data sets."""

    def shown(views: PublicLibrary) -> dict[str, Any]:
        licence = platform.public.licence
        return {
            "licence": licence,
            "datasets": [
                {
                    "id": one.id,
                    "title": views.pick(one.title_zh, one.title_en),
                    "description": views.pick(one.description_zh, one.description_en),
                    "rows": len(rows),
                    "updated": one.updated_on(rows),
                }
                for one, rows in ((one, one.rows(platform)) for one in DATASETS)
            ],
        }

    return _page(request, platform, language, "data.html", shown)


def _page(
    request: Request,
    platform: Services,
    language: Language,
    template: str,
    shown: Callable[[PublicLibrary], Mapping[str, Any]],
) -> Response:
    def render() -> tuple[bytes, str]:
        return _rendered(request, platform, language, template, shown(PublicLibrary(platform, language))), HTML

    return _answer(request, platform, language, render)


def _rendered(
    request: Request, platform: Services, language: Language, template: str, shown: Mapping[str, Any]
) -> bytes:
    city = platform.city_pack.city
    other = "en" if language == "zh" else "zh"
    path = request.url.path
    rest = path.removeprefix(f"/public/{language}") if path.startswith(f"/public/{language}") else ""
    root = f"/public/{language}"
    page = platform.public.templates.get_template(template).render(
        t=TEXTS[language],
        language=language,
        city=city.name_zh if language == "zh" else city.name_en,
        other=f"/public/{other}{rest}",
        here=path,
        sections=[(name, root if name == "figures" else f"{root}/{name}") for name in _SECTIONS],
        **shown,
    )
    return page.encode()


def _answer(
    request: Request, platform: Services, language: Language, render: Callable[[], tuple[bytes, str]]
) -> Response:
    """The page as kept or rendered now; 304 for who has it already, 429 for who asks too often."""
    now_us = platform.now_us()
    address = request.client.host if request.client else "local"
    wait_us = platform.public.allowance.wait_us(address, now_us)
    if wait_us:
        told = _message(request, platform, language, "too_many", "too_many_text")
        return Response(told, 429, {"Retry-After": str(-(-wait_us // SECOND_US))}, HTML)
    keep_s = platform.public.cache.keep_us // SECOND_US
    try:
        page = platform.public.cache.page(
            f"{request.url.netloc}{request.url.path}", now_us, lambda: Page.of(*render(), now_us)
        )
    except NothingPublished:
        missing = _message(request, platform, language, "page_not_found", "not_found_text")
        return Response(missing, 404, {"Cache-Control": "no-cache"}, HTML)
    headers = {"ETag": page.etag, "Cache-Control": f"public, max-age={keep_s}"}
    if request.headers.get("if-none-match") == page.etag:
        return Response(status_code=304, headers=headers)
    return Response(page.body, 200, headers, page.media_type)


def _message(request: Request, platform: Services, language: Language, heading: str, text: str) -> bytes:
    words = TEXTS[language]
    shown = {"heading": words[heading], "text": words[text]}
    return _rendered(request, platform, language, "message.html", shown)


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is nothing that open data have")
