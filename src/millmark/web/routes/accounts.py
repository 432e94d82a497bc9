"""Accounts and the log of what was done with them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.errors import Conflict
from millmark.web.services import Platform
from millmark.web.shapes.session import (
    AccountList,
    AccountView,
    AuditEntryView,
    AuditLog,
    NewAccount,
    OneTimePassword,
)
from millmark.web.shapes.shape import Id

router = APIRouter(tags=["accounts"])

Administrator = Annotated[Principal, Depends(requires(Permission.MANAGE_ACCOUNTS))]


@router.get("/accounts")
def accounts(_who: Administrator, platform: Platform) -> AccountList:
    """Every account."""
    return AccountList(
        accounts=[
            AccountView(
                account=one.name,
                role=one.role,
                enterprise_id=one.enterprise_id,
                area_code=one.area_code,
                department=one.department,
                disabled=one.disabled,
                must_change_password=one.must_change_password,
                created_us=one.created_us,
            )
            for one in platform.accounts.accounts()
        ]
    )


@router.post("/accounts", status_code=status.HTTP_201_CREATED)
def add_account(
    _who: Annotated[Principal, Depends(requires(Permission.MANAGE_ACCOUNTS, action="accounts.add"))],
    form: NewAccount,
    request: Request,
    platform: Platform,
) -> OneTimePassword:
    """Creates an account; the answer is the only place where its one-time password is ever shown."""
    password = platform.accounts.add(form.account, form.role, form.enterprise_id, form.area_code, form.department)
    area = "" if form.area_code is None else f" area:{form.area_code}"
    department = "" if form.department is None else f" department:{form.department}"
    audit_result(request, f"account:{form.account} role:{form.role}{area}{department}")
    return OneTimePassword(account=form.account, one_time_password=password)


@router.post("/accounts/{account}/reset")
def reset_account(
    _who: Annotated[Principal, Depends(requires(Permission.MANAGE_ACCOUNTS, action="accounts.reset"))],
    account: str,
    platform: Platform,
) -> OneTimePassword:
    """A new one-time password for somebody who lost theirs; their sessions end."""
    return OneTimePassword(account=account, one_time_password=platform.accounts.reset(account))


@router.delete("/accounts/{account}", status_code=status.HTTP_204_NO_CONTENT)
def disable_account(
    who: Annotated[Principal, Depends(requires(Permission.MANAGE_ACCOUNTS, action="accounts.disable"))],
    account: str,
    platform: Platform,
) -> None:
    """Ends an account's sessions and lets nobody sign in to it; what it did stays in the log under its name."""
    if account == who.name:
        raise Conflict(
            "An administrator cannot shut themselves out.",
            where="account",
            next_step="Let another administrator do it.",
        )
    platform.accounts.disable(account)


@router.get("/audit")
def audit_log(
    _who: Annotated[Principal, Depends(requires(Permission.READ_AUDIT_LOG))],
    platform: Platform,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Id | None = None,
) -> AuditLog:
    """What was done, latest first; `before` takes the id of an entry to page on from."""
    return AuditLog(
        entries=[
            AuditEntryView(
                id=one.id,
                at_us=one.at_us,
                actor=one.actor,
                means=one.means,
                address=one.address,
                action=one.action,
                what=one.what,
                result=one.result,
                outcome=one.outcome,
            )
            for one in platform.audit.entries(limit=limit, before=before)
        ]
    )
