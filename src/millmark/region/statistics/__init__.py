"""Statistics: tables defined as data, computed from what enterprises report, published under disclosure control."""

from millmark.region.statistics.book import KeptDefinition, Proposal, StatisticsBook
from millmark.region.statistics.definition import Cost, Dimension, TableDefinition
from millmark.region.statistics.document import PublishedVersion, digest_of
from millmark.region.statistics.errors import (
    InvalidDefinition,
    StatisticsConflict,
    StatisticsError,
    TableNotFound,
)
from millmark.region.statistics.naming import Names
from millmark.region.statistics.sources import BureauSource
from millmark.region.statistics.table import StatisticsTable

__all__ = [
    "BureauSource",
    "Cost",
    "Dimension",
    "InvalidDefinition",
    "KeptDefinition",
    "Names",
    "Proposal",
    "PublishedVersion",
    "StatisticsBook",
    "StatisticsConflict",
    "StatisticsError",
    "StatisticsTable",
    "TableDefinition",
    "TableNotFound",
    "digest_of",
]
