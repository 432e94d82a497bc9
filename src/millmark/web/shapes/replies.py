"""Drafts of replies, and replies as they were signed and published."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from millmark.reports.replies import Openness, Validity
from millmark.web.shapes.reply import Segment
from millmark.web.shapes.shape import ExactNumber, Shape, TimeUs

BlockKind = Literal["heading", "text", "promise"]


class SlotShape(Shape):
    """What a slot shows of its figure: its value (times `times`, with `unit`), the names of its records, the years or
    the time they speak of."""

    figure: str = Field(max_length=16)
    show: Literal["value", "names", "years", "time"] = "value"
    unit: str | None = Field(default=None, max_length=32)
    times: str = Field(default="1", pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")
    topic: str | None = Field(default=None, max_length=64)
    limit: int | None = Field(default=None, ge=1, le=1_000)
    brief: bool = False
    by_months: bool = False


class BlockShape(Shape):
    """A paragraph with slots such as {F02}; a promise becomes a commitment when the reply is signed."""

    kind: BlockKind = "text"
    text: str = Field(default="", max_length=8_000)
    owner: str | None = Field(default=None, max_length=200)
    department: str | None = Field(default=None, max_length=64)
    due_on: date | None = None
    placeholder: bool = False


class DraftShape(Shape):
    language: Literal["zh", "en"] = "zh"
    title: str = Field(min_length=1, max_length=300)
    salutation: str = Field(default="", max_length=300)
    reply_class: str | None = Field(default=None, pattern=r"^[A-F]$")
    as_of: date | None = None
    written_on: date | None = None
    blocks: list[BlockShape] = Field(max_length=200)
    slots: dict[str, SlotShape] = Field(default_factory=dict, max_length=200)


class DraftForm(Shape):
    """`version` is the one that was read, so that nobody overwrites what another saved meanwhile."""

    draft: DraftShape
    version: int | None = None


class DraftPreviewForm(Shape):
    draft: DraftShape


class WrittenBlockView(Shape):
    kind: BlockKind
    segments: list[Segment]
    owner: str | None
    department: str | None
    due_on: date | None
    placeholder: bool


class EarlierValueView(Shape):
    """What the figure was in a signed reply."""

    reply_id: int
    title: str
    as_of: date
    value: ExactNumber | None
    shown: list[str]
    signed_at_us: TimeUs
    records_added: int
    records_gone: int


class LiveFigureView(Shape):
    """A figure that a draft shows, as it is now; `changed` says that it differs from the last signed reply."""

    id: str
    subject_zh: str
    subject_en: str
    value: ExactNumber | None
    low: ExactNumber | None
    high: ExactNumber | None
    unit: str
    unit_zh: str
    qualifier: str
    as_of: date
    grade: str | None
    demonstration: bool
    records: int
    shown: list[str]
    earlier: list[EarlierValueView]
    changed: bool


class WrittenReplyView(Shape):
    """A draft in words, from the figures as they are now."""

    title: str
    salutation: str
    as_of: date
    blocks: list[WrittenBlockView]
    figures: list[LiveFigureView]


class DraftView(Shape):
    """The draft of the current round; version 0 was saved by nobody. `choice` are the figures that may be put in."""

    draft: DraftShape
    version: int
    saved_by: str | None
    saved_at_us: TimeUs | None
    written: WrittenReplyView
    may_write: bool


class FigureChoice(Shape):
    id: str
    subject_zh: str
    subject_en: str
    value: ExactNumber | None
    unit: str
    unit_zh: str
    grade: str | None
    has_names: bool


class Passage(Shape):
    """A paragraph of the city's own with its slots, to be taken into a draft."""

    text: str
    slots: dict[str, SlotShape]


class DraftChoices(Shape):
    figures: list[FigureChoice]
    passages: list[Passage]


class FrozenFigureView(Shape):
    """A figure as it was signed; `records` are references, `records_sha256` the digest of what they said then."""

    id: str
    subject_zh: str
    subject_en: str
    definition_zh: str
    definition_en: str
    value: ExactNumber | None
    low: ExactNumber | None
    high: ExactNumber | None
    unit: str
    unit_zh: str
    qualifier: str
    as_of: date
    period: str | None
    known_at_us: TimeUs
    grade: str | None
    demonstration: bool
    records: list[str]
    records_sha256: str
    shown: list[str]


class MetadataShape(Shape):
    """索引号, 文号, 主题分类, 发文单位, 名称, 成文日期, 发布日期, 有效性, 公开方式."""

    index_number: str = Field(min_length=1, max_length=100)
    document_number: str | None = Field(default=None, max_length=100)
    topic: str = Field(min_length=1, max_length=100)
    issuer: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=300)
    written_on: date
    published_on: date
    validity: Validity = Validity.VALID
    openness: Openness = Openness.PUBLIC


class AmendmentForm(Shape):
    metadata: MetadataShape
    reason: str = Field(min_length=1, max_length=2_000)


class PublicationView(Shape):
    version: int
    metadata: MetadataShape
    reason: str | None
    recorded_by: str
    recorded_at_us: TimeUs


class SignedReplyView(Shape):
    """A reply as it was signed, word for word; `intact` says that it still has the digest it was signed with."""

    id: int
    proposal_id: int
    round: int
    language: str
    title: str
    salutation: str
    issuer_zh: str
    issuer_en: str
    written_on: date
    as_of: date
    known_at_us: TimeUs
    reply_class: str | None
    class_name_zh: str | None
    class_name_en: str | None
    blocks: list[WrittenBlockView]
    figures: list[FrozenFigureView]
    sha256: str
    intact: bool
    signed_by: str
    signed_at_us: TimeUs
    publications: list[PublicationView]


class SignedReplyList(Shape):
    """The signed replies to a proposal, one a round, the latest first; `suggested` is where a publication may start."""

    replies: list[SignedReplyView]
    suggested: MetadataShape | None
