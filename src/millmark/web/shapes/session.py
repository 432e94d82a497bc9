"""Signing in and out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from millmark.programmes.life import Party
from millmark.web.access import Permission, Role
from millmark.web.shapes.shape import Id, Shape, TimeUs


class Health(Shape):
    status: Literal["ok", "degraded"]
    version: str


class SignIn(Shape):
    account: str = Field(min_length=1, max_length=64)
    password: SecretStr = Field(min_length=1, max_length=256)


class PasswordChange(Shape):
    current: SecretStr = Field(min_length=1, max_length=256)
    new: SecretStr = Field(min_length=1, max_length=256)


class SessionState(Shape):
    """Who is signed in, and what they may do; `enterprise_id` is set for those who see one enterprise only, `area_code`
    for officers who see one area only, `department` for staff of a department. `parties` are the sides of a programme
    on which this account takes steps: a county's officer is not of the city's office, though their role is one."""

    account: str
    role: Role
    enterprise_id: int | None
    area_code: str | None
    department: str | None
    must_change_password: bool
    permissions: list[Permission]
    parties: list[Party]


class AccountView(Shape):
    account: str
    role: Role
    enterprise_id: int | None
    area_code: str | None
    department: str | None
    disabled: bool
    must_change_password: bool
    created_us: TimeUs


class AccountList(Shape):
    accounts: list[AccountView]


class NewAccount(Shape):
    """`area_code` is for officers: 420000 sees the province, 421200 the city, 421202 the county, none the region.

    `department` is for the role department: the id of the one whose staff the account is.
    """

    account: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,62}$")
    role: Role
    enterprise_id: Id | None = None
    area_code: str | None = Field(default=None, pattern=r"^[1-8][0-9]{5}$")
    department: str | None = Field(default=None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)


class OneTimePassword(Shape):
    """Shown once; the platform keeps only its hash, and it must be changed at the first sign-in."""

    account: str
    one_time_password: str


class AuditEntryView(Shape):
    """One thing done: who, by which means, from where, when, what, and how it ended (the HTTP status)."""

    id: int
    at_us: TimeUs
    actor: str
    means: str
    address: str
    action: str
    what: str
    result: str
    outcome: int | None


class AuditLog(Shape):
    entries: list[AuditEntryView]
