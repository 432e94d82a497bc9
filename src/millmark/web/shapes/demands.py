"""Demands, answers and matches as the API shows them."""

from __future__ import annotations

from datetime import date

from millmark.region.suppliers import AnswerContent, DemandContent, Shown, WantedScenario
from millmark.web.shapes.shape import Id, Said, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView
from millmark.web.shapes.suppliers import MatchView


class SupplierContact(Shape):
    """Whom to call, once both have agreed to talk."""

    name: str
    phone: str


class AnswerView(Shape):
    """A supplier's answer. The supplier's contact is shown to the enterprise once it agreed to talk."""

    id: Id
    demand_id: Id
    demand_title: str
    supplier_id: Id
    supplier_zh: str
    supplier_en: str
    state: str
    version: int
    content: AnswerContent
    contact: SupplierContact | None
    is_mine: bool
    allowed: list[AllowedView]
    steps: list[StepView]


class DemandView(Shape):
    """A demand as whoever asks may see it: to suppliers the enterprise has no name before it agrees to talk, and what
    it does not show is null. `answers` counts them for the enterprise and the office."""

    id: Id
    enterprise_id: Id | None
    enterprise_zh: str | None
    enterprise_en: str | None
    is_mine: bool
    from_assessment: Id | None
    state: str
    version: int
    title: str
    text: str
    scenarios: list[WantedScenario]
    industry: str | None
    area_code: str | None
    level: int | None
    budget_max_fen: int | None
    wanted_by: date | None
    shows: list[Shown]
    consent: bool
    written_at_us: TimeUs
    answers: int | None
    own_answer: AnswerView | None
    fit: MatchView | None


class DemandList(Shape):
    """Of a supplier those that fit its solutions best first, else the latest first."""

    demands: list[DemandView]


class DemandDetail(DemandView):
    """With the answers that whoever asks may see, and what may be done."""

    given: list[AnswerView]
    allowed: list[AllowedView]
    may_save: bool
    may_answer: bool
    steps: list[StepView]


class MatchList(Shape):
    """The best first; `unclear` says that the demand names no scenario, and no solution has its words."""

    matches: list[MatchView]
    unclear: bool


class NewDemand(Shape):
    """`enterprise_id` is that of the account's own enterprise where it has one."""

    enterprise_id: Id | None = None
    content: Said[DemandContent]


class ChangedDemand(Shape):
    content: Said[DemandContent]
    version: int | None = None


class DemandGap(Shape):
    """A scenario that an assessment leaves short of the level aimed at; `in_plan` where the cheapest way up raises it.
    `content` is a demand to start from; `demand_id` the one that was taken up already."""

    scenario: str
    name_zh: str
    name_en: str
    level_from: int
    level_to: int
    in_plan: bool
    constrained: bool
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    content: DemandContent
    demand_id: Id | None


class GapList(Shape):
    """Gaps of the latest submitted assessment; null and none where there is none yet."""

    assessment_id: Id | None
    level: int | None
    gaps: list[DemandGap]


class FromGaps(Shape):
    """The scenarios of an assessment to take up, each as a demand that the enterprise has yet to confirm."""

    enterprise_id: Id | None = None
    scenarios: list[str]


class NewAnswer(Shape):
    content: Said[AnswerContent]
