"""Accounts: who may sign in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.registry import Database
from millmark.registry.codes import check_area_code
from millmark.web.access import Role
from millmark.web.errors import Conflict, NotFound, NotSignedIn, Unprocessable
from millmark.web.passwords import PasswordBook, check_new_password, one_time_password
from millmark.web.tables import AccountRow, SessionRow

FIRST_ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    name: str
    role: Role
    enterprise_id: int | None
    area_code: str | None
    department: str | None
    must_change_password: bool
    disabled: bool
    created_us: int


class Accounts:
    """Creates and checks accounts; passwords are kept as argon2id hashes only."""

    def __init__(self, database: Database, passwords: PasswordBook, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._passwords = passwords
        self._now_us = now_us

    def ensure_first_admin(self) -> str | None:
        """At the first start, creates the administrator and returns the one-time password; afterwards None."""
        with self._database.reading() as session:
            if session.scalars(select(AccountRow.id).limit(1)).first() is not None:
                return None
        return self.add(FIRST_ADMIN, Role.ADMIN)

    def add(
        self,
        name: str,
        role: Role,
        enterprise_id: int | None = None,
        area_code: str | None = None,
        department: str | None = None,
    ) -> str:
        """Creates an account and returns its one-time password.

        `area_code` makes an officer one of that administrative division: 420000 provincial, 421200 of the city, 421202
        of the county. `department` says whose staff an account of the role department is; without it nothing is
        assigned to it. Raises `Unprocessable` when role and enterprise, area or department do not fit, `Conflict` for a
        name that is taken, and `InvalidEntry` for what is no code.
        """
        if area_code is not None:
            check_area_code(area_code)
            if role is not Role.OFFICER:
                raise Unprocessable(
                    f"An account with the role '{role}' has no area.",
                    where="area_code",
                    next_step="Name an area for officers, and for nobody else.",
                )
        if department is not None and role is not Role.DEPARTMENT:
            raise Unprocessable(
                f"An account with the role '{role}' has no department.",
                where="department",
                next_step="Name a department for the role department, and for nobody else.",
            )
        if role.belongs_to_an_enterprise != (enterprise_id is not None):
            needs = "belongs to one enterprise" if role.belongs_to_an_enterprise else "belongs to no enterprise"
            raise Unprocessable(
                f"An account with the role '{role}' {needs}.",
                where="enterprise_id",
                next_step="Name the enterprise for engineer, manager and supplier, and for nobody else.",
            )
        password, now = one_time_password(), self._now_us()
        row = AccountRow(
            name=name,
            role=role.value,
            enterprise_id=enterprise_id,
            area_code=area_code,
            department=department,
            password_hash=self._passwords.hash(password),
            must_change_password=True,
            disabled=False,
            created_us=now,
            password_set_us=now,
        )
        try:
            with self._database.transaction() as session:
                session.add(row)
        except IntegrityError as error:
            raise self._why_not(row) from error
        return password

    def reset(self, name: str) -> str:
        """A new one-time password for an account; whoever was signed in to it no longer is.

        Raises `Conflict` for one that nobody may sign in to: its password would open nothing.
        """
        password = one_time_password()
        hashed = self._passwords.hash(password)
        with self._database.transaction() as session:
            row = _row(session, name)
            if row.disabled:
                raise Conflict(
                    f"The account '{name}' is disabled: no password opens it.",
                    where="account",
                    next_step="Create another account for whoever works here now.",
                )
            row.password_hash, row.must_change_password, row.password_set_us = hashed, True, self._now_us()
            session.execute(delete(SessionRow).where(SessionRow.account_id == row.id))
        return password

    def disable(self, name: str) -> None:
        """No sign-in from now on, and whoever was signed in no longer is."""
        with self._database.transaction() as session:
            row = _row(session, name)
            row.disabled = True
            session.execute(delete(SessionRow).where(SessionRow.account_id == row.id))

    def accounts(self) -> list[Account]:
        with self._database.reading() as session:
            return [_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name))]

    def proved(self, name: str, password: str) -> Account:
        """The account that name and password prove; raises `NotSignedIn` without saying which of them was wrong."""
        with self._database.reading() as session:
            row = session.scalars(select(AccountRow).where(AccountRow.name == name)).one_or_none()
        matches = self._passwords.matches(row.password_hash if row else None, password)
        if row is None or not matches or row.disabled:
            raise NotSignedIn(
                "Account or password is wrong.",
                where="sign-in",
                next_step="Try again, or ask an administrator for a new one-time password.",
                code="wrong_credentials",
            )
        if self._passwords.is_outdated(row.password_hash):
            self._store(row.id, password, must_change=row.must_change_password)
        return _account(row)

    def change_password(self, name: str, *, current: str, new: str) -> None:
        """Raises `NotSignedIn` when `current` is wrong, `Unprocessable` when `new` breaks a rule."""
        account = self.proved(name, current)
        check_new_password(new, account=name, current=current)
        self._store(account.id, new, must_change=False)

    def _why_not(self, row: AccountRow) -> Conflict:
        """What stands against an account that the database did not take."""
        with self._database.reading() as session:
            taken = session.scalars(select(AccountRow.id).where(AccountRow.name == row.name)).first() is not None
        if taken:
            return Conflict(
                f"The account '{row.name}' is there already.",
                where="account",
                next_step="Choose another name, or give the one that exists a new one-time password.",
            )
        belongs = (
            f"enterprise {row.enterprise_id}" if row.enterprise_id is not None else f"department '{row.department}'"
        )
        return Conflict(
            f"The account '{row.name}' cannot be created: there is no {belongs}.",
            where="department" if row.enterprise_id is None else "enterprise_id",
            next_step="Look up what exists, then name one of these.",
        )

    def _store(self, account_id: int, password: str, *, must_change: bool) -> None:
        hashed = self._passwords.hash(password)
        with self._database.transaction() as session:
            row = session.get_one(AccountRow, account_id)
            row.password_hash, row.must_change_password, row.password_set_us = hashed, must_change, self._now_us()


def _row(session: Session, name: str) -> AccountRow:
    row = session.scalars(select(AccountRow).where(AccountRow.name == name)).one_or_none()
    if row is None:
        raise NotFound(f"There is no account '{name}'.", where="account", next_step="List the accounts that exist.")
    return row


def _account(row: AccountRow) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        enterprise_id=row.enterprise_id,
        area_code=row.area_code,
        department=row.department,
        must_change_password=row.must_change_password,
        disabled=row.disabled,
        created_us=row.created_us,
    )
