"""Money as documents write it: with two decimals, and in the words that nobody can alter.

Source: 中国人民银行《正确填写票据和结算凭证的基本规定》, on amounts in Chinese capitals.
"""

from __future__ import annotations

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_SMALL_EN = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS_EN = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GROUPS_EN = ("", "thousand", "million", "billion", "trillion")
_TEN = 10
_HUNDRED = 100


def in_yuan(fen: int) -> str:
    """300,000.00 for 30,000,000 fen."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // _HUNDRED:,}.{abs(fen) % _HUNDRED:02d}"


def in_words_zh(fen: int) -> str:
    """叁拾万元整 for 30,000,000 fen; below nothing it begins with 负. Up to 10^16 yuan."""
    sign, fen = ("负", -fen) if fen < 0 else ("", fen)
    yuan, cents = divmod(fen, _HUNDRED)
    jiao, odd = divmod(cents, _TEN)
    words = f"{_whole_zh(yuan)}元" if yuan or not cents else ""
    if not cents:
        return f"{sign}{words}整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan:
        words += _DIGITS[0]
    return f"{sign}{words}{f'{_DIGITS[odd]}分' if odd else '整'}"


def in_words_en(fen: int) -> str:
    """three hundred thousand yuan for 30,000,000 fen."""
    sign, fen = ("minus ", -fen) if fen < 0 else ("", fen)
    yuan, cents = divmod(fen, _HUNDRED)
    groups = []
    for group in _GROUPS_EN:
        yuan, rest = divmod(yuan, 1_000)
        if rest:
            groups.append(f"{_below_thousand(rest)} {group}".strip())
    words = " ".join(reversed(groups)) or _SMALL_EN[0]
    return f"{sign}{words} yuan" + (f" and {_below_thousand(cents)} fen" if cents else "")


def _whole_zh(number: int) -> str:
    """Groups of four digits; one zero stands for any number of them between others."""
    if number == 0:
        return _DIGITS[0]
    words = ""
    gap = False
    groups = []
    while number:
        number, rest = divmod(number, 10_000)
        groups.append(rest)
    for at in range(len(groups) - 1, -1, -1):
        rest = groups[at]
        if rest == 0:
            gap = True
            continue
        if words and (gap or rest < 1_000):
            words += _DIGITS[0]
        words += _group_zh(rest) + _GROUPS[at]
        gap = False
    return words


def _group_zh(rest: int) -> str:
    words = ""
    gap = False
    for at in range(3, -1, -1):
        digit = rest // _TEN**at % _TEN
        if digit == 0:
            gap = bool(words)
            continue
        words += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _UNITS[at]
        gap = False
    return words


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, _HUNDRED)
    words = [f"{_SMALL_EN[hundreds]} hundred"] if hundreds else []
    if rest:
        tens, ones = divmod(rest, _TEN)
        small = (
            _SMALL_EN[rest]
            if rest < len(_SMALL_EN)
            else "-".join(part for part in (_TENS_EN[tens], _SMALL_EN[ones] if ones else "") if part)
        )
        words.append(small)
    return " and ".join(words)
