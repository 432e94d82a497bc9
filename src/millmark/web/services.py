"""What the routes stand on: the parts of the platform, built elsewhere and handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request

from millmark.web.accounts import Accounts
from millmark.web.audit import AuditLog
from millmark.web.doorkeeper import Doorkeeper
from millmark.web.sessions import SessionBook
from millmark.web.throttle import PER_ACCOUNT, PER_ADDRESS, Throttle

if TYPE_CHECKING:
    from millmark.history import History
    from millmark.registry import Registry


@dataclass(frozen=True, slots=True)
class SignInThrottles:
    account: Throttle = field(default_factory=lambda: Throttle(PER_ACCOUNT))
    address: Throttle = field(default_factory=lambda: Throttle(PER_ADDRESS))


@dataclass(frozen=True, slots=True)
class Services:
    """`stopping` is set when the platform goes down, so that live streams end by themselves."""

    history: History
    registry: Registry
    accounts: Accounts
    sessions: SessionBook
    doorkeeper: Doorkeeper
    audit: AuditLog
    now_us: Callable[[], int]
    throttles: SignInThrottles = field(default_factory=SignInThrottles)
    stopping: Event = field(default_factory=Event)
    console: Path | None = None


def services_of(request: Request) -> Services:
    return cast("Services", request.app.state.services)


Platform = Annotated[Services, Depends(services_of)]
"""The parameter through which a route reaches the platform's parts."""
