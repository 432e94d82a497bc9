"""How sure a pack is of what it says: a label on every number, taken over from the file when a table has none."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from millmark.programmes.toml_file import Frozen


class Confidence(StrEnum):
    """Where a number comes from, best first. Only A and A-copy may be shown as official."""

    OFFICIAL = "A"
    OFFICIAL_COPY = "A-copy"
    THIRD_PARTY = "B"
    UNVERIFIED = "U"
    LOCAL = "L"

    @property
    def name_zh(self) -> str:
        return _NAMES[self][0]

    @property
    def name_en(self) -> str:
        return _NAMES[self][1]

    @property
    def is_official(self) -> bool:
        return self in (Confidence.OFFICIAL, Confidence.OFFICIAL_COPY)


_NAMES = {
    Confidence.OFFICIAL: ("官方文本", "official text"),
    Confidence.OFFICIAL_COPY: ("官方系统数据副本", "copy of an official system's data"),
    Confidence.THIRD_PARTY: ("第三方来源", "third-party source"),
    Confidence.UNVERIFIED: ("未经核实", "unverified"),
    Confidence.LOCAL: ("本地设定", "set locally by the office"),
}


class Labelled(Frozen):
    """A table with its confidence label, the id of its source in `pack.toml`, and a remark for readers.

    A table that gives no `confidence` or `source` has those at the top of its file.
    """

    confidence: Confidence
    source: str | None = None
    note_zh: str = ""
    note_en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _as_the_file_says(cls, table: Any, info: ValidationInfo) -> Any:
        if not isinstance(table, dict) or not info.context:
            return table
        return {**info.context, **table}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core))
        schema["required"] = [name for name in schema.get("required", []) if name != "confidence"]
        return schema


class PackFile(Frozen):
    """A file of a pack; `confidence` and `source` at its top hold for each of its tables that gives none."""

    schema_: str | None = Field(default=None, alias="$schema")
    confidence: Confidence | None = None
    source: str | None = None
