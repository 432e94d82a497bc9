"""Numbers and times as a sentence writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from millmark.programmes import DateSpan
from millmark.reports import wording


@pytest.mark.parametrize(
    ("text", "zh", "zh_brief", "en", "en_brief"),
    [
        ("2023", "2023年", "2023年", "2023", "2023"),
        ("2023-H1", "2023年上半年", "上半年", "the first half of 2023", "the first half"),
        ("2023-H2", "2023年下半年", "下半年", "the second half of 2023", "the second half"),
        ("2023-04", "2023年4月", "4月", "April 2023", "April"),
        ("2023-02..2023-05", "2023年2-5月", "2-5月", "February to May 2023", "February to May"),
        ("2023-05-30", "2023年5月30日", "5月30日", "30 May 2023", "30 May"),
        (
            "2022-12..2023-01",
            "2022年12月1日至2023年1月31日",
            "2022年12月1日至2023年1月31日",
            "1 December 2022 to 31 January 2023",
            "1 December 2022 to 31 January 2023",
        ),
    ],
)
def test_a_span_is_written_as_people_say_it(text: str, zh: str, zh_brief: str, en: str, en_brief: str) -> None:
    span = DateSpan.parse(text)
    assert wording.span(span, "zh") == zh
    assert wording.span(span, "zh", brief=True) == zh_brief
    assert wording.span(span, "en") == en
    assert wording.span(span, "en", brief=True) == en_brief


def test_a_half_year_can_be_written_by_its_months() -> None:
    assert wording.span(DateSpan.parse("2023-H1"), "zh", by_months=True) == "2023年1-6月"
    assert wording.span(DateSpan.parse("2023-H1"), "en", by_months=True) == "January to June 2023"


@pytest.mark.parametrize(
    ("value", "plain", "grouped"),
    [("3970", "3970", "3,970"), ("14.520", "14.52", "14.52"), ("1.2E+3", "1200", "1,200"), ("0.10", "0.1", "0.1")],
)
def test_a_number_is_exact_and_plain(value: str, plain: str, grouped: str) -> None:
    assert wording.number(Decimal(value), thousands=False) == plain
    assert wording.number(Decimal(value), thousands=True) == grouped
