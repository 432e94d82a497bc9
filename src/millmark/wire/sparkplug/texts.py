"""Values that are no number -> the text they are kept as.

Bytes are kept as base64. An array becomes a JSON list, a data set `{"columns": […], "types": […], "rows": [[…], …]}`.
Of a file its name, type, length and digest are kept, not what is in it: a history of values is no store of documents.
JSON has no NaN and no infinity, both stand as null.
"""

from __future__ import annotations

import base64
import hashlib
import math

import msgspec

from millmark.wire.sparkplug.arrays import Element, is_array, read_array
from millmark.wire.sparkplug.data_sets import DataSet
from millmark.wire.sparkplug.datatypes import SparkplugType, type_name
from millmark.wire.sparkplug.metrics import Metadata

LONGEST_TEXT = 65_536
"""Bytes of UTF-8 that one text may take; more is set aside, with the beginning of it."""


class ValueTooLong(ValueError):
    """A value whose text would take more than `LONGEST_TEXT`."""


def text_of_bytes(datatype: int, content: bytes, metadata: Metadata | None) -> str:
    """The text of bytes, a file or an array; raises `MistypedValue` and `ValueTooLong`."""
    if datatype == SparkplugType.FILE:
        return _json(_file(content, metadata or Metadata()))
    if len(content) > LONGEST_TEXT:
        raise ValueTooLong(f"{len(content)} bytes come as {type_name(datatype)}; {LONGEST_TEXT} of text are kept")
    if is_array(datatype):
        return checked_text(_json(read_array(datatype, content)))
    return checked_text(base64.b64encode(content).decode("ascii"))


def text_of_data_set(table: DataSet) -> str:
    """Raises `ValueTooLong`."""
    document = {
        "columns": table.columns,
        "types": [_plain_name(datatype) for datatype in table.types],
        "rows": [[_finite(element) for element in row] for row in table.rows],
    }
    return checked_text(_json(document))


def checked_text(text: str) -> str:
    """The text itself; raises `ValueTooLong`."""
    # A character takes one to four bytes: most texts need not be encoded to be known short enough.
    if len(text) * 4 > LONGEST_TEXT and len(text.encode("utf-8", "surrogatepass")) > LONGEST_TEXT:
        raise ValueTooLong(f"a text of {len(text)} characters takes more than the {LONGEST_TEXT} bytes that are kept")
    return text


def _file(content: bytes, metadata: Metadata) -> dict[str, str | int | bool]:
    said = {
        "name": metadata.file_name,
        "type": metadata.file_type or metadata.content_type,
        "description": metadata.description[:1_000],
        "part": metadata.seq if metadata.is_multi_part else None,
        "whole_size": metadata.size if metadata.is_multi_part else None,
    }
    file: dict[str, str | int | bool] = {key: value for key, value in said.items() if value not in ("", None)}
    file |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    if metadata.md5:
        own = hashlib.md5(content, usedforsecurity=False).hexdigest()
        file["is_intact"] = own == metadata.md5.strip().lower()
    return file


def _finite(element: Element) -> Element:
    return None if isinstance(element, float) and not math.isfinite(element) else element


def _plain_name(datatype: int) -> str:
    """`Int32`, `DateTime`: the specification's way of writing the types that may stand in a data set."""
    name = type_name(datatype)
    return name.title().replace("_", "").replace("Uint", "UInt") if name.replace("_", "").isalnum() else name


def _json(document: object) -> str:
    return msgspec.json.encode(document).decode("utf-8")
