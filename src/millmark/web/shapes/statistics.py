"""Tables of statistics, their publications, and peers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import Finite, Shape, TimeUs
from millmark.web.shapes.watch import MonthText

Dimension = Literal["area", "section", "industry", "size"]
CellKind = Literal["", "few", "dominant", "difference", "complement"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
_Title = Annotated[str, Field(min_length=1, max_length=200)]
_Note = Annotated[str, Field(max_length=2_000)]


class StatisticsMeasureView(Shape):
    """Values are whole base units; `shown_per` of them are one of the unit, read with so many decimals. `grade` is that
    of the weakest evidence that it can be made of."""

    id: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    shown_per: int
    decimals: int
    adds_up_over_months: bool
    grade: GradeName


class DefinitionForm(Shape):
    """`after_version` is the version that was read, 0 for a new table, so that nobody's later one is written over."""

    slug: Slug
    title_zh: _Title
    title_en: _Title
    measure: Annotated[str, Field(max_length=64)]
    dimensions: Annotated[list[Dimension], Field(min_length=1, max_length=3)]
    first_year: Annotated[int, Field(ge=1990, le=2099)]
    cumulative: bool = True
    growth: bool = True
    cost: Literal["number", "value", "contributors"] = "value"
    note_zh: _Note = ""
    note_en: _Note = ""
    after_version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    reason: Annotated[str, Field(max_length=500)] = ""


class DefinitionView(Shape):
    slug: str
    title_zh: str
    title_en: str
    measure: StatisticsMeasureView
    dimensions: list[Dimension]
    first_year: int
    cumulative: bool
    growth: bool
    cost: str
    note_zh: str
    note_en: str
    version: int
    reason: str
    recorded_by: str
    recorded_at_us: TimeUs


class PublicationSummary(Shape):
    """`suppressed` of `cells` monthly cells are kept back."""

    table: str
    number: int
    title_zh: str
    title_en: str
    first_month: MonthText
    last_month: MonthText
    digest: str
    signed_by: str
    signed_at_us: TimeUs
    reason: str
    suppressed: int
    cells: int


class TableSummary(Shape):
    """`published` is the latest published version."""

    definition: DefinitionView
    published: PublicationSummary | None


class StatisticsList(Shape):
    """The tables; `last_month` is the latest month that anything was reported for."""

    tables: list[TableSummary]
    measures: list[StatisticsMeasureView]
    last_month: MonthText
    may_publish: bool


class TableDetail(Shape):
    """Versions of a definition and what was published of it, the latest first."""

    versions: list[DefinitionView]
    publications: list[PublicationSummary]


class AxisNode(Shape):
    """`parent` is the place of the sum it is a part of."""

    code: str
    zh: str
    en: str
    parent: int | None


class AxisView(Shape):
    id: Dimension
    nodes: list[AxisNode]


class TableValues(Shape):
    """Cells are numbered row by row, the last classification fastest; values by month and cell, null where kept back.

    `growth` is the change in percent against the same month a year before. `absent` and `absent_cumulative` name, by
    month, the cells of a ratio in which there is nothing to divide: they are null, too, and not kept back.
    """

    slug: str
    title_zh: str
    title_en: str
    note_zh: str
    note_en: str
    measure: StatisticsMeasureView
    months: list[MonthText]
    axes: list[AxisView]
    monthly: list[list[int | None]]
    cumulative: list[list[int | None]] | None
    absent: list[list[int]]
    absent_cumulative: list[list[int]]
    growth: list[list[Finite]] | None
    ranks: dict[int, int]


class PublishedTable(Shape):
    """A frozen version; `holds` says whether its digest is still that of what it says."""

    summary: PublicationSummary
    values: TableValues
    holds: bool


class HiddenCell(Shape):
    """A cell of the last month that would be kept back, why, and what a reader could still conclude of it."""

    cell: int
    kind: CellKind
    low: Finite
    high: Finite


class StatisticsProposal(Shape):
    """What a publication would show, before it is signed under `digest`; `counts` are kept-back cells by kind.

    `gap` is how far, in percent of their cost, the complements may be from the cheapest that protect. `exposed` counts
    cells that can be concluded too closely from what is public already; this publication makes them no plainer.
    """

    digest: str
    number: int
    values: TableValues
    counts: dict[str, int]
    cells: int
    gap: float
    exposed: int
    seconds: float
    hidden: list[HiddenCell]


class PublicationForm(Shape):
    through: MonthText
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    reason: Annotated[str, Field(max_length=500)] = ""


class ContributorView(Shape):
    """`share` is its part of the cell in percent; of a ratio its part of what stands below the line."""

    enterprise_id: int
    slug: str
    name_zh: str
    name_en: str
    value: int
    share: Finite


class Contributors(Shape):
    """Who makes up a cell, the largest first."""

    month: MonthText
    cumulative: bool
    total: int
    contributors: list[ContributorView]


class PeerStanding(Shape):
    """One indicator. `quartiles` are those of the group named, null when it cannot be told (`why`).

    `quarter` counts from 1, the lowest values, to 4; `better` says which way is the better one. `own_grade` is that of
    the own value's evidence, `grade` that of the weakest in the group.
    """

    id: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    better: Literal["higher", "lower"]
    own: Finite
    own_grade: GradeName | None
    period: str
    group_zh: str
    group_en: str
    coarsened: bool
    quartiles: list[float] | None
    peers: int | None
    grade: GradeName | None
    why: Literal["few", "dominant", "difference"] | None
    quarter: int | None


class Peers(Shape):
    enterprise_id: int
    name_zh: str
    name_en: str
    standings: list[PeerStanding]
