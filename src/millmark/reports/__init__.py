"""Documents made of text and live figures."""

from millmark.reports.errors import ReportError, UnknownLanguage
from millmark.reports.filling import Segment
from millmark.reports.reply import Paragraph, Replies, Reply, write
from millmark.reports.template import Language, ReplyTemplate, read_reply_template

__all__ = [
    "Language",
    "Paragraph",
    "Replies",
    "Reply",
    "ReplyTemplate",
    "ReportError",
    "Segment",
    "UnknownLanguage",
    "read_reply_template",
    "write",
]
