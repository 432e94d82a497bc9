"""The report on the work, section 1 of the city's reply, written now from live figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from millmark.region import Figure, Figures
from millmark.reports.errors import UnknownLanguage
from millmark.reports.filling import Segment, segments
from millmark.reports.template import Language, ReplyTemplate


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
        paragraphs=tuple(Paragraph(tuple(segments(template, text, by_id))) for text in template.paragraphs),
    )
