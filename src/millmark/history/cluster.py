"""The same tables on a cluster: each migration's statements, said for shards and replicas.

Every table `x` becomes `x_local` on each node, replicated within its shard, and a Distributed table `x` above, by which
all that the history says and asks goes its way unchanged. Rows are spread by series, so that whatever is told apart or
folded by series (duplicates, rollups) meets in one shard. Where a node stands is said by the macros `{shard}` and
`{replica}` in its own configuration.
"""

from __future__ import annotations

import re

_DATABASE = re.compile(r"^CREATE DATABASE IF NOT EXISTS (?P<name>\w+)$")
_TABLE = re.compile(
    r"^CREATE TABLE IF NOT EXISTS millmark\.(?P<name>\w+)\s*(?P<columns>\(.*\))\s*"
    r"ENGINE = (?P<engine>(?:Replacing)?MergeTree)(?:\((?P<version>\w*)\))?(?P<rest>.*)$",
    re.DOTALL,
)
_TWIN = re.compile(r"^CREATE TABLE IF NOT EXISTS millmark\.(?P<name>\w+) AS millmark\.(?P<model>\w+)$")
_ALTER = re.compile(r"^ALTER TABLE millmark\.(?P<name>\w+)\s+(?P<what>.*)$", re.DOTALL)
_ONE_NODE_ONLY = re.compile(r",\s*non_replicated_deduplication_window = \d+")
_CHANGES_COLUMNS = re.compile(r"\b(ADD|DROP|RENAME) COLUMN\b")
_COLUMN_TYPE = re.compile(r"\bMODIFY COLUMN \w+ (?!CODEC\b|MODIFY\b|REMOVE\b)[A-Z]\w*")


class NotForClusters(ValueError):
    """A statement of a kind that nobody has thought through for a cluster yet; the message quotes it."""


class Cluster:
    """Says migrations' statements for a cluster of this name, in the order in which they stand."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._models: dict[str, re.Match[str]] = {}

    def said(self, statement: str) -> list[str]:
        """What a statement is there; raises `NotForClusters`."""
        if _DATABASE.match(statement):
            return [f"{statement} ON CLUSTER '{self._name}'"]
        if match := _TABLE.match(statement):
            self._models[match["name"]] = match
            return _tables(match["name"], match, self._name)
        if (match := _TWIN.match(statement)) and match["model"] in self._models:
            # A replicated table has a path of its own: its model's columns are said again.
            return _tables(match["name"], self._models[match["model"]], self._name)
        if match := _ALTER.match(statement):
            return _changes(match["name"], match["what"], self._name)
        raise NotForClusters(f"a migration holds a statement that is not known on clusters: {statement[:200]!r}")


def session_settings(cluster: str | None) -> dict[str, str | int]:
    """What every session with a cluster needs; nothing for a single store.

    An insert is answered when a majority of the replicas of its shards wrote it down. Questions and inserts go to the
    first healthy replica of a shard in the order of the cluster's definition, so that what was just written is seen. A
    condition that looks rows up in another table looks in all shards.
    """
    if cluster is None:
        return {}
    return {
        "distributed_foreground_insert": 1,
        "insert_quorum": "auto",
        "load_balancing": "in_order",
        "distributed_product_mode": "global",
    }


def _tables(name: str, match: re.Match[str], cluster: str) -> list[str]:
    columns = match["columns"]
    rest = _ONE_NODE_ONLY.sub("", match["rest"])
    version = f", {match['version']}" if match["version"] else ""
    local = (
        f"CREATE TABLE IF NOT EXISTS millmark.{name}_local ON CLUSTER '{cluster}'\n{columns}\n"
        f"ENGINE = Replicated{match['engine']}('/clickhouse/tables/{{shard}}/millmark/{name}', '{{replica}}'{version})"
        f"{rest}"
    )
    above = (
        f"CREATE TABLE IF NOT EXISTS millmark.{name} ON CLUSTER '{cluster}' AS millmark.{name}_local\n"
        f"ENGINE = Distributed('{cluster}', 'millmark', '{name}_local', {_sharding(columns)})"
    )
    return [local, above]


def _sharding(columns: str) -> str:
    """By series, or by the identity of a reading set aside; what is about the store itself stays in the first shard."""
    if re.search(r"^\s*\(?\s*series\b", columns, re.MULTILINE):
        return "series"
    if re.search(r"^\s*\(?\s*identity\b", columns, re.MULTILINE):
        return "cityHash64(identity)"
    return "0"


def _changes(name: str, what: str, cluster: str) -> list[str]:
    told = [f"ALTER TABLE millmark.{name}_local ON CLUSTER '{cluster}' {what}"]
    # A Distributed table has columns of its own, without codecs.
    if _CHANGES_COLUMNS.search(what) or _COLUMN_TYPE.search(what):
        told.append(f"ALTER TABLE millmark.{name} ON CLUSTER '{cluster}' {_without_codecs(what)}")
    return told


def _without_codecs(what: str) -> str:
    return re.sub(r"\s*CODEC\((?:[^()]|\([^()]*\))*\)", "", what)
