"""What a question for a page of a long list may say: where it begins, how many it takes, and words to look for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

Offset = Annotated[int, Query(ge=0, le=10_000_000, description="How many come before the page.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many the page has at most.")]
Search = Annotated[
    str | None,
    Query(max_length=100, description="A part of the enterprise's name or short name, or its whole credit code."),
]
