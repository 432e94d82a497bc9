"""Industries of GB/T 4754-2017 (Industrial classification for national economic activities).

The data file names all 20 sections and 97 divisions, and the groups that this city's figures speak of; a finer code is
known by the division it begins with. Chinese names are those of the standard, English ones follow the terms that the
National Bureau of Statistics uses in its yearbooks.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from millmark.region.watch.errors import InvalidProfile

STANDARD = "GB/T 4754-2017"
_FILE = Path(__file__).with_name("data") / "gbt4754-2017.csv"
_CODE = re.compile(r"([A-T]?)([0-9]{2,4})")


@dataclass(frozen=True, slots=True)
class Industry:
    """`code` is a section's letter, or the two to four digits of a division, group or class."""

    code: str
    level: str
    parent: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Industries:
    by_code: Mapping[str, Industry]

    @classmethod
    def read(cls, path: Path = _FILE) -> Industries:
        with path.open(encoding="utf-8", newline="") as file:
            found = [Industry(**row) for row in csv.DictReader(file)]
        return cls({one.code: one for one in found})

    @cached_property
    def sections(self) -> tuple[Industry, ...]:
        return tuple(one for one in self.by_code.values() if one.level == "section")

    @cached_property
    def divisions(self) -> tuple[Industry, ...]:
        return tuple(one for one in self.by_code.values() if one.level == "division")

    def digits(self, code: str) -> str:
        """The code without its section's letter; raises `InvalidProfile` for one that the standard does not have.

        Its digits name at least a division: a section alone is no industry of an enterprise.
        """
        found = _CODE.fullmatch(code.strip().upper())
        if found is None:
            raise InvalidProfile(
                f"industry: {code!r} is no industry of {STANDARD}; write a division, group or class, such as 39, C39, "
                "397 or 3976"
            )
        letter, digits = found.groups()
        division = self.by_code.get(digits[:2])
        if division is None:
            raise InvalidProfile(f"industry: {STANDARD} has no division {digits[:2]}; divisions go from 01 to 97")
        if letter and letter != division.parent:
            raise InvalidProfile(
                f"industry: division {digits[:2]} ({division.name_zh}) belongs to section {division.parent}, "
                f"not to {letter}"
            )
        return digits

    def section(self, digits: str) -> Industry | None:
        """The section of a code; None of an empty one."""
        division = self.by_code.get(digits[:2])
        return None if division is None else self.by_code[division.parent]

    def named(self, code: str) -> Industry | None:
        """The industry of a code, or the nearest above it that has a name here."""
        for length in (4, 3, 2, 1):
            found = self.by_code.get(code[:length])
            if found is not None:
                return found
        return None


def is_within(digits: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a code lies in one of several industries, each given by the digits it begins with."""
    return digits.startswith(prefixes) if digits else False
