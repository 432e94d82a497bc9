"""What can go wrong with files that people bring.

RefusedFile          what was sent is not kept, and why
 +-- FileTooLarge    more bytes than one file may have
 +-- QuotaSpent      the enterprise's files are as many bytes as they may be
UnknownFile          no such file, or none that one may read
DamagedFile          a kept file is missing on the disk, or not what was kept
FilesUnavailable     the folder of files cannot be written now
"""

from __future__ import annotations

from millmark.programmes.errors import ProgrammeError


class RefusedFile(ProgrammeError):
    """The message says what of the file is not accepted, and what to send instead; `zh` the same in Chinese."""

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


class FileTooLarge(RefusedFile):
    """More bytes than one file may have."""


class QuotaSpent(RefusedFile):
    """The enterprise's files would be more bytes than they may be."""


class UnknownFile(ProgrammeError):
    """No such file, or none that one may read."""


class DamagedFile(ProgrammeError):
    """A kept file is missing on the disk, or not what was kept; restore it from a backup."""


class FilesUnavailable(ProgrammeError):
    """The folder of files cannot be written now."""
