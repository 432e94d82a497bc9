"""A small line of a figure's past as SVG, drawn here so that it shows without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from markupsafe import Markup

_WIDTH, _HEIGHT = 560, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 10, 10, 26, 30


def trend_line(points: Sequence[tuple[str, Decimal]], label: str) -> Markup:
    """An SVG of values by their days (ISO 8601), in order of time; empty for fewer than two points. `label` is read out
    in its place."""
    if len(points) < 2:
        return Markup("")
    days = [date.fromisoformat(day).toordinal() for day, _ in points]
    values = [float(value) for _, value in points]
    placed = [(_across(day, days), _up(value, values)) for day, value in zip(days, values, strict=True)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    dots = Markup("").join(
        Markup('<circle cx="{}" cy="{}" r="3"><title>{}: {}</title></circle>').format(
            f"{x:.1f}", f"{y:.1f}", day, f"{value:,f}"
        )
        for (x, y), (day, value) in zip(placed, points, strict=True)
    )
    return Markup(
        '<svg class="trend" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<polyline points="{}" fill="none"/>{}{}</svg>'
    ).format(_WIDTH, _HEIGHT, label, line, dots, _ends(points, placed))


def _ends(points: Sequence[tuple[str, Decimal]], placed: Sequence[tuple[float, float]]) -> Markup:
    """The first and the last day below the line, with their values above it."""
    text = Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>')
    found = Markup("")
    for at, anchor, x in ((0, "start", _LEFT), (-1, "end", _WIDTH - _RIGHT)):
        day, value = points[at]
        found += text.format(x, _HEIGHT - 8, anchor, day)
        found += text.format(x, f"{placed[at][1] - 10:.1f}", anchor, f"{value:,f}")
    return found


def _across(day: int, days: Sequence[int]) -> float:
    return _LEFT + (day - days[0]) / ((days[-1] - days[0]) or 1) * (_WIDTH - _LEFT - _RIGHT)


def _up(value: float, values: Sequence[float]) -> float:
    """What never changed runs through the middle."""
    low, high = min(values), max(values)
    share = (value - low) / (high - low) if high > low else 0.5
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)
