"""Hands rows to the engine: through memory inside the process, as one request to a server."""

from __future__ import annotations

import os
import tempfile
import threading
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from millmark.history.native import Bytes, native_block

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

# The kernel writes at most so many pieces in one call (POSIX asks for 16, Linux gives 1024).
_PIECES = 512


class Insertion(Protocol):
    """Writes rows to a table of the database `millmark`; they are durable when it returns."""

    def insert(self, table: str, rows: pa.Table, query_id: str) -> None: ...

    def close(self) -> None: ...


class EmbeddedInsertion:
    """Lets the engine in this process read the rows from a file that exists in memory only.

    A file on disk, as clickhouse-connect would write one, costs a quarter of the insert's time and fails when the
    system's temporary folder is full. chDB's streaming insert is a little faster still, and reports success when the
    disk is full: docs/adr/0008-new-by-high-water.md.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._file, self._path = _memory_file()

    def insert(self, table: str, rows: pa.Table, query_id: str) -> None:  # noqa: ARG002 - nothing outlives the call here
        block, form = _packed(rows)
        names = ", ".join(rows.column_names)
        with self._lock:
            _fill(self._file, block)
            self._client.command(f"INSERT INTO millmark.{table} ({names}) FROM INFILE '{self._path}' FORMAT {form}")
            os.ftruncate(self._file, 0)

    def close(self) -> None:
        os.close(self._file)


class RemoteInsertion:
    """Over the client's own connection. `query_id` lets one ask the server whether a lost request is still running."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def insert(self, table: str, rows: pa.Table, query_id: str) -> None:
        block, form = _packed(rows)
        settings = {"query_id": query_id}
        self._client.raw_insert(f"millmark.{table}", rows.column_names, b"".join(block), settings=settings, fmt=form)

    def close(self) -> None:
        """The client is closed by whom it belongs to."""


def _packed(rows: pa.Table) -> tuple[list[Bytes], str]:
    """The rows as pieces of bytes, and the name of the format they are in."""
    block = native_block(rows)
    if block is not None:
        return block, "Native"
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    return [memoryview(sink.getvalue())], "ArrowStream"


def _memory_file() -> tuple[int, str]:
    """A file descriptor and a path under which this process can read it; a plain file where the system has no other."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("millmark-insert")
        return descriptor, f"/proc/{os.getpid()}/fd/{descriptor}"
    descriptor, path = tempfile.mkstemp(prefix="millmark-insert-")
    return descriptor, path


def _fill(file: int, block: list[Bytes]) -> None:
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    for first in range(0, len(block), _PIECES):
        pieces = [memoryview(piece) for piece in block[first : first + _PIECES]]
        while pieces:
            written = os.writev(file, pieces)
            while pieces and written >= pieces[0].nbytes:
                written -= pieces.pop(0).nbytes
            if pieces:
                pieces[0] = pieces[0][written:]
