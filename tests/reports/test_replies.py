"""Replies to proposals: the sample written whole, frozen when signed, unchanged by whatever happens after."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import docx
import pytest
from tests.region.city import FACTS, REPLY_DATE, City, open_city

from millmark.programmes import shipped_packs
from millmark.programmes.errors import IllegalStep, SamePerson, StepForbidden
from millmark.programmes.life import OFFICES, Actor, Party
from millmark.region import NewLedgerEntry
from millmark.region.proposals import (
    Assignment,
    NewProposal,
    Part,
    Person,
    PersonPart,
    ProposalDesk,
    ProposalKind,
    Verdict,
    Way,
)
from millmark.registry import Database
from millmark.reports import Language, read_reply_template
from millmark.reports.official.desk import Office
from millmark.reports.replies import (
    Metadata,
    Openness,
    ReplyDesk,
    ReplyPublications,
    SignedReply,
    Validity,
    made_document,
)
from millmark.reports.replies.content import Block, DraftContent
from millmark.reports.replies.errors import InvalidDraft, InvalidMetadata, ReplyNotFound
from millmark.reports.replies.tables import SignedReplyRow

ANN = Actor("clerk-ann", "officer", OFFICES)
BOB = Actor("chief-bob", "officer", OFFICES)
LANGUAGES: tuple[Language, ...] = ("zh", "en")
PUBLISHED = FACTS.with_name("reply-045.zh.txt").read_text("utf-8")
METADATA = Metadata(
    index_number="764137816/2023-26481",
    topic="政务公开",
    issuer="咸宁市经济和信息化局",
    name="关于对市政协六届二次会议第045号提案办理情况的答复",
    written_on=date(2023, 7, 26),
    published_on=date(2023, 9, 8),
)


@dataclass
class Desk:
    city: City
    replies: ReplyDesk
    publications: ReplyPublications
    proposal_id: int

    @property
    def proposals(self) -> ProposalDesk:
        return self.city.bureau.proposals

    def bring_to_handling(self) -> None:
        book = self.proposals.book
        book.act(self.proposal_id, "file", ANN)
        book.assign(self.proposal_id, Assignment("市政协提案委", date(2023, 5, 6), Part.LEAD), ANN)
        book.act(self.proposal_id, "sign_for", ANN)

    def contact(self, verdict: Verdict = Verdict.SATISFIED) -> None:
        self.proposals.book.contact(self.proposal_id, Way.MEETING, date(2023, 7, 1), verdict, "面对面沟通", ANN)

    def draft(self, **changes: object) -> None:
        content = self.replies.draft(self.proposal_id).content
        content = content.model_copy(update={"reply_class": "B", **changes})
        self.replies.save(self.proposal_id, content.model_dump(mode="json"), ANN)

    def sign(self) -> SignedReply:
        self.replies.submit(self.proposal_id, ANN)
        self.replies.clear(self.proposal_id, BOB)
        return self.replies.sign(self.proposal_id, BOB)


def open_desk(city: City) -> Desk:
    ids = [figure.id for figure in city.pack.figures]
    folder = shipped_packs() / "xianning-reply"
    templates = {language: read_reply_template(folder, language, ids) for language in LANGUAGES}
    office = Office("咸宁市经济和信息化局", "Xianning Bureau of Economy and Information Technology")
    proposals = city.bureau.proposals
    desk = ReplyDesk(city.database, city.figures, proposals, city.pack, templates, office, now_us=city.clock)
    [own] = proposals.book.proposals()
    return Desk(city, desk, ReplyPublications(city.database, proposals, now_us=city.clock), own.id)


@pytest.fixture
def desk(database: Database) -> Desk:
    city = open_city(database)
    city.load()
    return open_desk(city)


@pytest.fixture
def handled(desk: Desk) -> Desk:
    desk.bring_to_handling()
    desk.contact()
    return desk


def published_body() -> str:
    """The published text from the salutation to the plan's last item."""
    return PUBLISHED[PUBLISHED.index("提案委员:") : PUBLISHED.index("咸宁市经济和信息化局\n2023年")].rstrip("\n")


def test_the_sample_reply_is_the_published_text_to_the_byte(handled: Desk) -> None:
    assert handled.replies.write(handled.proposal_id).text == published_body()
    handled.draft()
    signed = handled.sign()
    assert signed.reply.text == published_body()
    assert signed.reply.title == METADATA.name
    assert signed.reply.heading.written_on == REPLY_DATE
    assert signed.intact


def test_the_plan_of_the_sample_becomes_commitments_with_owners_and_days(handled: Desk) -> None:
    handled.draft()
    handled.sign()
    commitments = handled.proposals.commitments.commitments(proposal_id=handled.proposal_id)
    assert sorted(one.position for one in commitments) == [1, 2, 3, 4, 5]
    assert all(one.owner and one.placeholder and one.state == "open" for one in commitments)


