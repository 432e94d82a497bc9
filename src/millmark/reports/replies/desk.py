"""The desk where replies are written: drafts with live figures, review, and the signature that freezes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.programmes.errors import SamePerson
from millmark.programmes.life import Actor
from millmark.region import CityPack, Figure, FigureDefinition, Figures
from millmark.region.catalogue import Count
from millmark.region.proposals import BY_THE_RULE, Proposal, ProposalDesk, as_proposal
from millmark.region.proposals.tables import ProposalRow
from millmark.region.queries import evaluate
from millmark.registry import Database
from millmark.reports.official.desk import Office
from millmark.reports.replies.content import (
    OWN_FIGURE,
    DraftContent,
    DraftVoice,
    beginning,
    must_be_whole,
    must_name_nobody,
    parsed,
)
from millmark.reports.replies.errors import InvalidDraft, ReplyNotFound
from millmark.reports.replies.freezing import FrozenReply, Heading, canonical, digest, freeze, thaw
from millmark.reports.replies.tables import ReplyDraftRow, SignedReplyRow
from millmark.reports.replies.writing import Written, empty_figures, write_out
from millmark.reports.template import Language, ReplyTemplate


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of a round as it stands; version 0 is what it begins with, saved by nobody."""

    proposal_id: int
    round: int
    version: int
    content: DraftContent
    saved_by: str | None
    saved_at_us: int | None


@dataclass(frozen=True, slots=True)
class SignedReply:
    """A reply as it was signed; `intact` says that its data still has the digest that was kept with it."""

    id: int
    proposal_id: int
    round: int
    reply: FrozenReply
    sha256: str
    intact: bool
    signed_by: str
    signed_at_us: int


@dataclass(frozen=True, slots=True)
class EarlierValue:
    """What a figure was in a reply that was signed before."""

    reply_id: int
    title: str
    as_of: date
    value: Decimal | None
    shown: tuple[str, ...]
    records: tuple[str, ...]
    signed_at_us: int


