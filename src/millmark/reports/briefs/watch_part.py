"""What a brief says of the industry watch: reports, roster and warnings of the month."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from millmark.model.period import utc_datetime
from millmark.programmes import Counting
from millmark.region.watch import Watch
from millmark.region.watch.months import month_text
from millmark.region.watch.sums import totals
from millmark.region.watch.warnings import WarningState
from millmark.reports.briefs import phrases
from millmark.reports.briefs.data import Bar, Bars, Pair
from millmark.reports.briefs.factor_part import Part
from millmark.reports.briefs.period import BriefPeriod

_MONTHS_SHOWN = 12
_MOST_WARNINGS = 100_000


@dataclass(frozen=True, slots=True)
class WatchReader:
    """Reads a month of the watch; `within` gives the enterprises of an area."""

    watch: Watch

    def part(self, period: BriefPeriod, within: Collection[int]) -> Part:
        part = Part()
        self._reports(part, period, within)
        self._roster(part, period)
        self._warnings(part, period, within)
        return part

    def _reports(self, part: Part, period: BriefPeriod, within: Collection[int]) -> None:
        month, sums = period.month, self.watch.sums
        asked = {one for one, since in self.watch.asked_from(period.last).items() if since <= month and one in within}
        received = [one for one in self.watch.reports.reported(month) if one in within]
        source = f"monthly-reports:{month_text(month)}"
        part.say(
            "reports_asked",
            ("应报送企业", "enterprises to report"),
            phrases.count(len(asked)),
            source,
            exact=len(asked),
        )
        number = len(received)
        part.say("reports_received", ("已报送", "reported"), phrases.count(number), source, exact=number)
        text = phrases.share(number, max(len(asked), number))
        part.say("reports_share", ("报送率", "share reported"), text, source)
        cells = sums.cells(month - _MONTHS_SHOWN, month, area_code=period.area_code)
        by_month = totals(cells, lambda cell: cell.month)
        now: Mapping[str, int] = by_month[month].sums if month in by_month else {}
        before: Mapping[str, int] = by_month[month - 12].sums if month - 12 in by_month else {}
        revenue, power = now.get("revenue_fen", 0), now.get("electricity_kwh", 0)
        part.say("revenue", ("营业收入", "revenue"), phrases.money(revenue), source, exact=revenue)
        part.say("electricity", ("用电量", "electricity"), phrases.electricity(power), source, exact=power)
        # As many must have reported a year ago, or growth would be that of the number of reports.
        comparable = month - 12 in by_month and by_month[month - 12].reports >= number * 0.9
        for name, label, value, key in (
            ("revenue_change", ("营业收入同比", "revenue on the year before"), revenue, "revenue_fen"),
            ("electricity_change", ("用电量同比", "electricity on the year before"), power, "electricity_kwh"),
        ):
            part.say(name, label, phrases.change(value, before.get(key) if comparable else None), source)
        if received:
            part.has.append("reports")
            part.charts.append(
                _revenue_chart({one: total.sums.get("revenue_fen", 0) for one, total in by_month.items()})
            )

    def _roster(self, part: Part, period: BriefPeriod) -> None:
        scale, moves = self.watch.scale, self.watch.roster.moves(period.last)
        joined_kinds = {one.joined for one in scale.sectors}
        left_kinds = {one.left for one in scale.sectors}
        # Moves of a county are those whose area is known to lie in it; the city's are all.
        own = [one for one in moves if period.area_code.endswith("00") or period.covers(one.fact.area_code)]
        of_month = [one for one in own if period.first <= one.fact.holds_from <= period.last]
        source = "roster"
        for name, label, kinds in (
            ("joined", ("新增入规", "joined"), joined_kinds),
            ("left", ("退规", "left"), left_kinds),
        ):
            found = [one for one in of_month if one.fact.kind in kinds]
            number = sum(_standing_for(one.fact.counting, one.fact.quantity) for one in found)
            part.say(name, label, phrases.count(number), source, exact=number, records=[one.ref for one in found])
        total = 0
        for one in own:
            sign = -1 if one.fact.kind in left_kinds else 1
            total += sign * _standing_for(one.fact.counting, one.fact.quantity)
        part.say("members", ("月末在册", "on the roster"), phrases.count(total), source, exact=total)
        if own:
            part.has.append("roster")

    def _warnings(self, part: Part, period: BriefPeriod, within: Collection[int]) -> None:
        found = [one for one in self.watch.warnings.warnings(limit=_MOST_WARNINGS) if one.enterprise_id in within]
        raised = [one for one in found if period.holds(utc_datetime(one.raised_at_us).astimezone(period.zone).date())]
        still_open = [one for one in found if one.state is WarningState.OPEN]
        high = [one for one in still_open if one.severity == "high"]
        for name, label, some in (
            ("warnings_raised", ("本月新发预警", "warnings raised"), raised),
            ("warnings_open", ("未处置预警", "warnings open"), still_open),
            ("warnings_high", ("其中高等级", "of these severe"), high),
        ):
            part.counted(name, label, "warnings", [f"warning:{one.id}" for one in some])
        if found:
            part.has.append("warnings")


def _standing_for(counting: Counting, quantity: object) -> int:
    return 1 if counting is Counting.INDIVIDUAL else int(str(quantity or 0).split(".")[0])


def _revenue_chart(revenue: Mapping[int, int]) -> Bars:
    return Bars(
        name="revenue",
        title=("企业月报营业收入", "Revenue by the monthly reports"),
        bars=tuple(
            Bar(label=_month(month), value=fen / 100, text=phrases.money(fen))
            for month, fen in sorted(revenue.items())[-_MONTHS_SHOWN:]
        ),
    )


def _month(month: int) -> Pair:
    text = month_text(month)
    return text, text
