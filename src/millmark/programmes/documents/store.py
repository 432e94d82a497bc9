"""The folder of files that people bring and the platform makes: content-addressed, written whole or not at all."""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.programmes.documents.errors import (
    DamagedFile,
    FilesUnavailable,
    FileTooLarge,
    QuotaSpent,
    RefusedFile,
    UnknownFile,
)
from millmark.programmes.documents.examining import examine
from millmark.programmes.documents.media import Media, safe_name
from millmark.programmes.documents.tables import FileRow, FileUseRow
from millmark.registry import Database
from millmark.registry.inserting import insert_missing
from millmark.registry.tables import EnterpriseRow

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileLimits:
    """`file_bytes` for one file, `enterprise_bytes` for all of an enterprise's, `spare_bytes` stay free on the disk."""

    file_bytes: int = 50 << 20
    enterprise_bytes: int = 2 << 30
    spare_bytes: int = 512 << 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A kept file. `id` is made from content, owner, purpose and name: the same file sent twice is one."""

    id: str
    name: str
    media_type: str
    bytes: int
    sha256: str
    owner_enterprise_id: int | None
    purpose: str
    kept_at_us: int
    kept_by: str


@dataclass(frozen=True, slots=True)
class FileUse:
    """An object that refers to a file."""

    object_kind: str
    object_id: int


class UsedFiles(Protocol):
    """What a book that refers to files asks of the store: a file of another enterprise is unknown to it."""

    def use_within(
        self,
        session: Session,
        file_id: str,
        *,
        object_kind: str,
        object_id: int,
        owner_enterprise_id: int | None,
        actor: str,
    ) -> StoredFile: ...


class Draft:
    """A file on its way in: counted and digested while it is written, gone unless it is kept."""

    def __init__(self, path: Path, most: int) -> None:
        self.path = path
        self.bytes = 0
        self._most = most
        self._digest = hashlib.sha256()
        self._file: IO[bytes] = path.open("xb")

    def write(self, chunk: bytes) -> None:
        """Raises `FileTooLarge` at the first byte too many, or `FilesUnavailable`."""
        self.bytes += len(chunk)
        if self.bytes > self._most:
            raise FileTooLarge(f"a file may have at most {self._most} bytes; send a smaller one, or in parts")
        self._digest.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise FilesUnavailable(f"the folder of files cannot be written: {error}") from error

    def finish(self) -> str:
        """Everything written is on the disk; returns its SHA-256."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise FilesUnavailable(f"the folder of files cannot be written: {error}") from error
        self._file.close()
        return self._digest.hexdigest()

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


