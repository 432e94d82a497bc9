"""Takes a backup of a running platform: one moment of history and registry; intake waits for that moment only.

While no commit runs, the history is frozen by links and the registry copied; both are then of one moment, and every
point of it belongs to a series that the registry knows. The copying out happens afterwards, beside intake.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from millmark import __version__
from millmark.backup.archive import packed
from millmark.backup.closing import closed
from millmark.backup.errors import BackupError
from millmark.backup.manifest import CARRIED_WEBHOOKS_KEY, FORMAT, MANIFEST, Manifest
from millmark.evidence import encrypted_key
from millmark.history import History, Snapshot
from millmark.registry import Database


@dataclass(frozen=True, slots=True)
class Places:
    """What of a platform lies where. `key_passphrase` is what the node's key file needs to be used, if anything;
    `webhooks_key` closes the secrets of webhooks in the registry, `files` is the folder of what people uploaded."""

    settings: Path
    key: Path
    key_passphrase: str | None
    scratch: Path
    files: Path
    webhooks_key: Path


class Backup:
    """Takes backups of one platform."""

    def __init__(self, history: History, database: Database, places: Places, *, now_us: Callable[[], int]) -> None:
        self._history = history
        self._database = database
        self._places = places
        self._now_us = now_us

    def take(self, key_passphrase: str | None = None) -> Iterator[bytes]:
        """The archive's bytes. The moment it is of lies between the call and the first of them.

        Without `key_passphrase` a signing key that lies in the clear is left out; with it the key is in the archive,
        encrypted by it. The key of the webhooks' secrets goes as the signing key goes. Raises `BackupError` when the
        registry cannot be copied.
        """
        with ExitStack() as at_the_end:
            scratch = tempfile.TemporaryDirectory(prefix="backup-", dir=self._places.scratch)
            registry = Path(at_the_end.enter_context(scratch)) / "registry"
            with self._history.paused() as pause:
                barrier_us = pause.barrier_us
                snapshot = pause.freeze()
                if snapshot is not None:
                    at_the_end.callback(snapshot.discard)
                kind = self._copy_registry(registry)
            manifest = self._manifest(barrier_us, snapshot, kind, key_passphrase)
            members = self._members(manifest, snapshot, registry, key_passphrase)
            yield from packed(members, manifest.taken_us // 1_000_000)

    def _manifest(
        self, barrier_us: int, snapshot: Snapshot | None, registry: Literal["sqlite", "pg_dump"], passphrase: str | None
    ) -> Manifest:
        left_out = []
        key: Literal["none", "node_passphrase", "backup_passphrase"] = "backup_passphrase"
        if self._places.key_passphrase is not None:
            key = "node_passphrase"
        elif passphrase is None:
            key = "none"
            left_out.append(
                "the signing key: it lies in the clear, and no passphrase was given for the backup; keep "
                f"{self._places.key.name} apart, or the restored node signs with a new key"
            )
            if self._places.webhooks_key.exists():
                left_out.append(
                    "the key of the webhooks' secrets, for the same reason; without "
                    f"{self._places.webhooks_key.name} subscriptions need new secrets"
                )
        if snapshot is None:
            left_out.append("the history: it lives on a server of its own; back it up there (BACKUP DATABASE millmark)")
        if not self._settings():
            left_out.append("the settings file: there is none, or it carries a password in an address")
        return Manifest(
            format=FORMAT,
            version=__version__,
            taken_us=self._now_us(),
            barrier_us=barrier_us,
            history="server" if snapshot is None else "folder",
            registry=registry,
            key=key,
            left_out=tuple(left_out),
        )

    def _members(
        self, manifest: Manifest, snapshot: Snapshot | None, registry: Path, passphrase: str | None
    ) -> Iterator[tuple[str, Path | bytes]]:
        yield MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        if settings := self._settings():
            yield "millmark.toml", settings
        if manifest.key == "node_passphrase":
            yield "node-key.pem", self._places.key
        elif passphrase is not None:
            yield "node-key.pem", encrypted_key(self._places.key, passphrase)
        closing_by = self._places.key_passphrase or passphrase
        if closing_by is not None and self._places.webhooks_key.exists():
            yield CARRIED_WEBHOOKS_KEY, closed(self._places.webhooks_key.read_bytes(), closing_by)
        yield f"registry.{manifest.registry}", registry
        if snapshot is not None:
            for name, file in snapshot.files():
                yield f"history/clickhouse/{name.as_posix()}", file
        # A file lies in its place before the registry knows it, and never changes: all that the copied registry knows
        # is here, however many come in meanwhile.
        for file in sorted(self._places.files.glob("[0-9a-f][0-9a-f]/*")):
            yield f"files/{file.parent.name}/{file.name}", file

    def _settings(self) -> bytes | None:
        """The settings file, unless somebody wrote a password into an address in it."""
        file = self._places.settings
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        words = text.replace('"', " ").replace("'", " ").split()
        if not text or any("://" in word and urlsplit(word).password for word in words):
            return None
        return text.encode()

    def _copy_registry(self, target: Path) -> Literal["sqlite", "pg_dump"]:
        if self._database.is_sqlite:
            _copy_sqlite(self._database.engine.url.database or "", target)
            return "sqlite"
        url = self._database.engine.url
        environment = {"PGPASSWORD": url.password} if isinstance(url.password, str) else {}
        _pg_dump(url.set(drivername="postgresql", password=None).render_as_string(), target, environment)
        return "pg_dump"


def _copy_sqlite(file: str, target: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as source:
            source.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise BackupError(f"the registry {file} cannot be copied: {error}; look for room on the disk") from error


def _pg_dump(address: str, target: Path, environment: dict[str, str]) -> None:
    command = ["pg_dump", "--format=custom", "--no-password", f"--file={target}", f"--dbname={address}"]
    try:
        subprocess.run(command, check=True, capture_output=True, env=os.environ | environment)  # noqa: S603 - no shell
    except FileNotFoundError as error:
        raise BackupError("pg_dump is not installed here; install PostgreSQL's client programs") from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"pg_dump could not copy the registry: {error.stderr.decode(errors='replace')}") from error
