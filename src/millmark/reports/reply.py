"""The reply to a proposal, section 1, written from live figures: text, and segments that stand for a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from millmark.programmes import Counting, DateSpan
from millmark.region import Figure, FigureQualifier, Figures, RecordRef
from millmark.reports import wording
from millmark.reports.errors import UnknownLanguage
from millmark.reports.template import SLOT, Language, ReplyTemplate, Slot


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text; with `figure_id` it shows that figure and leads to it."""

    text: str
    figure_id: str | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Reply:
    language: Language
    title: str
    as_of: date
    paragraphs: tuple[Paragraph, ...]

    @property
    def text(self) -> str:
        """Title and paragraphs, one a line."""
        return "\n".join([self.title, *(paragraph.text for paragraph in self.paragraphs)])


class Replies:
    """Writes the reply in the languages that the city's pack has templates for."""

    def __init__(self, figures: Figures, templates: Mapping[Language, ReplyTemplate]) -> None:
        self._figures = figures
        self._templates = templates

    def reply(self, language: str, as_of: date | None = None) -> Reply:
        """As of a day, today by default; raises `UnknownLanguage`."""
        for known, template in self._templates.items():
            if known == language:
                day = as_of or self._figures.today()
                return write(template, self._figures.compute(day), day)
        raise UnknownLanguage(f"the reply is not written in {language!r}; languages: {', '.join(self._templates)}")


def write(template: ReplyTemplate, figures: Sequence[Figure], as_of: date) -> Reply:
    """The document with every slot filled; a figure without records says so where it stands."""
    by_id = {figure.id: figure for figure in figures}
    return Reply(
        language=template.language,
        title=template.title,
        as_of=as_of,
        paragraphs=tuple(Paragraph(tuple(_segments(template, text, by_id))) for text in template.paragraphs),
    )


def _segments(template: ReplyTemplate, text: str, figures: Mapping[str, Figure]) -> list[Segment]:
    # Splitting by a pattern with one group alternates text and slot names.
    parts = SLOT.split(text)
    segments = []
    for position, part in enumerate(parts):
        if position % 2 == 0:
            if part:
                segments.append(Segment(part, None))
            continue
        slot = template.slot(part)
        filled = _filled(template, slot, figures.get(slot.figure))
        segments.append(Segment(filled or template.style.missing, slot.figure))
    return segments


def _filled(template: ReplyTemplate, slot: Slot, figure: Figure | None) -> str | None:
    """What a slot shows; None where nothing is recorded."""
    if figure is None:
        return None
    match slot.show:
        case "value":
            return _value(template, slot, figure)
        case "names":
            return _listed(template, _names(template, slot, figure))
        case "years":
            years = sorted({year for record in figure.records for year in record.span.years})
            return _listed(template, [wording.year(year, template.language) for year in years])
        case "time":
            time = figure.period or _hull(figure.records)
            if time is None:
                return None
            return wording.span(time, template.language, brief=slot.brief, by_months=slot.by_months)


def _value(template: ReplyTemplate, slot: Slot, figure: Figure) -> str | None:
    style = template.style
    unit = slot.unit if slot.unit is not None else figure.unit_zh if style.measure_words else ""
    if figure.low is not None and figure.high is not None:
        return style.range.format(
            low=_number(template, slot, figure.low), high=_number(template, slot, figure.high), unit=unit
        )
    if figure.value is None:
        return None
    pattern = style.at_least if figure.qualifier is FigureQualifier.AT_LEAST else style.value
    return pattern.format(value=_number(template, slot, figure.value), unit=unit)


def _number(template: ReplyTemplate, slot: Slot, value: Decimal) -> str:
    return wording.number(value * slot.times, thousands=template.style.thousands)


def _names(template: ReplyTemplate, slot: Slot, figure: Figure) -> list[str]:
    """Named subjects in the order recorded, each once."""
    named = dict.fromkeys(
        record.subject
        for record in figure.records
        if record.subject is not None
        and record.counting is Counting.INDIVIDUAL
        and (slot.topic is None or record.topic == slot.topic)
    )
    return [template.names.get(name, name) for name in named][: slot.limit]


def _listed(template: ReplyTemplate, items: Sequence[str]) -> str:
    *others, last = items or [""]
    style = template.style
    return style.separator.join(others) + (style.last_separator if others else "") + last


def _hull(records: Sequence[RecordRef]) -> DateSpan | None:
    if not records:
        return None
    return DateSpan(min(record.span.first for record in records), max(record.span.last for record in records))
