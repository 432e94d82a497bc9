"""The industry watch as the API shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from millmark.region.watch.months import month_text
from millmark.region.watch.named import Named
from millmark.region.watch.reasons import finding_reasons, warning_reasons
from millmark.region.watch.roster import SectorCount
from millmark.region.watch.sums import Cell, Total, totals
from millmark.region.watch.warnings import STEPS
from millmark.web.shapes.monthly import (
    FindingView,
    ReportCheck,
    ReportVersionView,
    WarningAction,
    WarningStepView,
    WarningView,
)
from millmark.web.shapes.watch import (
    GroupSums,
    IndicatorSums,
    MoveName,
    ProfileView,
    SectorView,
    SizeName,
    ThresholdView,
    WatchRecordView,
)

if TYPE_CHECKING:
    from millmark.region.watch import Watch
    from millmark.region.watch.checks import Finding
    from millmark.region.watch.entry import WatchRecord
    from millmark.region.watch.profiles import Profile
    from millmark.region.watch.reports import Report, Weighed
    from millmark.region.watch.scale import Threshold
    from millmark.region.watch.warnings import RaisedWarning

NOBODY = Named(0, "", "?", "?", None, "", is_placeholder=False, is_demonstration=False)


def sums_view(total: Total) -> IndicatorSums:
    return IndicatorSums(reports=total.reports, **total.sums)


def group_sums(cells: Iterable[Cell], month: int, names: Mapping[str, tuple[str, str]], *, by: str) -> list[GroupSums]:
    """Sums of a month by division or by area, beside the year before; the largest revenue first."""
    cells = list(cells)

    def key(cell: Cell) -> str:
        return f"{cell.division:02d}" if by == "division" else cell.area_code

    def of_months(first: int, last: int) -> dict[str, Total]:
        return totals((cell for cell in cells if first <= cell.month <= last), key)

    january = month - month % 12
    now, before = of_months(month, month), of_months(month - 12, month - 12)
    year, year_before = of_months(january, month), of_months(january - 12, month - 12)
    found = []
    for code in sorted({*now, *year}):
        name_zh, name_en = names.get(code, (code, code))
        cumulative = year.get(code, Total()).sums["revenue_fen"]
        cumulative_before = year_before.get(code, Total()).sums["revenue_fen"]
        found.append(
            GroupSums(
                code=code,
                name_zh=name_zh,
                name_en=name_en,
                now=sums_view(now.get(code, Total())),
                year_ago=sums_view(before.get(code, Total())),
                cumulative_fen=cumulative,
                cumulative_year_ago_fen=cumulative_before,
                change=(cumulative - cumulative_before) / cumulative_before if cumulative_before > 0 else None,
            )
        )
    return sorted(found, key=lambda one: -one.cumulative_fen)


def sector_view(one: SectorCount) -> SectorView:
    return SectorView(
        id=one.sector.id,
        name_zh=one.sector.name_zh,
        name_en=one.sector.name_en,
        opening=one.opening,
        joined=one.joined,
        left=one.left,
        total=one.total,
        named=one.named,
    )


def threshold_view(one: Threshold) -> ThresholdView:
    return ThresholdView(
        id=one.id,
        name_zh=one.name_zh,
        name_en=one.name_en,
        codes=list(one.codes),
        from_year=one.from_year,
        until_year=one.until_year,
        revenue_fen=one.revenue_fen,
        label=one.label,
        source=one.source,
    )


def record_view(watch: Watch, one: WatchRecord) -> WatchRecordView:
    fact = one.fact
    kind = watch.pack.kinds.get(fact.kind)
    sector = watch.scale.sector_of_kind(fact.kind)
    move = None
    if sector is not None:
        moves: dict[str, MoveName] = {sector.opening: "opening", sector.joined: "joined", sector.left: "left"}
        move = moves[fact.kind]
    return WatchRecordView(
        id=one.id,
        ref=one.ref,
        kind=fact.kind,
        kind_zh=fact.kind if kind is None else kind.name_zh,
        kind_en=fact.kind if kind is None else kind.name_en,
        move=move,
        sector=None if sector is None else sector.id,
        subject=fact.subject,
        enterprise_id=one.enterprise_id,
        count=None if fact.quantity is None else int(fact.quantity),
        industry_code=one.industry_code,
        area=fact.area,
        area_code=fact.area_code,
        date=str(fact.span),
        holds_from=fact.holds_from,
        source=fact.source,
        grade=fact.grade.value,
        placeholder=fact.placeholder,
        recorded_at_us=one.recorded_at_us,
        recorded_by=one.recorded_by,
        voids=one.voids,
        voided_by=one.voided_by,
        ends=one.ends,
        ended_by=one.ended_by,
    )


def profile_view(watch: Watch, one: Profile) -> ProfileView:
    industry = watch.industries.named(one.industry_code)
    return ProfileView(
        id=one.id,
        valid_from=one.valid_from,
        industry_code=one.industry_code,
        industry_zh=one.industry_code if industry is None else industry.name_zh,
        industry_en=one.industry_code if industry is None else industry.name_en,
        size_class=cast("SizeName", one.size_class),
        area_code=one.area_code,
        chains=list(one.chains),
        park=one.park,
        holding_id=one.holding_id,
        holding=one.holding,
        source=one.source,
        recorded_at_us=one.recorded_at_us,
        recorded_by=one.recorded_by,
    )


def finding_view(watch: Watch, one: Finding) -> FindingView:
    zh, en = finding_reasons(one, watch.rules)
    return FindingView(
        key=one.key,
        check=one.check,
        indicator=one.indicator,
        severity=one.severity,
        can_be_explained=one.can_be_explained,
        reason_zh=zh,
        reason_en=en,
    )


def check_view(watch: Watch, one: Weighed) -> ReportCheck:
    return ReportCheck(
        fault=one.fault, findings=[finding_view(watch, each) for each in one.findings], may_be_kept=one.may_be_kept
    )


def version_view(one: Report) -> ReportVersionView:
    return ReportVersionView(
        id=one.id,
        version=one.version,
        values=dict(one.values),
        grade=one.grade.value,
        source=one.source,
        reason=one.reason,
        explanations=dict(one.explanations),
        reported_by=one.reported_by,
        recorded_at_us=one.recorded_at_us,
    )


def warning_view(watch: Watch, one: RaisedWarning, enterprise: Named) -> WarningView:
    rule = watch.rules.warning(one.rule)
    zh, en = (one.rule, one.rule) if rule is None else warning_reasons(rule, one.values)
    return WarningView(
        id=one.id,
        enterprise_id=one.enterprise_id,
        name_zh=enterprise.name_zh,
        name_en=enterprise.name_en,
        area_code=enterprise.area_code,
        rule=one.rule,
        rule_zh=one.rule if rule is None else rule.name_zh,
        rule_en=one.rule if rule is None else rule.name_en,
        reason_zh=zh,
        reason_en=en,
        severity=cast("WarningSeverity", one.severity),
        first_month=month_text(one.first_month),
        last_month=month_text(one.last_month),
        state=one.state.value,
        actions=[cast("WarningAction", name) for name, (states, _, _) in STEPS.items() if one.state in states],
        raised_at_us=one.raised_at_us,
        steps=[WarningStepView(action=s.action, note=s.note, actor=s.actor, at_us=s.at_us) for s in one.steps],
    )


if TYPE_CHECKING:
    from typing import Literal

    WarningSeverity = Literal["high", "medium", "low"]
