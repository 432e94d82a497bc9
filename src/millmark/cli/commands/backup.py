"""All that a platform keeps, out into one file and back into a folder."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from millmark.cli.errors import CommandError
from millmark.cli.options import DataFolder

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--key-passphrase-file",
        metavar="FILE",
        help="A file with the passphrase that encrypts the signing key in the backup. Without it such a key stays out.",
        exists=True,
        dir_okay=False,
    ),
]


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, e.g. millmark-2026-03-31.tar.", dir_okay=False)],
    *,
    key_passphrase_file: PassphraseFile = None,
    data: DataFolder = None,
) -> None:
    """Write history, registry, settings and signing key of a platform, running or not, to one file."""
    asyncio.run(_backup(data, file, _passphrase(key_passphrase_file)))


async def _backup(data: Path | None, file: Path, passphrase: str | None) -> None:
    from millmark.backup import manifest_of
    from millmark.cli.door import open_api
    from millmark.web.shapes.backup import BackupForm

    async with open_api(data) as api:
        size = await api.download("/backup", file, body=BackupForm(key_passphrase=passphrase))
    print(f"{file}: {size} bytes")
    with file.open("rb") as archive:
        for sentence in manifest_of(archive).left_out:
            print(f"not in it: {sentence}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that millmark backup wrote.", exists=True, dir_okay=False)],
    *,
    key_passphrase_file: PassphraseFile = None,
    data: DataFolder = None,
) -> None:
    """Put a backup back into an empty folder; the platform starts there as it was."""
    from millmark.backup import BackupError
    from millmark.backup import restore as put_back
    from millmark.cli.door import state_folder

    folder = state_folder(data)
    try:
        with file.open("rb") as archive:
            manifest = put_back(archive, folder, _passphrase(key_passphrase_file))
    except (BackupError, OSError) as error:
        raise CommandError(
            str(error), where=str(file), next_step="Mend what is named, then restore again; nothing was left behind."
        ) from error
    print(f"{folder}: as it was when {file.name} was taken, by release {manifest.version}")
    for sentence in manifest.left_out:
        print(f"not in it: {sentence}")
    if manifest.registry == "pg_dump":
        print(f"load the registry: pg_restore --clean --if-exists --dbname=ADDRESS {folder / 'registry.pg_dump'}")


def _passphrase(file: Path | None) -> str | None:
    if file is None:
        return None
    passphrase = file.read_text(encoding="utf-8").strip()
    if len(passphrase) < 12:
        raise CommandError(
            "the passphrase is shorter than 12 characters", where=str(file), next_step="Choose a longer one."
        )
    return passphrase
