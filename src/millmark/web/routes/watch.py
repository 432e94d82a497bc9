"""The industry watch: overview, who is near the line, key enterprises, industries and rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.programmes import DateSpan
from millmark.region.entry import NewLedgerEntry
from millmark.region.geography import city_map
from millmark.region.watch.columns import monthly_columns
from millmark.region.watch.entry import KEY_ENTERPRISE, NewRecord
from millmark.region.watch.errors import InvalidRecord
from millmark.region.watch.industries import STANDARD
from millmark.region.watch.months import month_text, read_month, span_of
from millmark.region.watch.named import matching, named
from millmark.region.watch.sums import Total, totals
from millmark.region.watch.warnings import WarningState
from millmark.registry import area_prefix
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.pages import Limit, Offset, Search
from millmark.web.services import Platform, Services
from millmark.web.shapes.shape import Id
from millmark.web.shapes.watch import (
    EndRecord,
    EntryCheckView,
    IndicatorView,
    IndustryList,
    IndustryView,
    KeyEnterpriseList,
    KeyEnterpriseView,
    MeasuredOnView,
    MeasuredView,
    MonthSums,
    MonthText,
    NearList,
    NearView,
    NewKeyEnterprise,
    NewProfileForm,
    ProfileView,
    ReportDeadlineView,
    RuleCount,
    SideName,
    WarningRuleView,
    WatchOverview,
    WatchRecordView,
    WatchRulesView,
)
from millmark.web.watch_views import (
    NOBODY,
    group_sums,
    profile_view,
    record_view,
    sector_view,
    sums_view,
    threshold_view,
)

if TYPE_CHECKING:
    from millmark.region.watch import Watch
    from millmark.region.watch.entry import WatchRecord
    from millmark.region.watch.rules import WarningRule

router = APIRouter(prefix="/watch", tags=["watch"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_WATCH))]
Writer = Annotated[Principal, Depends(requires(Permission.WRITE_WATCH, action="watch.write"))]

_TREND_MONTHS = 25
_CARD_MONTHS = 13


@router.get("/overview")
def watch_overview(
    who: Reader,
    platform: Platform,
    month: Annotated[MonthText | None, Query()] = None,
) -> WatchOverview:
    """Sums by month, industry and county, the roster, who is near the line and what is open, within one's area."""
    watch = platform.bureau.watch
    chosen = watch.sums.latest_month() if month is None else read_month(month)
    open_rules = [rule for enterprise, rule in watch.warnings.open() if who.scope.admits(enterprise)]
    common = {
        "sectors": [sector_view(one) for one in watch.roster.counts(watch.today())],
        "warnings": _rule_counts(watch.rules.warnings, open_rules),
        "key_enterprises": sum(visible_record(who, one) for one in watch.key_enterprises()),
    }
    if chosen is None:
        nothing: dict[str, Any] = {"month": None, "trend": [], "divisions": [], "counties": [], "near": {}}
        return WatchOverview(**nothing, **common, due_us=None, asked=0, reported=0)
    cells = watch.sums.cells(chosen - _TREND_MONTHS + 1, chosen, area_code=who.scope.area_code)
    by_month = totals(cells, lambda cell: cell.month)
    sides = Counter(one.side for one in watch.near(chosen) if who.scope.admits(one.enterprise_id))
    asked = {one for one, since in watch.asked_from().items() if since <= chosen and who.scope.admits(one)}
    there = watch.reports.reported(chosen)
    return WatchOverview(
        month=month_text(chosen),
        trend=[
            MonthSums(month=month_text(one), sums=sums_view(by_month.get(one, Total())))
            for one in range(chosen - _TREND_MONTHS + 1, chosen + 1)
        ],
        divisions=group_sums(cells, chosen, _division_names(watch), by="division"),
        counties=group_sums(cells, chosen, area_names(platform), by="area"),
        near={side: sides[side] for side in ("may_enter", "close_below", "may_leave", "close_above")},
        asked=len(asked),
        reported=len(asked & there.keys()),
        due_us=watch.rules.due_us(chosen, watch.zone),
        **common,
    )


