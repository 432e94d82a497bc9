"""Indicators of a plant, as exact pure functions over columns, and the reader that fetches what they need."""

from millmark.measures.demand import LEAD_US, Demand
from millmark.measures.errors import InvalidParameters, MeasureError, NotMeasurable, UnknownMeasure
from millmark.measures.formulas import MEASURES, NAMES, compute, demands
from millmark.measures.reader import MeasureReader, PointSource, Reading, lead_period
from millmark.measures.result import Coverage, Day, InputRef, JsonValue, MeasureResult, Parameters, Question
from millmark.measures.rows import NO_ROWS, Rows, SeriesRows, joined, rows_by_series
from millmark.measures.subjects import STATE_HOLD, sites_of

__all__ = [
    "LEAD_US",
    "MEASURES",
    "NAMES",
    "NO_ROWS",
    "STATE_HOLD",
    "Coverage",
    "Day",
    "Demand",
    "InputRef",
    "InvalidParameters",
    "JsonValue",
    "MeasureError",
    "MeasureReader",
    "MeasureResult",
    "NotMeasurable",
    "Parameters",
    "PointSource",
    "Question",
    "Reading",
    "Rows",
    "SeriesRows",
    "UnknownMeasure",
    "compute",
    "demands",
    "joined",
    "lead_period",
    "rows_by_series",
    "sites_of",
]
