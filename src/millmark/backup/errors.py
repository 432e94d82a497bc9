"""What can go wrong with a backup.

BackupError
 +-- DamagedArchive     the file is not a backup, not whole, or not what was written
 +-- FolderNotEmpty     there is something where a backup shall be put back
 +-- PassphraseNeeded   the signing key in the backup does not open with what was given
"""

from __future__ import annotations


class BackupError(Exception):
    """Base of the room's errors."""


class DamagedArchive(BackupError):
    """The message names the first part that is wrong."""


class FolderNotEmpty(BackupError):
    """The message names the folder."""


class PassphraseNeeded(BackupError):
    """The passphrase that the backup was taken with is missing or wrong."""
