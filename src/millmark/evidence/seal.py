"""A site's sealed day: what a seal says, and how seals hang together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as calendar_date
from hashlib import sha256
from typing import Annotated, Final, Literal

import msgspec

from millmark.evidence.canonical import canonical, read_canonical
from millmark.evidence.leaf import Hash
from millmark.evidence.signing import NodeKey, PublicKey, unverified_payload, verified_payload
from millmark.measures import Day
from millmark.model import AssetPath, Period

SEAL: Final = "millmark.seal/1"

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
TimeUs = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A half-open span of time."""

    start_us: TimeUs
    end_us: TimeUs

    def __post_init__(self) -> None:
        if self.end_us <= self.start_us:
            raise ValueError("a span must end after it starts")

    @classmethod
    def of(cls, period: Period) -> Span:
        return cls(period.start_us, period.end_us)

    @property
    def period(self) -> Period:
        return Period(self.start_us, self.end_us)


class SealStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a seal signs.

    It covers the canonical rows of the site's series with a source time in `span` that were received after
    `received_after_us` (0 in a day's first seal) and until `received_until_us`. `sequence` counts the site's seals
    from 1; `previous` is the hash of the one before.
    """

    site: Text
    time_zone: Text
    date: calendar_date
    span: Span
    sequence: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    kind: Literal["day", "amendment"]
    root: Hash
    leaf_count: Count
    row_count: Count
    received_after_us: Count
    received_until_us: Count
    previous: Hash | None
    sealed_at_us: TimeUs

    @property
    def day(self) -> Day:
        return Day(self.date, self.span.period)


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed seal; `token` is the JWS, `hash` the SHA-256 of its text."""

    statement: SealStatement
    token: str

    @property
    def hash(self) -> str:
        return seal_hash(self.token)

    @property
    def site(self) -> AssetPath:
        return AssetPath.parse(self.statement.site)

    @property
    def date(self) -> calendar_date:
        return self.statement.date

    @property
    def sequence(self) -> int:
        return self.statement.sequence

    @property
    def kind(self) -> Literal["day", "amendment"]:
        return self.statement.kind

    @property
    def root(self) -> str:
        return self.statement.root

    @property
    def leaf_count(self) -> int:
        return self.statement.leaf_count

    @property
    def row_count(self) -> int:
        return self.statement.row_count

    @property
    def sealed_at_us(self) -> int:
        return self.statement.sealed_at_us

    @property
    def previous(self) -> str | None:
        return self.statement.previous

    @classmethod
    def sign(cls, statement: SealStatement, key: NodeKey) -> Seal:
        return cls(statement, key.sign(canonical(statement), SEAL))

    @classmethod
    def read(cls, token: str) -> Seal:
        """A seal from its text, signature unseen; raises `Malformed`."""
        return cls(read_canonical(unverified_payload(token), SealStatement), token)

    def check_signature(self, key: PublicKey) -> None:
        """Raises `Malformed` unless the key signed this as a seal."""
        verified_payload(self.token, key, SEAL)


def seal_hash(token: str) -> str:
    return sha256(token.encode("ascii")).hexdigest()
