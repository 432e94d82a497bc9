"""The files of a store as they were at one moment, to be copied while the store goes on.

Every table is frozen while no commit runs: the engine links its parts into a folder of their own, without copying a
byte. Parts never change once written, so the links hold the moment until they are discarded.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from millmark.history.store import Connection

_TABLES = "SELECT name FROM system.tables WHERE database = 'millmark' AND engine LIKE '%MergeTree' ORDER BY name"
_NAME = "backup"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`folder` is the engine's own; the files' names are relative to it."""

    folder: Path

    def files(self) -> Iterator[tuple[Path, Path]]:
        """(name in the store, file that holds its content), each once.

        Together they are a store's folder as it is after a sudden stop, which the engine opens. Its links between
        folders are left out: it makes them anew.
        """
        for file in _plain_files(self.folder / "metadata"):
            yield file.relative_to(self.folder), file
        for table in sorted(self.folder.glob("store/*/*")):
            for file in sorted(table.iterdir()):
                # Beside the folders of its parts: descriptions of tables, the version of the form, mutations.
                if file.is_file():
                    yield file.relative_to(self.folder), file
        frozen = self.folder / "shadow" / _NAME
        for file in _plain_files(frozen):
            yield file.relative_to(frozen), file

    def discard(self) -> None:
        """Gives up the links; the store's own parts stay."""
        shutil.rmtree(self.folder / "shadow", ignore_errors=True)


def freeze(connection: Connection, folder: Path) -> Snapshot:
    """The caller keeps commits and rollups out meanwhile. What an earlier snapshot left behind is discarded first."""
    snapshot = Snapshot(folder)
    snapshot.discard()
    for row in connection.query(_TABLES).to_pylist():
        connection.command(f"ALTER TABLE millmark.{row['name']} FREEZE WITH NAME '{_NAME}'")
    return snapshot


def _plain_files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink())
