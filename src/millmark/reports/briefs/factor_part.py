"""What a brief says of production factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from millmark.region.dispatch.rules import Factor
from millmark.region.factors import FactorRequest, FactorStatistics
from millmark.reports.briefs import phrases
from millmark.reports.briefs.data import Bar, Bars, Chart, Pair, Table, Value


@dataclass(slots=True)
class Part:
    """Values, tables and charts of one subject; `has` names what there is anything of."""

    has: list[str] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)

    def say(
        self,
        name: str,
        label: Pair,
        text: Pair,
        source: str,
        *,
        exact: int | None = None,
        records: Sequence[str] = (),
    ) -> None:
        self.values.append(
            Value(
                name=name,
                label=label,
                text=text,
                exact=None if exact is None else str(exact),
                source=source,
                records=tuple(records),
            )
        )

    def counted(self, name: str, label: Pair, source: str, records: Sequence[str]) -> None:
        """A number of records, each of which it can be opened to."""
        self.say(name, label, phrases.count(len(records)), source, exact=len(records), records=records)


def factor_part(
    asked: Sequence[FactorRequest],
    now_open: Sequence[FactorRequest],
    overdue: Sequence[FactorRequest],
    statistics: FactorStatistics,
    factors: Mapping[str, Factor],
    departments: Mapping[str, Pair],
) -> Part:
    """`asked` are the month's requests, `now_open` and `overdue` those of the day the brief is read; `statistics` are
    those of the month's requests."""
    part = Part()
    source = "factor-requests"
    part.counted("factors_asked", ("本月诉求", "requests in the month"), source, _refs(asked))
    answered = [one for one in asked if one.answered_at_us is not None]
    part.counted("factors_answered", ("其中已答复", "of these answered"), source, _refs(answered))
    for state, name, label in (
        ("solved", "factors_solved", ("企业确认已解决", "confirmed as solved")),
        ("unsolved", "factors_unsolved", ("企业反馈未解决", "not solved")),
    ):
        part.counted(name, label, source, _refs([one for one in asked if one.state == state]))
    part.counted("factors_open", ("在办", "open"), source, _refs(now_open))
    part.counted("factors_overdue", ("逾期", "overdue"), source, _refs(overdue))
    escalated = [one for one in overdue if one.level]
    part.counted("factors_escalated", ("已升级督办", "escalated"), source, _refs(escalated))
    rows = sorted(statistics.factors, key=lambda row: -row.asked)
    most = [row for row in rows if row.asked == rows[0].asked] if rows else []
    named = [(factors[row.factor].name_zh, factors[row.factor].name_en) for row in most if row.factor in factors]
    text = ("、".join(zh for zh, _ in named) or "—", ", ".join(en.lower() for _, en in named) or "—")
    part.say("factors_most", ("诉求最多", "asked most"), text, source)
    lengths = sorted((one.answered_at_us or 0) - one.asked_at_us for one in answered)
    part.say(
        "factors_hours",
        ("答复用时中位数", "median time to answer"),
        phrases.hours(_median_hours(lengths)),
        source,
        records=_refs(answered),
    )
    if asked:
        part.has.append("factors")
        part.charts.append(_chart(statistics, factors))
    if statistics.departments:
        part.has.append("departments")
        part.tables.append(_table(statistics, departments))
    return part


def _refs(requests: Sequence[FactorRequest]) -> list[str]:
    return [f"factor-request:{one.id}" for one in requests]


def _median_hours(lengths_us: Sequence[int]) -> float | None:
    if not lengths_us:
        return None
    half = len(lengths_us) // 2
    middle = lengths_us[half] if len(lengths_us) % 2 else (lengths_us[half - 1] + lengths_us[half]) / 2
    return round(middle / 3_600_000_000, 1)


def _chart(statistics: FactorStatistics, factors: Mapping[str, Factor]) -> Bars:
    rows = sorted(statistics.factors, key=lambda row: -row.asked)
    return Bars(
        name="factors",
        title=("本月生产要素诉求", "Requests for production factors in the month"),
        bars=tuple(
            Bar(
                label=(factors[row.factor].name_zh, factors[row.factor].name_en)
                if row.factor in factors
                else (row.factor, row.factor),
                value=float(row.asked),
                text=(f"{row.asked}件", f"{row.asked}"),
            )
            for row in rows
        ),
    )


def _table(statistics: FactorStatistics, departments: Mapping[str, Pair]) -> Table:
    return Table(
        name="departments",
        title=("各部门办理情况", "By department"),
        columns=(
            ("部门", "Department"),
            ("交办", "Assigned"),
            ("已答复", "Answered"),
            ("在办", "Open"),
            ("逾期率", "Overdue"),
            ("答复用时", "Median time"),
        ),
        rows=tuple(
            (
                departments.get(row.department, (row.department, row.department)),
                phrases.count(row.assigned),
                phrases.count(row.answered),
                phrases.count(row.open),
                phrases.share(row.answered_late + row.overdue_open, row.answered + row.overdue_open),
                phrases.hours(row.median_hours),
            )
            for row in statistics.departments
        ),
    )
