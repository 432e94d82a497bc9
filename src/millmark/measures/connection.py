"""Equipment connection rate (设备联网率): connected equipment / equipment."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from millmark.measures.demand import Demand
from millmark.measures.errors import InvalidParameters
from millmark.measures.result import Coverage, Day, InputRef, MeasureResult, Question, ratio
from millmark.measures.rows import NO_ROWS, Rows
from millmark.measures.specs import FormulaParameters, Name, SeriesSpec, TimeUs, as_json, read_parameters
from millmark.model import AssetPath, Period
from millmark.model.period import HOUR_US

MEASURE = "equipment_connection_rate"
VERSION = "1"


class Equipment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One machine of the equipment list and the half-open span of its service; None is open."""

    asset: Name
    in_service_from_us: TimeUs | None
    in_service_until_us: TimeUs | None

    def in_service(self, period: Period) -> bool:
        started = self.in_service_from_us is None or self.in_service_from_us < period.end_us
        return started and (self.in_service_until_us is None or self.in_service_until_us > period.start_us)


class Witness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An hour of a series of a machine that shows the machine connected on the hour's day."""

    asset: Name
    series: SeriesSpec
    hour_us: TimeUs


class ConnectionParameters(FormulaParameters, frozen=True, forbid_unknown_fields=True):
    """The equipment list, and where to look for good points: the rest of a machine's rows need not be read."""

    equipment: tuple[Equipment, ...]
    witnesses: tuple[Witness, ...]


def demands(question: Question) -> tuple[Demand, ...]:
    hours: dict[str, set[int]] = {}
    for witness in read_parameters(ConnectionParameters, question.parameters).witnesses:
        hours.setdefault(witness.series.key, set()).add(witness.hour_us)
    return tuple(Demand(series, frozenset(found)) for series, found in sorted(hours.items()))


def equipment_connection_rate(question: Question, rows: Rows) -> MeasureResult:
    """Connected equipment-days / equipment-days.

    Source: the assessment indicator 设备联网率 of the digital level of small and medium enterprises (2024 edition),
    实现联网的生产设备数量 / 总生产设备数量: a stock at a date. Here the stock is taken each local day. Equipment is
    what the enterprise's list counts as equipment and what is in service at any time of the day; it is connected on a
    day when at least one of its points with a source time in that day is of good quality. `parts` holds each day's
    rate; the period's value is the sum of their numerators over the sum of their denominators.

    Rows of other hours than the parameters' witnesses name are not looked at, and equipment without a witness counts
    as not connected: with fewer rows the rate can only be lower. Since absence counts against the rate, the coverage
    is always whole.
    """
    parameters = read_parameters(ConnectionParameters, question.parameters)
    _check(parameters, question.subject)
    days = tuple(_of_day(question, day, parameters, rows) for day in question.days)
    connected, equipment = sum(day.numerator for day in days), sum(day.denominator for day in days)
    return MeasureResult(
        MEASURE,
        VERSION,
        question.subject,
        question.period,
        ratio(connected, equipment),
        connected,
        equipment,
        "1",
        Coverage(question.period.duration_us, question.period.duration_us),
        _inputs(parameters.witnesses, rows),
        days,
        as_json(parameters),
    )


def _of_day(question: Question, day: Day, parameters: ConnectionParameters, rows: Rows) -> MeasureResult:
    listed = {one.asset for one in parameters.equipment if one.in_service(day.period)}
    witnesses = [one for one in parameters.witnesses if one.asset in listed and _shows_connection(one, day, rows)]
    connected = float(len({witness.asset for witness in witnesses}))
    return MeasureResult(
        MEASURE,
        VERSION,
        question.subject,
        day.period,
        ratio(connected, float(len(listed))),
        connected,
        float(len(listed)),
        "1",
        Coverage(day.period.duration_us, day.period.duration_us),
        (),
        (),
        {},
    )


def _shows_connection(witness: Witness, day: Day, rows: Rows) -> bool:
    hour = Period(witness.hour_us, witness.hour_us + HOUR_US).intersection(day.period)
    if hour is None:
        return False
    return bool(rows.get(witness.series.key, NO_ROWS).between(hour.start_us, hour.end_us).good.any())


def _inputs(witnesses: Sequence[Witness], rows: Rows) -> tuple[InputRef, ...]:
    series = {witness.series.key: witness.series for witness in witnesses}
    return tuple(series[key].input(rows.get(key, NO_ROWS)) for key in sorted(series))


def _check(parameters: ConnectionParameters, subject: AssetPath) -> None:
    names = [one.asset for one in parameters.equipment]
    if len(set(names)) < len(names):
        raise InvalidParameters("the equipment list names a machine twice")
    if foreign := next((name for name in names if not AssetPath.parse(name).is_under(subject)), None):
        raise InvalidParameters(f"the equipment list names {foreign}, which is no part of {subject}")
    for witness in parameters.witnesses:
        asset = AssetPath.parse(witness.series.key.rpartition(":")[0])
        if not asset.is_under(AssetPath.parse(witness.asset)):
            raise InvalidParameters(f"series {witness.series.key} is not of the machine {witness.asset} it speaks for")