class LocalFileStore:
    """Files in `folder`: `ab/abcd…` by the SHA-256 of their content, drafts beside them; what they are is in the
    database, whose row comes last, so that a file that is known is whole."""

    def __init__(
        self, folder: Path, database: Database, *, now_us: Callable[[], int], limits: FileLimits | None = None
    ) -> None:
        self.limits = limits or FileLimits()
        self._folder = folder
        self._drafts = folder / "drafts"
        self._database = database
        self._now_us = now_us
        self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_behind in self._drafts.iterdir():
            left_behind.unlink()

    @property
    def folder(self) -> Path:
        return self._folder

    def keep(
        self, stream: Iterable[bytes], name: str, *, owner_enterprise_id: int | None, purpose: str, actor: str
    ) -> StoredFile:
        """Keeps what `stream` brings, synced before it returns; raises `RefusedFile` or `FilesUnavailable`."""
        draft = self.begin()
        try:
            for chunk in stream:
                draft.write(chunk)
            return self.finish(draft, name, owner_enterprise_id=owner_enterprise_id, purpose=purpose, actor=actor)
        finally:
            draft.discard()

    def begin(self) -> Draft:
        """A draft to write to; the caller gives it to `finish`, and discards it in any case."""
        try:
            if shutil.disk_usage(self._folder).free < self.limits.spare_bytes:
                raise FilesUnavailable(f"less than {self.limits.spare_bytes} bytes are free on the disk of the files")
            return Draft(self._drafts / uuid4().hex, self.limits.file_bytes)
        except OSError as error:
            raise FilesUnavailable(f"the folder of files cannot be written: {error}") from error

    def finish(
        self, draft: Draft, name: str, *, owner_enterprise_id: int | None, purpose: str, actor: str
    ) -> StoredFile:
        """Examines a draft and keeps it; raises `RefusedFile`."""
        sha256 = draft.finish()
        media = _examined(draft.path)
        kept = StoredFile(
            id=file_id_of(sha256, owner_enterprise_id, purpose, safe_name(name, media)),
            name=safe_name(name, media),
            media_type=media.value,
            bytes=draft.bytes,
            sha256=sha256,
            owner_enterprise_id=owner_enterprise_id,
            purpose=purpose,
            kept_at_us=self._now_us(),
            kept_by=actor,
        )
        self._check_quota(kept)
        self._place(draft.path, sha256)
        return self._recorded(kept)

    def file(self, file_id: str) -> StoredFile:
        """Raises `UnknownFile`."""
        with self._database.reading() as session:
            return _stored(_row(session, file_id))

    def files(
        self,
        *,
        owner_enterprise_id: int | None,
        limit: int,
        before_us: int | None = None,
        without_purposes: Sequence[str] = (),
        of_purpose: str = "",
    ) -> list[StoredFile]:
        """The latest first; of one enterprise, or with None those of the office. Those whose purpose begins with
        one of `without_purposes` are left out, and those whose purpose does not begin with `of_purpose`."""
        query = select(FileRow).where(FileRow.owner_enterprise_id == owner_enterprise_id)
        if of_purpose:
            query = query.where(FileRow.purpose.startswith(of_purpose))
        for beginning in without_purposes:
            query = query.where(FileRow.purpose.not_like(f"{beginning}%"))
        if before_us is not None:
            query = query.where(FileRow.kept_at_us < before_us)
        with self._database.reading() as session:
            return [_stored(row) for row in session.scalars(query.order_by(FileRow.kept_at_us.desc()).limit(limit))]

    def used_bytes(self, owner_enterprise_id: int | None) -> int:
        """How much of its quota an enterprise has used."""
        with self._database.reading() as session:
            return _used_bytes(session, owner_enterprise_id)

    def open(self, file_id: str) -> tuple[StoredFile, Iterator[bytes]]:
        """A file and its bytes, compared with its digest before the first is given; raises `UnknownFile`,
        `DamagedFile`."""
        kept = self.file(file_id)
        path = self.path_of(kept.sha256)
        try:
            with path.open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError as error:
            raise DamagedFile(f"file {file_id} is missing on the disk; restore {path.name} from a backup") from error
        if actual != kept.sha256:
            raise DamagedFile(f"file {file_id} is not what was kept; restore {path.name} from a backup")
        return kept, _chunks(path)

    def read(self, file_id: str) -> bytes:
        """A file's bytes as one; raises as `open` does."""
        return b"".join(self.open(file_id)[1])

    def use_within(
        self,
        session: Session,
        file_id: str,
        *,
        object_kind: str,
        object_id: int,
        owner_enterprise_id: int | None,
        actor: str,
    ) -> StoredFile:
        """Notes that an object refers to a file of its own enterprise, or of the office; a file of another is
        `UnknownFile`."""
        row = _row(session, file_id)
        if row.owner_enterprise_id != owner_enterprise_id:
            raise UnknownFile(f"there is no file {file_id!r}")
        insert_missing(
            session,
            FileUseRow,
            [
                {
                    "file_id": file_id,
                    "object_kind": object_kind,
                    "object_id": object_id,
                    "used_at_us": self._now_us(),
                    "used_by": actor,
                }
            ],
        )
        return _stored(row)

    def uses(self, file_id: str) -> list[FileUse]:
        """The objects that refer to a file."""
        query = select(FileUseRow).where(FileUseRow.file_id == file_id).order_by(FileUseRow.id)
        with self._database.reading() as session:
            return [FileUse(row.object_kind, row.object_id) for row in session.scalars(query)]

    def used_by(self, object_kind: str, object_id: int) -> list[StoredFile]:
        """The files that an object refers to."""
        query = (
            select(FileRow)
            .join(FileUseRow, FileUseRow.file_id == FileRow.id)
            .where(FileUseRow.object_kind == object_kind, FileUseRow.object_id == object_id)
            .order_by(FileUseRow.id)
        )
        with self._database.reading() as session:
            return [_stored(row) for row in session.scalars(query)]

    def path_of(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _check_quota(self, kept: StoredFile) -> None:
        if kept.owner_enterprise_id is None:
            return
        with self._database.reading() as session:
            self._demand_room(session, kept)

    def _demand_room(self, session: Session, kept: StoredFile) -> None:
        """Raises `QuotaSpent`, unless the file is there already."""
        if kept.owner_enterprise_id is None or session.get(FileRow, kept.id) is not None:
            return
        used = _used_bytes(session, kept.owner_enterprise_id)
        if used + kept.bytes > self.limits.enterprise_bytes:
            raise QuotaSpent(
                f"the enterprise's files have {used} of {self.limits.enterprise_bytes} bytes; this one has "
                f"{kept.bytes} more; ask the office for more room"
            )

    def _place(self, draft: Path, sha256: str) -> None:
        """The draft takes its content's name; the folder's entry is on the disk before this returns."""
        target = self.path_of(sha256)
        try:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            draft.chmod(0o400)
            draft.replace(target)
            for folder in (target.parent, self._folder):
                _sync_folder(folder)
        except OSError as error:
            raise FilesUnavailable(f"the folder of files cannot be written: {error}") from error

    def _recorded(self, kept: StoredFile) -> StoredFile:
        with self._database.transaction() as session:
            if kept.owner_enterprise_id is not None:
                # One upload of an enterprise at a time counts its bytes, so that two cannot share the last room.
                owner = select(EnterpriseRow.id).where(EnterpriseRow.id == kept.owner_enterprise_id).with_for_update()
                if session.scalar(owner) is None:
                    raise RefusedFile(f"there is no enterprise {kept.owner_enterprise_id}; name one that is registered")
            self._demand_room(session, kept)
            insert_missing(
                session,
                FileRow,
                [
                    {
                        "id": kept.id,
                        "sha256": kept.sha256,
                        "name": kept.name,
                        "media_type": kept.media_type,
                        "bytes": kept.bytes,
                        "owner_enterprise_id": kept.owner_enterprise_id,
                        "purpose": kept.purpose,
                        "kept_at_us": kept.kept_at_us,
                        "kept_by": kept.kept_by,
                    }
                ],
            )
            return _stored(session.get_one(FileRow, kept.id))


def file_id_of(sha256: str, owner_enterprise_id: int | None, purpose: str, name: str) -> str:
    """40 hexadecimal digits; two owners of the same content have different ids, so that none gives the other away."""
    owner = "" if owner_enterprise_id is None else str(owner_enterprise_id)
    return hashlib.sha256(f"{sha256}\n{owner}\n{purpose}\n{name}".encode()).hexdigest()[:40]


def _examined(path: Path) -> Media:
    if path.stat().st_size == 0:
        return examine(b"")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return examine(content)


def _used_bytes(session: Session, owner_enterprise_id: int | None) -> int:
    query = select(func.coalesce(func.sum(FileRow.bytes), 0)).where(FileRow.owner_enterprise_id == owner_enterprise_id)
    return int(session.scalar(query) or 0)


def _row(session: Session, file_id: str) -> FileRow:
    row = session.get(FileRow, file_id)
    if row is None:
        raise UnknownFile(f"there is no file {file_id!r}")
    return row


def _stored(row: FileRow) -> StoredFile:
    return StoredFile(
        id=row.id,
        name=row.name,
        media_type=row.media_type,
        bytes=row.bytes,
        sha256=row.sha256,
        owner_enterprise_id=row.owner_enterprise_id,
        purpose=row.purpose,
        kept_at_us=row.kept_at_us,
        kept_by=row.kept_by,
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
