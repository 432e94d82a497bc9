"""The file of a backup: an uncompressed POSIX tar that ends with the checksums of its members.

Any tar opens it, and `sha256sum -c SHA256SUMS` in the unpacked folder checks it. What it holds is compressed already.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from millmark.backup.errors import DamagedArchive

CHECKSUMS = "SHA256SUMS"
_CHUNK = 1 << 20


def packed(members: Iterable[tuple[str, Path | bytes]], mtime_s: int) -> Iterator[bytes]:
    """The archive's bytes; no member is held in memory whole. The members' files must not change meanwhile."""
    sums = []
    for name, content in members:
        digest = hashlib.sha256()
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        yield _header(name, size, mtime_s)
        for chunk in _chunks(content):
            digest.update(chunk)
            yield chunk
        yield bytes(-size % tarfile.BLOCKSIZE)
        sums.append(f"{digest.hexdigest()}  {name}\n")
    listed = "".join(sums).encode()
    yield _header(CHECKSUMS, len(listed), mtime_s) + listed + bytes(-len(listed) % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def unpack(archive: IO[bytes], folder: Path) -> None:
    """Writes the members below `folder`; raises `DamagedArchive` unless every one is there and as it was."""
    sums: dict[str, str] = {}
    expected: dict[str, str] | None = None
    try:
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None:
                    raise DamagedArchive(f"{member.name} is no plain file; this is no backup of this platform")
                if member.name == CHECKSUMS:
                    expected = _listed(content.read().decode("utf-8", "replace"))
                else:
                    sums[member.name] = _written(content, folder / _safe(member.name))
    except (tarfile.TarError, EOFError) as error:
        raise DamagedArchive(f"the file is no whole tar archive: {error}") from error
    _compare(sums, expected)


def first_member(archive: IO[bytes]) -> bytes:
    """The content of the archive's first file; raises `DamagedArchive`."""
    try:
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            member = tar.next()
            content = None if member is None else tar.extractfile(member)
            if content is None:
                raise DamagedArchive("it begins with no file; this is no backup of this platform")
            return content.read()
    except tarfile.TarError as error:
        raise DamagedArchive(f"the file is no tar archive: {error}") from error


def _listed(text: str) -> dict[str, str]:
    """The digests of the members by their names."""
    return {line[66:]: line[:64] for line in text.splitlines()}


def _compare(sums: dict[str, str], expected: dict[str, str] | None) -> None:
    if expected is None:
        raise DamagedArchive("the archive ends before its checksums; it was not written or not copied to its end")
    for name in sorted(sums.keys() | expected.keys()):
        if sums.get(name) != expected.get(name):
            raise DamagedArchive(f"{name} is missing, not listed, or not what was written; take another copy")


def _written(content: IO[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise DamagedArchive(f"{name!r} leads out of the folder; this is no backup of this platform")
    return path


def _header(name: str, size: int, mtime_s: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, mtime_s
    return member.tobuf(tarfile.PAX_FORMAT)


def _chunks(content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
