"""The kinds of file that are kept, told by content alone; a name proves nothing."""

from __future__ import annotations

from enum import StrEnum


class Media(StrEnum):
    """A kind that can be checked; its value is the media type (RFC 6838)."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    OFD = "application/ofd"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How names of such files end, the usual one first."""
        return _SUFFIXES[self]


_SUFFIXES = {
    Media.PDF: (".pdf",),
    Media.JPEG: (".jpg", ".jpeg"),
    Media.PNG: (".png",),
    Media.XLSX: (".xlsx",),
    Media.DOCX: (".docx",),
    Media.OFD: (".ofd",),
}

ACCEPTED = "PDF, JPEG, PNG, .xlsx, .docx or OFD"
"""For messages."""


def safe_name(name: str, media: Media) -> str:
    """A file name without folders, control characters and direction marks, ending as its content does, e.g.
    `营业执照.pdf`; at most 120 characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(" .")
    stem = plain or "file"
    if not stem.lower().endswith(media.suffixes):
        return stem[:110] + media.suffixes[0]
    at = stem.rindex(".")
    return stem[: min(at, 110)] + stem[at:]
