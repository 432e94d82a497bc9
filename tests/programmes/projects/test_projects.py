"""Projects to their end, on both databases: accepted costs become awards, claims show effects, money comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from tests.programmes.claim_shelf import ShelfClaim
from tests.programmes.money.treasury import (
    AWARD_FEN,
    CITY,
    MANAGER,
    MAYOR,
    NOW_US,
    TREASURER,
    WAN,
    Assessed,
    Treasury,
    project_content,
    treasury_over,
)

from millmark.model import AssetPath
from millmark.programmes import Grade, InvalidRecord, RecordConflict, RecordNotFound
from millmark.programmes.errors import IllegalStep, Overspent, SamePerson, StaleVersion, StepForbidden
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money import Asked, Funding, Lowered, NewDisbursement, Support
from millmark.programmes.projects import EffectName, EffectTopic, Grounds, Milestone, NewInvoice, Papers, Side
from millmark.programmes.proof import ChallengeBook
from millmark.programmes.tables import ApplicationClaimRow
from millmark.registry import Database


@pytest.fixture
def treasury(database: Database, tmp_path: Path) -> Treasury:
    return treasury_over(database, tmp_path)


def invoice(
    number: int, category: str = "software", fen: int = 80 * WAN, issued_on: date = date(2026, 3, 1)
) -> NewInvoice:
    return NewInvoice(
        code="",
        number=f"2642200000{number:010d}",
        seller="云联软件",
        issued_on=issued_on,
        category=category,
        amount_fen=fen,
        tax_fen=fen // 20,
    )


def papers(before: int | None = None, after: int | None = None) -> Papers:
    return Papers(
        finished_on=date(2026, 9, 1),
        summary="两条产线联网",
        file_ids=(),
        before_assessment_id=before,
        after_assessment_id=after,
    )


def finished(treasury: Treasury, recognition_id: int) -> int:
    project_id = treasury.projects.file(recognition_id, project_content(), actor=MANAGER).id
    treasury.projects.act(project_id, "confirm", actor=CITY)
    for key in ("design", "go-live"):
        treasury.projects.report(project_id, key, percent=100, note="", file_ids=(), actor=MANAGER)
    treasury.projects.act(project_id, "finish", actor=MANAGER)
    return project_id


def accepted(treasury: Treasury, recognition_id: int, invoices: list[NewInvoice], level: int = 2) -> int:
    """An acceptance with everything counted that may count; returns the project."""
    project_id = finished(treasury, recognition_id)
    enterprise_id = treasury.awards.enterprise_of_recognition(recognition_id)
    treasury.assessments.shelved |= {
        1: Assessed(enterprise_id, "submitted", 1),
        2: Assessed(enterprise_id, "submitted", level),
    }
    acceptance = treasury.acceptances.prepare(project_id, actor=MANAGER)
    for one in invoices:
        acceptance = treasury.acceptances.add_invoice(acceptance.id, one, actor=MANAGER)
    treasury.acceptances.submit(acceptance.id, papers(1, 2), actor=MANAGER)
    for kept in acceptance.invoices:
        fen = kept.countable_fen
        treasury.acceptances.check_invoice(acceptance.id, kept.id, accepted_fen=fen, note="", actor=CITY)
    treasury.acceptances.act(acceptance.id, "accept", actor=CITY)
    return project_id


def paid_in_full(treasury: Treasury) -> tuple[int, int]:
    """An award of which the first part, 60 wan, is paid; and its line."""
    recognition_id = treasury.recognised(treasury.call(), "mill")
    line_id = treasury.line(2 * AWARD_FEN)
    award = treasury.committed(recognition_id, line_id)
    new = NewDisbursement(award_id=award.id, line_id=line_id, instalment="first", amount_fen=60 * WAN)
    payment = treasury.disbursements.propose(new, actor=CITY)
    for action, receipt in (("approve", ""), ("pay", "ICBC-1")):
        treasury.disbursements.act(payment.id, action, actor=TREASURER, receipt=receipt)
    return award.id, line_id


def test_what_was_accepted_becomes_a_share_of_it(treasury: Treasury) -> None:
    call_id = treasury.call("pilot-city-hangzhou", "2024")
    recognition_id = treasury.recognised(call_id, "mill")
    enterprise_id = treasury.awards.enterprise_of_recognition(recognition_id)
    early = treasury.awards.calculate(recognition_id, actor=CITY)
    assert set(early.calculation["unresolved"]) == {"exclusion:little-giant", "exclusion:scheme-2022", "level"}
    programme = treasury.shelf.pack("pilot-city-hangzhou", "2024").programme
    assert programme is not None
    line_id = treasury.line(100 * WAN, programme=programme.slug)
    with pytest.raises(RecordConflict, match="not known yet"):
        treasury.awards.propose(early.id, [Funding(line_id, 1)], actor=CITY)

    treasury.facts[enterprise_id] = {"funded_little_giant": False, "scheme_2022": False}
    brought = [
        invoice(1, "software", 50 * WAN + 7),
        invoice(2, "gateways", 10 * WAN),
        invoice(3, "other", 900 * WAN),
        invoice(4, "software", 30 * WAN, date(2027, 1, 1)),
    ]
    accepted(treasury, recognition_id, brought)
    award = treasury.awards.recalculate(early.id, actor=CITY)
    assert award.calculation["unresolved"] == []
    assert award.calculation["eligible_cost_fen"] == 60 * WAN + 7
    assert award.amount_fen == (60 * WAN + 7) * 40 // 100
    assert (award.inputs["level"], award.inputs["level_ref"]) == (2, "assessment:2")
    refs = [ref for step in award.calculation["steps"] for ref in step["refs"]]
    assert {"invoice:1", "invoice:2"} <= set(refs)
    assert award.version == 2
    treasury.awards.propose(award.id, [Funding(line_id, award.amount_fen)], actor=CITY)
    assert treasury.awards.approve(award.id, document="d", actor=MAYOR).committed_fen == award.amount_fen


def test_other_awards_and_other_programmes_exclude_by_the_pack(treasury: Treasury) -> None:
    recognition_id = treasury.recognised(treasury.call("pilot-city-hangzhou", "2024"), "mill")
    enterprise_id = treasury.awards.enterprise_of_recognition(recognition_id)
    treasury.facts[enterprise_id] = {"funded_little_giant": True, "scheme_2022": False}
    accepted(treasury, recognition_id, [invoice(1)])
    award = treasury.awards.calculate(recognition_id, actor=CITY)
    assert (award.amount_fen, award.calculation["excluded_by"]) == (0, ["little-giant"])


def test_a_committed_award_is_only_ever_reduced(treasury: Treasury) -> None:
    recognition_id = treasury.recognised(treasury.call(), "mill")
    line_id = treasury.line(2 * AWARD_FEN)
    award = treasury.committed(recognition_id, line_id)
    less = Asked((Support("x", 1, "d"),), Lowered(70 * WAN, "核减"))
    reduced = treasury.awards.recalculate(award.id, actor=MAYOR, asked=less, reason="审计核减")
    assert (reduced.amount_fen, reduced.committed_fen, reduced.version) == (70 * WAN, 70 * WAN, award.version + 1)
    assert treasury.budget.line(line_id).balances.available == 130 * WAN
    standing = [one for one in treasury.records.standing() if one.amount_fen is not None]
    assert [one.amount_fen for one in standing] == [70 * WAN]
    with pytest.raises(Overspent, match="only ever reduced"):
        treasury.awards.recalculate(award.id, actor=MAYOR, reason="更多")
    with pytest.raises(StaleVersion):
        treasury.awards.withdraw(award.id, reason="x", actor=MAYOR, version=1)
    assert treasury.awards.award(award.id).amount_fen == 70 * WAN


def test_whoever_proposed_an_award_does_not_approve_it(treasury: Treasury) -> None:
    award = treasury.proposed(treasury.recognised(treasury.call(), "mill"), treasury.line(AWARD_FEN))
    with pytest.raises(SamePerson, match="city proposed award"):
        treasury.awards.approve(award.id, document="d", actor=CITY)
    assert treasury.awards.award(award.id).state == "proposed"
    assert treasury.budget.line(1).balances.committed == 0


def test_a_project_runs_by_the_version_that_was_approved(treasury: Treasury) -> None:
    recognition_id = treasury.recognised(treasury.call(), "mill")
    project = treasury.projects.file(recognition_id, project_content(), actor=MANAGER)
    with pytest.raises(StepForbidden):
        treasury.projects.act(project.id, "confirm", actor=MANAGER)
    treasury.projects.act(project.id, "confirm", actor=CITY)
    later = Milestone("handover", "移交", "Handover", date(2026, 11, 1), 10 * WAN)
    wider = replace(project_content(), milestones=(*project_content().milestones, later))
    asked = treasury.projects.rewrite(project.id, wider, actor=MANAGER, reason="增加移交")
    assert (len(asked.content.milestones), asked.requested) == (2, wider)
    refused = treasury.projects.act(project.id, "refuse_change", actor=CITY, reason="不需要")
    assert (refused.state, len(refused.milestones), refused.version, refused.approved_version) == ("running", 2, 2, 1)
    with pytest.raises(RecordConflict, match="design, go-live"):
        treasury.projects.act(project.id, "finish", actor=MANAGER)
    with pytest.raises(RecordConflict, match="stands at 0 %"):
        treasury.projects.report(project.id, "design", percent=100, note="", file_ids=(), actor=CITY, confirm=True)
    assert treasury.projects.project(project.id).state == "running"


def test_an_acceptance_takes_only_levels_of_its_own_enterprise(treasury: Treasury) -> None:
    recognition_id = treasury.recognised(treasury.call(), "mill")
    acceptance = treasury.acceptances.prepare(finished(treasury, recognition_id), actor=MANAGER)
    treasury.assessments.shelved |= {7: Assessed(4242, "submitted", 4), 8: Assessed(1, "draft", None)}
    with pytest.raises(RecordNotFound, match="no assessment 7"):
        treasury.acceptances.submit(acceptance.id, papers(after=7), actor=MANAGER)
    with pytest.raises(InvalidRecord, match="not submitted"):
        treasury.acceptances.submit(acceptance.id, papers(after=8), actor=MANAGER)
    assert treasury.acceptances.acceptance(acceptance.id).state == "draft"


def test_an_invoice_counts_with_no_more_than_the_rules_leave_of_it(treasury: Treasury) -> None:
    recognition_id = treasury.recognised(treasury.call(), "mill")
    acceptance = treasury.acceptances.prepare(finished(treasury, recognition_id), actor=MANAGER)
    good = treasury.acceptances.add_invoice(acceptance.id, invoice(1), actor=MANAGER).invoices[0]
    bad = treasury.acceptances.add_invoice(acceptance.id, invoice(2, "buildings"), actor=MANAGER).invoices[1]
    early = invoice(3, issued_on=date(2025, 12, 31))
    old = treasury.acceptances.add_invoice(acceptance.id, early, actor=MANAGER).invoices[2]
    treasury.acceptances.submit(acceptance.id, papers(), actor=MANAGER)
    for kept, fen, said in (
        (good, 80 * WAN + 1, "up to 800,000.00 yuan"),
        (good, 1, "why less counts"),
        (bad, 1, "not an eligible cost"),
        (old, 1, "outside of the project's"),
    ):
        with pytest.raises(InvalidRecord, match=said):
            treasury.acceptances.check_invoice(acceptance.id, kept.id, accepted_fen=fen, note="", actor=CITY)
    with pytest.raises(RecordConflict, match="only while the enterprise prepares"):
        treasury.acceptances.add_invoice(acceptance.id, invoice(4), actor=MANAGER)


def test_a_refused_acceptance_sets_its_invoices_and_its_project_free(treasury: Treasury) -> None:
    recognition_id = treasury.recognised(treasury.call(), "mill")
    project_id = finished(treasury, recognition_id)
    first = treasury.acceptances.prepare(project_id, actor=MANAGER)
    with pytest.raises(RecordConflict, match="under way"):
        treasury.acceptances.prepare(project_id, actor=MANAGER)
    treasury.acceptances.add_invoice(first.id, invoice(1), actor=MANAGER)
    treasury.acceptances.submit(first.id, papers(), actor=MANAGER)
    treasury.acceptances.act(first.id, "refuse", actor=CITY, reason="成效不足")
    second = treasury.acceptances.prepare(project_id, actor=MANAGER)
    assert len(treasury.acceptances.add_invoice(second.id, invoice(1), actor=MANAGER).invoices) == 1


def test_effects_are_proven_by_claims_and_told_without(treasury: Treasury) -> None:
    recognition_id = treasury.recognised(treasury.call(), "mill")
    enterprise_id = treasury.awards.enterprise_of_recognition(recognition_id)
    project_id = finished(treasury, recognition_id)
    subject = AssetPath.parse("mill")
    treasury.claims.shelved += [
        ShelfClaim("before", enterprise_id, subject, 3.0, 7.0, date(2026, 1, 1), date(2026, 1, 31)),
        ShelfClaim("after", enterprise_id, subject, 6.0, 7.0, date(2026, 2, 1), date(2026, 2, 28)),
        ShelfClaim("stranger", enterprise_id + 1, subject, 6.0, 7.0, date(2026, 2, 1), date(2026, 2, 28)),
        ShelfClaim("energy", enterprise_id, subject, 6.0, 7.0, date(2026, 2, 1), date(2026, 2, 28), "unit_energy"),
    ]
    name = EffectName(
        topic=EffectTopic.EFFICIENCY, name_zh="联网率", name_en="Connected", unit="1", lower_is_better=False
    )
    proven = treasury.effects.from_claims(project_id, name, "before", "after", actor=MANAGER)
    assert (proven.grade, proven.is_better, proven.change_percent) == (
        Grade.MACHINE_PROVEN,
        True,
        Decimal("100.00"),
    )
    assert (proven.before.value, proven.after.coverage) == (Decimal("0.428571"), Decimal(1))
    with pytest.raises(RecordNotFound):
        treasury.effects.from_claims(project_id, name, "before", "stranger", actor=MANAGER)
    for pair, said in (
        (("after", "before"), "must begin after"),
        (("before", "energy"), "the other about unit_energy"),
    ):
        with pytest.raises(InvalidRecord, match=said):
            treasury.effects.from_claims(project_id, name, *pair, actor=MANAGER)
    sides = [
        Side(value=Decimal(value), first=date(year, 1, 1), last=date(year, 2, 1))
        for value, year in (("0", 2025), ("5", 2026))
    ]
    told = treasury.effects.told(project_id, name, *sides, actor=MANAGER)
    assert (told.grade, told.change_percent) == (Grade.SELF_REPORTED, None)
    # The later one of the same name stands; the earlier one stays in the book.
    assert [one.id for one in treasury.effects.effects(project_id)] == [told.id]
    with pytest.raises(StepForbidden):
        treasury.effects.told(project_id, name, *sides, actor=CITY)


def test_a_claim_that_nobody_answered_for_is_grounds_for_a_clawback(treasury: Treasury) -> None:
    award_id, _line_id = paid_in_full(treasury)
    enterprise_id = treasury.awards.award(award_id).enterprise_id
    claim = SimpleNamespace(id="00000000-0000-4000-8000-000000000001", enterprise_id=enterprise_id, document=b"{}")
    with treasury.database.transaction() as session:
        row = {"i": claim.id, "e": enterprise_id, "t": NOW_US, "s": b"{}", "d": claim.document}
        statement = "INSERT INTO claims (id, enterprise_id, issued_at_us, statement, document) VALUES (:i,:e,:t,:s,:d)"
        session.execute(text(statement), row)
        recognition = session.get_one(RecognitionRow, treasury.awards.award(award_id).recognition_id)
        came_with = {"submitted_at_us": NOW_US, "submitted_by": "manager"}
        session.add(ApplicationClaimRow(application_id=recognition.application_id, claim_id=claim.id, **came_with))
    clock = [NOW_US]
    far = SimpleNamespace(claim=lambda _id: claim, is_own=lambda _claim: False)
    challenges = ChallengeBook(treasury.database, far, now_us=lambda: clock[0])  # type: ignore[arg-type]
    asked = challenges.open(claim.id, CITY, reason="与现场不符", answer_days=1)
    assert treasury.clawbacks.possible_grounds(award_id) == [], "an open challenge says nothing yet"
    clock[0] = asked.deadline_us
    challenges.lapse_overdue()

    (found,) = treasury.clawbacks.possible_grounds(award_id)
    assert (found.grounds, found.challenge_id, found.claim_id, found.state) == (
        Grounds.FALSE_STATEMENT,
        asked.id,
        claim.id,
        "not_answered",
    )
    opened = treasury.clawbacks.open(award_id, WAN, found.grounds, reason="凭证未获说明", actor=CITY)
    assert treasury.clawbacks.steps(opened.id)[0].detail["challenges"] == [asked.id]
    with pytest.raises(RecordNotFound):
        treasury.clawbacks.possible_grounds(award_id + 1)


def test_no_more_comes_back_than_was_paid(treasury: Treasury) -> None:
    award_id, line_id = paid_in_full(treasury)
    with pytest.raises(Overspent, match=r"600,000\.00 are paid"):
        treasury.clawbacks.open(award_id, 60 * WAN + 1, Grounds.MISUSE, reason="挪用", actor=CITY)
    opened = treasury.clawbacks.open(award_id, 50 * WAN, Grounds.MISUSE, reason="挪用", actor=CITY)
    with pytest.raises(Overspent, match=r"500,000\.00 of them asked back already"):
        treasury.clawbacks.open(award_id, 20 * WAN, Grounds.OTHER, reason="x", actor=CITY)
    with pytest.raises(IllegalStep):
        treasury.clawbacks.receive(opened.id, line_id, WAN, receipt="IN-0", actor=TREASURER)
    treasury.clawbacks.act(opened.id, "decide", actor=MAYOR, document="d")
    with pytest.raises(Overspent, match="outstanding"):
        treasury.clawbacks.receive(opened.id, line_id, 51 * WAN, receipt="IN-1", actor=TREASURER)
    other = treasury.line(AWARD_FEN, code="other")
    with pytest.raises(Overspent, match="that are paid for it"):
        treasury.clawbacks.receive(opened.id, other, WAN, receipt="IN-1", actor=TREASURER)
    treasury.clawbacks.receive(opened.id, line_id, 20 * WAN, receipt="IN-1", actor=TREASURER)
    waived = treasury.clawbacks.act(opened.id, "waive", actor=MAYOR, reason="企业破产,余额核销")
    assert (waived.state, waived.received_fen, waived.outstanding_fen) == ("closed", 20 * WAN, 0)
    assert treasury.budget.line(line_id).balances.recovered == 20 * WAN
    assert treasury.budget.check() == []


def test_awards_are_cut_in_proportion_only_where_the_pack_says_so(treasury: Treasury) -> None:
    call_id = treasury.call()
    awards = [treasury.awards.calculate(treasury.recognised(call_id, f"m{n}"), actor=CITY) for n in range(3)]
    with pytest.raises(RecordConflict, match="does not cut awards in proportion"):
        treasury.awards.fit(call_id, AWARD_FEN, reason="预算不足", actor=CITY)
    assert [one.version for one in treasury.awards.awards()] == [1, 1, 1]
    pack = treasury.shelf.pack("city-smart-manufacturing", "2026")
    assert pack.money is not None
    rule = pack.money.rule.model_copy(update={"reduces_pro_rata": True})
    object.__setattr__(pack, "money", pack.money.model_copy(update={"rule": rule}))
    fitted = treasury.awards.fit(call_id, AWARD_FEN, reason="预算不足", actor=CITY)
    assert [one.amount_fen for one in fitted] == [33_333_334, 33_333_333, 33_333_333]
    assert sum(one.amount_fen for one in fitted) == AWARD_FEN
    assert fitted[0].calculation["steps"][-1]["code"] == "lowered"
    assert [one.id for one in fitted] == [one.id for one in awards]
