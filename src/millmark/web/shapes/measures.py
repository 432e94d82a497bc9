"""Measures of a subject over a period."""

from __future__ import annotations

from datetime import date as calendar_date

from millmark.model.series import SeriesRole
from millmark.web.shapes.shape import Finite, Shape, TimeUs


class InputView(Shape):
    """A series that entered a measure, and the rows it brought."""

    series: str
    role: SeriesRole
    rows: int
    first_us: TimeUs | None
    last_us: TimeUs | None


class MeasurePart(Shape):
    measure: str
    value: Finite
    numerator: Finite
    denominator: Finite
    unit: str


class MeasureView(Shape):
    measure: str
    formula_version: str
    subject: str
    value: Finite
    numerator: Finite
    denominator: Finite
    unit: str
    coverage_share: Finite
    parts: list[MeasurePart]
    inputs: list[InputView]


class MeasureList(Shape):
    date: calendar_date
    measures: list[MeasureView]
