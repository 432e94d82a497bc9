"""Suppliers and their solutions as the API shows them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from millmark.region.suppliers import Side, SolutionContent, SupplierProfile
from millmark.web.shapes.files import FileView
from millmark.web.shapes.shape import ExactNumber, Id, Said, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

Reason = Annotated[str, Field(max_length=2000)]
Year = Annotated[int, Field(ge=2000, le=2100)]
MarksForm = Annotated[dict[str, int], Field(max_length=20)]


class PoolScenario(Shape):
    """An application scenario of the 2024 digital-level pack."""

    id: str
    group: str
    name_zh: str
    name_en: str


class PoolDocument(Shape):
    id: str
    name_zh: str
    name_en: str
    required: bool


class PoolCriterion(Shape):
    id: str
    side: Side
    weight: int
    name_zh: str
    name_en: str


class PoolGrade(Shape):
    """`follows` is what the office should do about a supplier of this grade."""

    id: str
    min: ExactNumber
    name_zh: str
    name_en: str
    follows: Literal["keep", "suspend", "remove"]


class PoolRulesView(Shape):
    """What an application must show, and how a year is evaluated."""

    name_zh: str
    name_en: str
    edition: str
    enterprise_share: int
    office_share: int
    enterprises_min: int
    documents: list[PoolDocument]
    criteria: list[PoolCriterion]
    grades: list[PoolGrade]
    scenarios: list[PoolScenario]


class YearResultView(Shape):
    """A closed year of evaluation."""

    year: int
    score: ExactNumber | None
    grade: str | None
    grade_zh: str | None
    grade_en: str | None
    follows: str | None
    enterprises: int
    closed_by: str
    closed_at_us: TimeUs


class SupplierSummary(Shape):
    """A supplier in a list; `scenarios` are those of its shown solutions, `result` the latest closed year."""

    id: Id
    enterprise_id: Id
    name_zh: str
    name_en: str
    area_code: str
    is_demonstration: bool
    is_placeholder: bool
    state: str
    version: int
    applied_at_us: TimeUs
    intro_zh: str
    intro_en: str
    areas: list[str]
    scenarios: list[str]
    solutions: int
    result: YearResultView | None


class SupplierList(Shape):
    suppliers: list[SupplierSummary]


class SolutionView(Shape):
    """A solution; `is_shown` to everybody while it is published and its supplier in the pool."""

    id: Id
    supplier_id: Id
    supplier_zh: str
    supplier_en: str
    state: str
    version: int
    is_shown: bool
    is_mine: bool
    content: SolutionContent
    allowed: list[AllowedView]
    steps: list[StepView]


class MatchPartView(Shape):
    """One part of a match: its weight, its score of 0..1 (null where nothing was told), and why."""

    part: str
    weight: float
    score: float | None
    reason_zh: str
    reason_en: str


class MatchView(Shape):
    """A solution that fits, with the reasons; `words` are those that both texts share."""

    solution: SolutionView
    score: float
    parts: list[MatchPartView]
    words: list[str]


class SolutionList(Shape):
    """In the order that fits best, with the words found, where something was searched for."""

    solutions: list[SolutionView]
    words: dict[str, list[str]]


class SupplierDetail(SupplierSummary):
    """`profile`, `files` and `steps` are for the supplier itself and the office; others get null and nothing."""

    website: str
    staff: int | None
    founded: int | None
    qualifications: list[str]
    is_mine: bool
    profile: SupplierProfile | None
    files: dict[str, list[FileView]]
    offered: list[SolutionView]
    results: list[YearResultView]
    allowed: list[AllowedView]
    steps: list[StepView]


class MySupplier(Shape):
    """One's own supplier, null before the first application."""

    supplier: SupplierDetail | None


class NewSupplier(Shape):
    """`enterprise_id` is that of the account's own enterprise where it has one."""

    enterprise_id: Id | None = None
    profile: Said[SupplierProfile]


class ChangedSupplier(Shape):
    profile: Said[SupplierProfile]
    version: int | None = None


class PoolStep(Shape):
    """A step of a life; `version` is the one that was looked at."""

    action: str = Field(pattern=r"^[a-z_]{1,32}$")
    reason: Reason = ""
    version: int | None = None


class NewSolution(Shape):
    content: Said[SolutionContent]


class ChangedSolution(Shape):
    content: Said[SolutionContent]
    version: int | None = None


class NewMarks(Shape):
    """Marks of 0..10 by criterion, all of one's side."""

    year: Year
    marks: MarksForm
    comment: Reason = ""


class ClosedYear(Shape):
    year: Year


class MarksView(Shape):
    """Marks that hold; the enterprise is named to the office alone."""

    side: Side
    enterprise_id: Id | None
    enterprise_zh: str | None
    enterprise_en: str | None
    marks: dict[str, int]
    comment: str
    given_by: str
    given_at_us: TimeUs


class EvaluationView(Shape):
    """A year as it stands: marks, what they come to, and what is still missing; `closed` once it is fixed."""

    year: int
    marks: list[MarksView]
    score: ExactNumber | None
    grade: str | None
    grade_zh: str | None
    grade_en: str | None
    enterprise_score: ExactNumber | None
    office_score: ExactNumber | None
    enterprises: int
    missing_zh: str
    missing_en: str
    closed: YearResultView | None


class ServedSupplier(Shape):
    """A supplier that an enterprise was served by; `marks` are those that it gave for the year."""

    id: Id
    name_zh: str
    name_en: str
    year: int
    marks: dict[str, int] | None
    comment: str
    is_closed: bool


class ServedList(Shape):
    suppliers: list[ServedSupplier]
