"""What the machine says of an application where its pack binds facts to measures: machines stand before forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.programmes.claim_shelf import ShelfClaim
from tests.programmes.life.office import BUREAU, MANAGER, NOW_US, PACKS, Office, office_over

from millmark.model import AssetPath, Origin
from millmark.programmes import Grade, Outcome
from millmark.programmes.assessment.facts import FactBook, NewFact
from millmark.programmes.life.content import Content
from millmark.programmes.life.judging import ConditionAnswer
from millmark.programmes.packs import PackShelf, ValueCondition
from millmark.programmes.rules import Verdict
from millmark.registry import Database

REF = ("provincial-5g-factory", "2023")


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    """A bureau whose pack of the 5G factory has one threshold filled in: half of the machines are digital."""
    pack = PACKS.pack(*REF)
    filled = tuple(
        one.model_copy(update={"threshold": Decimal(50), "levels": ()})
        if isinstance(one, ValueCondition) and one.id == "line-digital"
        else one
        for one in pack.conditions
    )
    shelf = PackShelf({**PACKS.packs, REF: replace(pack, conditions=filled, vectors=())}, {})
    return office_over(database, tmp_path / "files", shelf)


def tell(database: Database, enterprise_id: int, **facts: int) -> None:
    """What the enterprise says of itself: nothing that anybody proved."""
    said = [
        NewFact(name, Decimal(number), "", date(2024, 5, 1), Grade.SELF_REPORTED, "自填")
        for name, number in facts.items()
    ]
    FactBook(database, now_us=lambda: NOW_US).record(enterprise_id, said, recorded_by="manager")


def digital(conditions: Sequence[ConditionAnswer]) -> Verdict:
    return next(one.verdict for one in conditions if one.id == "line-digital")


def test_a_fact_that_machines_prove_stands_before_what_is_said(office: Office, database: Database) -> None:
    acme = office.enterprise("acme")
    tell(database, acme, digital_machines=3, production_machines=10)
    call_id = office.call("digital", *REF)
    office.shelf.shelved.clear()
    said = digital(office.life.applications.fit(call_id, acme).conditions)
    assert (said.outcome, said.grade, said.claim_ids) == (Outcome.NOT_MET, Grade.SELF_REPORTED, ())

    office.shelf.shelved.append(ShelfClaim("counted", acme, AssetPath.parse("acme"), 4.0, 5.0))
    proven = digital(office.life.applications.fit(call_id, acme).conditions)
    # Three of five machines, not of the ten that were said; one of both numbers is still only said.
    assert (proven.outcome, proven.grade) == (Outcome.MET, Grade.SELF_REPORTED)
    assert proven.claim_ids == ("counted",)
    assert [one.code for one in proven.reasons] == ["value_met", "machines_say_otherwise"]
    assert "10" in proven.reasons[-1].en
    assert "5" in proven.reasons[-1].en
    assert not proven.demonstration


def test_an_application_is_judged_by_the_claims_that_came_with_it_alone(office: Office, database: Database) -> None:
    acme = office.enterprise("acme")
    tell(database, acme, digital_machines=3, production_machines=10)
    call_id = office.call("digital", *REF)
    started = office.life.applications.start(call_id, acme, MANAGER)
    office.life.applications.save(started.id, MANAGER, Content(level=1, pledge=True))
    without = digital(office.life.applications.fit(call_id, acme).conditions)
    assert without.outcome is Outcome.MET, "asked beforehand, all that the enterprise has may speak"

    adviser = office.life.applications._adviser
    call = office.life.calls.call(call_id)
    alone = adviser.advise(call, acme, Content(level=1), {})
    assert digital(alone.conditions).outcome is Outcome.NOT_MET
    attached = adviser.advise(call, acme, Content(level=1, claim_ids=("acme-poor",)), {})
    assert digital(attached.conditions).outcome is Outcome.MET
    assert digital(attached.conditions).claim_ids == ("acme-poor",)


def test_what_rests_on_fictional_machines_is_marked(office: Office, database: Database) -> None:
    acme = office.enterprise("acme", demonstration=True)
    tell(database, acme, digital_machines=3)
    office.shelf.shelved[:] = [replace(one, origins=(Origin.RECORDING,)) for one in office.shelf.shelved]
    found = digital(office.life.applications.fit(office.call("digital", *REF), acme).conditions)
    assert (found.outcome, found.demonstration) == (Outcome.MET, True)


def test_a_forged_claim_proves_no_fact(office: Office, database: Database) -> None:
    acme = office.enterprise("acme")
    tell(database, acme, digital_machines=3, production_machines=10)
    office.shelf.forged |= {"acme-good", "acme-poor"}
    found = digital(office.life.applications.fit(office.call("digital", *REF), acme).conditions)
    assert (found.outcome, found.claim_ids) == (Outcome.NOT_MET, ())


def test_one_question_answers_for_all_open_calls(office: Office) -> None:
    acme = office.enterprise("acme")
    first, second = office.call("one"), office.call("two")
    office.life.calls.act(office.call("closed"), "close", BUREAU, reason="名额已满")
    one_by_one = {call_id: office.life.applications.fit(call_id, acme) for call_id in (first, second)}
    assert office.life.applications.fits(acme) == one_by_one
