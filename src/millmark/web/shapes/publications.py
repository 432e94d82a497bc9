"""What the region publishes, as staff see it before and after."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Literal, TypeAlias

from pydantic import Field

from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import ExactNumber, Shape, TimeUs

QualifierName: TypeAlias = Literal["exact", "at_least", "named_examples_only", "range"]


class PublishedSource(Shape):
    source: str
    book: str
    grade: GradeName
    records: int


class PublishedPoint(Shape):
    as_of: calendar_date
    value: ExactNumber


class FigurePublicationView(Shape):
    """One version of a figure as the public was shown it; withdrawn ones say when and why."""

    id: int
    figure_id: str
    version: int
    subject_zh: str
    subject_en: str
    value: ExactNumber | None
    low: ExactNumber | None
    high: ExactNumber | None
    unit: str
    unit_zh: str
    qualifier: QualifierName
    as_of: calendar_date
    grade: GradeName | None
    sources: list[PublishedSource]
    trend: list[PublishedPoint]
    records: int
    records_sha256: str
    demonstration: bool
    note_zh: str
    note_en: str
    digest: str
    published_at_us: TimeUs
    published_by: str
    withdrawn_at_us: TimeUs | None
    withdrawn_reason: str | None


class PublishableFigure(Shape):
    """A figure of the city beside what is public of it.

    `state`: `never` published, `current` (the public sees what holds now), `changed` since, or `withdrawn`. `obstacle`
    says why it cannot be published as it stands: it has no value, or the rules of disclosure keep it back, by itself,
    by what was told of it before, or `beside` published tables and other figures.
    """

    figure_id: str
    subject_zh: str
    subject_en: str
    value: ExactNumber | None
    low: ExactNumber | None
    high: ExactNumber | None
    unit: str
    unit_zh: str
    qualifier: QualifierName
    as_of: calendar_date
    grade: GradeName | None
    state: Literal["never", "current", "changed", "withdrawn"]
    obstacle: Literal["no_value", "few", "dominant", "difference", "beside"] | None
    public: FigurePublicationView | None


class PublicationDesk(Shape):
    figures: list[PublishableFigure]


class PublicationVersions(Shape):
    """`broken` are versions whose content was changed in the database after they were published."""

    versions: list[FigurePublicationView]
    broken: list[int]


class NewPublication(Shape):
    """Publishes a figure as it holds on `as_of` (today, if not given), with a note for the reader in both languages."""

    figure_id: str = Field(min_length=1, max_length=16)
    as_of: calendar_date | None = None
    note_zh: str = Field(default="", max_length=500)
    note_en: str = Field(default="", max_length=500)


class PublicationWithdrawal(Shape):
    reason: str = Field(min_length=1, max_length=500)
