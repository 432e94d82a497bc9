"""A node answers challenges of its claims by itself: by consent, within limits, and never twice a day too often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest
from tests.programmes.claim_shelf import ClaimShelf, ShelfClaim

from millmark.evidence import RowsMissing, UnknownClaim
from millmark.model import AssetPath
from millmark.programmes.proof import (
    Answered,
    AnswerLimits,
    Consent,
    Detail,
    Kept,
    OwnAnswers,
    ProofNotFound,
    Recipient,
    Use,
)

DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Asked:
    id: int
    claim_id: str
    deadline_us: int
    reason: str = "抽查"


@dataclass
class Region:
    asked: list[Asked]
    shown: dict[int, bytes] = field(default_factory=dict)

    def waiting(self) -> list[Asked]:
        return [one for one in self.asked if one.id not in self.shown]

    def reveal(self, challenge_id: int, rows: bytes) -> str:
        self.shown[challenge_id] = rows
        return "upheld"


@dataclass
class Claims(ClaimShelf):
    bytes_each: int = 4
    altered: frozenset[str] = frozenset()

    def claim(self, claim_id: str, /) -> ShelfClaim:
        if all(one.id != claim_id for one in self.shelved):
            raise UnknownClaim(claim_id)
        return super().claim(claim_id)

    def rows(self, claim_id: str, /) -> bytes:
        if claim_id in self.altered:
            raise RowsMissing("the history does not give the rows that were sealed")
        return claim_id[:1].encode() * self.bytes_each


@dataclass
class Consents:
    """Those whose rows may be seen, by the enterprise."""

    given: set[int]
    asked: list[Use] = field(default_factory=list)

    def permit(self, use: Use) -> Consent | None:
        self.asked.append(use)
        return cast("Consent", object()) if use.enterprise_id in self.given else None


@dataclass
class Node:
    region: Region
    answers: OwnAnswers
    consents: Consents
    noted: list[Answered]
    clock: list[int]
    claims: Claims


def node(count: int = 1, *, consents: set[int] | None = None, limits: AnswerLimits | None = None) -> Node:
    claims = Claims([ShelfClaim(f"claim-{at}", 1, AssetPath.parse("acme"), 4.0, 5.0) for at in range(count)])
    region = Region([Asked(at + 1, f"claim-{at}", DAY_US * (count - at)) for at in range(count)])
    found, noted, clock = Consents({1} if consents is None else consents), [], [0]
    answers = OwnAnswers(
        region,
        claims,
        found,
        limits=limits or AnswerLimits(),
        now_us=lambda: clock[0],
        noted=noted.append,
    )
    return Node(region, answers, found, noted, clock, claims)


def test_rows_are_shown_by_consent_and_what_was_shown_is_noted() -> None:
    plant = node()
    (done,) = plant.answers.round()
    assert (done.challenge_id, done.outcome, done.kept) == (1, "upheld", None)
    assert plant.region.shown == {1: b"cccc"}
    assert plant.noted == [done]
    (use,) = plant.consents.asked
    assert (use.recipient, use.detail, use.purpose) == (Recipient.OFFICE, Detail.ROWS, None)
    assert plant.answers.round() == [], "what was answered waits no longer"


def test_without_a_consent_nothing_leaves_the_node() -> None:
    plant = node(consents=set())
    assert [one.kept for one in plant.answers.round()] == [Kept.NO_CONSENT]
    assert plant.answers.answer(1).kept is Kept.NO_CONSENT, "nor when a person says so"
    assert (plant.region.shown, plant.noted) == ({}, [])


def test_the_most_urgent_are_answered_first_and_the_rest_the_day_after() -> None:
    plant = node(3, limits=AnswerLimits(a_day=2))
    told = [(one.challenge_id, one.kept) for one in plant.answers.round()]
    assert told == [(3, None), (2, None), (1, Kept.TOO_MANY)]
    assert [one.kept for one in plant.answers.round()] == [Kept.TOO_MANY]
    assert plant.answers.answer(1).outcome == "upheld", "a person may answer beyond the daily limit"
    plant.region.shown.pop(1)
    plant.clock[0] += DAY_US + 1
    assert [one.outcome for one in plant.answers.round()] == ["upheld"]


def test_a_file_too_large_waits_for_a_person() -> None:
    plant = node(limits=AnswerLimits(most_bytes=3))
    assert [one.kept for one in plant.answers.round()] == [Kept.TOO_LARGE]
    assert plant.region.shown == {}


def test_rows_that_are_not_those_sealed_wait_for_a_person_and_hold_up_no_other_answer() -> None:
    plant = node(3)
    plant.claims.altered = frozenset({"claim-1"})
    told = [(one.challenge_id, one.outcome, one.kept) for one in plant.answers.round()]
    assert told == [(3, "upheld", None), (2, None, Kept.NOT_AS_SEALED), (1, "upheld", None)]
    with pytest.raises(RowsMissing):
        plant.answers.answer(2)
    plant.claims.altered = frozenset()
    assert [one.outcome for one in plant.answers.round()] == ["upheld"], "restored in time"


def test_a_challenge_of_a_claim_that_is_not_here_holds_up_no_other_answer() -> None:
    plant = node(1)
    plant.region.asked.insert(0, Asked(9, "lost with the disk", 1))
    assert [one.challenge_id for one in plant.answers.round()] == [1]


def test_what_does_not_wait_is_not_answered() -> None:
    with pytest.raises(ProofNotFound, match="no challenge 9 waits"):
        node().answers.answer(9)