def test_a_signed_reply_keeps_value_text_time_records_and_grade_of_every_figure(handled: Desk) -> None:
    handled.draft()
    signed = handled.sign()
    figures = {one.id: one for one in signed.reply.figures}
    assert len(figures) == 27  # all but F26, which the reply does not mention
    stations = figures["F02"]
    assert (str(stations.value), stations.shown, stations.grade) == ("3970", ("3970个",), "document_backed")
    assert (stations.as_of, stations.known_at_us) == (REPLY_DATE, handled.city.clock())
    assert stations.records
    assert all(ref.startswith("ledger:") for ref in stations.records)
    consulted = figures["F28"]
    assert consulted.value == 7
    assert len(consulted.records) == 7
    assert all(ref.startswith("proposal:") for ref in consulted.records)


def test_signed_replies_never_change_and_the_next_draft_shows_the_change_with_its_history(handled: Desk) -> None:
    handled.draft()
    signed = handled.sign()
    before = made_document(signed.reply, signed.sha256, "pdf", made_at_us=signed.signed_at_us)
    handled.publications.publish(signed.id, METADATA, ANN)
    [entry] = handled.city.ledger.entries("5g-base-station")
    replacement = NewLedgerEntry(
        kind="5g-base-station",
        area=entry.area,
        span=entry.span,
        source="复核",
        quantity=Decimal(4000),
        counting=entry.counting,
    )
    handled.city.ledger.correct(entry.id, replacement, source="复核", recorded_by="ann")
    again = handled.replies.signed(signed.id)
    assert again == signed
    assert again.intact
    assert made_document(again.reply, again.sha256, "pdf", made_at_us=again.signed_at_us) == before
    assert handled.publications.published_reply(signed.id).reply.text == published_body()
    handled.proposals.book.give_feedback(handled.proposal_id, Verdict.UNSATISFIED, date(2023, 10, 1), "数字过时", ANN)
    written = handled.replies.write(handled.proposal_id)
    assert "累计建成5G基站4000个" in written.text
    [earlier] = handled.replies.earlier({"F02"})["F02"]
    assert (earlier.value, earlier.reply_id) == (3970, signed.id)
    [now] = [one.figure for one in written.figures if one.figure.id == "F02"]
    assert set(earlier.records) != {record.ref for record in now.records}


def test_a_changed_byte_of_a_signed_reply_is_seen(handled: Desk) -> None:
    handled.draft()
    signed = handled.sign()
    with handled.city.database.transaction() as session:
        row = session.get_one(SignedReplyRow, signed.id)
        row.frozen = {**row.frozen, "title": "另一个标题"}
    assert not handled.replies.signed(signed.id).intact


def test_who_wrote_the_draft_neither_reviews_nor_signs_it(handled: Desk) -> None:
    handled.draft()
    handled.replies.submit(handled.proposal_id, ANN)
    with pytest.raises(SamePerson):
        handled.replies.clear(handled.proposal_id, ANN)
    handled.replies.clear(handled.proposal_id, BOB)
    with pytest.raises(SamePerson):
        handled.replies.sign(handled.proposal_id, ANN)
    assert handled.replies.sign(handled.proposal_id, BOB).signed_by == "chief-bob"
    with pytest.raises(IllegalStep):
        handled.replies.sign(handled.proposal_id, BOB)


@pytest.mark.parametrize("verdict", [None, Verdict.UNSATISFIED])
def test_a_draft_without_contact_or_against_the_proposers_word_comes_back(desk: Desk, verdict: Verdict | None) -> None:
    desk.bring_to_handling()
    if verdict is not None:
        desk.contact(verdict)
    desk.draft()
    assert desk.replies.submit(desk.proposal_id, ANN).state == "handling"
    last = desk.proposals.book.steps(desk.proposal_id)[-1]
    assert (last.action, last.role) == ("bounce", "rule")
    assert last.reason
    desk.contact(Verdict.BASICALLY)
    assert desk.replies.submit(desk.proposal_id, ANN).state == "in_review"


def test_a_reply_names_no_person(handled: Desk) -> None:
    book = handled.proposals.book
    own = book.proposal(handled.proposal_id)
    people = (Person(PersonPart.PROPOSER, "王示例"),)
    with handled.city.database.transaction() as session:
        book._put_people(session, own.id, people)
    content = handled.replies.draft(handled.proposal_id).content
    named = content.model_copy(update={"reply_class": "B", "salutation": "王示例委员:"})
    handled.replies.save(handled.proposal_id, named.model_dump(mode="json"), ANN)
    with pytest.raises(InvalidDraft, match="salutation"):
        handled.replies.submit(handled.proposal_id, ANN)


