"""What enterprises are told of their peers: computed once a quarter for each group, the same for everybody since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from millmark.model.period import utc_datetime
from millmark.programmes.assessment.book import AssessmentBook
from millmark.programmes.assessment.kept import AssessedKind
from millmark.programmes.grade import Grade
from millmark.region.disclosure import SafetyRules
from millmark.region.statistics.measures import MEASURES
from millmark.region.statistics.naming import Names
from millmark.region.statistics.peers import NotTold, PeerGroup, PeerValue, Quartiles, differs_by_few, groups, rounded
from millmark.region.statistics.sources import BureauSource, LatestClaims
from millmark.region.statistics.tables import PeerReleaseRow
from millmark.region.watch.months import last_day, month_of
from millmark.registry import Database

_YEAR: Final = 12
LEVEL_PACK: Final = ("sme-digital-level", "2024")


@dataclass(frozen=True, slots=True)
class PeerMeasure:
    """`better` says which way is the better one."""

    id: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    better: str
    scale: float = 1.0


PEER_MEASURES: Final = (
    PeerMeasure("oee", "设备综合效率(OEE)", "OEE", "%", "%", "higher", 100.0),
    PeerMeasure(
        "energy_per_output", "单位产值电耗", "Electricity per output", "千瓦时/万元", "kWh per 10,000 yuan", "lower"
    ),
    PeerMeasure(
        "energy_per_running_hour",
        "单位有效运行时间能耗",
        "Energy per effective running hour",
        "千瓦时/小时",
        "kWh per hour",
        "lower",
        0.01,
    ),
    PeerMeasure("digital_level", "数字化水平得分", "Digital level score", "分", "points", "higher"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """One indicator for one enterprise: its own value, and its industry's quartiles or why there are none.

    `grouping` is the group that is told or, without quartiles, the widest that was tried. `coarsened` says that the
    division could not be told and the section is. `quarter` is 1 (lowest) to 4 where there are quartiles and a value.
    `own_grade` is that of the own value's evidence, `grade` that of the weakest in the group.
    """

    measure: PeerMeasure
    own: float | None
    own_grade: Grade | None
    period: str
    grouping: str | None
    name_zh: str
    name_en: str
    quartiles: Quartiles | None
    grade: Grade | None
    coarsened: bool
    why: NotTold | None
    quarter: int | None


class PeerBook:
    def __init__(
        self,
        database: Database,
        source: BureauSource,
        names: Names,
        *,
        claims: LatestClaims | None,
        assessments: AssessmentBook | None,
        rules: Callable[[], SafetyRules],
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._source = source
        self._names = names
        self._claims = claims
        self._assessments = assessments
        self._rules = rules
        self._now_us = now_us
        self._zone = zone

    def standing(self, enterprise_id: int) -> list[Standing]:
        """Where an enterprise stands in each indicator, as of the last full quarter."""
        month = self.last_month()
        place = self._source.places().get(enterprise_id)
        found = []
        for measure in PEER_MEASURES:
            values = self._values(measure, month)
            mine = next((one for one in values if one.enterprise == enterprise_id), None)
            division = mine.division if mine is not None else "" if place is None else place.division
            found.append(self._standing(measure, month, values, mine, division))
        return found

    def last_month(self) -> int:
        """The last month of the last full quarter."""
        this = month_of(utc_datetime(self._now_us()).astimezone(self._zone).date())
        return this - this % 3 - 1

    def _standing(
        self, measure: PeerMeasure, month: int, values: Sequence[PeerValue], mine: PeerValue | None, division: str
    ) -> Standing:
        own = None if mine is None else mine.value
        section = self._names.section_of(division) if division else ""
        tried = [f"division:{division}", f"section:{section}"] if section else []
        why: NotTold | None = NotTold.FEW
        told: PeerGroup | None = None
        period = _quarter(month)
        for name in tried:
            group, period = self._told(measure, month, values, name)
            why = group.why
            if group.quartiles is not None:
                told = group
                break
        shown = told.grouping if told is not None else (tried[-1] if tried else None)
        zh, en = self._name(shown)
        quarter = None
        if told is not None and told.quartiles is not None and own is not None:
            edges = (told.quartiles.first, told.quartiles.median, told.quartiles.third)
            quarter = 1 + sum(own >= edge for edge in edges)
        return Standing(
            measure=measure,
            own=None if own is None else rounded(own),
            own_grade=None if mine is None else mine.grade,
            period=period,
            grouping=shown,
            name_zh=zh,
            name_en=en,
            quartiles=None if told is None else told.quartiles,
            grade=None if told is None else told.grade,
            coarsened=told is not None and told.grouping.startswith("section"),
            why=None if told is not None else why,
            quarter=quarter,
        )

    def _told(
        self, measure: PeerMeasure, month: int, values: Sequence[PeerValue], grouping: str
    ) -> tuple[PeerGroup, str]:
        """The group as it was told first in this quarter; made now if nobody asked before."""
        period = _quarter(month)
        kept = self._kept(measure.id, grouping)
        if kept is not None and kept[1] == period:
            return kept
        rules = self._rules()
        group = groups(values, rules).get(grouping) or PeerGroup(grouping, None, NotTold.FEW, frozenset())
        if (
            kept is not None
            and kept[0].quartiles is not None
            and differs_by_few(kept[0].holdings, group.holdings, rules)
        ):
            # A few came or went: this quarter beside the last would tell of them, so the last stands on.
            return kept
        return self._keep(measure.id, period, group), period

    def _kept(self, measure: str, grouping: str) -> tuple[PeerGroup, str] | None:
        row = PeerReleaseRow
        query = select(row).where(row.measure == measure, row.grouping == grouping).order_by(row.period.desc())
        with self._database.reading() as session:
            found = session.scalars(query.limit(1)).first()
            return None if found is None else (_group(found), found.period)

    def _keep(self, measure: str, period: str, group: PeerGroup) -> PeerGroup:
        told = group.quartiles
        row = PeerReleaseRow(
            measure=measure,
            period=period,
            grouping=group.grouping,
            content={
                "quartiles": None if told is None else [told.first, told.median, told.third],
                "peers": None if told is None else told.peers,
                "why": group.why,
                "grade": group.grade,
            },
            members=sorted(group.holdings),
            released_at_us=self._now_us(),
        )
        try:
            with self._database.transaction() as session:
                session.add(row)
        except IntegrityError:
            # Somebody of the same industry asked at this moment: what they were told holds.
            kept = self._kept(measure, group.grouping)
            return group if kept is None else kept[0]
        return group

    def _values(self, measure: PeerMeasure, month: int) -> list[PeerValue]:
        if measure.id == "energy_per_output":
            return self._energy(month)
        places = self._source.places()
        found = {
            "oee": self._oee,
            "energy_per_running_hour": self._per_running_hour,
            "digital_level": self._levels,
        }[measure.id](month)
        return [
            PeerValue(
                who,
                place.holding,
                place.division,
                self._names.section_of(place.division),
                value * measure.scale,
                grade,
            )
            for who, (value, grade) in found.items()
            if (place := places.get(who)) is not None
        ]

    def _oee(self, month: int) -> dict[int, tuple[float, Grade]]:
        """Of each enterprise the OEE of its latest public claims up to the month's end, all its subjects together."""
        told: dict[int, tuple[float, float, bool]] = {}
        for one in () if self._claims is None else self._claims.latest("oee", last_day(month)):
            above, below, alone = told.get(one.enterprise_id, (0.0, 0.0, True))
            told[one.enterprise_id] = (
                above + float(one.numerator),
                below + float(one.denominator),
                alone and one.from_machines_alone,
            )
        return {
            who: (above / below, Grade.MACHINE_PROVEN if alone else Grade.SELF_REPORTED)
            for who, (above, below, alone) in told.items()
            if below > 0
        }

    def _per_running_hour(self, month: int) -> dict[int, tuple[float, Grade]]:
        """Energy by running time of the quarter, of those whose machines prove both, in the measure's base units."""
        measure = MEASURES["energy_per_running_hour"]
        told = self._source.contributions(measure.id, month - 2, month)
        sums: dict[int, tuple[int, int]] = {}
        below = told.value if told.below is None else told.below
        for who, above, under in zip(told.enterprise, told.value.sum(axis=1), below.sum(axis=1), strict=True):
            one, other = sums.get(int(who), (0, 0))
            sums[int(who)] = one + int(above), other + int(under)
        return {who: (above * measure.per / under, measure.grade) for who, (above, under) in sums.items() if under}

    def _levels(self, month: int) -> dict[int, tuple[float, Grade]]:
        if self._assessments is None:
            return {}
        end = last_day(month)
        found: dict[int, tuple[AssessedKind, float]] = {}
        for who, level in self._assessments.submitted_levels(*LEVEL_PACK):
            day = utc_datetime(level.submitted_at_us).astimezone(self._zone).date()
            standing = found.get(who)
            if day <= end and (
                standing is None or standing[0] is AssessedKind.SELF or level.kind is AssessedKind.EXPERT
            ):
                found[who] = level.kind, float(level.score)
        return {
            who: (score, Grade.DOCUMENT_BACKED if kind is AssessedKind.EXPERT else Grade.SELF_REPORTED)
            for who, (kind, score) in found.items()
        }

    def _energy(self, month: int) -> list[PeerValue]:
        """Electricity by gross output of the year up to the month, of those who reported both each month."""
        used = self._source.contributions("electricity_kwh", month - _YEAR + 1, month)
        made = self._source.contributions("output_fen", month - _YEAR + 1, month)
        output = {
            (int(who), str(division)): int(value)
            for who, division, value, there in zip(
                made.enterprise, made.division, made.value.sum(axis=1), np.asarray(made.there.all(axis=1)), strict=True
            )
            if there and value > 0
        }
        found = []
        for row in np.flatnonzero(np.asarray(used.there.all(axis=1))):
            division = str(used.division[row])
            made_fen = output.get((int(used.enterprise[row]), division))
            if made_fen:
                value = float(used.value[row].sum()) / (made_fen / 1_000_000)
                section = self._names.section_of(division)
                found.append(PeerValue(int(used.enterprise[row]), int(used.holding[row]), division, section, value))
        return found

    def _name(self, grouping: str | None) -> tuple[str, str]:
        code = "" if grouping is None else grouping.partition(":")[2]
        found = self._names.industries.by_code.get(code)
        return ("", "") if found is None else (found.name_zh, found.name_en)


def _quarter(month: int) -> str:
    return f"{month // 12}-Q{month % 12 // 3 + 1}"


def _group(row: PeerReleaseRow) -> PeerGroup:
    content: dict[str, Any] = row.content
    edges = content["quartiles"]
    return PeerGroup(
        row.grouping,
        None if edges is None else Quartiles(edges[0], edges[1], edges[2], peers=content["peers"]),
        None if content["why"] is None else NotTold(content["why"]),
        frozenset(row.members),
        Grade(content.get("grade", Grade.SELF_REPORTED)),
    )
