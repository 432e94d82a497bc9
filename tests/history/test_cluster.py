"""The tables on a cluster: none runs here, so the engine reads the SQL, and each statement is looked at."""

from __future__ import annotations

import re

import pytest

from millmark.history import HistorySettings, described_schema
from millmark.history.cluster import Cluster, NotForClusters, session_settings
from millmark.history.store import Store, _session_settings

FORMATTED = "SELECT formatQuery({statement:String}) AS statement"


def statements(cluster: str | None) -> list[str]:
    text = re.sub(r"^--.*$", "", described_schema(cluster), flags=re.MULTILINE)
    return [one.strip() for one in text.split(";\n") if one.strip()]


@pytest.fixture
def store(tmp_path):
    store = Store(HistorySettings(path=tmp_path / "history"))
    yield store
    store.close()


def test_every_statement_for_a_cluster_is_sql_that_the_engine_reads(store):
    for statement in statements("plant"):
        assert store.query(FORMATTED, {"statement": statement}).num_rows == 1
        assert "ON CLUSTER 'plant'" in statement


def test_every_table_is_replicated_within_a_shard_and_distributed_over_all():
    single = {
        match[1] for one in statements(None) if (match := re.match(r"CREATE TABLE IF NOT EXISTS millmark\.(\w+)", one))
    }
    local, above = {}, {}
    for one in statements("plant"):
        if match := re.match(
            r"CREATE TABLE IF NOT EXISTS millmark\.(\w+)_local .*ENGINE = (\w+)\('([^']+)'", one, re.DOTALL
        ):
            local[match[1]] = (match[2], match[3])
        elif match := re.match(
            r"CREATE TABLE IF NOT EXISTS millmark\.(\w+) .*ENGINE = Distributed\((.*)\)$", one, re.DOTALL
        ):
            above[match[1]] = match[2]
    assert set(local) == set(above) == single
    for name, (engine, path) in local.items():
        assert engine == ("ReplicatedReplacingMergeTree" if name.startswith("rollup_") else "ReplicatedMergeTree")
        assert path == f"/clickhouse/tables/{{shard}}/millmark/{name}"
    by_series = {name for name, told in above.items() if told.endswith(", series")}
    assert by_series >= {
        "points",
        "text_points",
        "conflicts",
        "rollup_minute",
        "rollup_hour",
        "rollup_day",
        "rollup_open",
    }
    assert above["quarantine"].endswith(", cityHash64(identity)")
    assert above["schema_migrations"].endswith(", 0")


def test_what_each_node_makes_are_the_tables_of_a_single_store(store):
    """Without replicas and shards, which need servers, the same statements run here and give the same columns."""
    for statement in statements("plant"):
        if "ENGINE = Distributed" in statement or re.match(r"ALTER TABLE millmark\.\w+(?<!_local) ", statement):
            continue
        plain = statement.replace(" ON CLUSTER 'plant'", "")
        plain = re.sub(r"Replicated(\w*MergeTree)\('[^']+', '\{replica\}'(?:, (\w+))?\)", r"\1(\2)", plain)
        store.writer.command(plain)
    for statement in statements(None):
        store.writer.command(statement)
    columns = store.query(
        "SELECT replaceRegexpOne(table, '_local$', '') AS of, name, type, compression_codec AS codec, "
        "count() AS tables FROM system.columns WHERE database = 'millmark' "
        "GROUP BY of, name, type, codec ORDER BY of, name"
    ).to_pylist()
    assert len(columns) > 60
    assert [column for column in columns if column["tables"] != 2] == []


def test_new_columns_are_told_to_the_table_above_too():
    cluster = Cluster("plant")
    assert cluster.said("ALTER TABLE millmark.points ADD COLUMN IF NOT EXISTS form String CODEC(Delta(4))") == [
        "ALTER TABLE millmark.points_local ON CLUSTER 'plant' ADD COLUMN IF NOT EXISTS form String CODEC(Delta(4))",
        "ALTER TABLE millmark.points ON CLUSTER 'plant' ADD COLUMN IF NOT EXISTS form String",
    ]
    assert len(cluster.said("ALTER TABLE millmark.points MODIFY COLUMN value CODEC(ZSTD(3))")) == 1


def test_what_nobody_thought_through_is_refused():
    with pytest.raises(NotForClusters, match="TRUNCATE"):
        Cluster("plant").said("TRUNCATE TABLE millmark.points")


def test_a_session_with_a_cluster_waits_for_its_shards():
    told = session_settings("plant")
    assert (told["distributed_foreground_insert"], told["distributed_product_mode"]) == (1, "global")
    assert session_settings(None) == {}
    with pytest.raises(ValueError, match="needs the address"):
        HistorySettings(path="folder", cluster="plant")


def test_the_engine_knows_every_setting_that_a_session_with_a_cluster_makes(store):
    names = [*session_settings("plant"), *_session_settings(HistorySettings(url="http://db"), 1)]
    known = store.query("SELECT name FROM system.settings WHERE name IN {names:Array(String)}", {"names": names})
    assert set(known.column("name").to_pylist()) == set(names)
