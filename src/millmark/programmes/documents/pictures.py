"""JPEG and PNG, read as far as it takes to know that they are whole and what they say."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from millmark.programmes.documents.errors import RefusedFile
from millmark.programmes.documents.media import Media

if TYPE_CHECKING:
    from mmap import mmap

MOST_PIXELS = 200_000_000
"""A small file can unfold to any number of pixels; a scanned page of A3 at 600 dpi has 70 million."""

_CHUNK_HEAD = 8
_JPEG_TAIL = 64
_FRAME_HEAD = 9
"""Marker, length, precision, height and width; no segment that matters is shorter, seen with what follows it."""

_START_OF_SCAN = 0xDA
_NO_FRAMES = frozenset({0xC4, 0xC8, 0xCC})
_FIRST_FRAME, _LAST_FRAME = 0xC0, 0xCF


def examine_png(content: mmap | bytes) -> Media:
    """Every chunk has its checksum, the header is first, and nothing follows the end (PNG, clause 5)."""
    at, first = 8, True
    while at + _CHUNK_HEAD <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + _CHUNK_HEAD])
        end = at + _CHUNK_HEAD + length
        if end + 4 > len(content):
            break
        if zlib.crc32(content[at + 4 : end]) != int.from_bytes(content[end : end + 4], "big"):
            raise RefusedFile("the PNG picture is damaged: a checksum in it does not agree; send it again")
        if first != (kind == b"IHDR"):
            raise RefusedFile("the PNG picture is damaged: its header is not where it belongs; send it again")
        if first:
            _check_pixels(*struct.unpack(">II", content[at + 8 : at + 16]))
        at, first = end + 4, False
        if kind == b"IEND":
            if at != len(content):
                raise RefusedFile("something follows the end of the PNG picture; save the picture anew and send it")
            return Media.PNG
    raise RefusedFile("the PNG picture is cut off; send it again")


def examine_jpeg(content: mmap | bytes) -> Media:
    """It has a frame, a scan and an end (ITU-T T.81, annex B); a few bytes that cameras leave after it may stay."""
    at = 2
    framed = False
    while at + _FRAME_HEAD <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if _FIRST_FRAME <= marker <= _LAST_FRAME and marker not in _NO_FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            _check_pixels(width, height)
            framed = True
        if marker == _START_OF_SCAN and framed:
            if content.rfind(b"\xff\xd9") < max(0, len(content) - _JPEG_TAIL):
                raise RefusedFile("the JPEG picture is cut off, or something follows its end; send it again")
            return Media.JPEG
        at += 2 + max(length, 2)
    raise RefusedFile("the JPEG picture is cut off or damaged; send it again")


def _check_pixels(width: int, height: int) -> None:
    if not 0 < width * height <= MOST_PIXELS:
        raise RefusedFile(f"the picture has {width} x {height} pixels; send one of at most {MOST_PIXELS} in all")
