"""The office's lists as the API shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from millmark.reports.sheets.columns import ColumnType
from millmark.web.shapes.documents import FileRef
from millmark.web.shapes.shape import Shape


class ColumnView(Shape):
    """`money` is yuan in a sheet, exact to the fen; `words` are the only ones that a text may be."""

    id: str
    name_zh: str
    name_en: str
    type: ColumnType
    needed: bool
    words: list[str]


class SheetListView(Shape):
    """`takes` are the columns of the way in, empty where a list is not filled by sheets; `fills` are the ids of those
    that stand empty in the sheet that goes out: whoever fills them in and brings the sheet back takes a step by row."""

    id: str
    name_zh: str
    name_en: str
    columns: list[ColumnView]
    takes: list[ColumnView]
    fills: list[str]


class SheetLists(Shape):
    lists: list[SheetListView]


class SheetImport(Shape):
    """An uploaded .xlsx (`POST /api/files`). `mapping` says which heading stands for which column; without `apply`
    nothing is kept, and the report says what would be."""

    file_id: FileRef
    mapping: Annotated[dict[str, str], Field(max_length=200)] | None = None
    apply: bool = False


class RowProblem(Shape):
    """`row` as Excel numbers it; `column` is the heading, where one cell is to blame."""

    row: int
    column: str | None
    message: str


class ImportReport(Shape):
    """What a sheet came to. Everything was kept, or nothing; `kept` names what was, in the order of the rows. `skipped`
    rows are those that went out to be filled in and were left as they were."""

    rows: int
    skipped: int = 0
    applied: bool
    kept: list[str]
    problems: list[RowProblem]
    mapping: dict[str, str]
    ignored: list[str]
