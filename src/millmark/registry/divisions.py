"""Administrative divisions by their six-digit codes (GB/T 2260): province, city, county."""

from __future__ import annotations

from typing import Final

COUNTY_DIGITS: Final = 6


def area_prefix(code: str) -> str:
    """The digits that the codes of everything within an area begin with: 421200 -> 4212, 421202 -> 421202."""
    if len(code) != COUNTY_DIGITS:
        return code
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
