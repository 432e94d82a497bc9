"""How well a record is proven."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Grade(StrEnum):
    """Grades of evidence, weakest first; a number made of several records is as good as its weakest one."""

    SELF_REPORTED = "self_reported"
    DOCUMENT_BACKED = "document_backed"
    MACHINE_PROVEN = "machine_proven"

    @property
    def rank(self) -> int:
        """0 for the weakest."""
        return list(Grade).index(self)

    @property
    def name_zh(self) -> str:
        return _NAMES[self][0]

    @property
    def name_en(self) -> str:
        return _NAMES[self][1]


_NAMES = {
    Grade.SELF_REPORTED: ("自报", "self-reported"),
    Grade.DOCUMENT_BACKED: ("材料佐证", "document-backed"),
    Grade.MACHINE_PROVEN: ("机器可证", "machine-proven"),
}


def weakest(grades: Iterable[Grade]) -> Grade | None:
    """The weakest of several grades; None of none."""
    # A figure may be made of thousands of records, but never of more than three grades.
    return min(set(grades), key=lambda grade: grade.rank, default=None)


class Counting(StrEnum):
    """Whether a record is one named subject or a number of subjects that nobody named."""

    INDIVIDUAL = "individual"
    BULK = "bulk"
