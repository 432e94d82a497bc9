"""How a brief writes numbers, money, shares and changes, in Chinese and in English."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from millmark.reports import wording
from millmark.reports.briefs.data import Pair

_HUNDRED_MILLION_YUAN = Decimal(10) ** 10
_TEN_THOUSAND_YUAN = Decimal(10) ** 6
_MILLION_YUAN = Decimal(10) ** 8
_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")


def count(number: int) -> Pair:
    return f"{number}", f"{number:,}"


def money(fen: int) -> Pair:
    """In 亿元 from a hundred million yuan on, else in 万元; in English in million yuan."""
    unit, name = (_HUNDRED_MILLION_YUAN, "亿元") if abs(fen) >= _HUNDRED_MILLION_YUAN else (_TEN_THOUSAND_YUAN, "万元")
    zh = _rounded(Decimal(fen) / unit, _CENT)
    return f"{zh}{name}", f"CNY {_rounded(Decimal(fen) / _MILLION_YUAN, _CENT):,f} million"


def electricity(kwh: int) -> Pair:
    zh = f"{_rounded(Decimal(kwh) / 10_000, _TENTH)}万千瓦时" if abs(kwh) >= 10_000 else f"{kwh}千瓦时"
    return zh, f"{kwh:,} kWh"


def share(part: int, whole: int) -> Pair:
    if not whole:
        return "—", "—"
    percent = _rounded(Decimal(100 * part) / whole, _TENTH)
    return f"{percent}%", f"{percent} %"


def change(now: int, before: int | None) -> Pair:
    """Against the same month of the year before, of the enterprises that reported both."""
    if not before:
        return "无上年同月可比数据", "with nothing to compare in the same month of the year before"
    percent = _rounded(Decimal(100 * (now - before)) / before, _TENTH)
    if now >= before:
        return f"同比增长{percent}%", f"up {percent} % on the year before"
    return f"同比下降{-percent}%", f"down {-percent} % on the year before"


def hours(length: float | None) -> Pair:
    if length is None:
        return "—", "—"
    if length < 48:
        return f"{length:g}小时", f"{length:g} hours"
    days = _rounded(Decimal(str(length)) / 24, _TENTH)
    return f"{days}天", f"{days} days"


def day(of: date) -> Pair:
    return wording.day(of, "zh"), wording.day(of, "en")


def _rounded(value: Decimal, to: Decimal) -> Decimal:
    rounded = value.quantize(to, ROUND_HALF_UP)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()
