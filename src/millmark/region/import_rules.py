"""How the rows of a facts file become records: the rules, read from the city's pack."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from millmark.programmes import Grade, RecordKind
from millmark.programmes.toml_file import Frozen, read_toml
from millmark.region.entry import Qualifier


class Document(Frozen):
    """What the facts were taken from; it becomes the source of every record."""

    title: str = Field(min_length=1)
    stated_on: date
    grade: Grade


class AsLedger(Frozen):
    kind: str


class Bulk(AsLedger):
    as_: Literal["bulk"] = Field(alias="as")
    qualifier: Qualifier = Qualifier.EXACT


class Subject(AsLedger):
    as_: Literal["subject"] = Field(alias="as")
    subject: str = Field(min_length=1)


class Years(AsLedger):
    """`subject` is what each year's record is called; `{year}` stands for the year."""

    as_: Literal["years"] = Field(alias="as")
    subject: str = Field(pattern=r"\{year\}")


class Opening(AsLedger):
    as_: Literal["opening"] = Field(alias="as")
    less: str


class Examples(Frozen):
    """Either ledger entries of `kind` (of another kind for the names in `kinds`) or programme records."""

    as_: Literal["examples"] = Field(alias="as")
    kind: str | None = None
    kinds: dict[str, str] = Field(default_factory=dict)
    record: Literal[RecordKind.RECOMMENDATION, RecordKind.RECOGNITION] | None = None
    programme: str | None = None


class Awards(Frozen):
    as_: Literal["awards"] = Field(alias="as")
    record: Literal[RecordKind.AWARD]
    programme: str
    same_as: str


class Derived(Frozen):
    as_: Literal["derived"] = Field(alias="as")


RowRule = Annotated[
    Bulk | Subject | Years | Opening | Examples | Awards | Derived,
    Field(discriminator="as_"),
]


class ImportRules(Frozen):
    """The file `import.toml` of a city's pack."""

    document: Document
    rows: dict[str, RowRule]


def read_import_rules(folder: Path) -> ImportRules:
    """Raises `InvalidPack`."""
    return read_toml(folder / "import.toml", ImportRules)