@router.get("/near")
def near_the_line(
    who: Reader,
    platform: Platform,
    month: Annotated[MonthText | None, Query()] = None,
    within: Annotated[float, Query(gt=0, le=0.5)] = 0.2,
    side: SideName | None = None,
    search: Search = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> NearList:
    """Enterprises whose twelve months stand near the above-scale threshold of their industry, from both sides."""
    watch = platform.bureau.watch
    chosen = watch.sums.latest_month() if month is None else read_month(month)
    if chosen is None:
        return NearList(month=None, counts={}, total=0, near=[])
    near = [one for one in watch.near(chosen, within=within) if who.scope.admits(one.enterprise_id)]
    if search:
        matches = matching(watch.database, search)
        near = [one for one in near if one.enterprise_id in matches]
    found = [one for one in near if side in (None, one.side)]
    page = found[offset : offset + limit]
    names = named(watch.database, [one.enterprise_id for one in page])
    profiles = watch.profiles.all(span_of(chosen).last)
    return NearList(
        month=month_text(chosen),
        counts=dict(Counter(one.side for one in near)),
        total=len(found),
        near=[
            NearView(
                enterprise_id=one.enterprise_id,
                name_zh=names.get(one.enterprise_id, NOBODY).name_zh,
                name_en=names.get(one.enterprise_id, NOBODY).name_en,
                area_code=profiles[one.enterprise_id].area_code,
                industry_code=profiles[one.enterprise_id].industry_code,
                threshold=one.threshold.id,
                threshold_fen=one.threshold.revenue_fen,
                months=one.months,
                revenue_fen=one.revenue_fen,
                share=one.share,
                side=one.side,
                on_roster=one.on_roster,
            )
            for one in page
        ],
    )


@router.get("/industries")
def watch_industries(
    _who: Annotated[Principal, Depends(requires(Permission.READ_MONTHLY))], platform: Platform
) -> IndustryList:
    """The sections, divisions and named groups of GB/T 4754-2017."""
    found = platform.bureau.watch.industries.by_code.values()
    return IndustryList(
        standard=STANDARD,
        industries=[
            IndustryView.model_validate(
                {
                    "code": one.code,
                    "level": one.level,
                    "parent": one.parent,
                    "name_zh": one.name_zh,
                    "name_en": one.name_en,
                }
            )
            for one in found
        ],
    )


@router.get("/rules")
def watch_rules(
    _who: Annotated[Principal, Depends(requires(Permission.READ_MONTHLY))], platform: Platform
) -> WatchRulesView:
    """Thresholds, indicators, deadlines, checks and warning rules as they hold, with how well each is known."""
    watch = platform.bureau.watch
    done = watch.warnings.warnings(states=(WarningState.RESOLVED, WarningState.FALSE_ALARM), limit=10_000)
    return WatchRulesView(
        scale_edition=watch.scale.header.edition,
        scale_source=watch.scale.header.source,
        thresholds=[threshold_view(one) for one in watch.scale.thresholds],
        indicators=[
            IndicatorView.model_validate(one.model_dump() | {"required_of": list(one.required_of)})
            for one in watch.rules.indicators
        ],
        deadlines=[
            ReportDeadlineView(
                from_month=one.from_month,
                day=one.day,
                hour=one.hour,
                not_asked=list(one.not_asked),
                label=one.label,
                source=one.source,
            )
            for one in watch.rules.deadlines
        ],
        checks=[
            EntryCheckView(
                id=one.id,
                kind=one.kind,
                severity=one.severity,
                indicators=list(one.indicators),
                reason_zh=one.reason_zh,
                reason_en=one.reason_en,
                can_be_explained=one.severity == "confirm" or one.override,
            )
            for one in watch.rules.checks
        ],
        warnings=[
            _rule_view(
                watch,
                one,
                closed=sum(each.rule == one.id for each in done),
                dismissed=sum(each.rule == one.id and each.state is WarningState.FALSE_ALARM for each in done),
            )
            for one in watch.rules.warnings
        ],
        measured_on=None
        if watch.measured is None
        else MeasuredOnView(
            enterprises=watch.measured.enterprises,
            months=watch.measured.months,
            seed=watch.measured.seed,
            tuned_on_seed=watch.measured.tuned_on_seed,
        ),
    )


@router.get("/key-enterprises")
def key_enterprises(who: Reader, platform: Platform) -> KeyEnterpriseList:
    """The enterprises under operations watch that one may see, each with its last thirteen months of revenue."""
    watch = platform.bureau.watch
    records = [one for one in watch.key_enterprises() if visible_record(who, one)]
    ids = {one.enterprise_id for one in records if one.enterprise_id is not None}
    names = named(watch.database, ids)
    profiles = watch.profiles.all(watch.today())
    latest = watch.sums.latest_month()
    months = [] if latest is None else list(range(latest - _CARD_MONTHS + 1, latest + 1))
    inside = {one.record.enterprise_id for one in watch.roster.members(watch.today())}
    open_of = Counter(enterprise for enterprise, _ in watch.warnings.open())
    revenue = _revenue(watch, ids, months)
    found = []
    for record in records:
        one = names.get(record.enterprise_id or 0)
        profile = profiles.get(record.enterprise_id or 0)
        found.append(
            KeyEnterpriseView(
                record=record_view(watch, record),
                name_zh=one.name_zh if one else record.fact.subject or "?",
                name_en=one.name_en if one else record.fact.subject or "?",
                area_code=one.area_code if one else None,
                industry_code=None if profile is None else profile.industry_code,
                revenue_fen=[revenue.get((record.enterprise_id or 0, month)) for month in months],
                months=[month_text(month) for month in months],
                open_warnings=0 if one is None else open_of[one.id],
                on_roster=one is not None and one.id in inside,
            )
        )
    return KeyEnterpriseList(enterprises=found)


@router.post("/key-enterprises", status_code=status.HTTP_201_CREATED)
def watch_key_enterprise(who: Writer, form: NewKeyEnterprise, request: Request, platform: Platform) -> WatchRecordView:
    """Puts an enterprise under operations watch."""
    watch = platform.bureau.watch
    subject, area = form.subject, platform.city_pack.city.name_zh
    if form.enterprise_id is not None:
        who.scope.demand(form.enterprise_id, where="enterprise_id")
        one = named(watch.database, [form.enterprise_id]).get(form.enterprise_id)
        if one is None:
            raise unknown("enterprise_id")
        subject, area = one.name_zh, one.area_code
    elif subject is None:
        raise InvalidRecord("subject: name the enterprise, or choose one of the registry")
    fact = NewLedgerEntry(
        kind=KEY_ENTERPRISE, area=area, span=DateSpan.of_day(form.on), source=form.source, subject=subject
    )
    kept = watch.records.add(NewRecord(fact=fact, enterprise_id=form.enterprise_id), recorded_by=who.name)
    audit_result(request, kept.ref)
    return record_view(watch, kept)


@router.post("/records/{record_id}/end", status_code=status.HTTP_201_CREATED)
def end_watch_record(
    who: Writer, record_id: Id, form: EndRecord, request: Request, platform: Platform
) -> WatchRecordView:
    """Keeps that a record, such as a key enterprise, holds no longer from a day on."""
    watch = platform.bureau.watch
    demand_record(who, watch, record_id)
    kept = watch.records.end(record_id, form.on, source=form.source, recorded_by=who.name)
    audit_result(request, f"{kept.ref} ends watch:{record_id}")
    return record_view(watch, kept)


@router.post("/enterprises/{enterprise_id}/profiles", status_code=status.HTTP_201_CREATED)
def add_watch_profile(
    who: Writer, enterprise_id: Id, form: NewProfileForm, request: Request, platform: Platform
) -> ProfileView:
    """Adds a version of the enterprise's profile; the versions before it stay."""
    from millmark.region.watch.profiles import NewProfile

    who.scope.demand(enterprise_id, where=request.url.path)
    platform.registry.enterprise(enterprise_id)
    watch = platform.bureau.watch
    kept = watch.profiles.add(
        NewProfile(
            enterprise_id=enterprise_id,
            valid_from=form.valid_from,
            industry_code=form.industry_code,
            size_class=form.size_class,
            source=form.source,
            chains=tuple(form.chains),
            park=form.park,
            holding=form.holding,
            area_code=form.area_code,
        ),
        recorded_by=who.name,
    )
    audit_result(request, f"enterprise:{enterprise_id} profile:{kept.id}")
    return profile_view(watch, kept)


def visible_record(who: Principal, record: WatchRecord) -> bool:
    """A record of an enterprise is for those who see it, one of a county for that county's officers; what speaks of the
    whole city is for every office."""
    if record.enterprise_id is not None:
        return who.scope.admits(record.enterprise_id)
    if who.scope.enterprise_id is not None:
        return False
    within = who.scope.area_code
    code = record.fact.area_code
    if within is None or code is None or code.endswith("00"):
        return True
    return code.startswith(area_prefix(within))


def demand_record(who: Principal, watch: Watch, record_id: int) -> WatchRecord:
    """The record, if one may see it; what stands for the whole city is changed by offices of the city alone."""
    found = watch.records.record(record_id)
    of_city = found.enterprise_id is None and (found.fact.area_code or "00").endswith("00")
    county_only = who.scope.area_code is not None and not who.scope.area_code.endswith("00")
    if not visible_record(who, found) or (of_city and county_only):
        raise unknown("record_id")
    if found.enterprise_id is not None:
        who.scope.opened(found.enterprise_id)
    return found


def _revenue(watch: Watch, enterprises: Collection[int], months: Sequence[int]) -> dict[tuple[int, int], int]:
    """By enterprise and month, what was reported in fen."""
    if not enterprises or not months:
        return {}
    columns = monthly_columns(
        watch.database, months[0], months[-1], indicators=("revenue_fen",), enterprises=enterprises
    )
    told = columns.present["revenue_fen"]
    rows = zip(columns.enterprise_id[told], columns.month[told], columns.indicators["revenue_fen"][told], strict=True)
    return {(int(enterprise), int(month)): int(value) for enterprise, month, value in rows}


def area_names(platform: Services) -> dict[str, tuple[str, str]]:
    """Names of the counties by their codes, and of the city itself."""
    city = platform.city_pack.city
    found = {area.adcode: (area.name_zh, area.name_en) for area in city_map(platform.folder).areas}
    return found | {city.area_code: (city.name_zh, city.name_en)}


def _division_names(watch: Watch) -> dict[str, tuple[str, str]]:
    names = {one.code: (one.name_zh, one.name_en) for one in watch.industries.divisions}
    return names | {"00": ("未分类", "Not classified")}


def _rule_counts(rules: tuple[WarningRule, ...], open_rules: list[str]) -> list[RuleCount]:
    return [
        RuleCount(rule=one.id, name_zh=one.name_zh, name_en=one.name_en, open=open_rules.count(one.id)) for one in rules
    ]


def _rule_view(watch: Watch, one: WarningRule, *, closed: int, dismissed: int) -> WarningRuleView:
    measured = None if watch.measured is None else watch.measured.of(one.id)
    return WarningRuleView(
        id=one.id,
        kind=one.kind,
        name_zh=one.name_zh,
        name_en=one.name_en,
        severity=one.severity,
        reason_zh=one.reason_zh,
        reason_en=one.reason_en,
        measured=None
        if measured is None
        else MeasuredView(
            warnings=measured.warnings,
            precision=measured.precision,
            recall=measured.recall,
            delay_months=measured.delay_months,
            false_per_enterprise_year=measured.false_per_enterprise_year,
        ),
        closed=closed,
        dismissed=dismissed,
    )
