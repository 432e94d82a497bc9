"""The log of what was done: every write and every sign-in, by whom, by which means, from where, when and what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from millmark.registry import Database
from millmark.web.tables import AuditRow

MAX_WHAT = 2_000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    id: int
    at_us: int
    actor: str
    means: str
    address: str
    action: str
    what: str
    result: str
    outcome: int | None


class AuditLog:
    """Append-only. An entry is written before the deed: what cannot be recorded is not done."""

    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def begin(self, *, actor: str, means: str, address: str, action: str, what: str) -> int:
        row = AuditRow(
            at_us=self._now_us(),
            actor=actor[:64],
            means=means,
            address=address[:64],
            action=action,
            what=what[:MAX_WHAT],
            result="",
            outcome=None,
        )
        with self._database.transaction() as session:
            session.add(row)
        return row.id

    def add(self, entry: int, detail: str) -> None:
        """Says more of what is about to be done, before it is done."""
        with self._database.transaction() as session:
            row = session.get_one(AuditRow, entry)
            row.what = f"{row.what}: {detail}"[:MAX_WHAT]

    def end(self, entry: int, outcome: int, result: str = "") -> None:
        """How it went: the HTTP status of the answer, and what came of it, e.g. `ledger:12`."""
        with self._database.transaction() as session:
            session.execute(
                update(AuditRow).where(AuditRow.id == entry).values(outcome=outcome, result=result[:MAX_WHAT])
            )

    def entries(self, *, limit: int, before: int | None = None) -> list[AuditEntry]:
        """The latest entries first; `before` is an entry's id, to page on from."""
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(AuditRow.id < before)
        with self._database.reading() as session:
            return [
                AuditEntry(
                    row.id, row.at_us, row.actor, row.means, row.address, row.action, row.what, row.result, row.outcome
                )
                for row in session.scalars(query)
            ]


def begin_audit(request: Request, log: AuditLog, *, actor: str, means: str, action: str) -> None:
    """Opens the entry of a write; `AuditOutcome` closes it with the answer's status."""
    request.state.audit_entry = log.begin(
        actor=actor,
        means=means,
        address=request.client.host if request.client else "local",
        action=action,
        what=f"{request.method} {request.url.path}",
    )


def audit_detail(request: Request, detail: str) -> None:
    """Adds to the entry what is about to be done; where it cannot be recorded it raises, and nothing is done."""
    log: AuditLog = request.app.state.services.audit
    log.add(request.state.audit_entry, detail)


def audit_result(request: Request, result: str) -> None:
    """Says in the entry what came of the write, e.g. `ledger:12`."""
    request.state.audit_result = result


def audit_steps(request: Request, session: Session, steps: Sequence[tuple[str, str, str]]) -> None:
    """Entries of the steps that one request takes, each as if it had been asked for by itself: its action, where in the
    request it stands, and what came of it. They are kept with the steps, in the transaction that takes them."""
    whole = session.get_one(AuditRow, request.state.audit_entry)
    session.add_all(
        AuditRow(
            at_us=whole.at_us,
            actor=whole.actor,
            means=whole.means,
            address=whole.address,
            action=action,
            what=f"{whole.what}: {place}"[:MAX_WHAT],
            result=result[:MAX_WHAT],
            outcome=HTTPStatus.OK,
        )
        for action, place, result in steps
    )


class AuditOutcome:
    """Middleware that closes the audit entry of a request with the status of its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Set here, so that the routes below write into the same state whichever copy of the scope they see.
        scope.setdefault("state", {})

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                await _close_entry(scope, message["status"])
            await send(message)

        await self._app(scope, receive, noting)


async def _close_entry(scope: Scope, status: int) -> None:
    state = scope["state"]
    if (entry := state.pop("audit_entry", None)) is not None:
        log: AuditLog = scope["app"].state.services.audit
        await run_in_threadpool(log.end, entry, status, state.get("audit_result", ""))
