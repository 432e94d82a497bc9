"""A small line of a figure's past as SVG, drawn here so that it shows without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

_WIDTH, _HEIGHT, _EDGE = 560, 140, 10


def trend_line(points: Sequence[tuple[str, Decimal]], label: str) -> str:
    """An SVG of values in order of time; empty for fewer than two points. `label` is read out in its place."""
    if len(points) < 2:
        return ""
    values = [float(value) for _, value in points]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    placed = [
        (_EDGE + number * step, _HEIGHT - _EDGE - (value - low) / span * (_HEIGHT - 2 * _EDGE))
        for number, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(day)}: {value:f}</title></circle>'
        for (x, y), (day, value) in zip(placed, points, strict=True)
    )
    return (
        f'<svg class="trend" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label, quote=True)}">'
        f'<polyline points="{line}" fill="none"/>{dots}</svg>'
    )
