"""The check of unified social credit codes against published codes and the standard's own promises."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from millmark.registry import InvalidCreditCode, check_credit_code
from millmark.registry.credit_code import ALPHABET, check_character, organisation_check_character

# Codes that companies and public bodies print on their own pages, and the examples other open validators publish.
PUBLISHED = (
    "914403001922038216",  # Huawei Technologies
    "9144030071526726XG",  # Tencent Computer Systems
    "91330100799655058B",  # Alibaba (China)
    "91110000802100433B",  # Baidu Online
    "91110000600037341L",  # the example of python-stdnum
    "92371000MA3MXH0E3W",  # an individual business
    "123502001549897397",  # a public institution
    "12100000400000624D",  # a central public institution
)

CAPITALS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    """Codes made by the standard's rules."""
    head = draw(st.sampled_from(["91", "92", "93", "11", "12", "51", "52", "53", "N2", "Y1", "A1"]))
    area = draw(st.from_regex(r"[1-8][0-9]{5}", fullmatch=True))
    organisation = draw(st.text(ALPHABET, min_size=8, max_size=8))
    body = head + area + organisation + organisation_check_character(organisation)
    return body + check_character(body)


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_are_accepted(code: str) -> None:
    assert check_credit_code(code) == code


@given(credit_codes())
def test_codes_made_by_the_rules_are_accepted(code: str) -> None:
    assert check_credit_code(code) == code


@given(credit_codes(), st.integers(0, 17), st.sampled_from(CAPITALS))
def test_one_wrong_character_is_always_noticed(code: str, position: int, wrong: str) -> None:
    assume(code[position] != wrong)
    with pytest.raises(InvalidCreditCode):
        check_credit_code(code[:position] + wrong + code[position + 1 :])


@given(credit_codes(), st.integers(0, 16))
def test_two_neighbours_exchanged_are_always_noticed(code: str, position: int) -> None:
    first, second = code[position], code[position + 1]
    assume(first != second)
    with pytest.raises(InvalidCreditCode):
        check_credit_code(code[:position] + second + first + code[position + 2 :])


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 30))
def test_the_check_character_alone_notices_one_wrong_character(body: str, position: int, shift: int) -> None:
    wrong = ALPHABET[(ALPHABET.index(body[position]) + shift) % 31]
    assert check_character(body) != check_character(body[:position] + wrong + body[position + 1 :])


@given(st.text(max_size=30))
def test_any_text_is_accepted_or_refused(text: str) -> None:
    # Nothing but the room's own error may come out of any text.
    with suppress(InvalidCreditCode):
        assert len(check_credit_code(text)) == 18


@pytest.mark.parametrize(
    "typed", ["  914403001922038216\n", "9144030071526726xg", "\uff19144030071526726XG", "9144030071526726\uff38\uff27"]
)
def test_what_people_paste_is_brought_into_form(typed: str) -> None:
    assert check_credit_code(typed) in PUBLISHED


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "18 characters"),
        ("91440300192203821", "18 characters"),
        ("9144030019220382166", "18 characters"),
        ("91440300I922038216", "character 9, 'I'"),
        ("91440300192203821O", "character 18, 'O'"),
        ("B14403001922038216", "registration department"),
        ("944403001922038216", "categories"),
        ("91A403001922038216", "administrative division"),
        ("914403001922038316", "organisation code"),
        ("914403001922038217", "check character"),
        ("914403041922038216", "check character"),
    ],
)
def test_the_message_names_the_broken_rule(code: str, reason: str) -> None:
    with pytest.raises(InvalidCreditCode, match=reason):
        check_credit_code(code)


def test_the_message_does_not_give_away_the_fitting_character() -> None:
    with pytest.raises(InvalidCreditCode) as caught:
        check_credit_code("914403001922038217")
    assert "914403001922038216" not in str(caught.value)
    assert "'6'" not in str(caught.value)


@pytest.mark.parametrize(("body", "check"), [("D2143569", "X"), ("00000000", "0"), ("60003734", "1")])
def test_organisation_codes_have_their_own_check_character(body: str, check: str) -> None:
    assert organisation_check_character(body) == check
