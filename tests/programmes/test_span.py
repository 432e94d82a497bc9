"""The days a record speaks of, as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.programmes import DateSpan, InvalidSpan, SpanShape


@pytest.mark.parametrize(
    ("text", "first", "last", "shape"),
    [
        ("2023-07-26", date(2023, 7, 26), date(2023, 7, 26), SpanShape.DAY),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), SpanShape.MONTH),
        ("2023-H1", date(2023, 1, 1), date(2023, 6, 30), SpanShape.HALF_YEAR),
        ("2023-H2", date(2023, 7, 1), date(2023, 12, 31), SpanShape.HALF_YEAR),
        ("2023", date(2023, 1, 1), date(2023, 12, 31), SpanShape.YEAR),
        ("2022-2023", date(2022, 1, 1), date(2023, 12, 31), SpanShape.OTHER),
        ("2023-01..2023-06", date(2023, 1, 1), date(2023, 6, 30), SpanShape.HALF_YEAR),
        ("2023-02..2023-04", date(2023, 2, 1), date(2023, 4, 30), SpanShape.MONTHS),
    ],
)
def test_a_span_is_read_as_it_is_written_in_documents(text: str, first: date, last: date, shape: SpanShape) -> None:
    span = DateSpan.parse(text)
    assert (span.first, span.last, span.shape) == (first, last, shape)


@given(st.dates(), st.dates())
def test_every_span_reads_back_from_its_own_text(one: date, other: date) -> None:
    span = DateSpan(min(one, other), max(one, other))
    assert DateSpan.parse(str(span)) == span


@pytest.mark.parametrize("text", ["", "2023-13", "2023-02-30", "spring", "2023-H3", "2023..", "2023-06..2023-01"])
def test_what_is_no_span_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidSpan, match="2023-H1"):
        DateSpan.parse(text)
