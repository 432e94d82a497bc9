"""What a file is, and whether it may be kept: a pure reading of its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millmark.programmes.documents.errors import RefusedFile
from millmark.programmes.documents.media import ACCEPTED, Media
from millmark.programmes.documents.office_zip import examine_zip
from millmark.programmes.documents.pdf import examine_pdf
from millmark.programmes.documents.pictures import examine_jpeg, examine_png

if TYPE_CHECKING:
    from mmap import mmap

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_EXECUTABLES = {b"MZ": "a Windows program", b"\x7fELF": "a Linux program", b"#!": "a script"}


def examine(content: mmap | bytes) -> Media:
    """The kind of file, told by its content; raises `RefusedFile` for what is empty, cut off, encrypted, of another
    kind, or carries programs."""
    start = bytes(content[:1024])
    if not start:
        raise RefusedFile(
            "the file is empty; look at it on your own machine and send it again", "文件是空的,请在本机检查后再上传"
        )
    if start.startswith(b"\xff\xd8\xff"):
        return examine_jpeg(content)
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return examine_png(content)
    if start.startswith(b"PK\x03\x04"):
        return examine_zip(content)
    if start.startswith(b"%PDF-"):
        return examine_pdf(content)
    raise RefusedFile(*_why_not(content, start))


def _why_not(content: mmap | bytes, start: bytes) -> tuple[str, str]:
    """In English and in Chinese."""
    if start.startswith(_OLE):
        if content.find(_ENCRYPTED_PACKAGE) >= 0:
            return (
                "the file is an encrypted Office file; take its password off and send it again",
                "文件是加密的 Office 文件,请去除密码后再上传",
            )
        return (
            "the file is of an old Office kind (.doc, .xls), which can hide macros; save it as .docx, .xlsx or PDF",
            "文件是旧版 Office 格式(.doc、.xls),可能藏有宏,请另存为 .docx、.xlsx 或 PDF",
        )
    for magic, what in _EXECUTABLES.items():
        if start.startswith(magic):
            return f"the file is {what}, which is never accepted; send {ACCEPTED}", "文件是程序,不予接收,请更换文件"
    return f"the file is of a kind that cannot be checked; send {ACCEPTED}", "文件的类型无法检查,请更换文件"
