"""The documents an office issues, and the placeholders that a template of each may have."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

Schema: TypeAlias = Mapping[str, "str | Mapping[str, str]"]
"""Placeholders with what each says; a list has a mapping of its own for what one of its rows says."""


class DocumentKind(StrEnum):
    """What a document is; each has its own series of numbers."""

    RECOMMENDATION_LIST = "recommendation_list"
    RECOGNITION_LIST = "recognition_list"
    PUBLICITY_NOTICE = "publicity_notice"
    AWARD_LETTER = "award_letter"
    ACCEPTANCE_REPORT = "acceptance_report"
    CERTIFICATE = "certificate"

    @property
    def object_kind(self) -> str:
        """What the document is of."""
        return _OBJECTS[self]

    @property
    def is_for_offices(self) -> bool:
        """Whether enterprises do not read it: it tells where each stands among the others."""
        return self is DocumentKind.RECOMMENDATION_LIST

    @property
    def series(self) -> str:
        """The word in its number, e.g. 认 in 认〔2026〕3号."""
        return _SERIES[self]

    @property
    def placeholders(self) -> Schema:
        return {**_ALWAYS, **_OWN[self]}

    def number(self, language: str, year: int, serial: int) -> str:
        """A number as it is written, e.g. 认〔2026〕3号 or REC [2026] No. 3."""
        if language == "zh":
            return f"{self.series}〔{year}〕{serial}号"
        return f"{_SERIES_EN[self]} [{year}] No. {serial}"


_OBJECTS = {
    DocumentKind.RECOMMENDATION_LIST: "call",
    DocumentKind.RECOGNITION_LIST: "call",
    DocumentKind.PUBLICITY_NOTICE: "publicity",
    DocumentKind.AWARD_LETTER: "award",
    DocumentKind.ACCEPTANCE_REPORT: "acceptance",
    DocumentKind.CERTIFICATE: "recognition",
}
_SERIES = {
    DocumentKind.RECOMMENDATION_LIST: "荐",
    DocumentKind.RECOGNITION_LIST: "认",
    DocumentKind.PUBLICITY_NOTICE: "示",
    DocumentKind.AWARD_LETTER: "奖",
    DocumentKind.ACCEPTANCE_REPORT: "验",
    DocumentKind.CERTIFICATE: "证",
}
_SERIES_EN = {
    DocumentKind.RECOMMENDATION_LIST: "RCM",
    DocumentKind.RECOGNITION_LIST: "REC",
    DocumentKind.PUBLICITY_NOTICE: "PUB",
    DocumentKind.AWARD_LETTER: "AWD",
    DocumentKind.ACCEPTANCE_REPORT: "ACC",
    DocumentKind.CERTIFICATE: "CER",
}

_ALWAYS: Schema = {
    "office": "the office that issues",
    "number": "the document's number",
    "issued_on": "the day it is issued, in words",
    "programme": "the programme's name",
    "call": "the call's title",
    "sources": {"no": "its place", "name": "what the figure is", "text": "the figure", "source": "where it is kept"},
}
_LISTED = {"no": "its place", "enterprise": "its name", "credit_code": "its code", "county": "where it is"}
_OWN: dict[DocumentKind, Schema] = {
    DocumentKind.RECOMMENDATION_LIST: {
        "count": "how many are recommended",
        "rows": {**_LISTED, "rank": "its place on the list of the office that recommends, a dash for none"},
    },
    DocumentKind.RECOGNITION_LIST: {
        "count": "how many are recognised",
        "rows": {**_LISTED, "recognition": "its number", "grade": "what it is recognised as", "until": "valid until"},
    },
    DocumentKind.PUBLICITY_NOTICE: {
        "count": "how many are on the list",
        "opens_on": "the first day for objections",
        "closes_on": "the last day for objections",
        "rows": _LISTED,
    },
    DocumentKind.AWARD_LETTER: {
        "enterprise": "who gets it",
        "recognition": "the number of the recognition",
        "amount": "the money, in yuan with two decimals",
        "amount_words": "the money in words",
        "rows": {"no": "its place", "name": "the instalment", "amount": "its money"},
    },
    DocumentKind.ACCEPTANCE_REPORT: {
        "enterprise": "whose project it is",
        "project": "the project's title",
        "level_before": "the level before",
        "level_after": "the level after",
        "eligible": "invoices that count, in yuan",
        "result": "what the acceptance came to",
        "accepted_on": "the day of the acceptance",
        "rows": {"no": "its place", "name": "the cost category", "count": "how many invoices", "amount": "their money"},
    },
    DocumentKind.CERTIFICATE: {
        "enterprise": "whose it is",
        "credit_code": "its code",
        "recognition": "the number of the recognition",
        "grade": "what it is recognised as",
        "valid_from": "the first day",
        "valid_until": "the last day, or that there is none",
    },
}
