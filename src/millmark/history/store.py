"""The engine: ClickHouse inside this process (chDB) or behind an HTTP address, the same SQL for both.

Measured with chDB 26.9 on two cores, resident memory of the whole process: 65 MB with NumPy and Arrow loaded, 370 MB
with a history open (245 MB of it pages of shared libraries, which the kernel may drop), 430 MB after commits of 100 000
rows and 480 MB after such blocks were delivered twice. The engine's own defaults for caches are several gigabytes.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

import pyarrow as pa

from millmark.history.cluster import session_settings
from millmark.history.errors import HistoryBusy, StoreUnavailable
from millmark.history.folder_lock import FolderLock
from millmark.history.insertion import EmbeddedInsertion, Insertion, RemoteInsertion
from millmark.history.settings import HistorySettings

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

    Connect: TypeAlias = Callable[[int], "Connection"]

_RUNNING = "SELECT count() AS running FROM system.processes WHERE query_id = {id:String}"

Parameter: TypeAlias = int | str | list[int] | list[str]


class Connection:
    """One session with the engine. A call takes its turn when another thread is using the connection."""

    def __init__(self, client: Client, open_insertion: Callable[[], Insertion]) -> None:
        self._client = client
        self._open_insertion = open_insertion
        self._insertion: Insertion | None = None
        self._unanswered: str | None = None

    def query(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> pa.Table:
        """The rows of a SELECT as an Arrow table."""
        with _engine_errors("read from"):
            answer = self._client.raw_query(sql, parameters=dict(parameters or {}), fmt="Arrow")
        return pa.ipc.open_file(pa.BufferReader(answer)).read_all()

    def insert(self, table: str, rows: pa.Table) -> None:
        """Write rows; they are durable when this returns, as the tables are set to sync on insert."""
        self._unanswered = str(uuid4())
        with _engine_errors("write to"):
            if self._insertion is None:
                self._insertion = self._open_insertion()
            self._insertion.insert(table, rows, self._unanswered)
        self._unanswered = None

    def settle(self) -> None:
        """Make sure that a write which failed here is not still going on at the server.

        Raises `StoreUnavailable` while it is, or while nobody can tell.
        """
        if self._unanswered is None:
            return
        running = self.query(_RUNNING, {"id": self._unanswered}).column("running")[0].as_py()
        if running:
            raise StoreUnavailable("the last write to the history has not ended at the server yet; try again shortly")
        self._unanswered = None

    def command(self, sql: str) -> None:
        with _engine_errors("change"):
            self._client.command(sql)

    def close(self) -> None:
        if self._insertion is not None:
            self._insertion.close()
        self._client.close()


class Store:
    """Connections that write, roll up and read, and for a folder the lock that keeps other processes out."""

    def __init__(self, settings: HistorySettings) -> None:
        self._lock = FolderLock(settings.path) if settings.path else None
        self._readers: queue.Queue[Connection] = queue.Queue()
        self._connections: list[Connection] = []
        connect = _embedded(settings, settings.path) if settings.path else _remote(settings)
        try:
            # A commit is mostly small: handing it to several threads costs more than they save.
            self.writer = self._open(connect, 1)
            self.rollups = self._open(connect, 1)
            for _ in range(settings.readers):
                self._readers.put(self._open(connect, settings.threads))
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with; waits for one to be free."""
        connection = self._readers.get()
        try:
            yield connection
        finally:
            self._readers.put(connection)

    def query(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> pa.Table:
        with self.reading() as connection:
            return connection.query(sql, parameters)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _open(self, connect: Connect, threads: int) -> Connection:
        with _engine_errors("open"):
            connection = connect(threads)
        self._connections.append(connection)
        return connection


def _session_settings(settings: HistorySettings, threads: int) -> dict[str, str | int]:
    return {
        "max_threads": threads,
        "max_memory_usage": settings.query_memory_bytes,
        # Nobody reads the engine's own log of queries here, and writing it would wake the disk.
        "log_queries": 0,
        # Sets of looked-up identities travel inside the query's text.
        "max_query_size": 256 * 1024 * 1024,
        # An insert is one block, written and synced before the answer, never gathered by the server.
        "async_insert": 0,
        "input_format_parallel_parsing": 0,
        "min_insert_block_size_rows": 0,
        "min_insert_block_size_bytes": 0,
        # A machine that was offline for years may bring more months than the engine expects of one insert.
        "max_partitions_per_insert_block": 0,
        "output_format_arrow_string_as_string": 1,
    }


def _embedded(settings: HistorySettings, folder: Path) -> Connect:
    options = {
        "mark_cache_size": settings.cache_bytes,
        "index_mark_cache_size": settings.cache_bytes,
        "primary_index_cache_size": settings.cache_bytes,
        "query_condition_cache_size": settings.cache_bytes,
        "compiled_expression_cache_size": settings.cache_bytes,
        "background_schedule_pool_initial_size": 2,
        "max_active_parts_loading_thread_pool_size": settings.threads,
    }

    def connect(threads: int) -> Connection:
        import clickhouse_connect
        from clickhouse_connect.driver.exceptions import ProgrammingError

        try:
            client = clickhouse_connect.get_client(
                interface="chdb",
                path=str(folder / "clickhouse"),
                # Handing the answer over inside one process, packing it would only cost time.
                settings={**_session_settings(settings, threads), "output_format_arrow_compression_method": "none"},
                chdb_options=options,
            )
        except ProgrammingError as error:
            raise HistoryBusy(
                f"the history in {folder} cannot be opened: this process has another one open, and the embedded engine "
                "serves one folder a process; close the other one first"
            ) from error
        return Connection(client, lambda: EmbeddedInsertion(client))

    return connect


def _remote(settings: HistorySettings) -> Connect:
    def connect(threads: int) -> Connection:
        import clickhouse_connect

        client = clickhouse_connect.get_client(
            dsn=settings.url,
            interface="http",
            # Sessions would make a connection refuse parallel calls, and nothing here depends on one.
            autogenerate_session_id=False,
            # An insert repeated behind our back could be stored twice; the commit repeats it knowingly.
            query_retries=0,
            settings=_session_settings(settings, threads) | session_settings(settings.cluster),
            # Long lists of series do not fit in an address.
            form_encode_query_params=True,
        )
        return Connection(client, lambda: RemoteInsertion(client))

    return connect


@contextmanager
def _engine_errors(doing: str) -> Iterator[None]:
    """What the engine says went wrong, as the room's own error."""
    from clickhouse_connect.driver.exceptions import ClickHouseError

    try:
        yield
    except (ClickHouseError, OSError) as error:
        reason = str(error).strip().partition("\n")[0][:400]
        raise StoreUnavailable(
            f"could not {doing} the history: {reason or type(error).__name__}; "
            "nothing acknowledged is lost, the call may be repeated once the store is well again"
        ) from error
