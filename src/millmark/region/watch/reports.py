"""Monthly reports of enterprises: versions that stay, and the latest of each laid out for sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes import Grade
from millmark.region.watch.arrivals import Arrivals, ArrivalsByMonth
from millmark.region.watch.checks import Finding, check_months
from millmark.region.watch.columns import CORE
from millmark.region.watch.errors import ExplanationMissing, InvalidReport, ReportConflict, ReportMissing
from millmark.region.watch.industries import Industries
from millmark.region.watch.memory import entered_months
from millmark.region.watch.months import first_day, last_day, month_text
from millmark.region.watch.profiles import placed
from millmark.region.watch.rules import WatchRules
from millmark.region.watch.tables import MonthlyMoreRow, MonthlyValueRow, MonthlyVersionRow, ProfileRow
from millmark.registry import Database
from millmark.registry.tables import EnterpriseRow

_AT_ONCE = 5_000
_LARGEST = 2**53
_FEW = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A report before it is kept. `values` by indicator, in its unit; what is not given was not reported.

    `reason` says why an earlier version is corrected. `explanations` answer findings by their keys; `answer_to_all`
    answers whatever may be explained. `seen` is the version that whoever reports has before them (0 for none), None
    where nobody looked.
    """

    enterprise_id: int
    month: int
    values: Mapping[str, int]
    source: str
    grade: Grade = Grade.SELF_REPORTED
    reason: str | None = None
    explanations: Mapping[str, str] = field(default_factory=dict)
    answer_to_all: str | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A kept version of a report."""

    id: int
    enterprise_id: int
    month: int
    version: int
    values: Mapping[str, int]
    grade: Grade
    source: str
    reason: str | None
    explanations: Mapping[str, str]
    reported_by: str
    recorded_at_us: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """What stands against a report: `fault` says why it cannot be kept at all, `findings` what the checks found and
    `open` those of them that nobody has answered."""

    report: NewReport
    version: int
    fault: str | None
    findings: tuple[Finding, ...]
    open: tuple[Finding, ...]

    @property
    def may_be_kept(self) -> bool:
        return self.fault is None and not self.open


class MonthlyReports:
    """Keeps reports, once they pass the checks at entry or what the checks found is answered."""

    def __init__(
        self,
        database: Database,
        rules: WatchRules,
        industries: Industries,
        *,
        zone: ZoneInfo,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._rules = rules
        self._industries = industries
        self._zone = zone
        self._now_us = now_us
        self._arrivals = ArrivalsByMonth(database)

    def weigh(self, reports: Sequence[NewReport]) -> list[Weighed]:
        """What the checks say of reports, keeping nothing; several months of one enterprise are seen together."""
        with self._database.reading() as session:
            return self._weigh_within(session, reports)

    def enter(self, new: NewReport, *, reported_by: str) -> Report:
        """Keeps one report as a new version of its month.

        Raises `InvalidReport` for what cannot be kept, `ExplanationMissing` for what nobody has answered, and
        `ReportConflict` where somebody else reported meanwhile.
        """
        return self.enter_all([new], reported_by=reported_by)[0]

    def enter_all(self, reports: Sequence[NewReport], *, reported_by: str) -> list[Report]:
        """As `enter`, all or none; the message names enterprise and month of the first that cannot be kept."""
        try:
            with self._database.transaction() as session:
                self._database.in_turn(session, MonthlyVersionRow)
                weighed = self._weigh_within(session, reports)
                for one in weighed:
                    _demand(one)
                return self._keep(session, weighed, reported_by)
        except IntegrityError as error:
            raise ReportConflict("somebody else has just reported one of these months; look at it first") from error

    def report(self, enterprise_id: int, month: int) -> Report:
        """The latest version; raises `ReportMissing`."""
        found = self.versions(enterprise_id, month)
        if not found:
            raise ReportMissing(f"enterprise {enterprise_id} has not reported {month_text(month)}")
        return found[0]

    def versions(self, enterprise_id: int, month: int) -> list[Report]:
        """All versions of a month, the latest first."""
        query = select(MonthlyVersionRow).where(
            MonthlyVersionRow.enterprise_id == enterprise_id, MonthlyVersionRow.month == month
        )
        with self._database.reading() as session:
            return [_report(row) for row in session.scalars(query.order_by(MonthlyVersionRow.version.desc()))]

    def months(self, enterprise_id: int, first_month: int, last_month: int) -> dict[int, Report]:
        """The latest version of each month that an enterprise reported."""
        query = select(MonthlyVersionRow).where(
            MonthlyVersionRow.enterprise_id == enterprise_id,
            MonthlyVersionRow.month.between(first_month, last_month),
        )
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(MonthlyVersionRow.month, MonthlyVersionRow.version))
            return {row.month: _report(row) for row in rows}

    def reported(self, month: int) -> Arrivals:
        """Who reported a month: the version that holds, and when the first one came (UTC microseconds)."""
        return self._arrivals.of(month)

    def first_times(self, enterprise_id: int) -> dict[int, int]:
        """When the first version of each month of an enterprise came, in UTC microseconds."""
        query = select(MonthlyVersionRow.month, MonthlyVersionRow.recorded_at_us).where(
            MonthlyVersionRow.enterprise_id == enterprise_id, MonthlyVersionRow.version == 1
        )
        with self._database.reading() as session:
            return {row.month: row.recorded_at_us for row in session.execute(query)}

    def _weigh_within(self, session: Session, reports: Sequence[NewReport]) -> list[Weighed]:
        if not reports:
            return []
        known = self._known_within(session, reports)
        versions = self._versions_within(session, reports)
        entered = entered_months(
            session,
            [(one.enterprise_id, one.month) for one in reports],
            {name: [one.values.get(name) for one in reports] for name in self._all_ids},
            [known.sections.get(one.enterprise_id, "") for one in reports],
            remembered=self._rules.remembered,
            is_asked=self._rules.is_asked,
        )
        findings: dict[int, list[Finding]] = {}
        for finding in check_months(self._rules.checks, self._rules.indicators, entered):
            findings.setdefault(finding.row, []).append(finding)
        seen: set[tuple[int, int]] = set()
        weighed = []
        for row, one in enumerate(reports):
            version = versions.get((one.enterprise_id, one.month), 0)
            fault = self._fault(one, version, known, seen)
            seen.add((one.enterprise_id, one.month))
            told = tuple(findings.get(row, ()))
            weighed.append(Weighed(one, version, fault, told, tuple(f for f in told if not _is_answered(one, f))))
        return weighed

    def _fault(self, one: NewReport, version: int, known: _Known, seen: set[tuple[int, int]]) -> str | None:
        """What keeps a report out whatever the checks say."""
        if one.enterprise_id not in known.enterprises:
            return f"enterprise: no enterprise has the id {one.enterprise_id}"
        if (one.enterprise_id, one.month) in seen:
            return f"month: {month_text(one.month)} stands twice for this enterprise"
        if first_day(one.month) > known.today:
            return f"month: {month_text(one.month)} has not begun; report months that are over or under way"
        unknown = [name for name in one.values if name not in self._all_ids]
        if unknown:
            return f"{unknown[0]}: is no indicator; indicators are {', '.join(self._all_ids)}"
        large = next((name for name, value in one.values.items() if abs(value) >= _LARGEST), None)
        if large is not None:
            return f"{large}: {one.values[large]} is more than any enterprise has; check the unit"
        if not one.source.strip():
            return "source: say where the numbers come from"
        if version and not (one.reason or "").strip():
            return f"reason: {month_text(one.month)} is reported already; say why it is corrected"
        if one.seen is not None and one.seen != version:
            return f"version: {month_text(one.month)} has version {version} by now, not {one.seen}; look at it first"
        return None

    @property
    def _all_ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in self._rules.indicators)

    def _known_within(self, session: Session, reports: Sequence[NewReport]) -> _Known:
        from millmark.model.period import utc_datetime

        ids = {one.enterprise_id for one in reports}
        areas = select(EnterpriseRow.id, EnterpriseRow.area_code)
        profiles = select(ProfileRow).order_by(ProfileRow.valid_from, ProfileRow.id)
        if len(ids) <= _FEW:
            areas = areas.where(EnterpriseRow.id.in_(ids))
            profiles = profiles.where(ProfileRow.enterprise_id.in_(ids))
        versions: dict[int, list[ProfileRow]] = {}
        for row in session.scalars(profiles):
            versions.setdefault(row.enterprise_id, []).append(row)
        enterprises = {row.id: row.area_code for row in session.execute(areas)}
        sections = {
            enterprise_id: section.code
            for enterprise_id, rows in versions.items()
            if (section := self._industries.section(rows[-1].industry_code)) is not None
        }
        today = utc_datetime(self._now_us()).astimezone(self._zone).date()
        return _Known(enterprises, versions, sections, today)

    @staticmethod
    def _versions_within(session: Session, reports: Sequence[NewReport]) -> dict[tuple[int, int], int]:
        months = {one.month for one in reports}
        query = select(MonthlyValueRow.enterprise_id, MonthlyValueRow.month, MonthlyValueRow.version).where(
            MonthlyValueRow.month.in_(months)
        )
        ids = {one.enterprise_id for one in reports}
        if len(ids) <= _FEW:
            query = query.where(MonthlyValueRow.enterprise_id.in_(ids))
        return {(enterprise, month): version for enterprise, month, version in session.execute(query)}

    def _keep(self, session: Session, weighed: Sequence[Weighed], reported_by: str) -> list[Report]:
        known = self._known_within(session, [one.report for one in weighed])
        now_us = self._now_us()
        versions = [_version_row(one, reported_by, now_us) for one in weighed]
        values = [_value_row(one, known) for one in weighed]
        more = [
            {"indicator": name, "month": one.report.month, "enterprise_id": one.report.enterprise_id, "value": value}
            for one in weighed
            for name, value in one.report.values.items()
            if name not in CORE
        ]
        for one in weighed:
            if one.version:
                _forget(session, one.report.enterprise_id, one.report.month)
        for table, rows in ((MonthlyVersionRow, versions), (MonthlyValueRow, values), (MonthlyMoreRow, more)):
            for at in range(0, len(rows), _AT_ONCE):
                session.execute(insert(table), rows[at : at + _AT_ONCE])
        return self._kept_within(session, weighed)

    @staticmethod
    def _kept_within(session: Session, weighed: Sequence[Weighed]) -> list[Report]:
        if len(weighed) > _FEW:
            # An import reads them again where it shows them.
            return []
        query = select(MonthlyVersionRow)
        rows = session.scalars(
            query.where(
                MonthlyVersionRow.month.in_({one.report.month for one in weighed}),
                MonthlyVersionRow.enterprise_id.in_({one.report.enterprise_id for one in weighed}),
            )
        )
        found = {(row.enterprise_id, row.month, row.version): _report(row) for row in rows}
        return [found[one.report.enterprise_id, one.report.month, one.version + 1] for one in weighed]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the enterprises that report: areas and sections by id, versions of their profiles."""

    enterprises: Mapping[int, str]
    profiles: Mapping[int, Sequence[ProfileRow]]
    sections: Mapping[int, str]
    today: Any

    def placed_in(self, enterprise_id: int, month: int) -> dict[str, object]:
        """Industry, area, size and holding at the end of a month; the first profile stands for all before it."""
        versions = self.profiles.get(enterprise_id, ())
        if not versions:
            return {
                "industry_code": "",
                "division": 0,
                "area_code": self.enterprises[enterprise_id],
                "size_class": "",
                "holding_id": None,
            }
        holding = [row for row in versions if row.valid_from <= last_day(month)]
        return placed(holding[-1] if holding else versions[0])


