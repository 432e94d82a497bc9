"""Sessions: a random token in a cookie stands for a proved account until it expires or lies idle too long."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from millmark.model.period import HOUR_US, SECOND_US
from millmark.registry import Database
from millmark.web.access import Role
from millmark.web.tables import AccountRow, SessionRow

COOKIE = "millmark_session"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """A session ends `lifetime_us` after sign-in, or when it was not used for `idle_us`."""

    lifetime_us: int = 12 * HOUR_US
    idle_us: int = 2 * HOUR_US


@dataclass(frozen=True, slots=True)
class SignedIn:
    account: str
    role: Role
    enterprise_id: int | None
    area_code: str | None
    department: str | None
    must_change_password: bool


class SessionBook:
    """Opens, finds and ends sessions. The token is 256 random bits; the database has its SHA-256 alone."""

    def __init__(self, database: Database, limits: SessionLimits, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._limits = limits
        self._now_us = now_us

    def open(self, account_id: int, address: str) -> str:
        """A new session's token; sessions that have ended are swept away on the way."""
        token, now = secrets.token_urlsafe(32), self._now_us()
        with self._database.transaction() as session:
            session.execute(delete(SessionRow).where(SessionRow.expires_us <= now))
            session.execute(delete(SessionRow).where(SessionRow.seen_us <= now - self._limits.idle_us))
            session.add(
                SessionRow(
                    token_hash=_hash(token),
                    account_id=account_id,
                    address=address,
                    created_us=now,
                    seen_us=now,
                    expires_us=now + self._limits.lifetime_us,
                )
            )
        return token

    def find(self, token: str, *, counts_as_use: bool = True) -> SignedIn | None:
        """Who a token stands for, or None when it is unknown, over, or its account was disabled.

        Without `counts_as_use` the session goes on growing idle, as for a stream that looks up whether it may go on.
        """
        now, token_hash = self._now_us(), _hash(token)
        with self._database.reading() as session:
            found = session.execute(
                select(SessionRow, AccountRow)
                .join(AccountRow, AccountRow.id == SessionRow.account_id)
                .where(SessionRow.token_hash == token_hash)
            ).one_or_none()
        if found is None:
            return None
        row, account = found
        if now >= row.expires_us or now - row.seen_us >= self._limits.idle_us or account.disabled:
            return None
        if counts_as_use:
            self._note_use(row, now)
        return SignedIn(
            account.name,
            Role(account.role),
            account.enterprise_id,
            account.area_code,
            account.department,
            account.must_change_password,
        )

    def end(self, token: str) -> None:
        with self._database.transaction() as session:
            session.execute(delete(SessionRow).where(SessionRow.token_hash == _hash(token)))

    def end_others(self, account: str, token: str) -> None:
        """After a password change only the session that made it goes on."""
        owner = select(AccountRow.id).where(AccountRow.name == account).scalar_subquery()
        with self._database.transaction() as session:
            session.execute(
                delete(SessionRow).where(SessionRow.account_id == owner, SessionRow.token_hash != _hash(token))
            )

    def _note_use(self, row: SessionRow, now: int) -> None:
        # Once a minute is enough for an idle time of hours, and spares a write on every request.
        if now - row.seen_us >= min(60 * SECOND_US, self._limits.idle_us // 10):
            with self._database.transaction() as session:
                session.execute(update(SessionRow).where(SessionRow.token_hash == row.token_hash).values(seen_us=now))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
