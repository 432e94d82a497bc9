"""What proposals show in the demonstration: the published reply No. 045 taken through its whole handling, and others on
their way.

Of No. 045 title, text, figures, date and metadata stand as published. Who proposed it, when it came in, who answers for
the plan and until when was not published: these belong to the demonstration and are marked so. All other proposals are
made up. May be repeated: what is there stays as people left it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from millmark.programmes.life import OFFICES, Actor, Party
from millmark.region.proposals import (
    Assignment,
    NewProposal,
    Part,
    Person,
    PersonPart,
    Proposal,
    ProposalBook,
    ProposalKind,
    Verdict,
    Way,
)
from millmark.reports.replies import Metadata

if TYPE_CHECKING:
    from millmark.composition import Platform

_DRAFTER: Final = Actor("demo", "demo", OFFICES)
_LEADER: Final = Actor("demo-leader", "demo", OFFICES)
_STAFF: Final = Actor("demo", "demo", frozenset({Party.DEPARTMENT}))
_PROPOSER: Final = Person(PersonPart.PROPOSER, "委员甲(演示,姓名未公布)")
_SESSION: Final = "示范会议(演示)"
_EVIDENCE: Final = "演示佐证,不是真实文件"

_METADATA: Final = Metadata(
    index_number="764137816/2023-26481",
    topic="政务公开",
    issuer="咸宁市经济和信息化局",
    name="关于对市政协六届二次会议第045号提案办理情况的答复",
    written_on=date(2023, 7, 26),
    published_on=date(2023, 9, 8),
)


@dataclass(frozen=True, slots=True)
class _Made:
    """A made-up proposal, received so many days ago and taken as far as `reaches`."""

    number: str
    title: str
    days_ago: int
    reaches: str
    part: Part = Part.LEAD
    lead: str | None = None
    kind: ProposalKind = ProposalKind.PROPOSAL
    asks: tuple[str, ...] = ()


_MADE: Final = (
    _Made("001", "关于示范园区建设中试基地的提案(演示)", 20, "handling", asks=("finance", "science-technology")),
    _Made("002", "关于支持中小企业上云用数的建议(演示)", 9, "assigned", kind=ProposalKind.SUGGESTION),
    _Made("003", "关于完善园区公共充电设施的提案(演示)", 25, "handling", Part.CO, "市住建局(演示)"),
    _Made("004", "关于表扬某次活动的来信(演示)", 40, "letter"),
    _Made("005", "关于加快老旧厂房改造的提案(演示)", 130, "handling", asks=("development-reform",)),
    _Made("006", "关于发展工业设计的建议(演示)", 2, "registered", kind=ProposalKind.SUGGESTION),
)


def seed_proposals(platform: Platform) -> None:
    """The published reply first, then what is made up."""
    desk = platform.bureau.proposals
    found = desk.book.proposals()
    own = next((one for one in found if one.import_key == desk.facts.own_key), None)
    if own is not None and own.state == "registered":
        _answer_the_published_one(platform, own)
    there = {(one.session, one.number) for one in found}
    for one in _MADE:
        if (_SESSION, one.number) not in there:
            _bring(platform, one)


def _answer_the_published_one(platform: Platform, own: Proposal) -> None:
    book, replies = platform.bureau.proposals.book, platform.reply_desk
    named = NewProposal(
        area_code=own.area_code,
        kind=own.kind,
        session=own.session,
        number=own.number,
        title=own.title,
        text="提案全文未随答复公布。收到、交办、沟通和反馈的日期为演示数据。",
        topic=own.topic,
        received_on=own.received_on,
        rules=own.rules,
        people=(_PROPOSER, Person(PersonPart.OFFICER, "承办人(演示)", "两化融合推进科(演示)")),
    )
    book.correct(own.id, named, _DRAFTER)
    book.act(own.id, "file", _DRAFTER)
    book.assign(own.id, Assignment("市政协提案委员会(演示)", own.received_on + timedelta(days=2)), _DRAFTER)
    book.act(own.id, "sign_for", _DRAFTER)
    book.contact(
        own.id, Way.MEETING, date(2023, 7, 14), Verdict.SATISFIED, "与委员面对面沟通(日期为演示数据)。", _DRAFTER
    )
    draft = replies.draft(own.id).content.model_copy(update={"reply_class": "B"})
    replies.save(own.id, draft.model_dump(mode="json"), _DRAFTER)
    replies.submit(own.id, _DRAFTER)
    replies.clear(own.id, _LEADER)
    signed = replies.sign(own.id, _LEADER)
    platform.reply_publications.publish(signed.id, _METADATA, _LEADER)
    book.give_feedback(own.id, Verdict.SATISFIED, date(2023, 9, 20), "演示反馈。", _DRAFTER)
    platform.services.public.cache.forget()
    _pursue_its_plan(platform, own.id)


def _pursue_its_plan(platform: Platform, proposal_id: int) -> None:
    """Some kept, some under way, one late: what a board looks like after a while."""
    book = platform.bureau.proposals.commitments
    by_position = {one.position: one.id for one in book.commitments(proposal_id=proposal_id)}
    later = book.today() + timedelta(days=45)
    book.report(by_position[1], 70, "演示进展:网络建设按计划推进。", _DRAFTER)
    book.act(by_position[1], "extend", _DRAFTER, reason="演示:转入下一年度计划", until=later)
    book.report(by_position[2], 40, "演示进展:尚未完成。", _DRAFTER)
    book.report(by_position[3], 85, "演示进展:案例已征集。", _DRAFTER)
    book.act(by_position[3], "extend", _DRAFTER, reason="演示:评选时间调整", until=later + timedelta(days=30))
    book.complete(by_position[4], _EVIDENCE, "演示:政策已出台。", _DRAFTER)
    book.complete(by_position[5], _EVIDENCE, "演示:培训已举办。", _DRAFTER)


def _bring(platform: Platform, one: _Made) -> None:
    desk = platform.bureau.proposals
    book, received = desk.book, desk.book.today() - timedelta(days=one.days_ago)
    made = book.register(
        NewProposal(
            area_code=platform.city_pack.city.area_code,
            kind=one.kind,
            session=_SESSION,
            number=one.number,
            title=one.title,
            text="虚构的内容,仅供演示。",
            topic="工业经济",
            received_on=received,
            rules="three-months",
            people=(Person(PersonPart.PROPOSER, f"提案者{one.number}(虚构)"),),
            placeholder=True,
        ),
        _DRAFTER,
    )
    _take_on(book, made.id, one, received)
    for department in one.asks:
        desk.consultations.ask(made.id, department, "请就职责范围内的情况提供意见(演示)。", _DRAFTER)
    answered = next(iter(desk.consultations.consultations(made.id)), None)
    if answered is not None and one.number == "001":
        desk.consultations.act(answered.id, "sign_for", _STAFF)
        desk.consultations.act(answered.id, "opine", _STAFF, opinion="演示意见:建议纳入年度资金安排统筹考虑。")


def _take_on(book: ProposalBook, proposal_id: int, one: _Made, received: date) -> None:
    if one.reaches == "letter":
        book.act(proposal_id, "keep_as_letter", _DRAFTER, reason="没有具体建议,按来信处理(演示)")
        return
    if one.reaches == "registered":
        return
    book.act(proposal_id, "file", _DRAFTER)
    book.assign(proposal_id, Assignment("示范交办单位(演示)", received, one.part, one.lead), _DRAFTER)
    if one.reaches == "handling":
        book.act(proposal_id, "sign_for", _DRAFTER)