def _demand(one: Weighed) -> None:
    where = f"enterprise {one.report.enterprise_id}, {month_text(one.report.month)}"
    if one.fault is not None:
        error = ReportConflict if one.fault.startswith("version:") else InvalidReport
        raise error(f"{where}: {one.fault}")
    if one.open:
        keys = ", ".join(finding.key for finding in one.open)
        if any(not finding.can_be_explained for finding in one.open):
            raise InvalidReport(f"{where}: the checks refuse {keys}; correct what they name")
        raise ExplanationMissing(f"{where}: confirm and explain {keys}, or correct the numbers")


def _is_answered(one: NewReport, finding: Finding) -> bool:
    if not finding.can_be_explained:
        return False
    return bool((one.explanations.get(finding.key) or one.answer_to_all or "").strip())


def _version_row(one: Weighed, reported_by: str, now_us: int) -> dict[str, Any]:
    report = one.report
    answers = {
        finding.key: (report.explanations.get(finding.key) or report.answer_to_all or "").strip()
        for finding in one.findings
    }
    return {
        "enterprise_id": report.enterprise_id,
        "month": report.month,
        "version": one.version + 1,
        **{name: report.values.get(name) for name in CORE},
        "more": {name: value for name, value in report.values.items() if name not in CORE},
        "grade": report.grade.value,
        "source": report.source.strip(),
        "reason": report.reason,
        "explanations": answers,
        "reported_by": reported_by,
        "recorded_at_us": now_us,
    }


