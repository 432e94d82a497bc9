"""Figures made public: frozen as they were shown, one version after another, withdrawn in sight."""

from millmark.region.publications.book import PublicationBook
from millmark.region.publications.content import PublishedFigure, SourceCount
from millmark.region.publications.contributors import Contributors
from millmark.region.publications.errors import NotPublishable, Obstacle, PublicationConflict, UnknownPublication
from millmark.region.publications.public_sums import PublicSums

__all__ = [
    "Contributors",
    "NotPublishable",
    "Obstacle",
    "PublicSums",
    "PublicationBook",
    "PublicationConflict",
    "PublishedFigure",
    "SourceCount",
    "UnknownPublication",
]
