"""Cells that a spreadsheet would run instead of showing them (OWASP, CSV injection)."""

from __future__ import annotations

from typing import Final

STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: object) -> str:
    """A cell of a CSV as text: what would run is quoted, a number such as -5 stays one, nothing stays empty."""
    text = "" if cell is None else str(cell)
    is_number = text.removeprefix("-").replace(".", "", 1).isdecimal()
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) and not is_number else text
