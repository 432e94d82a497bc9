"""Passwords are kept as hashes, and bad ones are refused with the rule they break."""

from __future__ import annotations

import time
from unittest import mock

import pytest
from argon2.profiles import RFC_9106_LOW_MEMORY

from millmark.web.errors import Unprocessable
from millmark.web.passwords import NOBODYS_HASH, PasswordBook, check_new_password, one_time_password


@pytest.fixture(scope="module")
def passwords() -> PasswordBook:
    """At full strength, whatever other tests use."""
    with mock.patch("millmark.web.passwords.RFC_9106_LOW_MEMORY", RFC_9106_LOW_MEMORY):
        return PasswordBook()


def test_a_hash_is_argon2id_and_knows_only_its_own_password(passwords: PasswordBook) -> None:
    stored = passwords.hash("correct horse battery")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,")
    assert "correct" not in stored
    assert passwords.matches(stored, "correct horse battery")
    assert not passwords.matches(stored, "correct horse batterx")


def test_nobodys_hash_costs_what_a_real_one_costs(passwords: PasswordBook) -> None:
    assert not passwords.is_outdated(NOBODYS_HASH)


def test_an_unknown_account_takes_as_long_as_a_wrong_password(passwords: PasswordBook) -> None:
    stored = passwords.hash("correct horse battery")

    def shortest(hashed: str | None) -> float:
        spans = []
        for _ in range(3):
            start = time.perf_counter()
            assert not passwords.matches(hashed, "something else")
            spans.append(time.perf_counter() - start)
        return min(spans)

    unknown, wrong = shortest(None), shortest(stored)
    assert unknown > wrong / 3


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "at least 10 characters"),
        ("aaaaaaaaaaaaaaaa", "different characters"),
        ("I-am-ANN-really", "account's name"),
        ("the-current-one", "differ from the current one"),
    ],
)
def test_a_bad_password_is_refused_by_name_of_the_rule(password: str, reason: str) -> None:
    with pytest.raises(Unprocessable, match=reason):
        check_new_password(password, account="ann", current="the-current-one")


def test_a_one_time_password_obeys_the_rules_and_never_repeats() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        check_new_password(password, account="admin", current="another")
