"""A draft written out: every slot filled from the figures as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from millmark.region import Figure
from millmark.reports.filling import Segment, segments, slot_names
from millmark.reports.replies.content import Block, BlockKind, DraftContent, DraftVoice


@dataclass(frozen=True, slots=True)
class WrittenBlock:
    kind: BlockKind
    segments: tuple[Segment, ...]
    owner: str | None
    department: str | None
    due_on: date | None
    placeholder: bool

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure that the text shows, with every form in which it stands there."""

    figure: Figure
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A reply in words; `figures` are those it shows, in the order of their ids."""

    title: str
    salutation: str
    as_of: date
    blocks: tuple[WrittenBlock, ...]
    figures: tuple[ShownFigure, ...]

    @property
    def text(self) -> str:
        """Salutation and blocks, one a line."""
        return "\n".join([self.salutation, *(block.text for block in self.blocks)])


def write_out(content: DraftContent, voice: DraftVoice, figures: Iterable[Figure], as_of: date) -> Written:
    """The draft with every slot filled; a figure without records says so where it stands."""
    by_id = {figure.id: figure for figure in figures}
    blocks = tuple(_block(block, voice, by_id) for block in content.blocks)
    return Written(
        title=content.title,
        salutation=content.salutation,
        as_of=as_of,
        blocks=blocks,
        figures=tuple(_shown(blocks, by_id, content.figures())),
    )


def empty_figures(written: Written) -> list[str]:
    """The figures that have no value and no name to show."""
    return [one.figure.id for one in written.figures if not one.figure.records]


def _block(block: Block, voice: DraftVoice, figures: Mapping[str, Figure]) -> WrittenBlock:
    filled = tuple(segments(voice, block.text, figures)) if slot_names(block.text) else (Segment(block.text, None),)
    return WrittenBlock(block.kind, filled, block.owner, block.department, block.due_on, block.placeholder)


def _shown(blocks: Sequence[WrittenBlock], figures: Mapping[str, Figure], used: set[str]) -> Iterable[ShownFigure]:
    for figure_id in sorted(used & set(figures)):
        texts = (one.text for block in blocks for one in block.segments if one.figure_id == figure_id)
        yield ShownFigure(figures[figure_id], tuple(dict.fromkeys(texts)))
