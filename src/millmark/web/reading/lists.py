"""Lists that show figures or words of many enterprises at once: who reads one reads something of everybody in it."""

from __future__ import annotations

import re
from typing import Final

from millmark.web.access import READING_METHODS

LISTS: Final = frozenset(
    {
        "/api/acceptances",
        "/api/applications",
        "/api/assessments",
        "/api/awards",
        "/api/budgets/{line_id}",
        "/api/cases",
        "/api/challenges",
        "/api/claims",
        "/api/clawbacks",
        "/api/coaching-notes",
        "/api/consents",
        "/api/demands",
        "/api/disbursements",
        "/api/documents",
        "/api/enterprises",
        "/api/factor-requests",
        "/api/figures/{figure_id}",
        "/api/gateways",
        "/api/intake",
        "/api/intake/gateways",
        "/api/intake/quarantine",
        "/api/intake/quarantine/counts",
        "/api/investments",
        "/api/investments/overdue",
        "/api/lists/{list_id}/sheet",
        "/api/monthly-reports",
        "/api/objections",
        "/api/programmes",
        "/api/projects",
        "/api/statistics-waivers",
        "/api/watch/key-enterprises",
        "/api/watch/near",
        "/api/watch/warnings",
        "/common-grants/awards",
    }
)
"""Addresses of such lists, as routes write them. One line in the log of reads stands for everybody within the office's
area: a line for each of ten thousand would drown what an enterprise wants to know. A list of names alone, of sums, or
of what is published is not among them."""

LISTS_BY_POST: Final = frozenset(
    {
        "/api/budgets/{line_id}/entries",
        "/api/simulations",
        "/common-grants/applications/search",
        "/common-grants/awards/search",
    }
)
"""Such lists that a POST is answered with. Any other POST to an address of `LISTS` adds one thing and shows that
alone."""

QUESTIONS_BY_POST: Final = frozenset(
    {
        "/api/assessments/{assessment_id}/lift",
        "/api/claims/{claim_id}/verify",
        "/api/demands/preview",
        "/api/documents/preview",
        "/api/monthly-reports/check",
        "/api/simulations",
        "/api/watch/reports/check",
        "/common-grants/applications/search",
        "/common-grants/awards/search",
    }
)
"""POSTs that do nothing: whoever is not answered may ask again."""


def is_list(method: str, path: str) -> bool:
    """Whether a request is answered with a list of many enterprises' figures."""
    return (_BY_POST if method == "POST" else _LISTS).fullmatch(path) is not None


def is_question(method: str, path: str) -> bool:
    """Whether a request does nothing but ask."""
    return method in READING_METHODS or (method == "POST" and _QUESTIONS.fullmatch(path) is not None)


def _any_of(paths: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for path in sorted(paths)))


_LISTS: Final = _any_of(LISTS)
_BY_POST: Final = _any_of(LISTS_BY_POST)
_QUESTIONS: Final = _any_of(QUESTIONS_BY_POST)
