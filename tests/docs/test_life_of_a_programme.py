"""The page's diagrams and tables are those of the tables of transitions."""

from __future__ import annotations

from scripts.draw_lives import PAGE, drawn


def test_the_diagrams_are_drawn_from_the_tables() -> None:
    page = PAGE.read_text("utf-8")
    assert drawn(page) == page, "run `python scripts/draw_lives.py`"
