"""Replies to proposals: written from live figures, frozen when signed, published with their metadata."""

from millmark.reports.replies.content import OWN_FIGURE, Block, DraftContent
from millmark.reports.replies.desk import Draft, EarlierValue, ReplyDesk, SignedReply
from millmark.reports.replies.documents import made_document
from millmark.reports.replies.freezing import FrozenFigure, FrozenReply
from millmark.reports.replies.publishing import (
    Metadata,
    Openness,
    Publication,
    PublishedReply,
    ReplyPublications,
    Validity,
)

__all__ = [
    "OWN_FIGURE",
    "Block",
    "Draft",
    "DraftContent",
    "EarlierValue",
    "FrozenFigure",
    "FrozenReply",
    "Metadata",
    "Openness",
    "Publication",
    "PublishedReply",
    "ReplyDesk",
    "ReplyPublications",
    "SignedReply",
    "Validity",
    "made_document",
]
