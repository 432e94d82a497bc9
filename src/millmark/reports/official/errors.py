"""What can go wrong with official documents.

InvalidTemplate    an office's template cannot be used; the message names the placeholder
FontsMissing       the machine has no Chinese fonts, so no PDF can be set
UnknownDocument    no such document, or none that one may read
NothingToIssue     the object has not come to what the document would say
"""

from __future__ import annotations

from millmark.reports.errors import ReportError


class InvalidTemplate(ReportError):
    """A template cannot be used."""


class FontsMissing(ReportError):
    """No Chinese fonts were found."""


class UnknownDocument(ReportError):
    """No such document or template."""


class NothingToIssue(ReportError):
    """The object has not come to what the document would say."""
