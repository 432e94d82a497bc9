"""Small whole files of every kind that is kept, and of kinds that are not, made by the libraries people use."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import docx
import openpyxl

OFD_ROOT = (
    '<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" DocType="OFD" '
    'Version="1.0"><ofd:DocBody/></ofd:OFD>'
)


def pdf(objects: bytes = b"", *, trailer: bytes = b"") -> bytes:
    """One empty page; `objects` stand beside it."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        + objects
        + b"trailer<</Root 1 0 R"
        + trailer
        + b">>\nstartxref\n0\n%%EOF\n"
    )


def stream(dictionary: bytes, body: bytes) -> bytes:
    packed = zlib.compress(body)
    length = str(len(packed)).encode()
    return (
        b"5 0 obj<<" + dictionary + b"/Filter/FlateDecode/Length " + length + b">>stream\n" + packed + b"\nendstream\n"
    )


def png(width: int = 1, height: int = 1) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    frame = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
        + frame
        + b"\xff\xda\x00\x08\x01\x01\0\0\x3f\0\x7f\xff\xd9"
    )


def xlsx(rows: list[list[object]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows or [["企业", 1]]:
        book.active.append(row)
    return _saved(book)


def word(text: str = "验收报告") -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    return _saved(document)


def ofd() -> bytes:
    return archive({"OFD.xml": OFD_ROOT.encode(), "Doc_0/Document.xml": b"<x/>"})


def archive(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return target.getvalue()


def with_part(package: bytes, name: str, content: bytes) -> bytes:
    """An Office file with one more part."""
    with zipfile.ZipFile(io.BytesIO(package)) as read:
        parts = {entry: read.read(entry) for entry in read.namelist()}
    return archive({**parts, name: content})


def _saved(document: object) -> bytes:
    target = io.BytesIO()
    document.save(target)  # type: ignore[attr-defined]
    return target.getvalue()
