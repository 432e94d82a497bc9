"""Brings the tables to the shape this release expects, step by step; each step once, in order, recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import resources

import pyarrow as pa

from millmark.history.cluster import Cluster
from millmark.history.errors import SchemaTooNew
from millmark.history.store import Connection
from millmark.model.batch import TIME_TYPE

_STEP_NAME = re.compile(r"(\d{4})_(\w+)\.sql")
_COMMENT = re.compile(r"^--.*$", re.MULTILINE)
_NEEDS_SETTING = re.compile(r"\bSETTINGS (enable_\w+) = 1$")

_GROUND = (
    "CREATE DATABASE IF NOT EXISTS millmark",
    """CREATE TABLE IF NOT EXISTS millmark.schema_migrations
    (version UInt32, name String, applied_time DateTime64(6, 'UTC'))
    ENGINE = MergeTree ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1""",
)

_KNOWN_SETTING = "SELECT name FROM system.settings WHERE name = {name:String}"


def migrate(connection: Connection, applied_us: int, cluster: str | None = None) -> None:
    """Apply every `migrations/NNNN_name.sql` that the store has not seen.

    A step may be cut short and run again, so its statements must be repeatable (IF NOT EXISTS). A statement that ends
    in `SETTINGS enable_x = 1` is for engines that know this setting, others go without. Raises `SchemaTooNew` when the
    store has seen a step this release does not know.
    """
    said = _saying(cluster)
    for statement in _GROUND:
        for one in said(statement):
            connection.command(one)
    recorded = connection.query("SELECT version FROM millmark.schema_migrations")
    applied = {int(row["version"]) for row in recorded.to_pylist()}
    steps = sorted(_steps())
    if unknown := applied - {version for version, _, _ in steps}:
        raise SchemaTooNew(
            f"the history carries migration {max(unknown)}, this release knows {steps[-1][0]} as the latest; "
            "start the release that wrote it, or a newer one"
        )
    for version, name, text in steps:
        # On a cluster a later step may say "as the table of an earlier one": so all are said, and the new ones done.
        statements = [one for statement in _statements(text) for one in said(statement)]
        if version not in applied:
            for statement in statements:
                if _is_understood(connection, statement):
                    connection.command(statement)
            connection.insert("schema_migrations", _record(version, name, applied_us))


def described(cluster: str | None = None) -> str:
    """All that `migrate` would say to an empty store, as SQL to read."""
    said = _saying(cluster)
    lines = [f"{one};" for statement in _GROUND for one in said(statement)]
    for version, name, text in sorted(_steps()):
        lines.append(f"-- {version:04} {name}")
        lines += [f"{one};" for statement in _statements(text) for one in said(statement)]
    return "\n\n".join(lines) + "\n"


def _saying(cluster: str | None) -> Callable[[str], list[str]]:
    return (lambda statement: [statement]) if cluster is None else Cluster(cluster).said


def _steps() -> Iterator[tuple[int, str, str]]:
    for file in (resources.files("millmark.history") / "migrations").iterdir():
        if match := _STEP_NAME.fullmatch(file.name):
            yield int(match[1]), match[2], file.read_text(encoding="utf-8")


def _statements(text: str) -> Iterator[str]:
    for statement in _COMMENT.sub("", text).split(";"):
        if statement.strip():
            yield statement.strip()


def _is_understood(connection: Connection, statement: str) -> bool:
    needs = _NEEDS_SETTING.search(statement)
    if needs is None:
        return True
    return connection.query(_KNOWN_SETTING, {"name": needs[1]}).num_rows > 0


def _record(version: int, name: str, applied_us: int) -> pa.Table:
    return pa.table(
        {
            "version": pa.array([version], pa.uint32()),
            "name": pa.array([name], pa.string()),
            "applied_time": pa.array([applied_us], pa.int64()).view(TIME_TYPE),
        }
    )
