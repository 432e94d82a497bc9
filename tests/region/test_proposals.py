"""Proposals: deadlines by rule sets, consultations that figures count, commitments to their end, years in numbers."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.programmes.documents import samples
from tests.region.city import REPLY_DATE, City, open_city

from millmark.programmes import shipped_packs
from millmark.programmes.documents import LocalFileStore, UnknownFile
from millmark.programmes.errors import IllegalStep, ReasonMissing, StepForbidden
from millmark.programmes.life import OFFICES, Actor, Party
from millmark.region.departments import Department
from millmark.region.proposals import (
    Assignment,
    AttachmentKind,
    Commitment,
    NewProposal,
    Part,
    Promise,
    Proposal,
    ProposalKind,
    Verdict,
    read_rule_shelf,
    year_of,
)
from millmark.region.proposals.attachments import MOST
from millmark.region.proposals.errors import InvalidProposal, NotReady, ProposalConflict, ProposalNotFound
from millmark.region.proposals.rules import Deadline
from millmark.registry import Database

ANN = Actor("clerk-ann", "officer", OFFICES)
FINANCE = Actor("finance", "department", frozenset({Party.DEPARTMENT}))
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
SHELF = read_rule_shelf(shipped_packs())


@pytest.fixture
def city(database: Database) -> City:
    city = open_city(database)
    city.load()
    return city


def new(number: str = "001", **changes: object) -> NewProposal:
    return replace(
        NewProposal(
            area_code="421200",
            kind=ProposalKind.PROPOSAL,
            session="市政协七届一次会议(测试)",
            number=number,
            title="关于测试的提案",
            received_on=date(2024, 5, 6),
            rules="three-months-plus-one",
        ),
        **changes,
    )


def handled(city: City, number: str = "001") -> int:
    book = city.bureau.proposals.book
    made = book.register(new(number), ANN)
    book.act(made.id, "file", ANN)
    book.assign(made.id, Assignment("提案委(测试)", date(2024, 5, 31)), ANN)
    book.act(made.id, "sign_for", ANN)
    return made.id


@given(DAYS, st.integers(1, 30))
def test_months_end_on_the_same_day_or_on_the_last_one(begins: date, months: int) -> None:
    ends = Deadline(months=months, source="x", confidence="D").after(begins)
    assert (ends.year * 12 + ends.month) - (begins.year * 12 + begins.month) == months
    last = calendar.monthrange(ends.year, ends.month)[1]
    assert ends.day == begins.day or (ends.day == last and begins.day > last)


@given(DAYS, st.integers(1, 400))
def test_days_are_days_of_the_calendar(begins: date, days: int) -> None:
    assert Deadline(days=days, source="x", confidence="D").after(begins) == begins + timedelta(days=days)


def test_the_shipped_rule_sets_are_the_variants_of_the_reference() -> None:
    months = {name: (one.deadlines.reply.months, one.deadlines.longest.months) for name, one in SHELF.editions.items()}
    assert months == {"three-months": (3, 6), "three-months-plus-one": (3, 4), "two-months": (2, 3)}
    marks = {name: "".join(each.mark for each in one.classes) for name, one in SHELF.editions.items()}
    assert marks == {"three-months": "ABC", "three-months-plus-one": "ABCD", "two-months": "ABC"}
    assert {one.deadlines.reply.confidence for one in SHELF.editions.values()} == {"A", "B"}


def test_the_figure_of_departments_comes_from_consultations_and_moves_with_them(city: City) -> None:
    figure = city.figures.figure("F28", REPLY_DATE)
    assert figure.value == 7
    assert {record.kind for record in figure.records} == {"proposal"}
    traced = city.figures.trace(figure.records[0].ref)
    assert traced.record == figure.records[0]
    desk = city.bureau.proposals
    [own] = desk.book.proposals()
    assert (own.number, own.placeholder) == ("045", True)
    desk.book.act(own.id, "file", ANN)
    desk.book.assign(own.id, Assignment("提案委", date(2023, 5, 6)), ANN)
    city.bureau.departments.put(Department("transport", "市交通运输局", "Transport bureau"), recorded_by="test")
    asked = desk.consultations.ask(own.id, "transport", "?", ANN)
    assert city.figures.figure("F28").value == 8
    assert city.figures.figure("F28", REPLY_DATE).value == 7
    before = city.clock()
    city.clock.now_us += 1_000_000
    desk.consultations.act(asked.id, "recall", ANN, reason="不需要")
    assert city.figures.figure("F28").value == 7
    assert len(desk.facts.standing_records(city.figures.today(), known_at_us=before)) == 8
    other = handled(city)
    desk.consultations.ask(other, "transport", "?", ANN)
    assert city.figures.figure("F28").value == 7


def test_a_proposal_is_registered_once_and_says_what_is_wrong(city: City) -> None:
    book = city.bureau.proposals.book
    book.register(new(), ANN)
    with pytest.raises(ProposalConflict, match="001"):
        book.register(new(), ANN)
    with pytest.raises(InvalidProposal, match="title"):
        book.register(new("002", title="  "), ANN)
    with pytest.raises(InvalidProposal, match="received_on"):
        book.register(new("003", received_on=date(2030, 1, 1)), ANN)
    with pytest.raises(StepForbidden):
        book.register(new("004"), FINANCE)


def test_what_lacks_a_suggestion_is_kept_as_a_letter_with_its_reason(city: City) -> None:
    book = city.bureau.proposals.book
    made = book.register(new(), ANN)
    with pytest.raises(ReasonMissing):
        book.act(made.id, "keep_as_letter", ANN)
    assert book.act(made.id, "keep_as_letter", ANN, reason="没有具体建议").state == "letter"
    with pytest.raises(IllegalStep):
        book.act(made.id, "file", ANN)


def test_it_is_returned_within_the_days_of_the_rules_and_not_after(city: City) -> None:
    book = city.bureau.proposals.book
    for number, assigned, possible in (("001", date(2024, 5, 25), True), ("002", date(2024, 5, 20), False)):
        made = book.register(new(number), ANN)
        book.act(made.id, "file", ANN)
        book.assign(made.id, Assignment("提案委", assigned), ANN)
        if possible:
            assert book.act(made.id, "return", ANN, reason="不属本局职责").state == "returned"
        else:
            with pytest.raises(NotReady, match="2024-05-30"):
                book.act(made.id, "return", ANN, reason="不属本局职责")


def test_an_extension_stays_within_the_longest_time(city: City) -> None:
    book = city.bureau.proposals.book
    proposal = handled(city)
    assert book.proposal(proposal).due_on == date(2024, 8, 31)
    with pytest.raises(InvalidProposal, match="2024-09-30"):
        book.extend(proposal, date(2024, 10, 1), ANN, reason="复杂")
    assert book.extend(proposal, date(2024, 9, 30), ANN, reason="复杂").due_on == date(2024, 9, 30)


def test_a_department_returns_a_question_in_time_or_answers_it(city: City) -> None:
    consultations = city.bureau.proposals.consultations
    proposal = handled(city)
    asked = consultations.ask(proposal, "finance", "?", ANN)
    assert (asked.return_by, asked.due_on) == (date(2024, 6, 11), date(2024, 7, 1))
    with pytest.raises(ProposalConflict):
        consultations.ask(proposal, "finance", "?", ANN)
    with pytest.raises(ProposalNotFound):
        consultations.ask(proposal, "no-such-department", "?", ANN)
    with pytest.raises(InvalidProposal, match="opinion"):
        consultations.act(asked.id, "opine", FINANCE, opinion=" ")
    consultations.act(asked.id, "return", FINANCE, reason="非本部门职责")
    assert consultations.ask(proposal, "finance", "再问", ANN).id == asked.id
    assert consultations.act(asked.id, "opine", FINANCE, opinion="同意").opinion == "同意"
    assert [step.action for step in consultations.steps(asked.id)] == ["ask", "return", "ask_again", "opine"]


def test_a_commitment_is_followed_from_the_promise_to_the_evidence(city: City) -> None:
    book = city.bureau.proposals.commitments
    proposal = handled(city)
    promises = [
        Promise("建成园区网络", "网络科", date(2024, 5, 31)),
        Promise("落实资金", "财政", date(2025, 1, 1), "finance"),
    ]
    with city.database.transaction() as session:
        book.promise_within(session, proposal, 1, promises, ANN)
    first, second = book.commitments(proposal_id=proposal)
    assert (first.is_overdue(book.today()), second.is_overdue(book.today())) == (True, False)
    assert book.report(second.id, 40, "已立项", FINANCE).progress == 40
    with pytest.raises(InvalidProposal, match="percent"):
        book.report(second.id, 100, "完成", FINANCE)
    with pytest.raises(InvalidProposal, match="evidence"):
        book.complete(second.id, "  ", "完成", FINANCE)
    with pytest.raises(StepForbidden):
        book.act(second.id, "extend", FINANCE, reason="来不及", until=date(2026, 1, 1))
    extended = book.act(first.id, "extend", ANN, reason="施工受阻", until=date(2024, 12, 31))
    assert (extended.promised_for, extended.due_on) == (date(2024, 5, 31), date(2024, 12, 31))
    assert book.complete(second.id, "财函〔2024〕1号", "已拨付", FINANCE).state == "done"
    assert book.act(second.id, "take_up", ANN, reason="佐证不符").state == "under_way"


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["registered", "letter", "returned", "handling", "signed", "replied", "concluded", "archived"]),
        st.sampled_from(list(Part)),
        st.sampled_from([None, "A", "B", "C"]),
        st.sampled_from([None, *Verdict]),
        st.integers(-30, 30),
    ),
    max_size=30,
)


@given(ROWS)
def test_a_year_is_counted_as_by_hand(rows: list[tuple[str, Part, str | None, Verdict | None, int]]) -> None:
    proposals = [_proposal(number, *row) for number, row in enumerate(rows)]
    elsewhere = replace(_proposal(999, "replied", Part.LEAD, "A", None, 0), received_on=date(2023, 12, 31))
    found = year_of(2024, [*proposals, elsewhere], [_commitment(1, "done"), _commitment(1, "open")])
    counted = [row for row in rows if row[0] not in ("letter", "returned")]
    answered = [row for row in counted if row[0] in ("replied", "concluded", "archived")]
    said = [row[3] for row in counted if row[3] is not None]
    content = [one for one in said if one is not Verdict.UNSATISFIED]
    assert (found.received, found.to_reply, found.replied) == (len(rows), len(counted), len(answered))
    assert found.replied_in_time == sum(1 for row in answered if row[4] <= 0)
    assert found.replied_rate == (_tenth(len(answered), len(counted)) if counted else None)
    assert found.satisfied_rate == (_tenth(len(content), len(said)) if said else None)
    assert sum(found.classes.values()) == sum(1 for row in answered if row[2])
    assert found.lead + found.co + found.separate == len(rows)


def _tenth(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"))


def _proposal(
    number: int, state: str, part: Part, mark: str | None, verdict: Verdict | None, days_late: int
) -> Proposal:
    replied = state in ("replied", "concluded", "archived")
    return Proposal(
        id=number,
        area_code="421200",
        kind=ProposalKind.PROPOSAL,
        session="s",
        number=str(number),
        title="t",
        text="",
        topic=None,
        received_on=date(2024, 3, 1),
        part=part,
        lead=None,
        assigner=None,
        assigned_on=None,
        rules="three-months",
        due_on=date(2024, 6, 1),
        return_by=None,
        replied_on=date(2024, 6, 1) + timedelta(days=days_late) if replied else None,
        reply_class=mark,
        verdict=verdict,
        round=1,
        state=state,
        version=1,
        placeholder=False,
        import_key=None,
        registered_at_us=0,
        registered_by="x",
    )


def _commitment(proposal_id: int, state: str) -> Commitment:
    return Commitment(
        id=1,
        proposal_id=proposal_id,
        round=1,
        position=1,
        text="t",
        owner="o",
        department=None,
        promised_for=date(2024, 6, 1),
        due_on=date(2024, 6, 1),
        progress=0,
        evidence=None,
        ended_on=None,
        state=state,
        version=1,
        placeholder=False,
    )


def test_files_stand_with_a_proposal_or_its_opinion_until_they_are_withdrawn(city: City, tmp_path: Path) -> None:
    desk, proposal = city.bureau.proposals, handled(city)
    other = handled(city, "002")
    city.bureau.departments.put(Department("finance", "市财政局", "Finance"), recorded_by="test")
    asked = desk.consultations.ask(proposal, "finance", "资金?", ANN)
    store = LocalFileStore(tmp_path / "files", city.database, now_us=city.clock)
    kept = store.keep([samples.pdf()], "原件.pdf", owner_enterprise_id=None, purpose="proposal-1", actor="ann")
    book = desk.attachments
    original = book.attach(proposal, AttachmentKind.ORIGINAL, kept.id, ANN, files=store)
    opinion = book.attach(proposal, AttachmentKind.OPINION, kept.id, FINANCE, files=store, consultation_id=asked.id)
    assert book.attach(proposal, AttachmentKind.ORIGINAL, kept.id, ANN, files=store) == original
    assert [one.id for one in book.attachments(proposal)] == [original.id, opinion.id]
    assert [one.id for one in book.attachments(proposal, consultation_id=asked.id)] == [opinion.id]
    assert book.attachments(other) == []
    with pytest.raises(InvalidProposal, match="an opinion belongs to a consultation"):
        book.attach(proposal, AttachmentKind.OPINION, kept.id, FINANCE, files=store)
    with pytest.raises(ProposalNotFound):
        book.attach(other, AttachmentKind.OPINION, kept.id, FINANCE, files=store, consultation_id=asked.id)
    with pytest.raises(UnknownFile):
        book.attach(proposal, AttachmentKind.OTHER, "0" * 40, ANN, files=store)
    gone = book.withdraw(opinion.id, FINANCE, reason=" 盖错章 ")
    assert (gone.holds, gone.withdrawal_reason) == (False, "盖错章")
    with pytest.raises(ProposalConflict):
        book.withdraw(opinion.id, ANN, reason="again")
    again = book.attach(proposal, AttachmentKind.OPINION, kept.id, FINANCE, files=store, consultation_id=asked.id)
    assert again.id != opinion.id
    assert [one.holds for one in book.attachments(proposal)] == [True, False, True]


def test_a_proposal_has_no_more_files_than_somebody_can_look_through(city: City, tmp_path: Path) -> None:
    store = LocalFileStore(tmp_path / "files", city.database, now_us=city.clock)
    book, proposal = city.bureau.proposals.attachments, handled(city)
    for number in range(MOST):
        kept = store.keep([samples.pdf()], f"{number}.pdf", owner_enterprise_id=None, purpose="p", actor="ann")
        last = book.attach(proposal, AttachmentKind.OTHER, kept.id, ANN, files=store)
    more = store.keep([samples.pdf()], "more.pdf", owner_enterprise_id=None, purpose="p", actor="ann")
    with pytest.raises(NotReady, match=f"at most {MOST}"):
        book.attach(proposal, AttachmentKind.OTHER, more.id, ANN, files=store)
    book.withdraw(last.id, ANN, reason="多余")
    assert book.attach(proposal, AttachmentKind.OTHER, more.id, ANN, files=store).holds
