"""PDF, read as far as it takes to know that it is whole, opens without password and starts nothing.

Names may be written with escapes and objects may lie compressed in object streams (ISO 32000-1, clauses 7.3.5 and
7.5.7), so both are undone before looking. What is encrypted or hidden by other filters is not seen; the download
headers keep a browser from acting on what a file contains.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from millmark.programmes.documents.errors import RefusedFile
from millmark.programmes.documents.media import Media

if TYPE_CHECKING:
    from mmap import mmap

_TAIL = 2_048
_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
_MOST_UNPACKED = 64 << 20
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"<<(?P<dictionary>[^\0]{0,4096}?)>>\s*stream\r?\n", re.DOTALL)
_ENCRYPT = re.compile(rb"/Encrypt\s*(<<|\d+\s+\d+\s+R)")
_ACTS = {
    re.compile(rb"/Launch(?![A-Za-z])"): "starts a program",
    re.compile(rb"/(JavaScript|JS)(?![A-Za-z])"): "carries JavaScript",
}
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!")


def examine_pdf(content: mmap | bytes) -> Media:
    """Raises `RefusedFile` for a PDF that is cut off, encrypted, acts by itself or has a program attached."""
    if not _has_end(content):
        raise RefusedFile("the PDF is cut off: its end is missing; send it again")
    plain = _unescaped(bytes(content))
    if _ENCRYPT.search(plain):
        raise RefusedFile("the PDF is encrypted; take its password or its restrictions off and send it again")
    _check_acts(plain)
    for dictionary, body in _streams(content):
        is_objects = b"/ObjStm" in dictionary
        if is_objects:
            _check_acts(_unescaped(body))
        elif b"/EmbeddedFile" in dictionary and body.startswith(_PROGRAMS):
            raise RefusedFile("the PDF has a program attached; send it without")
    return Media.PDF


def _has_end(content: mmap | bytes) -> bool:
    """Whether its last lines say where in it the table of its objects lies (ISO 32000-1, clause 7.5.5)."""
    ends = _END.findall(content[-_TAIL:])
    return bool(ends) and int(ends[-1]) < len(content)


def _check_acts(objects: bytes) -> None:
    for pattern, what in _ACTS.items():
        if pattern.search(objects):
            raise RefusedFile(f"the PDF {what}; print it to a new PDF and send that")


def _streams(content: mmap | bytes) -> Iterator[tuple[bytes, bytes]]:
    """Dictionary and unpacked body of each stream that can hold objects or attachments."""
    room = _MOST_UNPACKED
    for found in _STREAM.finditer(content):
        dictionary = _unescaped(found["dictionary"])
        if b"/ObjStm" not in dictionary and b"/EmbeddedFile" not in dictionary:
            continue
        end = content.find(b"endstream", found.end())
        body = bytes(content[found.end() : end if end >= 0 else len(content)])
        if b"FlateDecode" in dictionary or b"/Fl" in dictionary:
            body = _inflated(body, room)
        room -= len(body)
        if room <= 0:
            raise RefusedFile("the PDF unfolds to far more than its size; print it to a new PDF and send that")
        yield dictionary, body


def _inflated(body: bytes, room: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, room)
    except zlib.error as error:
        raise RefusedFile(f"the PDF is damaged: a part of it cannot be unpacked ({error}); send it again") from error


def _unescaped(objects: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), objects)
