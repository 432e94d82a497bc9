"""Drafts and signed replies as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from millmark.programmes import Counting
from millmark.region import Figure
from millmark.region.proposals import Proposal
from millmark.reports.filling import slot_names
from millmark.reports.replies import (
    Draft,
    DraftContent,
    EarlierValue,
    FrozenFigure,
    Metadata,
    Openness,
    Publication,
    SignedReply,
    Validity,
)
from millmark.reports.replies.freezing import FrozenBlock
from millmark.reports.replies.writing import ShownFigure, Written, WrittenBlock
from millmark.reports.template import ReplyTemplate, Slot
from millmark.web.services import Services
from millmark.web.shapes.replies import (
    DraftChoices,
    DraftShape,
    DraftView,
    EarlierValueView,
    FigureChoice,
    FrozenFigureView,
    LiveFigureView,
    MetadataShape,
    Passage,
    PublicationView,
    SignedReplyView,
    SlotShape,
    WrittenBlockView,
    WrittenReplyView,
)
from millmark.web.shapes.reply import Segment


class ReplyViews:
    """Views for one request."""

    def __init__(self, platform: Services) -> None:
        self._desk = platform.reply_desk
        self._publications = platform.reply_publications

    def draft(self, draft: Draft, written: Written, *, may_write: bool) -> DraftView:
        return DraftView(
            draft=DraftShape.model_validate(draft.content.model_dump(mode="json")),
            version=draft.version,
            saved_by=draft.saved_by,
            saved_at_us=draft.saved_at_us,
            written=self.written(written),
            may_write=may_write,
        )

    def written(self, written: Written) -> WrittenReplyView:
        earlier = self._desk.earlier({one.figure.id for one in written.figures})
        return WrittenReplyView(
            title=written.title,
            salutation=written.salutation,
            as_of=written.as_of,
            blocks=[_block(one) for one in written.blocks],
            figures=[_live(one, earlier[one.figure.id]) for one in written.figures],
        )

    def choices(self, proposal: Proposal, as_of: date, template: ReplyTemplate) -> DraftChoices:
        return DraftChoices(
            figures=[_choice(one) for one in self._desk.figures(proposal, as_of)],
            passages=[_passage(template, text) for text in template.paragraphs],
        )

    def signed(self, one: SignedReply) -> SignedReplyView:
        reply, heading = one.reply, one.reply.heading
        return SignedReplyView(
            id=one.id,
            proposal_id=one.proposal_id,
            round=one.round,
            language=heading.language,
            title=reply.title,
            salutation=reply.salutation,
            issuer_zh=heading.issuer_zh,
            issuer_en=heading.issuer_en,
            written_on=heading.written_on,
            as_of=reply.as_of,
            known_at_us=reply.known_at_us,
            reply_class=heading.reply_class,
            class_name_zh=heading.class_name_zh,
            class_name_en=heading.class_name_en,
            blocks=[_block(each) for each in reply.blocks],
            figures=[_frozen(each) for each in reply.figures],
            sha256=one.sha256,
            intact=one.intact,
            signed_by=one.signed_by,
            signed_at_us=one.signed_at_us,
            publications=[_publication(each) for each in self._publications.publications(one.id)],
        )

    def suggested(self, one: SignedReply, code: str, today: date) -> MetadataShape:
        """What a publication may start from."""
        heading = one.reply.heading
        return MetadataShape(
            index_number=self._publications.suggested_index_number(code, today.year),
            topic="政务公开" if heading.language == "zh" else "Open government",
            issuer=heading.issuer_zh if heading.language == "zh" else heading.issuer_en,
            name=one.reply.title,
            written_on=heading.written_on,
            published_on=max(today, heading.written_on),
        )


def content_of(shape: DraftShape) -> dict[str, object]:
    """A draft as it was sent, as the plain data that the desk reads."""
    return shape.model_dump(mode="json")


def preview_of(shape: DraftShape) -> DraftContent:
    return DraftContent.model_validate(content_of(shape))


def metadata_of(shape: MetadataShape) -> Metadata:
    return Metadata(
        index_number=shape.index_number,
        document_number=shape.document_number,
        topic=shape.topic,
        issuer=shape.issuer,
        name=shape.name,
        written_on=shape.written_on,
        published_on=shape.published_on,
        validity=Validity(shape.validity),
        openness=Openness(shape.openness),
    )


def _block(one: WrittenBlock | FrozenBlock) -> WrittenBlockView:
    return WrittenBlockView(
        kind=one.kind,
        segments=[Segment(text=each.text, figure_id=each.figure_id) for each in one.segments],
        owner=one.owner,
        department=one.department,
        due_on=one.due_on,
        placeholder=one.placeholder,
    )


def _live(one: ShownFigure, earlier: Sequence[EarlierValue]) -> LiveFigureView:
    figure = one.figure
    now = {record.ref for record in figure.records}
    return LiveFigureView(
        id=figure.id,
        subject_zh=figure.subject_zh,
        subject_en=figure.subject_en,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        unit=figure.unit,
        unit_zh=figure.unit_zh,
        qualifier=figure.qualifier.value,
        as_of=figure.as_of,
        grade=None if figure.grade is None else figure.grade.value,
        demonstration=figure.demonstration,
        records=len(figure.records),
        shown=list(one.shown),
        earlier=[_earlier(each, now) for each in earlier],
        changed=bool(earlier) and _differs(earlier[0], figure),
    )


def _differs(earlier: EarlierValue, figure: Figure) -> bool:
    return earlier.value != figure.value


def _earlier(one: EarlierValue, now: set[str]) -> EarlierValueView:
    then = set(one.records)
    return EarlierValueView(
        reply_id=one.reply_id,
        title=one.title,
        as_of=one.as_of,
        value=one.value,
        shown=list(one.shown),
        signed_at_us=one.signed_at_us,
        records_added=len(now - then),
        records_gone=len(then - now),
    )


def _choice(figure: Figure) -> FigureChoice:
    return FigureChoice(
        id=figure.id,
        subject_zh=figure.subject_zh,
        subject_en=figure.subject_en,
        value=figure.value,
        unit=figure.unit,
        unit_zh=figure.unit_zh,
        grade=None if figure.grade is None else figure.grade.value,
        has_names=any(one.subject and one.counting is Counting.INDIVIDUAL for one in figure.records),
    )


def _passage(template: ReplyTemplate, text: str) -> Passage:
    described = {name: template.slots[name] for name in slot_names(text) if name in template.slots}
    return Passage(text=text, slots={name: _slot(slot) for name, slot in described.items()})


def _slot(slot: Slot) -> SlotShape:
    return SlotShape(
        figure=slot.figure,
        show=slot.show,
        unit=slot.unit,
        times=format(slot.times, "f"),
        topic=slot.topic,
        limit=slot.limit,
        brief=slot.brief,
        by_months=slot.by_months,
    )


def _frozen(one: FrozenFigure) -> FrozenFigureView:
    return FrozenFigureView(
        id=one.id,
        subject_zh=one.subject_zh,
        subject_en=one.subject_en,
        definition_zh=one.definition_zh,
        definition_en=one.definition_en,
        value=one.value,
        low=one.low,
        high=one.high,
        unit=one.unit,
        unit_zh=one.unit_zh,
        qualifier=one.qualifier,
        as_of=one.as_of,
        period=one.period,
        known_at_us=one.known_at_us,
        grade=one.grade,
        demonstration=one.demonstration,
        records=list(one.records),
        records_sha256=one.records_sha256,
        shown=list(one.shown),
    )


def _publication(one: Publication) -> PublicationView:
    metadata = one.metadata
    return PublicationView(
        version=one.version,
        metadata=MetadataShape(
            index_number=metadata.index_number,
            document_number=metadata.document_number,
            topic=metadata.topic,
            issuer=metadata.issuer,
            name=metadata.name,
            written_on=metadata.written_on,
            published_on=metadata.published_on,
            validity=metadata.validity,
            openness=metadata.openness,
        ),
        reason=one.reason,
        recorded_by=one.recorded_by,
        recorded_at_us=one.recorded_at_us,
    )
