"""Reasons in words: the texts of the rules with their numbers in them."""

from __future__ import annotations

from collections.abc import Mapping

from millmark.region.watch.checks import Finding
from millmark.region.watch.rules import CheckRule, Indicator, WarningRule, WatchRules

_WAN_FEN = 1_000_000


def finding_reasons(finding: Finding, rules: WatchRules) -> tuple[str, str]:
    """Why a check found something, in Chinese and English."""
    rule = rules.check(finding.check)
    indicator = None if finding.indicator is None else rules.indicator(finding.indicator)
    of_numbers = indicator or (rules.indicator(rule.indicators[-1]) if rule.indicators else None)
    zh = {name: _value(name, value, rule, of_numbers, "zh") for name, value in finding.values.items()}
    en = {name: _value(name, value, rule, of_numbers, "en") for name, value in finding.values.items()}
    if indicator is not None:
        zh["indicator"], en["indicator"] = indicator.name_zh, indicator.name_en
    return _filled(rule.reason_zh, zh), _filled(rule.reason_en, en)


def warning_reasons(rule: WarningRule, values: Mapping[str, float]) -> tuple[str, str]:
    """Why a warning was raised, in Chinese and English."""
    shown = {
        name: _percent(value) if name in ("decline", "ratio") else f"{value:.0f}" for name, value in values.items()
    }
    return _filled(rule.reason_zh, shown), _filled(rule.reason_en, shown)


def _value(name: str, value: float, rule: CheckRule, indicator: Indicator | None, language: str) -> str:
    if name == "months":
        return f"{value:.0f}"
    if name == "ago":
        return f"{value:.0f}个月" if language == "zh" else "1 month" if value == 1 else f"{value:.0f} months"
    if name == "limit" or (name == "ratio" and rule.kind == "share"):
        return _percent(value)
    if name == "ratio":
        return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,.0f}" if indicator is None else amount(value, indicator, language)


def amount(value: float, indicator: Indicator, language: str) -> str:
    """A value of an indicator with its unit; large sums of money in ten thousand yuan in Chinese."""
    if indicator.kind == "money":
        if language == "zh" and abs(value) >= _WAN_FEN:
            return f"{value / _WAN_FEN:,.2f}万元"
        return f"{value / 100:,.2f}元" if language == "zh" else f"¥{value / 100:,.2f}"
    return f"{value:,.0f}{indicator.unit_zh}" if language == "zh" else f"{value:,.0f} {indicator.unit}"


def _percent(value: float) -> str:
    return f"{value * 100:.0f}%"


def _filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its numbers; a name without a number stays out."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
