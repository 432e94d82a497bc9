"""What the engine holds on disk and is busy with, for those who watch it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from millmark.history.store import Store

_TABLES = """
SELECT table, toUInt64(count()) AS parts, toUInt64(sum(rows)) AS row_count, toUInt64(sum(bytes_on_disk)) AS disk_bytes
FROM system.parts WHERE active AND database = 'millmark' GROUP BY table ORDER BY table
"""
_FULLEST = """
SELECT toUInt64(max(parts)) AS parts FROM
(SELECT count() AS parts FROM system.parts WHERE active AND database = 'millmark' GROUP BY table, partition)
"""
_MERGES = (
    "SELECT toUInt64(count()) AS running, max(elapsed) AS longest_s FROM system.merges WHERE database = 'millmark'"
)
_DISKS = """
SELECT toUInt64(min(free_space)) AS free_bytes, toUInt64(min(total_space)) AS total_bytes FROM system.disks
"""


@dataclass(frozen=True, slots=True)
class TableState:
    """A table's active parts with their rows (duplicates a merge has yet to fold included) and bytes on disk."""

    parts: int
    rows: int
    disk_bytes: int


@dataclass(frozen=True, slots=True)
class EngineState:
    """`most_parts` is the largest number of parts in one partition: it grows when merges do not keep up with inserts.
    `free_bytes` is what the fullest disk of the engine still has."""

    tables: Mapping[str, TableState]
    most_parts: int
    merges: int
    longest_merge_s: float
    free_bytes: int
    total_bytes: int

    @property
    def parts(self) -> int:
        return sum(table.parts for table in self.tables.values())

    @property
    def disk_bytes(self) -> int:
        return sum(table.disk_bytes for table in self.tables.values())


def engine_state(store: Store) -> EngineState:
    """Asks the engine's own tables; a few milliseconds."""
    tables = {
        row["table"]: TableState(row["parts"], row["row_count"], row["disk_bytes"])
        for row in store.query(_TABLES).to_pylist()
    }
    merges = store.query(_MERGES).to_pylist()[0]
    disks = store.query(_DISKS).to_pylist()[0]
    return EngineState(
        tables=tables,
        most_parts=store.query(_FULLEST).to_pylist()[0]["parts"],
        merges=merges["running"],
        longest_merge_s=float(merges["longest_s"]),
        free_bytes=disks["free_bytes"],
        total_bytes=disks["total_bytes"],
    )