class ReplyDesk:
    """Writes, freezes and keeps replies. `templates` are the pack's, by language; `office` is who answers."""

    def __init__(
        self,
        database: Database,
        figures: Figures,
        proposals: ProposalDesk,
        pack: CityPack,
        templates: Mapping[Language, ReplyTemplate],
        office: Office,
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._figures = figures
        self._proposals = proposals
        self._pack = pack
        self._templates = templates
        self._office = office
        self._now_us = now_us

    # ---- drafting

    def draft(self, proposal_id: int, language: Language = "zh") -> Draft:
        """The draft of the current round, or what it would begin with; raises `ProposalNotFound`."""
        proposal = self._proposals.book.proposal(proposal_id)
        with self._database.reading() as session:
            found = _last_draft(session, proposal.id, proposal.round)
        return self._begun(proposal, language) if found is None else _draft(found)

    def save(self, proposal_id: int, content: Mapping[str, Any], actor: Actor, *, version: int | None = None) -> Draft:
        """A new version of the draft; raises `InvalidDraft`, `IllegalStep`, or `NotReady` when somebody saved meanwhile
        what `version` does not know of."""
        checked = parsed(content, self.figure_ids())
        with self._database.transaction() as session:
            row = self._proposals.book.locked(session, proposal_id)
            last = _last_draft(session, proposal_id, row.round)
            now_at = 0 if last is None else last.version
            if version is not None and version != now_at:
                raise InvalidDraft(
                    f"version: the draft is at version {now_at}, not {version}; read it again, then write on"
                )
            self._proposals.book.advance(session, row, "draft", actor, detail={"draft": now_at + 1})
            saved = ReplyDraftRow(
                proposal_id=proposal_id,
                round=row.round,
                version=now_at + 1,
                content=checked.model_dump(mode="json"),
                saved_by=actor.name,
                saved_at_us=self._now_us(),
            )
            session.add(saved)
            session.flush()
            return _draft(saved)

    def versions(self, proposal_id: int) -> list[Draft]:
        """Every version of every round, the latest first."""
        query = select(ReplyDraftRow).where(ReplyDraftRow.proposal_id == proposal_id)
        with self._database.reading() as session:
            return [_draft(row) for row in session.scalars(query.order_by(ReplyDraftRow.id.desc()))]

    def write(self, proposal_id: int, content: DraftContent | None = None) -> Written:
        """The draft, or the content given, in words, from the figures as they are now."""
        proposal = self._proposals.book.proposal(proposal_id)
        draft = content or self.draft(proposal_id).content
        day = draft.as_of or self._figures.today()
        return write_out(draft, self._voice(draft), self.figures(proposal, day), day)

    def figures(self, proposal: Proposal, as_of: date) -> list[Figure]:
        """Every figure that a reply to the proposal may show: the city's, and the departments consulted on it."""
        return [*self._figures.compute(as_of), self._consulted(proposal, as_of)]

    def figure_ids(self) -> set[str]:
        return {definition.id for definition in self._pack.figures} | {OWN_FIGURE}

    def passages(self, language: Language = "zh") -> ReplyTemplate:
        """The city's own paragraphs with their slots, to be taken into a draft."""
        return self._template(language)

    def earlier(self, figure_ids: Collection[str]) -> dict[str, list[EarlierValue]]:
        """What figures were in the replies signed so far, the latest first."""
        found: dict[str, list[EarlierValue]] = {figure_id: [] for figure_id in figure_ids}
        if not found:
            return found
        with self._database.reading() as session:
            rows = session.scalars(select(SignedReplyRow).order_by(SignedReplyRow.id.desc())).all()
        for row in rows:
            for figure in row.frozen["figures"]:
                if figure["id"] in found:
                    found[figure["id"]].append(_earlier(row, figure))
        return found

    # ---- review and signature

    def submit(self, proposal_id: int, actor: Actor) -> Proposal:
        """Sends the draft on to review. One that came before the proposer was spoken with, or against their word, is
        returned at once by the rule, and the proposal says so.

        Raises `InvalidDraft` for a draft that is not whole or names somebody, `NotReady` while opinions are out.
        """
        people = self._proposals.book.people(proposal_id)
        with self._database.transaction() as session:
            book = self._proposals.book
            row = book.locked(session, proposal_id)
            draft = self._saved(session, row)
            proposal = as_proposal(row)
            must_be_whole(draft.content, proposal, book.rules_of(proposal))
            must_name_nobody(draft.content, people)
            book.must_be_answered(session, proposal_id)
            book.advance(session, row, "submit", actor, detail={"draft": draft.version})
            if (reason := book.why_too_early(session, row)) is not None:
                book.advance(session, row, "bounce", BY_THE_RULE, reason=reason)
            return as_proposal(row)

    def clear(self, proposal_id: int, actor: Actor) -> Proposal:
        """The review says yes; raises `SamePerson` for who wrote the draft."""
        with self._database.transaction() as session:
            row = self._proposals.book.locked(session, proposal_id)
            self._by_another(session, row, actor, "reviews")
            self._proposals.book.advance(session, row, "clear", actor)
            return as_proposal(row)

    def sign(self, proposal_id: int, actor: Actor) -> SignedReply:
        """Freezes the draft as it reads at this moment, and keeps what it promises as commitments.

        Raises `SamePerson` for who wrote it, `InvalidDraft` when a figure has no record behind it.
        """
        now = self._now_us()
        proposal = self._proposals.book.proposal(proposal_id)
        content = self.draft(proposal_id).content
        day = content.as_of or self._figures.today()
        written = write_out(content, self._voice(content), self.figures(proposal, day), day)
        if empty := empty_figures(written):
            raise InvalidDraft(f"figures without any record cannot be signed: {', '.join(empty)}")
        with self._database.transaction() as session:
            book = self._proposals.book
            row = book.locked(session, proposal_id)
            draft = self._saved(session, row)
            if draft.content != content or row.version != proposal.version:
                raise InvalidDraft("the draft was changed at this moment; read it again, then sign")
            self._by_another(session, row, actor, "signs")
            must_name_nobody(content, self._proposals.book.people(proposal_id))
            frozen = freeze(written, self._heading(proposal, content), known_at_us=now)
            signed = SignedReplyRow(
                proposal_id=proposal_id,
                round=row.round,
                draft_version=draft.version,
                title=content.title,
                reply_class=content.reply_class,
                frozen=frozen,
                sha256=digest(frozen),
                signed_by=actor.name,
                signed_at_us=now,
            )
            session.add(signed)
            book.advance(session, row, "sign", actor, detail={"sha256": signed.sha256, "draft": draft.version})
            row.reply_class = content.reply_class
            self._proposals.commitments.promise_within(session, proposal_id, row.round, content.promises, actor)
            session.flush()
            return _signed(signed)

    def signed(self, reply_id: int) -> SignedReply:
        """Raises `ReplyNotFound`."""
        with self._database.reading() as session:
            row = session.get(SignedReplyRow, reply_id)
        if row is None:
            raise ReplyNotFound(f"there is no signed reply {reply_id}")
        return _signed(row)

    def signed_data(self, reply_id: int) -> bytes:
        """The signed data as the very bytes whose SHA-256 was kept; raises `ReplyNotFound`."""
        with self._database.reading() as session:
            row = session.get(SignedReplyRow, reply_id)
        if row is None:
            raise ReplyNotFound(f"there is no signed reply {reply_id}")
        return canonical(row.frozen)

    def signed_of(self, proposal_id: int) -> list[SignedReply]:
        """The signed replies to a proposal, one a round, the latest first."""
        query = select(SignedReplyRow).where(SignedReplyRow.proposal_id == proposal_id)
        with self._database.reading() as session:
            return [_signed(row) for row in session.scalars(query.order_by(SignedReplyRow.round.desc()))]

    def _heading(self, proposal: Proposal, content: DraftContent) -> Heading:
        rules = self._proposals.book.rules_of(proposal)
        found = None if content.reply_class is None else rules.reply_class(content.reply_class)
        return Heading(
            kind=proposal.kind.value,
            session=proposal.session,
            number=proposal.number,
            proposal_title=proposal.title,
            round=proposal.round,
            language=content.language,
            issuer_zh=self._office.name_zh,
            issuer_en=self._office.name_en,
            written_on=content.written_on or self._figures.today(),
            reply_class=content.reply_class,
            class_name_zh=None if found is None else found.name_zh,
            class_name_en=None if found is None else found.name_en,
        )

    def _by_another(self, session: Session, row: ProposalRow, actor: Actor, does: str) -> None:
        """Whoever saved a version of the draft neither reviews nor signs it."""
        drafters = session.scalars(
            select(func.distinct(ReplyDraftRow.saved_by)).where(
                ReplyDraftRow.proposal_id == row.id, ReplyDraftRow.round == row.round
            )
        ).all()
        if actor.name in drafters:
            raise SamePerson(f"{actor.name} wrote this draft; somebody else {does} it")

    def _saved(self, session: Session, row: ProposalRow) -> Draft:
        found = _last_draft(session, row.id, row.round)
        if found is None:
            raise InvalidDraft("draft: nothing was saved yet; write the reply first")
        return _draft(found)

    def _begun(self, proposal: Proposal, language: Language) -> Draft:
        rules = self._proposals.book.rules_of(proposal)
        is_own = proposal.import_key == self._proposals.facts.own_key
        content = beginning(proposal, rules, self._template(language), is_own=is_own)
        return Draft(proposal.id, proposal.round, 0, content, None, None)

    def _voice(self, content: DraftContent) -> DraftVoice:
        template = self._template(content.language)
        return DraftVoice(content, content.language, template.style, template.names)

    def _template(self, language: Language) -> ReplyTemplate:
        return self._templates[language]

    def _consulted(self, proposal: Proposal, as_of: date) -> Figure:
        facts = self._proposals.facts
        topic = facts.topic_of(proposal.id, proposal.import_key)
        definition = FigureDefinition(
            id=OWN_FIGURE,
            section="P",
            subject_zh="本件会商部门与单位",
            subject_en="departments and operators consulted on this proposal",
            unit="1",
            unit_zh="个",
            unit_en="departments",
            definition_zh="就本件征求意见、且未退回或撤回的部门与单位数。",
            definition_en="Departments and operators asked about this proposal, neither returned nor recalled.",
            query=Count(kind="count", records="proposal", topics=(topic,)),
        )
        return evaluate(definition, facts.standing_records(as_of), as_of, self._pack)


def _earlier(row: SignedReplyRow, figure: Mapping[str, Any]) -> EarlierValue:
    return EarlierValue(
        reply_id=row.id,
        title=row.title,
        as_of=date.fromisoformat(figure["as_of"]),
        value=None if figure["value"] is None else Decimal(figure["value"]),
        shown=tuple(figure["shown"]),
        records=tuple(figure["records"]),
        signed_at_us=row.signed_at_us,
    )


def _last_draft(session: Session, proposal_id: int, round_: int) -> ReplyDraftRow | None:
    query = select(ReplyDraftRow).where(ReplyDraftRow.proposal_id == proposal_id, ReplyDraftRow.round == round_)
    return session.scalars(query.order_by(ReplyDraftRow.version.desc()).limit(1)).first()


def _draft(row: ReplyDraftRow) -> Draft:
    content = DraftContent.model_validate(row.content)
    return Draft(row.proposal_id, row.round, row.version, content, row.saved_by, row.saved_at_us)


def _signed(row: SignedReplyRow) -> SignedReply:
    return SignedReply(
        id=row.id,
        proposal_id=row.proposal_id,
        round=row.round,
        reply=thaw(row.frozen),
        sha256=row.sha256,
        intact=digest(row.frozen) == row.sha256,
        signed_by=row.signed_by,
        signed_at_us=row.signed_at_us,
    )
