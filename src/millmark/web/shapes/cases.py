"""Cases and their effects as the API shows them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from millmark.programmes import Grade
from millmark.programmes.projects import EffectTopic
from millmark.region.cases import Basis, CaseContent
from millmark.web.shapes.shape import ExactNumber, Id, Said, Shape
from millmark.web.shapes.steps import AllowedView, StepView

_Name = Annotated[str, Field(max_length=120)]


class CaseSide(Shape):
    """The value of one period; without a claim it is as told."""

    value: ExactNumber
    first: date
    last: date
    claim_id: str | None
    coverage: ExactNumber | None


class CaseEffectView(Shape):
    """Before against after; `basis` says whether claims measured it or somebody told it."""

    topic: EffectTopic
    name_zh: str
    name_en: str
    unit: str
    lower_is_better: bool
    basis: Basis
    measure: str | None
    formula_version: str | None
    before: CaseSide
    after: CaseSide
    change: ExactNumber
    change_percent: ExactNumber | None
    is_better: bool | None
    grade: Grade


class CaseView(Shape):
    """A case with its effects; `grade` is that of the weakest."""

    id: Id
    enterprise_id: Id
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    is_demonstration: bool
    supplier_id: Id | None
    supplier_zh: str | None
    supplier_en: str | None
    state: str
    version: int
    grade: Grade
    is_mine: bool
    content: CaseContent
    effects: list[CaseEffectView]


class CaseList(Shape):
    cases: list[CaseView]


class CaseDetail(CaseView):
    may_write: bool
    allowed: list[AllowedView]
    steps: list[StepView]


class NewCase(Shape):
    """`enterprise_id` is that of the account's own enterprise where it has one."""

    enterprise_id: Id | None = None
    supplier_id: Id | None = None
    content: Said[CaseContent]


class ChangedCase(Shape):
    content: Said[CaseContent]
    version: int | None = None


class ToldSide(Shape):
    value: Annotated[Decimal, Field(max_digits=18, decimal_places=6)]
    first: date
    last: date


class NewCaseEffect(Shape):
    """Either two claims of one measure, formula and subject, or two values as told."""

    topic: EffectTopic
    name_zh: Annotated[str, Field(min_length=1, max_length=120)]
    name_en: _Name = ""
    unit: Annotated[str, Field(max_length=32)] = "1"
    lower_is_better: bool = False
    before_claim_id: Annotated[str, Field(max_length=64)] | None = None
    after_claim_id: Annotated[str, Field(max_length=64)] | None = None
    before: ToldSide | None = None
    after: ToldSide | None = None
