"""From a subject and a period to a measure: asks the registry and the history, then computes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from millmark.measures import connection, energy, oee
from millmark.measures.connection import ConnectionParameters, Equipment, Witness
from millmark.measures.demand import Demand
from millmark.measures.errors import NotMeasurable, UnknownMeasure
from millmark.measures.formulas import MEASURES, compute, demands
from millmark.measures.result import Day, MeasureResult, Question
from millmark.measures.rows import Rows, SeriesRows, joined, rows_by_series
from millmark.measures.specs import FormulaParameters, SeriesSpec, as_json
from millmark.measures.subjects import equipment_of, meters_of, sites_of, work_units_of
from millmark.model import AssetPath, Period, PointBatch, Quality, Series, SeriesRole, TextBatch, UnitSystem
from millmark.model.period import HOUR_US
from millmark.registry import Registry, Site


class PointSource(Protocol):
    """The part of the history that measures read; a view that shows sealed rows alone has it too."""

    def raw(self, series: Sequence[int], period: Period, /) -> PointBatch: ...

    def raw_text(self, series: Sequence[int], period: Period, /) -> TextBatch: ...

    def last_before(self, series: Sequence[int], time_us: int, /) -> tuple[PointBatch, TextBatch]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A measure with the question and the rows it was computed from."""

    question: Question
    rows: Rows
    result: MeasureResult


class MeasureReader:
    """Reads measures from a source of points. Raises `MeasureError`, and what registry and history raise."""

    def __init__(
        self, source: PointSource, registry: Registry, units: UnitSystem, *, now_us: Callable[[], int]
    ) -> None:
        self._source = source
        self._registry = registry
        self._units = units
        self._now_us = now_us

    def over(self, measure: str, subject: AssetPath, period: Period) -> MeasureResult:
        """A measure over a period, or over the part of it that is past by now."""
        return self.read(measure, subject, self._days(subject, period)).result

    def on(self, measure: str, subject: AssetPath, first: date, last: date | None = None) -> MeasureResult:
        """A measure over local days of the subject's site, both included."""
        zone = sites_of(self._registry, subject)[0].zone
        return self.over(measure, subject, Period.of_days(first, last or first, zone))

    def read(self, measure: str, subject: AssetPath, days: Sequence[Day]) -> Reading:
        """A measure over local days with everything it was computed from."""
        sites = sites_of(self._registry, subject)
        question = self._question(measure, subject, tuple(days))
        rows = self._load(demands(question), question, sites)
        return Reading(question, rows, compute(question, rows, self._units))

    def _days(self, subject: AssetPath, period: Period) -> tuple[Day, ...]:
        past = period.intersection(Period(min(period.start_us, self._now_us() - 1), self._now_us()))
        if past is None:
            raise NotMeasurable(f"the period {period} has not begun yet; ask for one that has")
        zone = sites_of(self._registry, subject)[0].zone
        return tuple(Day(name, part) for name, part in past.days(zone))

    def _question(self, measure: str, subject: AssetPath, days: tuple[Day, ...]) -> Question:
        version, parameters = self._parameters(measure, subject, days)
        return Question(measure, version, subject, days, as_json(parameters))

    def _parameters(self, measure: str, subject: AssetPath, days: Sequence[Day]) -> tuple[str, FormulaParameters]:
        if measure == connection.MEASURE:
            return connection.VERSION, self._connection(subject, days)
        if measure == oee.MEASURE:
            return oee.VERSION, work_units_of(self._registry, subject)
        if measure == energy.MEASURE:
            return energy.VERSION, meters_of(self._registry, subject, self._units)
        raise UnknownMeasure(f"there is no measure {measure!r}; there are: {', '.join(MEASURES)}")

    def _connection(self, subject: AssetPath, days: Sequence[Day]) -> ConnectionParameters:
        equipment = equipment_of(self._registry, subject)
        series = _series_of(equipment, self._registry.series_under(subject))
        witnesses = [one for day in days for one in self._witnesses(day, equipment, series)]
        return ConnectionParameters(equipment, tuple(witnesses))

    def _witnesses(
        self, day: Day, equipment: Iterable[Equipment], series: Mapping[str, Sequence[Series]]
    ) -> Iterable[Witness]:
        """For each machine in service an hour that shows it connected; the last rows of a day mostly tell."""
        serving = [one.asset for one in equipment if one.in_service(day.period)]
        ids = [one.id for asset in serving for one in series[asset]]
        last_good = _good_times(*self._source.last_before(ids, day.period.end_us), day.period)
        for asset in serving:
            for one in series[asset]:
                time_us = last_good.get(one.id)
                if time_us is not None:
                    yield Witness(asset, SeriesSpec.of(one), _hour_of(time_us, day.period.start_us))
                    break
            else:
                yield from self._thorough_witness(day, asset, series[asset])

    def _thorough_witness(self, day: Day, asset: str, series: Sequence[Series]) -> Iterable[Witness]:
        for one in series:
            found = _good_times(
                self._source.raw([one.id], day.period), self._source.raw_text([one.id], day.period), day.period
            )
            if found:
                yield Witness(asset, SeriesSpec.of(one), _hour_of(found[one.id], day.period.start_us))
                return

    def _load(self, wanted: Sequence[Demand], question: Question, sites: Sequence[Site]) -> Rows:
        ids = {key: self._registry.series_by_key(key).id for key in {one.series for one in wanted}}
        keys = {number: key for key, number in ids.items()}
        whole = [ids[one.series] for one in wanted if one.hours_us is None]
        parts = [self._rows(whole, question.period, keys), *self._lead(whole, question, keys, sites)]
        by_hour: dict[int, list[int]] = {}
        for one in wanted:
            for hour in one.hours_us or ():
                by_hour.setdefault(hour, []).append(ids[one.series])
        parts += [self._rows(found, _hour(start), keys) for start, found in sorted(by_hour.items())]
        return {key: joined([part[key] for part in parts if key in part]) for key in ids}

    def _lead(
        self, series: Sequence[int], question: Question, keys: Mapping[int, str], sites: Sequence[Site]
    ) -> Iterable[Rows]:
        """The rows that tell how the period began: of each series the last hour with rows in the local day before.

        Whole hours of the days' grid are read, for these are what a day's seal holds.
        """
        start_us = question.period.start_us
        lead = lead_period(question.days[0], sites[0])
        by_hour: dict[int, list[int]] = {}
        for batch in self._source.last_before(series, start_us) if series else ():
            for one, time_us in zip(batch.series.tolist(), batch.source_time_us.tolist(), strict=True):
                if time_us >= lead.start_us:
                    by_hour.setdefault(_hour_of(time_us, lead.start_us), []).append(one)
        for hour_us, found in sorted(by_hour.items()):
            yield self._rows(found, Period(hour_us, min(hour_us + HOUR_US, start_us)), keys)

    def _rows(self, series: Sequence[int], period: Period, keys: Mapping[int, str]) -> dict[str, SeriesRows]:
        if not series:
            return {}
        return rows_by_series(self._source.raw(series, period), self._source.raw_text(series, period), keys)


