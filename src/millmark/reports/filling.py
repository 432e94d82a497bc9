"""Text with slots, filled from live figures: pieces of text, some of which stand for a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from millmark.programmes import Counting, DateSpan
from millmark.region import Figure, FigureQualifier, RecordRef
from millmark.reports import wording
from millmark.reports.template import SLOT, Language, Slot, Style


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text; with `figure_id` it shows that figure and leads to it."""

    text: str
    figure_id: str | None


class Voice(Protocol):
    """How a document writes: its language, its style, names in that language, and what each slot shows."""

    @property
    def language(self) -> Language: ...

    @property
    def style(self) -> Style: ...

    @property
    def names(self) -> Mapping[str, str]: ...

    def slot(self, name: str) -> Slot: ...


def slot_names(text: str) -> list[str]:
    """The slots of a text, in order."""
    return SLOT.findall(text)


def segments(voice: Voice, text: str, figures: Mapping[str, Figure]) -> Iterator[Segment]:
    """The text with every slot filled; a figure without records says so where it stands."""
    # Splitting by a pattern with one group alternates text and slot names.
    for position, part in enumerate(SLOT.split(text)):
        if position % 2 == 0:
            if part:
                yield Segment(part, None)
            continue
        slot = voice.slot(part)
        filled = _filled(voice, slot, figures.get(slot.figure))
        yield Segment(filled or voice.style.missing, slot.figure)


def _filled(voice: Voice, slot: Slot, figure: Figure | None) -> str | None:
    """What a slot shows; None where nothing is recorded."""
    if figure is None:
        return None
    match slot.show:
        case "value":
            return _value(voice, slot, figure)
        case "names":
            return _listed(voice, _names(voice, slot, figure))
        case "years":
            years = sorted({year for record in figure.records for year in record.span.years})
            return _listed(voice, [wording.year(year, voice.language) for year in years])
        case "time":
            time = figure.period or _hull(figure.records)
            if time is None:
                return None
            return wording.span(time, voice.language, brief=slot.brief, by_months=slot.by_months)


def _value(voice: Voice, slot: Slot, figure: Figure) -> str | None:
    style = voice.style
    unit = slot.unit if slot.unit is not None else figure.unit_zh if style.measure_words else ""
    if figure.low is not None and figure.high is not None:
        return style.range.format(
            low=_number(voice, slot, figure.low), high=_number(voice, slot, figure.high), unit=unit
        )
    if figure.value is None:
        return None
    pattern = style.at_least if figure.qualifier is FigureQualifier.AT_LEAST else style.value
    return pattern.format(value=_number(voice, slot, figure.value), unit=unit)


def _number(voice: Voice, slot: Slot, value: Decimal) -> str:
    return wording.number(value * slot.times, thousands=voice.style.thousands)


def _names(voice: Voice, slot: Slot, figure: Figure) -> list[str]:
    """Named subjects in the order recorded, each once."""
    named = dict.fromkeys(
        record.subject
        for record in figure.records
        if record.subject is not None
        and record.counting is Counting.INDIVIDUAL
        and (slot.topic is None or record.topic == slot.topic)
    )
    return [voice.names.get(name, name) for name in named][: slot.limit]


def _listed(voice: Voice, items: Sequence[str]) -> str:
    *others, last = items or [""]
    return voice.style.separator.join(others) + (voice.style.last_separator if others else "") + last


def _hull(records: Sequence[RecordRef]) -> DateSpan | None:
    if not records:
        return None
    return DateSpan(min(record.span.first for record in records), max(record.span.last for record in records))
