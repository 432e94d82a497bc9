"""The monthly dispatch brief: written from what is kept, edited, frozen when issued."""

from millmark.reports.briefs.desk import Brief, BriefDesk
from millmark.reports.briefs.sources import BriefSources

__all__ = ["Brief", "BriefDesk", "BriefSources"]
