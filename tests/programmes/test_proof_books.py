"""The books of consents, challenges and audits on both databases, and what happens when several act at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from hashlib import sha256
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from millmark.evidence import NodeKey
from millmark.model.period import HOUR_US
from millmark.programmes.errors import IllegalStep, ReasonMissing, StepForbidden
from millmark.programmes.life import Actor, ObjectKind, Party, steps_of
from millmark.programmes.proof import (
    CHALLENGE,
    AuditBook,
    ChallengeBook,
    ConsentBook,
    Detail,
    InvalidConsent,
    NewConsent,
    ProofConflict,
    ProofNotFound,
    Purpose,
    Recipient,
    Use,
    commitment_of,
    draw,
    holds,
)
from millmark.programmes.tables import ApplicationClaimRow, ApplicationRow, CallRow, ProgrammeRow
from millmark.registry import Database, Registry

DAY_US = 24 * HOUR_US
OFFICER = Actor("officer", "officer", frozenset({Party.CITY}))
MANAGER = Actor("manager", "manager", frozenset({Party.ENTERPRISE}))
CLAIM = "00000000-0000-4000-8000-00000000000"


class Clock:
    def __init__(self) -> None:
        self.now_us = 1_772_000_000_000_000

    def __call__(self) -> int:
        return self.now_us


class FarClaims:
    """Claims of another node, as far as these books look at them: listed here, their rows elsewhere."""

    def __init__(self, claims: list[Any]) -> None:
        self.listed = claims

    def claims(self) -> list[Any]:
        return self.listed

    def claim(self, claim_id: str) -> Any:
        return next(one for one in self.listed if one.id == claim_id)

    def is_own(self, _claim: Any) -> bool:
        return False


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def enterprise(database: Database, clock: Clock) -> int:
    registry = Registry(database, now_us=clock)
    return registry.add_enterprise(
        slug="acme", name_zh="虚构厂", name_en="Fictional", area_code="421202", is_demonstration=True
    ).id


@pytest.fixture
def far(database: Database, enterprise: int, clock: Clock) -> FarClaims:
    claims = []
    for number in range(6):
        document = f"document {number}".encode()
        claim_id = f"{CLAIM}{number}"
        with database.transaction() as session:
            session.execute(
                text(
                    "INSERT INTO claims (id, enterprise_id, issued_at_us, statement, document) VALUES (:i,:e,:t,:s,:d)"
                ),
                {"i": claim_id, "e": enterprise, "t": clock.now_us, "s": b"{}", "d": document},
            )
        claims.append(
            SimpleNamespace(id=claim_id, enterprise_id=enterprise, document=document, issued_at_us=clock.now_us + 1)
        )
    return FarClaims(claims)


def challenge_book(database: Database, far: FarClaims, clock: Callable[[], int]) -> ChallengeBook:
    return ChallengeBook(database, far, now_us=clock)  # type: ignore[arg-type]


def use(enterprise: int, **more: Any) -> Use:
    return replace(Use(f"{CLAIM}0", enterprise, "oee", Recipient.OFFICE, Detail.VALUE), **more)


def consent(enterprise: int, clock: Clock, **more: Any) -> NewConsent:
    new = NewConsent(enterprise, Recipient.OFFICE, Purpose.APPLICATION, Detail.DOCUMENT, clock.now_us + 30 * DAY_US)
    return replace(new, **more)


def test_a_consent_covers_what_it_names_and_nothing_else(database: Database, enterprise: int, clock: Clock) -> None:
    book = ConsentBook(database, now_us=clock)
    assert book.permit(use(enterprise)) is None
    given = book.give(consent(enterprise, clock, measures=frozenset({"oee"}), claim_id=f"{CLAIM}0"), given_by="manager")
    assert book.permit(use(enterprise)) == given
    assert book.permit(use(enterprise, detail=Detail.DOCUMENT)) == given
    for other in (
        use(enterprise, detail=Detail.ROWS),
        use(enterprise, recipient=Recipient.PUBLIC),
        use(enterprise, measure="energy_consumption"),
        use(enterprise, claim_id=f"{CLAIM}1"),
        use(enterprise, purpose=Purpose.STATISTICS),
        use(enterprise + 1),
    ):
        assert book.permit(other) is None


def test_a_consent_ends_with_its_term_and_with_its_withdrawal(
    database: Database, enterprise: int, clock: Clock
) -> None:
    book = ConsentBook(database, now_us=clock)
    first = book.give(consent(enterprise, clock), given_by="manager")
    clock.now_us += 30 * DAY_US
    assert book.permit(use(enterprise)) is None
    assert book.consent(first.id).state(clock.now_us) == "expired"
    later = book.give(consent(enterprise, clock, from_us=clock.now_us + DAY_US), given_by="manager")
    assert later.state(clock.now_us) == "not_yet"
    clock.now_us += DAY_US
    assert book.permit(use(enterprise)) is not None
    book.withdraw(later.id, withdrawn_by="manager", reason="enough")
    assert book.permit(use(enterprise)) is None
    assert [one.state(clock.now_us) for one in book.consents(enterprise)] == ["withdrawn", "expired"]
    with pytest.raises(ProofConflict):
        book.withdraw(later.id, withdrawn_by="manager")
    with pytest.raises(ProofNotFound):
        book.withdraw(999, withdrawn_by="manager")


def test_a_consent_without_an_end_or_with_a_past_one_is_refused(
    database: Database, enterprise: int, clock: Clock
) -> None:
    book = ConsentBook(database, now_us=clock)
    for until_us in (clock.now_us, clock.now_us + 11 * 366 * DAY_US):
        with pytest.raises(InvalidConsent):
            book.give(consent(enterprise, clock, until_us=until_us), given_by="manager")
    assert book.consents() == []


def test_of_many_who_challenge_one_claim_at_once_one_does(database: Database, far: FarClaims, clock: Clock) -> None:
    book = challenge_book(database, far, clock)

    def challenged(_: int) -> str:
        try:
            return book.open(f"{CLAIM}0", OFFICER, reason="by chance").state
        except ProofConflict:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(challenged, range(8)))
    assert sorted(outcomes) == ["open", *["refused"] * 7]
    assert len(book.challenges(claim_id=f"{CLAIM}0")) == 1


def test_a_challenge_takes_the_steps_of_its_table(database: Database, far: FarClaims, clock: Clock) -> None:
    book = challenge_book(database, far, clock)
    with pytest.raises(StepForbidden):
        book.open(f"{CLAIM}0", MANAGER, reason="myself")
    with pytest.raises(ReasonMissing):
        book.open(f"{CLAIM}0", OFFICER, reason=" ")
    assert book.challenges() == []
    one = book.open(f"{CLAIM}0", OFFICER, reason="by chance", answer_days=2)
    with pytest.raises(StepForbidden):
        book.withdraw(one.id, MANAGER, reason="please")
    clock.now_us = one.deadline_us - 1
    assert book.lapse_overdue() == 0
    clock.now_us = one.deadline_us
    assert book.lapse_overdue() == 1
    assert book.challenge(one.id).against
    with pytest.raises(IllegalStep):
        book.withdraw(one.id, OFFICER, reason="sorry")
    reopened = book.reopen(one.id, OFFICER, reason="their line was down", answer_days=5)
    assert (reopened.state, reopened.deadline_us) == ("open", clock.now_us + 5 * DAY_US)
    assert book.withdraw(one.id, OFFICER, reason="asked for the wrong claim").state == "withdrawn"
    steps = [(step.action, step.actor) for step in book.steps(one.id)]
    assert steps == [("challenge", "officer"), ("lapse", "deadline"), ("reopen", "officer"), ("withdraw", "officer")]
    assert book.grounds([f"{CLAIM}0"]) == []
    assert CHALLENGE.ends == {"upheld", "refuted", "withdrawn"}


def test_what_became_of_a_claim_stands_in_the_log_of_its_applications(
    database: Database, far: FarClaims, enterprise: int, clock: Clock
) -> None:
    with database.transaction() as session:
        programme = ProgrammeRow(
            slug="p", name_zh="甲", name_en="P", level="city", is_demonstration=True, recorded_at_us=0
        )
        session.add(programme)
        session.flush()
        call = CallRow(
            programme_id=programme.id,
            slug="c",
            title_zh="甲",
            title_en="C",
            opens_on=date(2026, 1, 1),
            pack="p",
            state="published",
            version=1,
            recorded_at_us=0,
        )
        session.add(call)
        session.flush()
        application = ApplicationRow(
            call_id=call.id,
            enterprise_id=enterprise,
            state="recognised",
            version=3,
            due_on=None,
            started_at_us=0,
            started_by="manager",
            submitted_at_us=0,
            submitted_by="manager",
        )
        session.add(application)
        session.flush()
        session.add(
            ApplicationClaimRow(
                application_id=application.id, claim_id=f"{CLAIM}0", submitted_at_us=0, submitted_by="manager"
            )
        )
    book = challenge_book(database, far, clock)
    one = book.open(f"{CLAIM}0", OFFICER, reason="by chance", answer_days=1)
    clock.now_us = one.deadline_us
    book.lapse_overdue()
    with database.reading() as session:
        steps = steps_of(session, ObjectKind.APPLICATION, application.id)
    assert [(step.action, step.state_from, step.state_to, step.version) for step in steps] == [
        ("claim_not_answered", "recognised", "recognised", 3)
    ]
    assert steps[0].detail == {"challenge_id": one.id, "claim_id": f"{CLAIM}0"}


def test_an_audit_is_drawn_once_by_whom_ever_and_never_from_earlier_claims(
    database: Database, far: FarClaims, clock: Clock
) -> None:
    challenges = challenge_book(database, far, clock)
    book = AuditBook(
        database,
        far,  # type: ignore[arg-type]
        SimpleNamespace(origin=lambda _id: None),  # type: ignore[arg-type]
        challenges,
        NodeKey.generate(),
        now_us=clock,
        zone=ZoneInfo("Asia/Shanghai"),
    )
    with pytest.raises(ProofConflict, match="is over"):
        book.commit("late", share_permille=10, answer_days=3, draw_on=date(2020, 1, 1), actor=OFFICER)
    today = book._today()
    audit = book.commit("the month's", share_permille=500, answer_days=3, draw_on=today, actor=OFFICER)
    far.listed[0].issued_at_us = clock.now_us - 1

    def drawn(_: int) -> str:
        try:
            book.draw(audit.id, OFFICER)
        except ProofConflict:
            return "refused"
        return "drawn"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(drawn, range(4))) == ["drawn", "refused", "refused", "refused"]
    done = book.audit(audit.id).draw
    assert done is not None
    assert f"{CLAIM}0" not in {one.claim_id for one in done.pool}
    assert {one.claim_id for one in done.pool if one.drawn} == {one.claim_id for one in challenges.challenges()}
    assert len(challenges.challenges()) == 3
    assert holds(audit.commitment, done.seed, done.pool, 500)
    assert commitment_of(done.seed) == audit.commitment
    assert book.challenge_drawn(audit.id, OFFICER) == []
    json.dumps([one.detail for challenge in challenges.challenges() for one in challenges.steps(challenge.id)])


@given(seed=st.text(min_size=1), count=st.integers(0, 60), share=st.integers(1, 1000), order=st.randoms())
def test_a_draw_takes_its_share_whatever_the_order(seed: str, count: int, share: int, order: Any) -> None:
    pool = [(f"claim-{number}", sha256(str(number).encode()).hexdigest()) for number in range(count)]
    tickets = draw(seed, pool, share)
    assert sum(one.drawn for one in tickets) == -(-count * share // 1000)
    shuffled = list(pool)
    order.shuffle(shuffled)
    assert draw(seed, shuffled, share) == tickets
    assert holds(commitment_of(seed), seed, tickets, share)
