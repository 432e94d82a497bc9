"""Production-factor requests: what an enterprise lacks, who answers it, by when, and whether that solved it."""

from millmark.region.factors.book import FactorBook
from millmark.region.factors.request import Assignment, FactorContent, FactorRequest, Task
from millmark.region.factors.statistics import FactorStatistics

__all__ = ["Assignment", "FactorBook", "FactorContent", "FactorRequest", "FactorStatistics", "Task"]
