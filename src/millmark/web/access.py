"""Who may do what, and whose things they see. Every route names one permission; nothing is open by omission."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from fastapi import Request
from fastapi.dependencies.models import Dependant

from millmark.programmes.life.parties import area_prefix
from millmark.web.audit import begin_audit
from millmark.web.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from millmark.model import AssetPath

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Permission(StrEnum):
    """One thing that a route does; a name is `subject.action` and stays stable."""

    USE_OWN_SESSION = "session.use"
    READ_API_DESCRIPTION = "api.read"
    READ_CITY = "city.read"
    READ_FIGURES = "figures.read"
    READ_FIGURE_RECORDS = "figures.records"
    READ_LEDGER = "ledger.read"
    WRITE_LEDGER = "ledger.write"
    READ_ENTERPRISES = "enterprises.read"
    WRITE_ENTERPRISES = "enterprises.write"
    READ_POINTS = "points.read"
    EXPORT_POINTS = "points.export"
    READ_MEASURES = "measures.read"
    READ_CLAIMS = "claims.read"
    ISSUE_CLAIMS = "claims.issue"
    VERIFY_CLAIMS = "claims.verify"
    SEAL_DAYS = "seals.write"
    READ_PROGRAMMES = "programmes.read"
    APPLY = "programmes.apply"
    WRITE_CALLS = "calls.write"
    READ_APPLICATIONS = "applications.read"
    HANDLE_APPLICATIONS = "applications.handle"
    READ_REVIEWS = "reviews.read"
    ASSIGN_REVIEWS = "reviews.assign"
    WRITE_REVIEWS = "reviews.write"
    READ_PUBLICITY = "publicity.read"
    PUBLICISE = "publicity.write"
    OBJECT = "publicity.object"
    RECOGNISE = "recognitions.write"
    USE_DESK = "desk.use"
    READ_ASSESSMENTS = "assessments.read"
    WRITE_ASSESSMENTS = "assessments.write"
    READ_FACTS = "facts.read"
    WRITE_FACTS = "facts.write"
    SIMULATE = "simulations.run"
    READ_PROOF = "proof.read"
    CHALLENGE_CLAIMS = "challenges.write"
    ANSWER_CHALLENGES = "challenges.answer"
    DRAW_AUDITS = "audits.write"
    GIVE_CONSENTS = "consents.write"
    SPEAK_FOR_NODES = "nodes.speak"
    ENROL_NODES = "nodes.enrol"
    READ_BUDGETS = "budgets.read"
    WRITE_BUDGETS = "budgets.write"
    READ_MONEY = "money.read"
    HANDLE_AWARDS = "awards.handle"
    HANDLE_PAYMENTS = "disbursements.handle"
    HANDLE_CLAWBACKS = "clawbacks.handle"
    HANDLE_PROJECTS = "projects.handle"
    CHECK_INVOICES = "invoices.check"
    READ_REPLY = "reply.read"
    READ_FILES = "files.read"
    KEEP_FILES = "files.keep"
    READ_DOCUMENTS = "documents.read"
    ISSUE_DOCUMENTS = "documents.issue"
    WRITE_TEMPLATES = "documents.templates"
    MANAGE_WEBHOOKS = "webhooks.manage"
    READ_LISTS = "lists.read"
    IMPORT_LISTS = "lists.import"
    READ_OPPORTUNITIES = "opportunities.read"
    READ_INTAKE = "intake.read"
    REPLAY_QUARANTINE = "intake.replay"
    READ_METRICS = "metrics.read"
    READ_GATEWAYS = "gateways.read"
    WRITE_GATEWAYS = "gateways.write"
    WRITE_COMMANDS = "commands.write"
    MANAGE_ACCOUNTS = "accounts.manage"
    READ_AUDIT_LOG = "audit.read"
    BACK_UP = "platform.backup"
    READ_COVERAGE = "coverage.read"
    PLAN_COVERAGE = "coverage.plan"
    READ_WATCH = "watch.read"
    WRITE_WATCH = "watch.write"
    REPORT_MONTHLY = "monthly_reports.write"
    READ_MONTHLY = "monthly_reports.read"
    REQUEST_FACTORS = "factors.request"
    READ_FACTORS = "factors.read"
    HANDLE_FACTORS = "factors.handle"
    READ_INVESTMENTS = "investments.read"
    WRITE_INVESTMENTS = "investments.write"
    READ_BRIEFS = "briefs.read"
    WRITE_BRIEFS = "briefs.write"
    READ_STATISTICS = "statistics.read"
    OPEN_CONTRIBUTORS = "statistics.contributors"
    WRITE_STATISTICS = "statistics.write"
    PUBLISH_STATISTICS = "statistics.publish"
    READ_PEERS = "peers.read"
    READ_SUPPLIERS = "suppliers.read"
    OFFER_SOLUTIONS = "solutions.offer"
    HANDLE_SUPPLIERS = "suppliers.handle"
    POST_DEMANDS = "demands.post"
    READ_DEMANDS = "demands.read"
    READ_CASES = "cases.read"
    WRITE_CASES = "cases.write"
    READ_EVENTS = "events.read"
    WRITE_EVENTS = "events.write"
    REGISTER_FOR_EVENTS = "events.register"
    READ_PROPOSALS = "proposals.read"
    HANDLE_PROPOSALS = "proposals.handle"
    GIVE_OPINIONS = "proposals.opinion"
    SIGN_REPLIES = "proposals.sign"
    READ_PUBLICATIONS = "publications.read"
    PUBLISH = "publications.write"
    READ_ACCESS = "access.read"


class Role(StrEnum):
    """What an account is.

    Engineers, managers and suppliers belong to one enterprise and see only that one. A department is staff of another
    office, asked for an opinion on a proposal or for a production factor: it sees what is assigned to it.
    """

    ADMIN = "admin"
    OFFICER = "officer"
    ENGINEER = "engineer"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    SUPPLIER = "supplier"
    TREASURER = "treasurer"
    DEPARTMENT = "department"

    @property
    def belongs_to_an_enterprise(self) -> bool:
        return self in _ENTERPRISE_ROLES


_ENTERPRISE_ROLES = frozenset({Role.ENGINEER, Role.MANAGER, Role.SUPPLIER})

_EVERYONE = frozenset(
    {
        Permission.USE_OWN_SESSION,
        Permission.READ_API_DESCRIPTION,
        Permission.READ_CITY,
        Permission.READ_PUBLICITY,
        Permission.READ_OPPORTUNITIES,
        Permission.READ_SUPPLIERS,
        Permission.READ_CASES,
        Permission.READ_EVENTS,
        Permission.READ_PUBLICATIONS,
    }
)
_DESK_VIEW = frozenset(
    {
        Permission.READ_COVERAGE,
        Permission.READ_WATCH,
        Permission.READ_MONTHLY,
        Permission.READ_FACTORS,
        Permission.READ_INVESTMENTS,
        Permission.READ_BRIEFS,
        Permission.READ_STATISTICS,
        Permission.OPEN_CONTRIBUTORS,
        Permission.READ_DEMANDS,
        Permission.READ_PROPOSALS,
    }
)
_FACTORY_VIEW = frozenset(
    {Permission.READ_ENTERPRISES, Permission.READ_POINTS, Permission.READ_MEASURES, Permission.READ_CLAIMS}
)
_REGION_VIEW = frozenset(
    {
        Permission.READ_FIGURES,
        Permission.READ_FIGURE_RECORDS,
        Permission.READ_LEDGER,
        Permission.READ_PROGRAMMES,
        Permission.READ_REPLY,
    }
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.OFFICER: _EVERYONE
    | _REGION_VIEW
    | _FACTORY_VIEW
    | _DESK_VIEW
    | {
        Permission.PLAN_COVERAGE,
        Permission.WRITE_WATCH,
        Permission.HANDLE_FACTORS,
        Permission.WRITE_INVESTMENTS,
        Permission.WRITE_BRIEFS,
        Permission.WRITE_STATISTICS,
        Permission.PUBLISH_STATISTICS,
        Permission.HANDLE_SUPPLIERS,
        Permission.WRITE_CASES,
        Permission.WRITE_EVENTS,
        Permission.REGISTER_FOR_EVENTS,
        Permission.HANDLE_PROPOSALS,
        Permission.GIVE_OPINIONS,
        Permission.SIGN_REPLIES,
        Permission.PUBLISH,
        Permission.READ_BUDGETS,
        Permission.READ_MONEY,
        Permission.HANDLE_AWARDS,
        Permission.HANDLE_PAYMENTS,
        Permission.HANDLE_CLAWBACKS,
        Permission.HANDLE_PROJECTS,
        Permission.CHECK_INVOICES,
        Permission.READ_ASSESSMENTS,
        Permission.WRITE_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.WRITE_FACTS,
        Permission.SIMULATE,
        Permission.WRITE_LEDGER,
        Permission.READ_FILES,
        Permission.READ_DOCUMENTS,
        Permission.READ_LISTS,
        Permission.IMPORT_LISTS,
        Permission.ISSUE_DOCUMENTS,
        Permission.WRITE_TEMPLATES,
        Permission.KEEP_FILES,
        Permission.VERIFY_CLAIMS,
        Permission.READ_INTAKE,
        Permission.WRITE_CALLS,
        Permission.READ_APPLICATIONS,
        Permission.HANDLE_APPLICATIONS,
        Permission.READ_REVIEWS,
        Permission.ASSIGN_REVIEWS,
        Permission.PUBLICISE,
        Permission.OBJECT,
        Permission.RECOGNISE,
        Permission.USE_DESK,
        Permission.READ_PROOF,
        Permission.CHALLENGE_CLAIMS,
        Permission.DRAW_AUDITS,
        Permission.SPEAK_FOR_NODES,
        Permission.ENROL_NODES,
    },
    Role.ENGINEER: _EVERYONE
    | _FACTORY_VIEW
    | {
        Permission.READ_PEERS,
        Permission.READ_MONTHLY,
        Permission.READ_MONEY,
        Permission.READ_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.EXPORT_POINTS,
        Permission.VERIFY_CLAIMS,
        Permission.READ_INTAKE,
        Permission.REPLAY_QUARANTINE,
        Permission.READ_GATEWAYS,
        Permission.WRITE_COMMANDS,
        Permission.READ_FILES,
        Permission.READ_DOCUMENTS,
        Permission.KEEP_FILES,
        Permission.READ_PROGRAMMES,
        Permission.READ_APPLICATIONS,
        Permission.OBJECT,
        Permission.USE_DESK,
    },
    Role.MANAGER: _EVERYONE
    | _FACTORY_VIEW
    | {
        Permission.READ_PEERS,
        Permission.READ_MONTHLY,
        Permission.REPORT_MONTHLY,
        Permission.REQUEST_FACTORS,
        Permission.READ_FACTORS,
        Permission.POST_DEMANDS,
        Permission.READ_DEMANDS,
        Permission.WRITE_CASES,
        Permission.REGISTER_FOR_EVENTS,
        Permission.READ_ACCESS,
        Permission.READ_MONEY,
        Permission.HANDLE_PROJECTS,
        Permission.READ_ASSESSMENTS,
        Permission.WRITE_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.WRITE_FACTS,
        Permission.READ_FIGURES,
        Permission.EXPORT_POINTS,
        Permission.APPLY,
        Permission.READ_FILES,
        Permission.READ_DOCUMENTS,
        Permission.READ_LISTS,
        Permission.IMPORT_LISTS,
        Permission.KEEP_FILES,
        Permission.ISSUE_CLAIMS,
        Permission.READ_PROOF,
        Permission.ANSWER_CHALLENGES,
        Permission.GIVE_CONSENTS,
        Permission.SPEAK_FOR_NODES,
        Permission.VERIFY_CLAIMS,
        Permission.READ_PROGRAMMES,
        Permission.READ_REPLY,
        Permission.READ_APPLICATIONS,
        Permission.OBJECT,
        Permission.USE_DESK,
    },
    Role.REVIEWER: _EVERYONE
    | {
        Permission.READ_ASSESSMENTS,
        Permission.WRITE_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.READ_FIGURES,
        Permission.READ_ENTERPRISES,
        Permission.READ_CLAIMS,
        Permission.READ_FILES,
        Permission.VERIFY_CLAIMS,
        Permission.READ_PROGRAMMES,
        Permission.READ_REPLY,
        Permission.READ_REVIEWS,
        Permission.READ_PROOF,
        Permission.WRITE_REVIEWS,
        Permission.OBJECT,
        Permission.USE_DESK,
    },
    Role.AUDITOR: _EVERYONE
    | _REGION_VIEW
    | _FACTORY_VIEW
    | _DESK_VIEW
    | {
        Permission.READ_BUDGETS,
        Permission.READ_MONEY,
        Permission.READ_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.VERIFY_CLAIMS,
        Permission.READ_FILES,
        Permission.READ_DOCUMENTS,
        Permission.READ_LISTS,
        Permission.EXPORT_POINTS,
        Permission.READ_INTAKE,
        Permission.READ_GATEWAYS,
        Permission.READ_METRICS,
        Permission.READ_AUDIT_LOG,
        Permission.READ_ACCESS,
        Permission.READ_PROOF,
        Permission.READ_APPLICATIONS,
        Permission.READ_REVIEWS,
        Permission.USE_DESK,
    },
    Role.TREASURER: _EVERYONE
    | _REGION_VIEW
    | {
        Permission.READ_ENTERPRISES,
        Permission.READ_APPLICATIONS,
        Permission.READ_FILES,
        Permission.KEEP_FILES,
        Permission.READ_DOCUMENTS,
        Permission.READ_LISTS,
        Permission.IMPORT_LISTS,
        Permission.USE_DESK,
        Permission.READ_BUDGETS,
        Permission.WRITE_BUDGETS,
        Permission.READ_MONEY,
        Permission.HANDLE_AWARDS,
        Permission.HANDLE_PAYMENTS,
        Permission.HANDLE_CLAWBACKS,
    },
    Role.SUPPLIER: _EVERYONE
    | {
        Permission.READ_FIGURES,
        Permission.READ_PROGRAMMES,
        Permission.READ_REPLY,
        Permission.OBJECT,
        Permission.OFFER_SOLUTIONS,
        Permission.READ_FILES,
        Permission.KEEP_FILES,
        Permission.READ_DEMANDS,
        Permission.REGISTER_FOR_EVENTS,
        Permission.READ_ACCESS,
    },
    Role.DEPARTMENT: _EVERYONE
    | {
        Permission.READ_FIGURES,
        Permission.READ_FACTORS,
        Permission.HANDLE_FACTORS,
        Permission.READ_INVESTMENTS,
        Permission.READ_PROPOSALS,
        Permission.GIVE_OPINIONS,
    },
}
"""The one table of who may do what."""


class Means(StrEnum):
    """How somebody proved who they are."""

    SESSION = "session"
    LOCAL_TOKEN = "local_token"  # noqa: S105 - the name of a means, not a secret
    SCRAPE_TOKEN = "scrape_token"  # noqa: S105 - as above


class AreaMembers:
    """The enterprises of an administrative division, looked up when first asked for and then once a request."""

    def __init__(self, area_code: str, slugs_within: Callable[[str], Mapping[int, str]]) -> None:
        self.area_code = area_code
        self._slugs_within = slugs_within

    @cached_property
    def slugs(self) -> Mapping[int, str]:
        """Slugs by id."""
        return self._slugs_within(self.area_code)

    @cached_property
    def topmost(self) -> frozenset[str]:
        return frozenset(self.slugs.values())


@dataclass(slots=True)
class Opened:
    """The enterprises whose detail an answer is about to show, by id or by the slug that an asset's path begins with;
    `action` is the permission by which it is read."""

    action: str
    ids: set[int] = field(default_factory=set)
    slugs: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.ids or self.slugs)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose things are seen: one enterprise's, those of the enterprises of an area, or everybody's.

    `department` is whose staff an account of the role department is: of proposals, factor requests and problems it sees
    what is assigned to that department. None with that role sees none of them.

    `notes` gathers, for somebody who is not of an enterprise, whose detail is about to be shown; the recorder of reads
    keeps them before the answer leaves.
    """

    enterprise_id: int | None = None
    enterprise_slug: str | None = None
    area: AreaMembers | None = None
    department: str | None = None
    notes: Opened | None = field(default=None, compare=False, repr=False)

    @property
    def is_everybody(self) -> bool:
        return self.enterprise_id is None and self.area is None

    @property
    def area_code(self) -> str | None:
        return None if self.area is None else self.area.area_code

    def admits(self, enterprise_id: int) -> bool:
        if self.area is not None:
            return enterprise_id in self.area.slugs
        return self.enterprise_id is None or self.enterprise_id == enterprise_id

    def admits_path(self, path: AssetPath) -> bool:
        """Whether an asset lies within: its first segment is the enterprise's slug."""
        if self.area is not None:
            return path.segments[0] in self.area.topmost
        return self.enterprise_id is None or path.segments[0] == self.enterprise_slug

    def admits_area(self, area_code: str) -> bool:
        """Whether what belongs to an administrative division lies within; to an enterprise none does."""
        if self.area is not None:
            return area_code.startswith(area_prefix(self.area.area_code))
        return self.enterprise_id is None

    def demand(self, enterprise_id: int, *, where: str) -> None:
        """Raises `NotFound` for what lies outside, in the words used for what does not exist."""
        if not self.admits(enterprise_id):
            raise unknown(where)
        self.opened(enterprise_id)

    def demand_path(self, path: AssetPath, *, where: str) -> None:
        if not self.admits_path(path):
            raise unknown(where)
        self.opened_path(path)

    def opened(self, enterprise_id: int) -> None:
        """Notes that one enterprise's detail is about to be shown; for what is admitted in another way than `demand`,
        such as one object of a list, or a contributor of a cell."""
        if self.notes is not None:
            self.notes.ids.add(enterprise_id)

    def opened_path(self, path: AssetPath) -> None:
        if self.notes is not None:
            self.notes.slugs.add(path.segments[0])


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody whose identity is proved, for the length of one request.

    `limited_to` leaves less than the role allows: what a token is for and nothing else.
    """

    name: str
    role: Role
    means: Means
    scope: Scope
    must_change_password: bool = False
    limited_to: frozenset[Permission] | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        allowed = PERMISSIONS[self.role]
        return allowed if self.limited_to is None else allowed & self.limited_to


def unknown(where: str) -> NotFound:
    return NotFound(
        "There is nothing here by this name.", where=where, next_step="Check the name in the list it was taken from."
    )


class Requires:
    """A route's permission, as a FastAPI dependency that gives the principal and opens the audit entry of a write.

    `even_before_password_change` is for the few routes that somebody with a one-time password needs to replace it;
    `action` names a write in the audit log where the permission's own name says too little.
    """

    def __init__(self, permission: Permission, *, even_before_password_change: bool, action: str | None) -> None:
        self.permission = permission
        self.even_before_password_change = even_before_password_change
        self.action = action or permission.value

    def __call__(self, request: Request) -> Principal:
        services = request.app.state.services
        principal = self._noting(services.doorkeeper.identify(request), request)
        request.state.principal = principal
        if request.method not in READING_METHODS:
            begin_audit(request, services.audit, actor=principal.name, means=principal.means, action=self.action)
        self._check(principal, request.url.path)
        return principal

    def _noting(self, principal: Principal, request: Request) -> Principal:
        """The principal with a sheet for whose detail is shown; somebody of an enterprise sees their own alone."""
        if principal.scope.enterprise_id is not None:
            return principal
        request.state.opened = Opened(self.permission.value)
        return replace(principal, scope=replace(principal.scope, notes=request.state.opened))

    def _check(self, principal: Principal, path: str) -> None:
        if principal.must_change_password and not self.even_before_password_change:
            raise NotAllowed(
                "The one-time password must be replaced before anything else.",
                where=path,
                next_step="Choose a password of your own: PUT /api/session/password.",
                code="password_change_required",
            )
        if self.permission not in principal.permissions:
            raise NotAllowed(
                f"The role '{principal.role}' does not have the permission '{self.permission}'.",
                where=path,
                next_step="Ask an administrator of this platform for an account with another role.",
            )


class OpenToStrangers:
    """Marks a route that answers without sign-in: health and sign-in, and a test counts them."""

    def __call__(self) -> None:
        return None


class ForGateways:
    """Marks a route to which gateways bring readings; gives the gateway that signed in by its own key."""

    def __init__(self, signed_in: Callable[[Request], Awaitable[str]]) -> None:
        self._signed_in = signed_in

    async def __call__(self, request: Request) -> str:
        return await self._signed_in(request)


class ForNodes:
    """Marks a route for enrolled nodes of enterprises; gives the key that signed the request."""

    def __init__(self, signed: Callable[[Request], Awaitable[object]]) -> None:
        self._signed = signed

    async def __call__(self, request: Request) -> object:
        return await self._signed(request)


Guard: TypeAlias = Requires | OpenToStrangers | ForGateways | ForNodes


def requires(
    permission: Permission, *, even_before_password_change: bool = False, action: str | None = None
) -> Requires:
    return Requires(permission, even_before_password_change=even_before_password_change, action=action)


class UnguardedRoute(RuntimeError):
    """A route was written without a permission; the application does not start with it."""


def guard_of(dependant: Dependant, path: str) -> Guard:
    """The one guard of a route; raises `UnguardedRoute` when it has none, or more than one."""
    calls = [one.call for one in _all_below(dependant)]
    guards = list(dict.fromkeys(call for call in calls if isinstance(call, Guard)))
    if len(guards) != 1:
        raise UnguardedRoute(
            f"{path} has {len(guards)} guards; give it one: `requires(Permission.…)` or `ForGateways(…)` in its "
            "parameters, or `OpenToStrangers()` in its dependencies"
        )
    return guards[0]


def _all_below(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _all_below(one)
