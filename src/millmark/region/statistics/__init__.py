"""Statistics: tables defined as data, computed from what enterprises report, published under disclosure control."""

from millmark.region.statistics.book import KeptDefinition, Proposal, StatisticsBook
from millmark.region.statistics.definition import Cost, Dimension, TableDefinition
from millmark.region.statistics.document import PublishedVersion, digest_of
from millmark.region.statistics.errors import (
    InvalidDefinition,
    InvalidWaiver,
    StatisticsConflict,
    StatisticsError,
    TableNotFound,
)
from millmark.region.statistics.figure_judge import Clash, FigureJudge
from millmark.region.statistics.figure_sums import FigureSum, PublicFigures
from millmark.region.statistics.naming import Names
from millmark.region.statistics.sources import BureauSource
from millmark.region.statistics.table import StatisticsTable
from millmark.region.statistics.waivers import NewWaiver, Waiver, WaiverBook

__all__ = [
    "BureauSource",
    "Clash",
    "Cost",
    "Dimension",
    "FigureJudge",
    "FigureSum",
    "InvalidDefinition",
    "InvalidWaiver",
    "KeptDefinition",
    "Names",
    "NewWaiver",
    "Proposal",
    "PublicFigures",
    "PublishedVersion",
    "StatisticsBook",
    "StatisticsConflict",
    "StatisticsError",
    "StatisticsTable",
    "TableDefinition",
    "TableNotFound",
    "Waiver",
    "WaiverBook",
    "digest_of",
]
