"""Charts of a brief as SVG: plain shapes, no scripts, the same picture in the Word file, the PDF and the console."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape

from millmark.reports.briefs.data import Bars, Timeline
from millmark.reports.template import Language

WIDTH = 640
_LABEL = (150, 210)
_RIGHT = (96, 140)
"""Room for names and for values in Chinese and in English, which has the longer ones."""

_LONGEST = (10, 25)
"""Characters of a name that the room holds."""

_ROW = 26
_TOP = 34
_INK, _SOFT, _LINE = "#1f2933", "#52606d", "#cbd2d9"
_BAR = "#2f6f9f"
_STATES = {
    "done": ("#2f855a", "已完成", "reached"),
    "late": ("#b7791f", "逾期完成", "reached late"),
    "overdue": ("#c53030", "逾期未完成", "overdue"),
    "planned": ("#8795a1", "计划", "planned"),
}


def drawn(chart: Bars | Timeline, language: Language, fonts: Sequence[str]) -> str:
    """The chart as one SVG document."""
    at = 0 if language == "zh" else 1
    family = escape(", ".join(f"'{font}'" for font in fonts), {'"': "&quot;"})
    body, height = _bars(chart, at) if isinstance(chart, Bars) else _timeline(chart, at)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="{family}" font-size="13">'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
        f"{_text(0, 18, chart.title[at], weight='bold', size=14)}{''.join(body)}</svg>"
    )


def _bars(chart: Bars, at: int) -> tuple[list[str], int]:
    most = max((abs(bar.value) for bar in chart.bars), default=0.0) or 1.0
    start = _LABEL[at]
    room = WIDTH - start - _RIGHT[at]
    parts = []
    for number, bar in enumerate(chart.bars):
        y = _TOP + number * _ROW
        width = max(abs(bar.value) / most * room, 1.0)
        parts += [
            _text(start - 8, y + 14, _cut(bar.label[at], _LONGEST[at]), anchor="end"),
            f'<rect x="{start}" y="{y + 2}" width="{width:.1f}" height="16" rx="2" fill="{_BAR}"/>',
            _text(start + width + 6, y + 14, bar.text[at], fill=_SOFT),
        ]
    return parts, _TOP + len(chart.bars) * _ROW + 8


def _timeline(chart: Timeline, at: int) -> tuple[list[str], int]:
    bottom = _TOP + 14 + len(chart.rows) * _ROW
    start = _LABEL[at]
    room = WIDTH - start - 12

    def place(day: int) -> float:
        return start + day / max(chart.days, 1) * room

    parts = list(_years(chart, bottom, place(0), room))
    for number, row in enumerate(chart.rows):
        y = _TOP + 24 + number * _ROW
        parts.append(_text(start - 8, y + 4, _cut(row.label[at], _LONGEST[at]), anchor="end"))
        if row.marks:
            ends = sorted(place(mark.at) for mark in row.marks)
            parts.append(_line(ends[0], y, ends[-1], y, _LINE, 3))
        for mark in row.marks:
            fill = _STATES[mark.state][0]
            hollow = ' stroke-width="2" stroke="' + fill + '"'
            inner = "#ffffff" if mark.state == "planned" else fill
            parts.append(f'<circle cx="{place(mark.at):.1f}" cy="{y}" r="5" fill="{inner}"{hollow}/>')
    today = place(chart.today)
    parts.append(_line(today, _TOP, today, bottom, "#c53030", 1, dashed=True))
    parts += list(_legend(bottom + 20, at))
    return parts, bottom + 34


def _years(chart: Timeline, bottom: float, start: float, room: float) -> Iterator[str]:
    """A line at the beginning of each quarter, named where a year begins and at the start."""
    first = date.fromisoformat(chart.first)
    last = first + timedelta(days=chart.days)
    step = 1 if chart.days < 450 else 3
    day = date(first.year, first.month, 1)
    shown_to = -100.0
    while day <= last:
        if day >= first and (day.month - 1) % step == 0:
            x = start + (day - first).days / max(chart.days, 1) * room
            yield _line(x, _TOP, x, bottom, "#eef1f4", 1)
            if x - shown_to > 56:
                yield _text(x + 2, _TOP + 10, f"{day:%Y-%m}", fill=_SOFT, size=10)
                shown_to = x
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _legend(y: float, at: int) -> Iterator[str]:
    x = float(_LABEL[at])
    for fill, zh, en in _STATES.values():
        label = (zh, en)[at]
        yield f'<circle cx="{x + 5:.1f}" cy="{y - 4}" r="5" fill="{fill}"/>'
        yield _text(x + 14, y, label, fill=_SOFT, size=11)
        x += 30 + len(label) * (12 if at == 0 else 6.5)


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", fill: str = _INK, size: int = 13, weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: int, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="3 3"' if dashed else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{stroke}" stroke-width="{width}"{dash}/>'


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"
