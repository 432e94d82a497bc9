"""The nouns of the platform, pure: no I/O, no clock, nothing of ours above it."""

from millmark.model.asset import AssetLevel, AssetPath, InvalidAssetPath
from millmark.model.batch import PointBatch, ReadingBatch, TextBatch
from millmark.model.histogram import Histogram, HistogramCounts
from millmark.model.period import Period, utc_us
from millmark.model.quality import Quality, quality_of_status
from millmark.model.series import DataType, Origin, Series, SeriesRole
from millmark.model.unit import UnitSystem, UnknownUnit

__all__ = [
    "AssetLevel",
    "AssetPath",
    "DataType",
    "Histogram",
    "HistogramCounts",
    "InvalidAssetPath",
    "Origin",
    "Period",
    "PointBatch",
    "Quality",
    "ReadingBatch",
    "Series",
    "SeriesRole",
    "TextBatch",
    "UnitSystem",
    "UnknownUnit",
    "quality_of_status",
    "utc_us",
]
