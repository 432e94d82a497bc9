"""Who may watch live messages: the web's accounts with the web's passwords, permissions and scope."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millmark.intake import AccountScope
from millmark.registry import Database, migrate
from millmark.web.access import Role
from millmark.web.accounts import Accounts
from millmark.web.live_consumers import LiveConsumers
from millmark.web.passwords import PasswordBook
from millmark.web.throttle import PER_ACCOUNT, Throttle

NEW = "a horse on a battery"
NOW_US = 1_790_000_000_000_000


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    migrate(database)
    yield Accounts(database, PasswordBook(), now_us=lambda: NOW_US)
    database.close()


@pytest.fixture
def consumers(accounts: Accounts) -> LiveConsumers:
    throttle = Throttle(PER_ACCOUNT)
    return LiveConsumers(accounts, throttle, now_us=lambda: NOW_US, slug_of=lambda number: f"enterprise-{number}")


def settled(accounts: Accounts, name: str, role: Role) -> None:
    accounts.change_password(name, current=accounts.add(name, role), new=NEW)


def test_an_account_of_the_region_sees_every_enterprise(accounts: Accounts, consumers: LiveConsumers) -> None:
    settled(accounts, "auditor", Role.AUDITOR)
    assert consumers.scope("auditor", NEW) == AccountScope(None)
    assert consumers.scope("auditor", "something else") is None
    assert consumers.scope("nobody", NEW) is None


def test_who_may_not_read_points_may_not_watch_them(accounts: Accounts, consumers: LiveConsumers) -> None:
    settled(accounts, "reviewer", Role.REVIEWER)
    assert consumers.scope("reviewer", NEW) is None


def test_a_one_time_password_does_not_do(accounts: Accounts, consumers: LiveConsumers) -> None:
    password = accounts.add("auditor", Role.AUDITOR)
    assert consumers.scope("auditor", password) is None


def test_who_guesses_too_often_has_to_wait(accounts: Accounts, consumers: LiveConsumers) -> None:
    settled(accounts, "auditor", Role.AUDITOR)
    for number in range(PER_ACCOUNT.failures):
        assert consumers.scope("auditor", f"guess {number}") is None
    assert consumers.scope("auditor", NEW) is None