def lead_period(first: Day, site: Site) -> Period:
    """The time before a period in which rows may tell how it began: from the start of the local day before."""
    before = Period.of_day(first.date - timedelta(days=1), site.zone)
    return Period(before.start_us, first.period.start_us)


def _series_of(equipment: Sequence[Equipment], series: Sequence[Series]) -> dict[str, list[Series]]:
    """The series of each machine, those first that bring few rows, so that a witness is small."""
    paths = {one.asset: AssetPath.parse(one.asset) for one in equipment}
    return {
        asset: sorted((one for one in series if one.asset.is_under(path)), key=_expected_rows)
        for asset, path in paths.items()
    }


def _expected_rows(series: Series) -> tuple[bool, bool, str]:
    return series.role is not SeriesRole.STATE, series.role is SeriesRole.SIGNAL, series.key


def _good_times(points: PointBatch, texts: TextBatch, period: Period) -> dict[int, int]:
    """Series id -> source time of a good row within the period."""
    found: dict[int, int] = {}
    for batch in (points, texts):
        if isinstance(batch, PointBatch):
            given = np.isfinite(batch.value)
        else:
            given = batch.value.is_valid().to_numpy(zero_copy_only=False)
        time_us = batch.source_time_us
        good = given & (batch.quality == Quality.GOOD) & (time_us >= period.start_us) & (time_us < period.end_us)
        found |= dict(zip(batch.series[good].tolist(), time_us[good].tolist(), strict=True))
    return found


def _hour_of(time_us: int, anchor_us: int) -> int:
    """The start of the hour that a time lies in, hours being counted from the anchor in both directions."""
    return anchor_us + (time_us - anchor_us) // HOUR_US * HOUR_US


def _hour(start_us: int) -> Period:
    return Period(start_us, start_us + HOUR_US)