def _value_row(one: Weighed, known: _Known) -> dict[str, Any]:
    report = one.report
    return {
        "month": report.month,
        "enterprise_id": report.enterprise_id,
        "version": one.version + 1,
        **known.placed_in(report.enterprise_id, report.month),
        "grade": report.grade.value,
        **{name: report.values.get(name) for name in CORE},
    }


def _forget(session: Session, enterprise_id: int, month: int) -> None:
    """Clears the place of a version that a later one follows; the version itself stays."""
    for table in (MonthlyValueRow, MonthlyMoreRow):
        session.execute(delete(table).where(table.month == month, table.enterprise_id == enterprise_id))


def _report(row: MonthlyVersionRow) -> Report:
    core = {name: getattr(row, name) for name in CORE}
    return Report(
        id=row.id,
        enterprise_id=row.enterprise_id,
        month=row.month,
        version=row.version,
        values={name: value for name, value in core.items() if value is not None} | dict(row.more),
        grade=Grade(row.grade),
        source=row.source,
        reason=row.reason,
        explanations=dict(row.explanations),
        reported_by=row.reported_by,
        recorded_at_us=row.recorded_at_us,
    )


def obliged(*groups: Iterable[int]) -> frozenset[int]:
    """Whoever belongs to one of several groups of enterprises."""
    return frozenset(one for group in groups for one in group)
