"""Passwords: argon2id hashes (RFC 9106), the rules for a new one, and one-time passwords."""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from millmark.web.errors import Unprocessable

MIN_LENGTH = 10
MIN_DISTINCT = 5
# Verified against when an account is unknown, so that an unknown name takes as long as a wrong password. Of a random
# password that nobody kept, made with the parameters in use; matching it would prove nothing.
NOBODYS_HASH = "$argon2id$v=19$m=65536,t=3,p=4$bU1Ah0U5jzMtR37/7WE47g$3mrTJirI7we5h5MUAAmV5Emz9b83wz5TIMow6CSbAfg"
# Without the letters and digits that are mistaken for each other when copied from a terminal.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class PasswordBook:
    """Hashes and checks. A hash takes 64 MiB for a moment, so only a few are computed at once."""

    def __init__(self, *, at_once: int = 2) -> None:
        self._hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._turns = BoundedSemaphore(at_once)

    def hash(self, password: str) -> str:
        with self._turns:
            return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one behind `stored`; with None the same work is done and the answer is no."""
        with self._turns:
            try:
                self._hasher.verify(stored or NOBODYS_HASH, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def check_new_password(password: str, *, account: str, current: str) -> None:
    """Raises `Unprocessable` with the rule that a new password breaks.

    Length over composition, after NIST SP 800-63B, clause 5.1.1.2.
    """
    broken = None
    if len(password) < MIN_LENGTH:
        broken = f"it needs at least {MIN_LENGTH} characters"
    elif len(set(password)) < MIN_DISTINCT:
        broken = f"it needs at least {MIN_DISTINCT} different characters"
    elif account.casefold() in password.casefold():
        broken = "it must not contain the account's name"
    elif password == current:
        broken = "it must differ from the current one"
    if broken:
        raise Unprocessable(
            f"This password cannot be used: {broken}.",
            where="new",
            next_step="A sentence of several words is long, strong and easy to keep in mind.",
            code="password_rule",
        )


def one_time_password() -> str:
    """Twenty characters in four groups, about 99 random bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
