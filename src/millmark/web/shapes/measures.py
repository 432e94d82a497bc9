"""Measures of a subject over a period."""

from __future__ import annotations

from datetime import date as calendar_date

from millmark.model.series import Origin, SeriesRole
from millmark.web.shapes.shape import Finite, Shape, TimeUs


class InputView(Shape):
    """A series that entered a measure, and the rows it brought."""

    series: str
    role: SeriesRole
    unit: str
    origin: Origin
    rows: int
    first_us: TimeUs | None
    last_us: TimeUs | None


class MeasurePart(Shape):
    """One of the ratios that make up a measure, such as the availability of an OEE."""

    measure: str
    subject: str
    value: Finite
    numerator: Finite
    denominator: Finite
    unit: str
    flags: list[str]


class MeasureView(Shape):
    """`coverage_share` is the share of the time with data; `flags` name what a reader should know."""

    measure: str
    formula_version: str
    subject: str
    value: Finite
    numerator: Finite
    denominator: Finite
    unit: str
    coverage_share: Finite
    flags: list[str]
    parts: list[MeasurePart]
    inputs: list[InputView]


class MeasureList(Shape):
    date: calendar_date
    measures: list[MeasureView]
