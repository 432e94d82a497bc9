"""All that a platform keeps as one file, taken while it runs, and put back into an empty folder."""

from millmark.backup.errors import BackupError, DamagedArchive, FolderNotEmpty, PassphraseNeeded
from millmark.backup.manifest import Manifest
from millmark.backup.restoring import manifest_of, open_carried_key, restore
from millmark.backup.taking import Backup, Places

__all__ = [
    "Backup",
    "BackupError",
    "DamagedArchive",
    "FolderNotEmpty",
    "Manifest",
    "PassphraseNeeded",
    "Places",
    "manifest_of",
    "open_carried_key",
    "restore",
]
