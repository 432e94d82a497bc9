"""Dispatch briefs as the API shows them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from millmark.web.shapes.shape import Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

BriefLanguage = Literal["zh", "en"]
BlockKind = Literal["heading", "text", "table", "chart"]


class BriefBlockForm(Shape):
    """A heading or paragraph with slots in braces, or the name of a table or chart."""

    kind: BlockKind
    text: str = Field(max_length=8_000)
    needs: str | None = Field(default=None, max_length=64)
    otherwise: str | None = Field(default=None, max_length=8_000)


class BriefTextForm(Shape):
    title: str = Field(min_length=1, max_length=300)
    blocks: list[BriefBlockForm] = Field(max_length=200)


class BriefContentForm(Shape):
    zh: BriefTextForm
    en: BriefTextForm


class SavedBrief(Shape):
    content: BriefContentForm
    version: int | None = None


class NewBrief(Shape):
    """`replaces` names the issued brief of the same month that this one sets right."""

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    replaces: Id | None = None


class BriefStep(Shape):
    action: Literal["issue", "discard"]
    version: int | None = None


class BriefRowView(Shape):
    id: Id
    month: str
    area_code: str
    state: str
    version: int
    number: str | None
    issued_at_us: TimeUs | None
    issued_by: str | None
    replaces: int | None


class BriefList(Shape):
    """`area_code` is the area whose briefs one writes oneself."""

    briefs: list[BriefRowView]
    area_code: str
    may_write: bool


class PieceView(Shape):
    text: str
    value: str | None


class ShownBlockView(Shape):
    """A block as it reads; `svg` is a chart's picture, `columns` and `rows` a table's texts."""

    kind: BlockKind
    name: str
    pieces: list[PieceView]
    title: str
    svg: str | None
    columns: list[str]
    rows: list[list[str]]


class ShownBriefView(Shape):
    title: str
    blocks: list[ShownBlockView]


class BriefValueView(Shape):
    """A value that a brief may show by its name in braces; `records` are what it was counted from."""

    name: str
    label_zh: str
    label_en: str
    text_zh: str
    text_en: str
    source: str
    records: list[str]


class BriefDetail(BriefRowView):
    """`frozen` says that nothing of it changes any more."""

    as_of: str
    frozen: bool
    digest: str | None
    begun_by: str
    begun_at_us: TimeUs
    content: BriefContentForm
    zh: ShownBriefView
    en: ShownBriefView
    values: list[BriefValueView]
    tables: list[str]
    charts: list[str]
    allowed: list[AllowedView]
    steps: list[StepView]
