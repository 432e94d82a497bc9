"""What checking a pack found, in one sentence each that names file, table and key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Severity(StrEnum):
    """An error keeps the pack from being used; a warning tells what is left open or looks unusual."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    severity: Severity
    file: str
    table: str
    key: str
    problem: str

    def __str__(self) -> str:
        key = f", key {self.key}" if self.key else ""
        return f"{self.severity}: {self.file}: table {self.table}{key}: {self.problem}"


class HasId(Protocol):
    @property
    def id(self) -> str: ...


def error(file: str, table: str, key: str, problem: str) -> Finding:
    return Finding(Severity.ERROR, file, table, key, problem)


def warning(file: str, table: str, key: str, problem: str) -> Finding:
    return Finding(Severity.WARNING, file, table, key, problem)


def table_of(name: str, id_: object) -> str:
    """A table of a list as a person finds it: by its name and id."""
    return f"[[{name}]] {id_!r}" if isinstance(id_, str) else f"[[{name}]] {id_}"


def doubled(file: str, table: str, ids: Iterable[object], key: str = "id") -> Iterator[Finding]:
    """One error for each id that stands more than once."""
    for one, count in Counter(ids).items():
        if count > 1:
            yield error(file, table_of(table, one), key, f"stands {count} times; give each its own")
