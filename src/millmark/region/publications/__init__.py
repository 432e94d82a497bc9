"""Figures made public: frozen as they were shown, one version after another, withdrawn in sight."""

from millmark.region.publications.book import PublicationBook
from millmark.region.publications.content import PublishedFigure, SourceCount
from millmark.region.publications.errors import NotPublishable, PublicationConflict, UnknownPublication

__all__ = [
    "NotPublishable",
    "PublicationBook",
    "PublicationConflict",
    "PublishedFigure",
    "SourceCount",
    "UnknownPublication",
]
