"""Monthly reports, the checks at entry, early warnings, and an enterprise's card."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from millmark.web.shapes.documents import FileRef
from millmark.web.shapes.factors import FactorRequestView
from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.investments import InvestmentView
from millmark.web.shapes.lists import ColumnView, RowProblem
from millmark.web.shapes.shape import ExactNumber, Finite, Id, Shape, TimeUs
from millmark.web.shapes.watch import MonthText, ProfileView, WatchRecordView

Values = Annotated[dict[str, int], Field(max_length=40, description="By indicator, in its unit: money in fen.")]
ReportState = Literal["on_time", "late", "waiting", "overdue", "not_asked"]
WarningStateName = Literal["open", "acknowledged", "acting", "resolved", "false_alarm"]
WarningAction = Literal["acknowledge", "act", "resolve", "dismiss", "reopen"]


class FindingView(Shape):
    """What a check found. `key` is what an explanation answers; `reason` already has its numbers in it."""

    key: str
    check: str
    indicator: str | None
    severity: Literal["refuse", "confirm"]
    can_be_explained: bool
    reason_zh: str
    reason_en: str


class ReportForm(Shape):
    """A report as the enterprise, or the office for it, sends it. `seen` is the version that was on the screen, 0 for
    none; `reason` says why an earlier version is corrected."""

    enterprise_id: Id
    month: MonthText
    values: Values
    source: str = Field(min_length=1, max_length=500)
    reason: str | None = Field(default=None, max_length=500)
    explanations: dict[str, Annotated[str, Field(max_length=500)]] = Field(default_factory=dict, max_length=60)
    seen: int | None = Field(default=None, ge=0)


class ReportCheck(Shape):
    """What stands against a report: `fault` keeps it out whatever is explained."""

    fault: str | None
    findings: list[FindingView]
    may_be_kept: bool


class BesideView(Shape):
    """Reported electricity against the energy that claims prove, and the hours that they prove.

    `part`: claims speak of a part of the plant or of the month; `contradicts`: they prove more than was reported.
    """

    verdict: Literal["agrees", "part", "contradicts", "none"]
    energy_kwh: ExactNumber | None
    running_hours: ExactNumber | None
    busy_hours: ExactNumber | None
    share: ExactNumber | None
    days: int
    days_of_month: int
    grade: GradeName | None
    claim_ids: list[str]


class ReportVersionView(Shape):
    id: int
    version: int
    values: Values
    grade: GradeName
    source: str
    reason: str | None
    explanations: dict[str, str]
    reported_by: str
    recorded_at_us: TimeUs


class MonthReport(Shape):
    """A month of an enterprise: all versions, the latest first, what the checks said, and what claims prove."""

    enterprise_id: int
    month: str
    due_us: TimeUs
    asked: bool
    versions: list[ReportVersionView]
    last_month: Values | None
    year_ago: Values | None
    beside: BesideView


class ReportStatus(Shape):
    """Whether an enterprise that must report a month did."""

    enterprise_id: int
    name_zh: str
    name_en: str
    area_code: str
    state: ReportState
    version: int
    reported_at_us: TimeUs | None
    revenue_fen: int | None
    electricity_kwh: int | None


class MonthDesk(Shape):
    """`counts` says how many there are of each state, of those who match the search; `total` how many the list has
    of which `reports` are a page."""

    month: str
    due_us: TimeUs
    asked: bool
    months: list[str]
    counts: dict[ReportState, int]
    total: int
    reports: list[ReportStatus]


class OwnMonth(Shape):
    month: str
    state: ReportState
    due_us: TimeUs
    version: int
    values: Values


class OwnMonths(Shape):
    """The months of one enterprise, the latest first."""

    enterprise_id: int
    name_zh: str
    name_en: str
    section: str | None
    months: list[OwnMonth]


class WarningStepView(Shape):
    action: str
    note: str
    actor: str
    at_us: TimeUs


class WarningView(Shape):
    id: int
    enterprise_id: int
    name_zh: str
    name_en: str
    area_code: str
    rule: str
    rule_zh: str
    rule_en: str
    reason_zh: str
    reason_en: str
    severity: Literal["high", "medium", "low"]
    first_month: str
    last_month: str
    state: WarningStateName
    actions: list[WarningAction]
    raised_at_us: TimeUs
    steps: list[WarningStepView]


class WarningList(Shape):
    warnings: list[WarningView]


class WarningStepForm(Shape):
    action: WarningAction
    note: str = Field(default="", max_length=1_000)


class SweepForm(Shape):
    month: MonthText | None = None


class SweepResult(Shape):
    month: str
    raised: int
    continued: int


class SheetImportForm(Shape):
    """An uploaded .xlsx (`POST /api/files`). `money_unit` is what one of a money cell stands for; without `apply`
    nothing is kept, and the report says what would be."""

    file_id: FileRef
    mapping: Annotated[dict[str, str], Field(max_length=200)] | None = None
    money_unit: Literal["1", "1000", "10000"] = "1"
    apply: bool = False


class SheetReport(Shape):
    rows: int
    kept: int
    applied: bool
    problems: list[RowProblem]
    mapping: dict[str, str]
    ignored: list[str]


class SheetColumns(Shape):
    id: Literal["reports", "profiles"]
    columns: list[ColumnView]


class CardMonth(Shape):
    month: str
    values: Values
    revenue_change: Finite


class CardRecognition(Shape):
    """A recognition, recommendation or award that is recorded of the enterprise."""

    ref: str
    title_zh: str
    title_en: str
    date: str


class EnterpriseCard(Shape):
    """An enterprise as the watch knows it. `factor_requests` are its open requests and `investments` its projects, live
    ones first; each null for whoever may not read such things."""

    enterprise_id: int
    name_zh: str
    name_en: str
    area_code: str
    is_placeholder: bool
    is_demonstration: bool
    is_key: bool
    on_roster: bool
    threshold_fen: int | None
    threshold_zh: str | None
    threshold_en: str | None
    twelve_months_fen: int | None
    twelve_months: int
    profiles: list[ProfileView]
    records: list[WatchRecordView]
    months: list[CardMonth]
    warnings: list[WarningView]
    machines: int
    connected_machines: int
    claims: int
    recognitions: list[CardRecognition]
    factor_requests: list[FactorRequestView] | None
    investments: list[InvestmentView] | None
    beside: BesideView | None
    beside_month: str | None
