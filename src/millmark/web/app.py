"""The web application, put together from the platform's parts."""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI

from millmark import __version__
from millmark.evidence.nodes import MAX_DOCUMENT_BYTES
from millmark.programmes.proof import MAX_ROWS_BYTES
from millmark.web import answers
from millmark.web.access import guard_of
from millmark.web.audit import AuditOutcome
from millmark.web.console import mount_console
from millmark.web.hardening import BodyLimit, OwnOriginOnly, SecurityHeaders
from millmark.web.public import pages
from millmark.web.reading.recorder import ReadRecorder
from millmark.web.request_watch import RequestWatch
from millmark.web.rooms import Rooms, api_routes
from millmark.web.routes import (
    acceptances,
    accounts,
    activity,
    applications,
    assessments,
    audits,
    awards,
    backup,
    briefs,
    budgets,
    calls,
    cases,
    challenges,
    city,
    claims,
    commands,
    commitments,
    common_grants,
    consents,
    coverage,
    coverage_places,
    coverage_plans,
    data_centres,
    demands,
    departments,
    description,
    desk,
    disbursements,
    documents,
    enterprise_facts,
    enterprises,
    events,
    export,
    factors,
    figures,
    files,
    gateways,
    health,
    intake,
    investments,
    ledger,
    ledger_imports,
    line_protocol,
    lists,
    measures,
    metrics,
    monthly_reports,
    node_door,
    nodes,
    packs,
    programmes,
    projects,
    proposal_files,
    proposals,
    publications,
    publicity,
    quotas,
    reads,
    recognitions,
    registering,
    reminders,
    replies,
    reply,
    reviews,
    seals,
    series,
    session,
    simulations,
    solutions,
    statistics,
    suppliers,
    waivers,
    watch,
    watch_cards,
    watch_roster,
    watch_sheets,
    watch_warnings,
    webhooks,
)
from millmark.web.services import Services
from millmark.web.shapes.errors import ErrorAnswer
from millmark.web.turns import Turns
from millmark.web.uploads import FORM_ROOM

MAX_BODY_BYTES = 1_000_000

ROOMS = (
    health,
    session,
    description,
    accounts,
    departments,
    city,
    figures,
    statistics,
    waivers,
    ledger_imports,
    ledger,
    enterprises,
    registering,
    series,
    measures,
    seals,
    claims,
    challenges,
    audits,
    consents,
    nodes,
    node_door,
    programmes,
    packs,
    assessments,
    enterprise_facts,
    simulations,
    calls,
    applications,
    reviews,
    publicity,
    recognitions,
    desk,
    reminders,
    budgets,
    awards,
    disbursements,
    projects,
    acceptances,
    factors,
    investments,
    briefs,
    reads,
    reply,
    proposal_files,
    proposals,
    replies,
    commitments,
    publications,
    intake,
    activity,
    gateways,
    quotas,
    commands,
    export,
    files,
    documents,
    lists,
    webhooks,
    backup,
    coverage_plans,
    coverage_places,
    coverage,
    data_centres,
    watch,
    watch_cards,
    watch_roster,
    watch_warnings,
    watch_sheets,
    monthly_reports,
    suppliers,
    solutions,
    demands,
    cases,
    events,
)


def create_app(services: Services) -> FastAPI:
    """The application over `services`: the API under /api, the console everywhere else."""
    app = describe_api()
    app.state.services = services
    mount_console(app, services.console)
    # The last one added is the outermost.
    app.add_middleware(answers.UnforeseenErrors)
    app.add_middleware(AuditOutcome)
    app.add_middleware(ReadRecorder)
    uploads = services.files.limits.file_bytes + FORM_ROOM
    larger = {
        files.UPLOADS: uploads,
        proposal_files.UPLOADS: uploads,
        ledger_imports.UPLOADS: ledger_imports.MOST_BYTES + FORM_ROOM,
        claims.IMPORTS: MAX_DOCUMENT_BYTES,
        node_door.CLAIMS: MAX_DOCUMENT_BYTES,
        challenges.ANSWERS: MAX_ROWS_BYTES,
        node_door.ANSWERS: MAX_ROWS_BYTES,
    }
    app.add_middleware(BodyLimit, limit=MAX_BODY_BYTES, elsewhere=line_protocol.WRITES, others=larger)
    app.add_middleware(Turns)
    app.add_middleware(OwnOriginOnly)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestWatch, times=services.requests)
    return app


def describe_api() -> FastAPI:
    """The API's routes without the parts behind them: enough to write down what the API looks like."""
    app = _bare_app()
    app.router.routes.append(_rooms())
    line_protocol.install(app)
    answers.install(app)
    return app


@cache
def _rooms() -> Rooms:
    """Every room's routes with their owners proven; they hold no platform, so all applications of a process share them.

    Raises what `guard_of` does where a route has no permission.
    """
    app = _bare_app()
    for room in ROOMS:
        app.include_router(room.router, prefix="/api")
    # Where every Prometheus server looks for it.
    app.include_router(metrics.router)
    # Where Telegraf and its like write to.
    app.include_router(line_protocol.router)
    # Where CommonGrants clients look for it.
    app.include_router(common_grants.router)
    # What everybody may read, beside the console that staff sign in to.
    app.include_router(pages.router)
    for route in api_routes(app):
        guard_of(route.dependant, str(route.path))
    return Rooms(app.router.routes)


def _bare_app() -> FastAPI:
    return FastAPI(
        title="Millmark",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        responses={"4XX": {"model": ErrorAnswer}, "5XX": {"model": ErrorAnswer}},
        generate_unique_id_function=lambda route: route.name,
    )
