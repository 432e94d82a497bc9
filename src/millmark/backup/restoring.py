"""Puts a backup back into an empty folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import IO

import msgspec

from millmark.backup.archive import first_member, unpack
from millmark.backup.closing import opened
from millmark.backup.errors import DamagedArchive, FolderNotEmpty, PassphraseNeeded
from millmark.backup.manifest import CARRIED_WEBHOOKS_KEY, FORMAT, MANIFEST, Manifest
from millmark.evidence import KeyUnusable, opened_key

KEY = Path("keys/node-ed25519.pem")
WEBHOOKS_KEY = Path("keys/webhooks.key")
_REGISTRIES = {"sqlite": "registry.sqlite", "pg_dump": "registry.pg_dump"}


def restore(archive: IO[bytes], folder: Path, key_passphrase: str | None = None) -> Manifest:
    """Lay out the state folder of a platform as it was when the backup was taken; returns what the backup says.

    Everything is written beside `folder` first, checked against the archive's checksums and synced; then it takes the
    folder's name. The registry of a platform on PostgreSQL is left as `registry.pg_dump`, for `pg_restore`. A signing
    key that was encrypted for the backup is opened with `key_passphrase`, or stays encrypted without it.

    Raises `FolderNotEmpty`, `DamagedArchive`, `PassphraseNeeded` or `OSError`; the folder is then as it was.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderNotEmpty(f"{folder} is not empty; name a folder that is, or that does not exist yet")
    draft = folder.with_name(f".{folder.name}.restoring")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        unpack(archive, draft)
        manifest = _manifest(draft)
        _place_key(draft, manifest, key_passphrase)
        _place_webhooks_key(draft, key_passphrase if manifest.key == "backup_passphrase" else None)
        _place_registry(draft, manifest)
        os.sync()
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def manifest_of(archive: IO[bytes]) -> Manifest:
    """What a backup says of itself, read from its beginning; raises `DamagedArchive`."""
    return decoded_manifest(first_member(archive))


def decoded_manifest(content: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise DamagedArchive(f"its manifest cannot be read: {error}; this is no backup of this platform") from error
    if manifest.format != FORMAT:
        raise DamagedArchive(
            f"the backup has form {manifest.format}, this release reads {FORMAT}; take another release"
        )
    return manifest


def _manifest(draft: Path) -> Manifest:
    file = draft / MANIFEST
    if not file.exists():
        raise DamagedArchive("it holds no manifest; this is no backup of this platform")
    manifest = decoded_manifest(file.read_bytes())
    file.rename(draft / "restored-from.json")
    return manifest


def _place_key(draft: Path, manifest: Manifest, passphrase: str | None) -> None:
    if manifest.key == "none":
        return
    carried, target = draft / "node-key.pem", draft / KEY
    target.parent.mkdir(mode=0o700)
    content = carried.read_bytes()
    if manifest.key == "backup_passphrase" and passphrase is not None:
        try:
            content = opened_key(content, passphrase)
        except KeyUnusable as error:
            raise PassphraseNeeded(f"{error}; it is the one that the backup was taken with") from error
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    carried.unlink()


def _place_webhooks_key(draft: Path, passphrase: str | None) -> None:
    """Without the passphrase it stays closed, beside where it belongs, for the node that has it."""
    carried, target = draft / CARRIED_WEBHOOKS_KEY, draft / WEBHOOKS_KEY
    if not carried.exists():
        return
    target.parent.mkdir(mode=0o700, exist_ok=True)
    carried.rename(_closed_beside(target))
    if passphrase is not None:
        open_carried_key(target, passphrase)


def open_carried_key(file: Path, passphrase: str | None) -> None:
    """Opens the key of the webhooks' secrets that a restore left closed beside `file`, if it did and this opens it.

    Raises `PassphraseNeeded`.
    """
    box = _closed_beside(file)
    if file.exists() or passphrase is None or not box.exists():
        return
    key = opened(box.read_bytes(), passphrase)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as made:
        made.write(key)
        made.flush()
        os.fsync(made.fileno())
    box.unlink()


def _closed_beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.closed")


def _place_registry(draft: Path, manifest: Manifest) -> None:
    name = _REGISTRIES[manifest.registry]
    if not (draft / name).exists():
        raise DamagedArchive(f"it holds no {name}; take another copy")
