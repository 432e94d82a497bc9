"""Imports of the ledger: a sheet, its mapping, a report of every row, and what came in."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from millmark.web.shapes.shape import Id, Shape, TimeUs


class ImportColumn(Shape):
    """A column that a sheet of the kind may have."""

    id: str
    name_zh: str
    name_en: str
    required: bool
    hint_zh: str
    hint_en: str


class ImportProgress(Shape):
    phase: Literal["checking", "writing"]
    rows: int
    total: int | None


class ImportProblem(Shape):
    """What is wrong in a row, as the sheet numbers it; `heading` is the column to blame, if one is."""

    row: int
    heading: str | None
    message_zh: str
    message_en: str


class ImportChange(Shape):
    """What a row says otherwise than `entry`, which an earlier import brought; in both languages."""

    row: int
    entry: int
    message_zh: str
    message_en: str


class LedgerImportView(Shape):
    """An import as it stands: `brought` until its rows are checked, then `checked`, in the end `done` or `dropped`.

    `good` rows would come in, `known` ones are in already, `bad` ones have mistakes; `problems` are the first of these.
    `changed` ones came before and say something else now: they come in only as corrections, if that is wanted;
    `changes` are the first of these. `added` and `corrected` came in.
    """

    id: int
    kind: str
    state: Literal["brought", "checked", "done", "dropped"]
    file_name: str
    sha256: str
    headings: list[str]
    samples: list[list[str]]
    mapping: dict[str, str]
    defaults: dict[str, str | int | bool | None]
    columns: list[ImportColumn]
    total: int
    good: int
    known: int
    bad: int
    changed: int
    added: int
    corrected: int
    problems: list[ImportProblem]
    changes: list[ImportChange]
    created_at_us: TimeUs
    created_by: str
    done_at_us: TimeUs | None
    progress: ImportProgress | None


class LedgerImportList(Shape):
    imports: list[LedgerImportView]


class CheckImport(Shape):
    """`mapping` says which heading is which column; the rest holds for every row that does not say otherwise.

    `part_of` makes the rows parts of that entry in bulk: they list what it counts.
    """

    mapping: dict[str, str] = Field(max_length=200)
    source: str = Field(default="", max_length=500)
    area: str | None = Field(default=None, max_length=64)
    date: str | None = Field(default=None, max_length=32)
    owner: str | None = Field(default=None, max_length=100)
    unit: str | None = Field(default=None, max_length=32)
    part_of: Id | None = None


class CommitImport(Shape):
    """`all` brings the rows in only if none is wrong; `good` leaves the wrong ones out. `with_changes` also corrects
    what rows say otherwise: the entry is voided, and a new one stands in its place."""

    choice: Literal["all", "good"] = "all"
    with_changes: bool = False
