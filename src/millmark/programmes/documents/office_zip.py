"""Files that are zip archives inside: .xlsx and .docx (ISO/IEC 29500-2) and OFD (GB/T 33190)."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from millmark.programmes.documents.errors import RefusedFile
from millmark.programmes.documents.media import ACCEPTED, Media

if TYPE_CHECKING:
    from mmap import mmap

MOST_ENTRIES = 10_000
MOST_UNPACKED = 400 << 20
MOST_RATIO = 200
"""How many times its size an archive may unfold to; sheets full of numbers reach about 20."""
SMALL = 4 << 20
"""Below this the ratio does not matter: an empty sheet of equal rows packs very well."""

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_CONTENT_TYPES = "[Content_Types].xml"
_MAIN_PARTS = {
    "spreadsheetml.sheet.main+xml": Media.XLSX,
    "wordprocessingml.document.main+xml": Media.DOCX,
}
_PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0")
_PROGRAM_NAMES = re.compile(r"\.(exe|dll|com|scr|bat|cmd|ps1|vbs|js|jar|msi|lnk|hta|sh)$", re.IGNORECASE)
_MACROS = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml|macrosheets/|activeX/)", re.IGNORECASE)
_REMOTE_TEMPLATE = re.compile(rb"<[^>]*attachedTemplate[^>]*TargetMode\s*=\s*[\"']External", re.IGNORECASE)


def examine_zip(content: mmap | bytes) -> Media:
    """Raises `RefusedFile` for archives that are damaged, encrypted, unfold to too much, carry macros or programs, or
    are of another kind."""
    try:
        with zipfile.ZipFile(_Reading(content)) as archive:
            entries = archive.infolist()
            check_unfolding(entries, len(content))
            _check_names(entries)
            media = _kind(archive, {entry.filename for entry in entries})
            for entry in entries:
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        raise RefusedFile(
            f"the file is a damaged archive ({error}); save it anew and send it again", "文件已损坏,请重新保存后再上传"
        ) from error
    return media


class _Reading(io.RawIOBase):
    """Bytes as a file, without a copy of them."""

    def __init__(self, content: mmap | bytes) -> None:
        self._content = content
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._content)}[whence]
        if start + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = len(self._content) if size < 0 else self._at + size
        found = bytes(self._content[self._at : end])
        self._at += len(found)
        return found


_HAS_MACROS = "the file carries macros; save it without (.xlsx or .docx) and send it again"
_HAS_MACROS_ZH = "文件带有宏,请另存为不带宏的 .xlsx 或 .docx 后再上传"


def check_unfolding(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    """Raises `RefusedFile` for a bomb; what an entry says of its size is also the most that is ever read of it."""
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise RefusedFile(
            "the file is encrypted; take its password off and send it again", "文件已加密,请去除密码后再上传"
        )
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > MOST_RATIO * size):
        raise RefusedFile(
            f"the file unfolds from {size} to {unpacked} bytes in {len(entries)} parts, which no plain document does; "
            "save it anew and send it again",
            f"文件解压后由{size}字节膨胀到{unpacked}字节、{len(entries)}个部分,不是正常的文档,未予接收;请重新保存后再上传",
        )


def _check_names(entries: Sequence[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise RefusedFile(
            "the file has two parts of the same name; save it anew and send it again",
            "文件内有同名的部分,请重新保存后再上传",
        )
    for name in names:
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
            raise RefusedFile(
                f"a part of the file leads out of it ({name!r}); save it anew and send it again",
                f"文件内的部分({name})指向文件之外,请重新保存后再上传",
            )
        if _MACROS.search(name):
            raise RefusedFile(_HAS_MACROS, _HAS_MACROS_ZH)
        if _PROGRAM_NAMES.search(name):
            raise RefusedFile(
                f"the file has a program in it ({name!r}); take it out and send it again",
                f"文件内含程序({name}),请去除后再上传",
            )


def _kind(archive: zipfile.ZipFile, names: set[str]) -> Media:
    if "OFD.xml" in names and b"www.ofdspec.org" in archive.read("OFD.xml")[:4096]:
        return Media.OFD
    if _CONTENT_TYPES in names:
        types = archive.read(_CONTENT_TYPES).decode("utf-8", "replace")
        if "macroEnabled" in types or "vbaProject" in types:
            raise RefusedFile(_HAS_MACROS, _HAS_MACROS_ZH)
        for part, media in _MAIN_PARTS.items():
            if part in types:
                return media
    raise RefusedFile(
        f"the file is an archive, but no .xlsx, .docx or OFD; send {ACCEPTED}",
        "文件是压缩包,但不是 .xlsx、.docx 或 OFD,请更换文件",
    )


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Reads a part to its end, so that its checksum is compared, and looks at what it is."""
    is_xml = entry.filename.lower().endswith((".xml", ".rels"))
    with archive.open(entry) as part:
        chunk = part.read(_CHUNK)
        if chunk.startswith(_PROGRAM_STARTS):
            raise RefusedFile(
                f"the file has a program or object in it ({entry.filename!r}); take it out, send it again",
                f"文件内含程序或嵌入对象({entry.filename}),请去除后再上传",
            )
        while chunk:
            # ISO/IEC 29500-2 allows no document type, and entities unfold without end.
            if is_xml and (b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk):
                raise RefusedFile(
                    f"a part of the file declares entities ({entry.filename!r}); save it anew, send it",
                    f"文件的部分({entry.filename})声明了实体,请重新保存后再上传",
                )
            if is_xml and _REMOTE_TEMPLATE.search(chunk):
                raise RefusedFile(
                    "the file loads its template from elsewhere; save it with a local one, send it again",
                    "文件从别处加载模板,请改用本地模板保存后再上传",
                )
            chunk = part.read(_CHUNK)
