"""Expressions of packs: what they answer, what they refuse, and that they never answer true by accident."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.programmes import InvalidPack
from millmark.programmes.packs import Confidence, Fact, FactChoice, FactType, FactValue
from millmark.programmes.packs.expressions import Answered, Expression, sample_values


def fact(name: str, kind: FactType, *choices: str) -> Fact:
    listed = tuple(FactChoice(id=one, name_zh=one, name_en=one) for one in choices)
    return Fact(id=name, type=kind, name_zh=name, name_en=name, choices=listed, confidence=Confidence.LOCAL)


FACTS = {
    one.id: one
    for one in (
        fact("headcount", FactType.INTEGER),
        fact("revenue", FactType.NUMBER),
        fact("in_city", FactType.BOOLEAN),
        fact("founded_on", FactType.DATE),
        fact("industry", FactType.CHOICE, "textiles", "machinery"),
        fact("segments", FactType.CHOICES, "design", "production"),
    )
}
KNOWN: dict[str, FactValue] = {
    "headcount": Decimal(300),
    "revenue": Decimal("400.5"),
    "in_city": True,
    "founded_on": "2020-06-30",
    "industry": "textiles",
    "segments": ("design", "production"),
}


def answer(text: str, **values: FactValue | None) -> Answered:
    return Expression(text, FACTS).answer({**KNOWN, **values})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("in_city && headcount <= 300.0", True),
        ("headcount < 300", False),
        ("revenue >= 400.5", True),
        ("industry in ['textiles', 'machinery']", True),
        ("industry == 'machinery'", False),
        ("['design', 'production'].all(s, s in segments)", True),
        ("segments.exists(s, s == 'design')", True),
        ("size(segments) >= 3", False),
        ("founded_on <= '2020-12-31'", True),
        ("revenue / headcount", Decimal("1.335")),
        ("headcount * 2.0 - 1.0", Decimal(599)),
    ],
)
def test_an_expression_answers_over_facts(text: str, value: object) -> None:
    assert answer(text) == Answered(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "missing", "expected"),
    [
        ("headcount <= 300.0", "headcount", Answered(None, ("headcount",))),
        ("in_city || headcount <= 300.0", "headcount", Answered(True)),
        ("!in_city && headcount <= 300.0", "headcount", Answered(False)),
        ("in_city && headcount <= 300.0", "headcount", Answered(None, ("headcount",))),
        ("headcount != 3.0", "headcount", Answered(None, ("headcount",))),
        ("!(headcount == 3.0)", "headcount", Answered(None, ("headcount",))),
        ("'design' in segments", "segments", Answered(None, ("segments",))),
    ],
)
def test_a_missing_fact_is_never_true_unless_it_cannot_matter(text: str, missing: str, expected: Answered) -> None:
    assert answer(text, **{missing: None}) == expected


@pytest.mark.parametrize("text", ["revenue / headcount", "headcount / revenue * 0.0 + revenue / headcount"])
def test_what_cannot_be_computed_has_no_value_and_a_reason(text: str) -> None:
    found = answer(text, headcount=Decimal(0))
    assert found.value is None
    assert found.problem


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("headcount <=", "is no expression"),
        ("headcont <= 300.0", "headcont is no fact"),
        ("industry.matches('(a+)+$')", "matches may not be called"),
        ("segments.map(s, s)", "map is not allowed"),
        ("segments.filter(s, true).size() > 0", "filter is not allowed"),
        ("segments.map//\n(in_city, in_city)", "comments are not allowed"),
        ("timestamp(founded_on) > timestamp(founded_on)", "timestamp may not be called"),
        ("segments.all(a, segments.all(b, segments.all(c, a == b)))", "at most 2 are allowed"),
        ("segments.all(in_city, true)", "give the loop's variable another name"),
        ("industry == '\\x41'", "is not allowed"),
        ('industry == """textiles"""', "is not allowed"),
        ("1.0 + " * 200 + "1.0 > 0.0", "at most 1000"),
        ("(" * 300 + "in_city" + ")" * 300, "is no expression"),
        ("__import__('os').system('true')", "may not be called"),
        ("in_city.__class__ == 1", "tried"),
    ],
)
def test_what_a_pack_may_not_hold_is_refused_in_one_sentence(text: str, named: str) -> None:
    if named == "tried":
        assert Expression(text, FACTS).answer(KNOWN).value is None
        return
    with pytest.raises(InvalidPack) as caught:
        Expression(text, FACTS)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value).replace(repr(text), "")


def test_the_heaviest_expression_allowed_ends_soon() -> None:
    numbers = ", ".join("1" for _ in range(150))
    heaviest = f"[{numbers}].all(a, [{numbers}].all(b, a + b > 0))"
    assert len(heaviest) <= 1000
    started = time.monotonic()
    assert Expression(heaviest, FACTS).answer({}) == Answered(True)
    assert time.monotonic() - started < 1


@given(st.text(max_size=60) | st.text(alphabet="hindustry_cot<=>&|!()[]'\"., 0123456789+-*/?:", max_size=60))
def test_any_text_is_an_expression_or_refused_and_never_ends_the_process(text: str) -> None:
    try:
        expression = Expression(text, FACTS)
    except InvalidPack:
        return
    expression.answer(KNOWN)
    expression.answer({})


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_a_fact_compared_with_the_number_that_was_written_is_exact(number: Decimal) -> None:
    assert answer(f"revenue <= {number:f}", revenue=number) == Answered(True)
    assert answer(f"revenue < {number:f}", revenue=number) == Answered(False)
    assert answer(f"revenue >= {number + Decimal('0.01'):f}", revenue=number) == Answered(False)


def test_every_type_of_fact_has_a_sample() -> None:
    assert set(sample_values(FACTS.values())) == set(FACTS)
