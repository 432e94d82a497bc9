"""Who may do what, and whose things they see. Every route names one permission; nothing is open by omission."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from fastapi import Request
from fastapi.dependencies.models import Dependant

from millmark.web.audit import begin_audit
from millmark.web.errors import NotAllowed
from millmark.web.permissions import PERMISSIONS, Permission, Role
from millmark.web.scope import AreaMembers, Opened, Scope, unknown

__all__ = [
    "PERMISSIONS",
    "READING_METHODS",
    "AreaMembers",
    "ForGateways",
    "ForNodes",
    "Means",
    "OpenToStrangers",
    "Opened",
    "Permission",
    "Principal",
    "Requires",
    "Role",
    "Scope",
    "UnguardedRoute",
    "guard_of",
    "requires",
    "unknown",
]

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Means(StrEnum):
    """How somebody proved who they are."""

    SESSION = "session"
    LOCAL_TOKEN = "local_token"  # noqa: S105 - the name of a means, not a secret
    SCRAPE_TOKEN = "scrape_token"  # noqa: S105 - as above


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

    async def __call__(self) -> None:
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
