"""Programmes kept: calls, applications and decisions, on both databases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from tests.programmes.claim_shelf import ClaimShelf, ShelfClaim

from millmark.model import AssetPath, Origin
from millmark.programmes import (
    CallClosed,
    InvalidPack,
    InvalidRecord,
    Outcome,
    ProgrammeBook,
    RecordNotFound,
    VerifiedClaims,
    shipped_packs,
)
from millmark.programmes.packs import ClaimCondition, PackShelf, PolicyPack, read_shelf
from millmark.registry import Database, Registry

SHELF = read_shelf([shipped_packs()])
PACK = SHELF.pack("connected-factory-demo", "1")
ZONE = ZoneInfo("Asia/Shanghai")
NOW_US = 1_717_200_000_000_000  # 2024-06-01T00:00Z


@dataclass
class Bureau:
    book: ProgrammeBook
    shelf: ClaimShelf
    call_id: int
    enterprise_id: int


def book_of(database: Database, shelf: ClaimShelf, pack: PolicyPack = PACK, now_us: int = NOW_US) -> ProgrammeBook:
    registry = Registry(database)
    claims = VerifiedClaims(
        shelf,
        demonstration_enterprises=lambda: [each.id for each in registry.enterprises() if each.is_demonstration],
        now_us=lambda: now_us,
    )
    return ProgrammeBook(
        database, PackShelf({(pack.id, pack.edition): pack}, {}), claims, now_us=lambda: now_us, zone=ZONE
    )


@pytest.fixture
def bureau(database: Database) -> Bureau:
    enterprise = Registry(database).add_enterprise(
        slug="demo-a", name_zh="示范工厂A(虚构)", name_en="Demo A", area_code="421202", is_demonstration=True
    )
    shelf = ClaimShelf()
    for claim_id, connected in (("good", 4.0), ("poor", 2.0)):
        origins = (Origin.RECORDING, Origin.PROCESS_MODEL)
        subject = AssetPath.parse("demo-a")
        shelf.shelved.append(ShelfClaim(claim_id, enterprise.id, subject, connected, 5.0, origins=origins))
    book = book_of(database, shelf)
    return Bureau(book, shelf, book.publish(PACK.id).id, enterprise.id)


def test_a_published_call_is_there_once_however_often_it_is_published(bureau: Bureau) -> None:
    bureau.book.publish(PACK.id)
    assert [(call.slug, call.pack) for call in bureau.book.calls()] == [("connected-factory-demo-1", PACK.id)]
    assert [programme.is_demonstration for programme in bureau.book.programmes()] == [True]


def test_an_application_with_a_good_claim_is_met_and_marked_as_demonstration(bureau: Bureau) -> None:
    application = bureau.book.submit(bureau.call_id, bureau.enterprise_id, "good", submitted_by="ann")
    decision = bureau.book.decide(application.id, decided_by="bureau")
    assert decision.verdict.outcome is Outcome.MET
    assert decision.verdict.demonstration
    assert (decision.pack_version, decision.pack_digest) == (PACK.edition, PACK.ref.digest)
    assert bureau.book.decisions(application.id) == [decision]


def test_deciding_again_on_the_same_claims_adds_nothing(bureau: Bureau) -> None:
    application = bureau.book.submit(bureau.call_id, bureau.enterprise_id, "good", submitted_by="ann")
    assert bureau.book.submit(bureau.call_id, bureau.enterprise_id, "good", submitted_by="ann") == application
    first = bureau.book.decide(application.id, decided_by="bureau")
    assert bureau.book.decide(application.id, decided_by="someone else") == first
    assert bureau.book.decisions() == [first]


def test_a_further_claim_is_decided_anew_and_the_old_decision_stays_in_sight(bureau: Bureau) -> None:
    application = bureau.book.submit(bureau.call_id, bureau.enterprise_id, "poor", submitted_by="ann")
    bureau.book.decide(application.id, decided_by="bureau")
    bureau.shelf.shelved[0] = replace(bureau.shelf.shelved[0], last_date=date(2024, 5, 20))
    again = bureau.book.submit(bureau.call_id, bureau.enterprise_id, "good", submitted_by="ann")
    assert (again.id, again.claim_ids) == (application.id, ("poor", "good"))
    bureau.book.decide(application.id, decided_by="bureau")
    outcomes = [decision.verdict.outcome for decision in bureau.book.decisions(application.id)]
    assert outcomes == [Outcome.NOT_MET, Outcome.MET]
    latest = bureau.book.latest_decision(application.id)
    assert latest is not None
    assert latest.verdict.claim_ids == ("good",)


def test_a_claim_that_stops_verifying_is_decided_anew(bureau: Bureau) -> None:
    application = bureau.book.submit(bureau.call_id, bureau.enterprise_id, "good", submitted_by="ann")
    bureau.book.decide(application.id, decided_by="bureau")
    bureau.shelf.forged.add("good")
    assert bureau.book.decide(application.id, decided_by="bureau").verdict.outcome is Outcome.NOT_PROVABLE


def test_nobody_applies_with_another_enterprises_claim(bureau: Bureau, database: Database) -> None:
    other = Registry(database).add_enterprise(
        slug="demo-b", name_zh="示范工厂B(虚构)", name_en="Demo B", area_code="421202", is_demonstration=True
    )
    with pytest.raises(InvalidRecord, match="of another enterprise"):
        bureau.book.submit(bureau.call_id, other.id, "good", submitted_by="ann")
    assert bureau.book.applications() == []


def test_what_is_not_there_is_said(bureau: Bureau) -> None:
    with pytest.raises(RecordNotFound, match="no call 99"):
        bureau.book.submit(99, bureau.enterprise_id, "good", submitted_by="ann")
    with pytest.raises(RecordNotFound, match="no application 99"):
        bureau.book.decide(99, decided_by="bureau")
    with pytest.raises(RecordNotFound, match="packs here: connected-factory-demo"):
        bureau.book.publish("smart-pilot")


@pytest.mark.parametrize(("now", "reason"), [("2023-12-31T15:59", "opens on"), ("2024-03-31T16:00", "closed on")])
def test_a_call_takes_applications_on_its_own_days_only(database: Database, now: str, reason: str) -> None:
    from datetime import UTC, datetime

    registry = Registry(database)
    enterprise = registry.add_enterprise(
        slug="demo-a", name_zh="示范工厂A(虚构)", name_en="Demo A", area_code="421202", is_demonstration=True
    )
    shelf = ClaimShelf([ShelfClaim("good", enterprise.id, AssetPath.parse("demo-a"), 4.0, 5.0)])
    assert PACK.call is not None
    pack = replace(PACK, call=PACK.call.model_copy(update={"closes_on": date(2024, 3, 31)}))
    now_us = int(datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp()) * 1_000_000
    book = book_of(database, shelf, pack, now_us)
    call = book.publish(pack.id)
    with pytest.raises(CallClosed, match=reason):
        book.submit(call.id, enterprise.id, "good", submitted_by="ann")


def test_a_pack_that_breaks_its_own_vectors_is_not_published(sqlite_database: Database) -> None:
    (rule,) = PACK.conditions
    assert isinstance(rule, ClaimCondition)
    strict = replace(PACK, conditions=(rule.model_copy(update={"threshold": Decimal("0.9")}),))
    book = book_of(sqlite_database, ClaimShelf(), strict)
    with pytest.raises(InvalidPack, match="vector 'three of five is exactly the threshold'"):
        book.publish(strict.id)
    assert book.programmes() == []


def test_verification_is_remembered_for_a_while_and_then_done_again() -> None:
    clock = [NOW_US]
    shelf = ClaimShelf([ShelfClaim("good", 1, AssetPath.parse("demo-a"), 4.0, 5.0)])
    claims = VerifiedClaims(shelf, demonstration_enterprises=list, now_us=lambda: clock[0], keep_us=60_000_000)
    day = date(2024, 6, 1)
    for _ in range(3):
        assert [claim.id for claim in claims.latest("equipment_connection_rate", day)] == ["good"]
    assert shelf.checks == ["good"]
    shelf.forged.add("good")
    clock[0] += 60_000_000
    assert claims.latest("equipment_connection_rate", day) == []


def test_old_claims_are_not_checked_while_a_later_one_holds() -> None:
    claim = ShelfClaim("new", 1, AssetPath.parse("demo-a"), 4.0, 5.0, last_date=date(2024, 5, 31))
    older = [replace(claim, id=f"old-{day}", last_date=date(2024, 5, day)) for day in range(1, 31)]
    shelf = ClaimShelf([*older, claim])
    claims = VerifiedClaims(shelf, demonstration_enterprises=list, now_us=lambda: NOW_US)
    assert [found.id for found in claims.latest("equipment_connection_rate", date(2024, 6, 1))] == ["new"]
    assert shelf.checks == ["new"]
