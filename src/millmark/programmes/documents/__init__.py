"""Files that people bring, kept as they came: told by their content, refused when they could do harm."""

from millmark.programmes.documents.errors import (
    DamagedFile,
    FilesUnavailable,
    FileTooLarge,
    QuotaSpent,
    RefusedFile,
    UnknownFile,
)
from millmark.programmes.documents.media import Media
from millmark.programmes.documents.store import (
    Draft,
    FileLimits,
    FileUse,
    LocalFileStore,
    StoredFile,
    UsedFiles,
)

__all__ = [
    "DamagedFile",
    "Draft",
    "FileLimits",
    "FileTooLarge",
    "FileUse",
    "FilesUnavailable",
    "LocalFileStore",
    "Media",
    "QuotaSpent",
    "RefusedFile",
    "StoredFile",
    "UnknownFile",
    "UsedFiles",
]