def test_what_a_draft_lacks_is_named(handled: Desk) -> None:
    handled.draft(reply_class="F")
    with pytest.raises(InvalidDraft, match="reply_class"):
        handled.replies.submit(handled.proposal_id, ANN)
    content = DraftContent(title="答复", blocks=(Block(text="有 {F99} 个"),))
    with pytest.raises(InvalidDraft, match=r"block 1.*F99"):
        handled.replies.save(handled.proposal_id, content.model_dump(mode="json"), ANN)
    handled.draft(blocks=(Block(kind="promise", text="继续推进"),))
    with pytest.raises(InvalidDraft, match=r"block 1.*who answers"):
        handled.replies.submit(handled.proposal_id, ANN)


def test_nobody_overwrites_what_another_saved_meanwhile(handled: Desk) -> None:
    seen = handled.replies.draft(handled.proposal_id).version
    handled.draft()
    with pytest.raises(InvalidDraft, match="version"):
        handled.replies.save(
            handled.proposal_id,
            handled.replies.draft(handled.proposal_id).content.model_dump(mode="json"),
            BOB,
            version=seen,
        )


def test_the_public_reads_open_replies_with_their_metadata_and_nothing_else(handled: Desk) -> None:
    handled.draft()
    signed = handled.sign()
    assert handled.publications.published_replies() == []
    with pytest.raises(ReplyNotFound):
        handled.publications.published_reply(signed.id)
    with pytest.raises(InvalidMetadata, match="published_on"):
        handled.publications.publish(signed.id, replace(METADATA, published_on=date(2023, 1, 1)), ANN)
    assert handled.publications.publish(signed.id, METADATA, ANN).state == "replied"
    [published] = handled.publications.published_replies()
    assert published.metadata == METADATA
    assert "clerk-ann" not in repr(published)
    assert "chief-bob" not in repr(published)
    lapsed = replace(METADATA, validity=Validity.LAPSED)
    handled.publications.amend(signed.id, lapsed, ANN, reason="新答复替代")
    [published] = handled.publications.published_replies()
    assert published.metadata.validity is Validity.LAPSED
    assert published.reply == signed.reply
    assert [one.version for one in handled.publications.publications(signed.id)] == [2, 1]


def test_a_reply_that_is_not_public_stays_inside(handled: Desk) -> None:
    handled.draft()
    signed = handled.sign()
    closed = replace(METADATA, openness=Openness.NOT_PUBLIC)
    assert handled.publications.publish(signed.id, closed, ANN).state == "replied"
    assert handled.publications.published_replies() == []
    with pytest.raises(ReplyNotFound):
        handled.publications.published_reply(signed.id)


def test_the_word_file_has_the_mark_the_text_and_the_annexes(handled: Desk) -> None:
    handled.draft()
    signed = handled.sign()
    [content] = made_document(signed.reply, signed.sha256, "docx", made_at_us=signed.signed_at_us)
    document = docx.Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[0] == "B类"
    for line in published_body().split("\n"):
        assert line in lines
    assert lines.index("咸宁市经济和信息化局") < lines.index(METADATA.name)
    assert "2023年7月26日" in lines
    assert [len(table.rows) for table in document.tables] == [1 + 5, 1 + 27]
    [addressed] = made_document(
        signed.reply, signed.sha256, "docx", made_at_us=signed.signed_at_us, proposers=["王示例"]
    )
    assert "王示例委员:" in [one.text for one in docx.Document(io.BytesIO(addressed)).paragraphs]


def test_the_full_reply_is_written_again_within_a_second(handled: Desk) -> None:
    handled.draft()
    handled.replies.write(handled.proposal_id)
    begun = time.perf_counter()
    written = handled.replies.write(handled.proposal_id)
    assert time.perf_counter() - begun < 1.0
    assert written.text == published_body()


def test_another_proposal_has_a_draft_of_its_own_with_its_own_departments(desk: Desk) -> None:
    book = desk.proposals.book
    other = book.register(
        NewProposal(
            area_code="421200",
            kind=ProposalKind.SUGGESTION,
            session="市六届人大三次会议",
            number="012",
            title="关于示例的建议",
            received_on=date(2024, 3, 1),
            rules="two-months",
        ),
        ANN,
    )
    book.act(other.id, "file", ANN)
    book.assign(other.id, Assignment("市人大代表工委", date(2024, 5, 31)), ANN)
    book.act(other.id, "sign_for", ANN)
    desk.proposals.consultations.ask(other.id, "finance", "请提供意见", ANN)
    written = desk.replies.write(other.id)
    assert written.title == "关于市六届人大三次会议第012号建议的答复"
    assert "会同市财政局等1个部门" in written.text
    assert desk.city.figures.figure("F28").value == 7


def test_departments_may_not_draft(handled: Desk) -> None:
    department = Actor("finance", "department", frozenset({Party.DEPARTMENT}))
    with pytest.raises(StepForbidden):
        handled.replies.save(
            handled.proposal_id,
            handled.replies.draft(handled.proposal_id).content.model_dump(mode="json"),
            department,
        )
