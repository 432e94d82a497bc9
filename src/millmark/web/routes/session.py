"""Signing in, out, and changing one's password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from millmark.model.period import SECOND_US
from millmark.web.access import Means, OpenToStrangers, Permission, Principal, requires
from millmark.web.acting import actor_of
from millmark.web.audit import audit_result, begin_audit
from millmark.web.errors import BadRequest, NotSignedIn, TooManyAttempts
from millmark.web.services import Platform, Services
from millmark.web.sessions import COOKIE
from millmark.web.shapes.session import PasswordChange, SessionState, SignIn

router = APIRouter(prefix="/session", tags=["session"])

Oneself = Annotated[Principal, Depends(requires(Permission.USE_OWN_SESSION, even_before_password_change=True))]
SigningOut = Annotated[
    Principal,
    Depends(requires(Permission.USE_OWN_SESSION, even_before_password_change=True, action="session.sign_out")),
]
ChangingPassword = Annotated[
    Principal,
    Depends(requires(Permission.USE_OWN_SESSION, even_before_password_change=True, action="session.change_password")),
]


@router.post("", dependencies=[Depends(OpenToStrangers())])
def sign_in(form: SignIn, request: Request, response: Response, platform: Platform) -> SessionState:
    """Opens a session; its token travels in an HttpOnly cookie that no script and no other site can use."""
    address = request.client.host if request.client else "local"
    begin_audit(request, platform.audit, actor=form.account, means=Means.SESSION, action="session.sign_in")
    _let_through(platform, form.account, address)
    try:
        account = platform.accounts.proved(form.account, form.password.get_secret_value())
    except NotSignedIn:
        platform.throttles.account.failed(form.account, platform.now_us())
        platform.throttles.address.failed(address, platform.now_us())
        raise
    platform.throttles.account.succeeded(form.account)
    token = platform.sessions.open(account.id, address)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/")
    principal = platform.doorkeeper.by_cookie(token)
    assert principal is not None  # noqa: S101 - the session was opened two lines above
    return _state(principal)


@router.get("")
def session(who: Oneself) -> SessionState:
    """Who is signed in."""
    return _state(who)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
def sign_out(_who: SigningOut, request: Request, response: Response, platform: Platform) -> None:
    """Ends this session."""
    if token := request.cookies.get(COOKIE):
        platform.sessions.end(token)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.put("/password")
def change_password(who: ChangingPassword, form: PasswordChange, request: Request, platform: Platform) -> SessionState:
    """Replaces one's password; all other sessions of the account end."""
    token = request.cookies.get(COOKIE)
    if who.means is not Means.SESSION or token is None:
        raise BadRequest(
            "A password is changed by whoever is signed in with it, not through the local token.",
            where=request.url.path,
            next_step="Sign in first: POST /api/session.",
        )
    address = request.client.host if request.client else "local"
    _let_through(platform, who.name, address)
    try:
        platform.accounts.change_password(
            who.name, current=form.current.get_secret_value(), new=form.new.get_secret_value()
        )
    except NotSignedIn as error:
        platform.throttles.account.failed(who.name, platform.now_us())
        # The session is fine; only the password beside it is not, so the console must not go back to its sign-in page.
        raise BadRequest(
            "The current password is wrong.", where="current", next_step="Type it again.", code="wrong_credentials"
        ) from error
    platform.sessions.end_others(who.name, token)
    audit_result(request, "password changed")
    principal = platform.doorkeeper.by_cookie(token)
    assert principal is not None  # noqa: S101 - only the other sessions were ended
    return _state(principal)


def _let_through(platform: Services, account: str, address: str) -> None:
    now = platform.now_us()
    wait = max(platform.throttles.account.wait_us(account, now), platform.throttles.address.wait_us(address, now))
    if wait > 0:
        seconds = -(-wait // SECOND_US)
        raise TooManyAttempts(
            "Too many attempts to sign in failed.",
            retry_after_s=seconds,
            where="sign-in",
            next_step=f"Wait {seconds} seconds, then try again.",
        )


def _state(principal: Principal) -> SessionState:
    return SessionState(
        account=principal.name,
        role=principal.role,
        enterprise_id=principal.scope.enterprise_id,
        area_code=principal.scope.area_code,
        department=principal.scope.department,
        must_change_password=principal.must_change_password,
        permissions=sorted(principal.permissions),
        parties=sorted(actor_of(principal).parties),
    )
