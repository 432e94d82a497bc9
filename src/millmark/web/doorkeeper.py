"""Tells who sends a request: by a session's cookie, or by the token that local commands read from a file."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from fastapi import Request

from millmark.web.access import AreaMembers, Means, Permission, Principal, Role, Scope
from millmark.web.errors import NotSignedIn
from millmark.web.local import LOCAL_ACTOR_HEADER
from millmark.web.sessions import COOKIE, SessionBook, SignedIn


class Doorkeeper:
    """`slug_of` gives an enterprise's slug by its id, `slugs_within` those of an area by id.

    `demonstration` lets a one-time password stay in use. `scrape_token` is a Prometheus server's: with it one reads the
    metrics and nothing else.
    """

    def __init__(
        self,
        sessions: SessionBook,
        *,
        local_token: str,
        slug_of: Callable[[int], str],
        slugs_within: Callable[[str], Mapping[int, str]],
        demonstration: bool = False,
        scrape_token: str | None = None,
    ) -> None:
        self._sessions = sessions
        self._local_token = local_token
        self._slug_of = slug_of
        self._slugs_within = slugs_within
        self._demonstration = demonstration
        self._scrape_token = scrape_token

    def identify(self, request: Request) -> Principal:
        """Raises `NotSignedIn` for a stranger."""
        authorization = request.headers.get("authorization")
        if authorization is not None:
            return self._by_token(authorization, request)
        if (principal := self.by_cookie(request.cookies.get(COOKIE))) is not None:
            return principal
        raise NotSignedIn(
            "This needs a sign-in, and there is none, or it is over.",
            where=request.url.path,
            next_step="Sign in again: POST /api/session.",
        )

    def by_cookie(self, token: str | None, *, counts_as_use: bool = True) -> Principal | None:
        """The principal behind a session's token, or None when the session is unknown or over."""
        found = self._sessions.find(token, counts_as_use=counts_as_use) if token else None
        if found is None:
            return None
        must_change = found.must_change_password and not self._demonstration
        return Principal(found.account, found.role, Means.SESSION, self._scope(found), must_change)

    def _scope(self, found: SignedIn) -> Scope:
        if found.enterprise_id is not None:
            return Scope(found.enterprise_id, self._slug_of(found.enterprise_id))
        area = None if found.area_code is None else AreaMembers(found.area_code, self._slugs_within)
        return Scope(area=area, department=found.department)

    def _by_token(self, authorization: str, request: Request) -> Principal:
        scheme, _, token = authorization.partition(" ")
        is_token = scheme.lower() == "bearer"
        if is_token and self._scrape_token is not None and _same(token, self._scrape_token):
            metrics = frozenset({Permission.READ_METRICS})
            return Principal("scrape", Role.AUDITOR, Means.SCRAPE_TOKEN, Scope(), limited_to=metrics)
        if not is_token or not _same(token, self._local_token):
            raise NotSignedIn(
                "The token is wrong.",
                where=request.url.path,
                next_step="A local token holds until the platform's next start; read run/local.json again.",
                code="wrong_token",
            )
        # Whoever can read the token file is the platform's operator; the name only says which of them.
        actor = request.headers.get(LOCAL_ACTOR_HEADER, "operator")
        return Principal(actor, Role.ADMIN, Means.LOCAL_TOKEN, Scope())


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())
