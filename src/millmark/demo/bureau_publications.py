"""What the demonstration's city publishes: figures of its reply, as they held on the reply's day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from millmark.composition import Platform

_DAY: Final = date(2023, 7, 26)
FIGURES: Final = tuple(f"F{number:02}" for number in (1, 2, 3, 12, 13, 14, 15, 16, 17, 20, 21, 23, 24, 26, 27))
_NOTE_ZH: Final = "演示：数值取自咸宁市经信局2023年公布的答复。"
_NOTE_EN: Final = "Demonstration: the value is that of the reply which Xianning's bureau published in 2023."


def seed_publications(platform: Platform) -> None:
    """Publishes what was never published; may be repeated."""
    book = platform.bureau.publications
    unpublished = set(FIGURES).difference(book.latest())
    if not unpublished:
        return
    past = platform.figures.past_of_all(_DAY)
    for figure in platform.figures.compute(_DAY):
        if figure.id in unpublished and figure.value is not None:
            book.publish(figure, past[figure.id], by="demo", note_zh=_NOTE_ZH, note_en=_NOTE_EN)
