"""Each benchmark runs at a tiny size, finds nothing lost or counted twice, and prints what its page says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def benchmark(*arguments: str, scratch: Path, alone: bool = True) -> dict[str, Any]:
    """What a benchmark prints; `alone` it finds no store to compare with, which saves most of its time."""
    command = [sys.executable, "-m", "millmark.cli", "bench", *arguments, "--json", "--scratch", str(scratch)]
    environment = os.environ | ({"PATH": str(Path(sys.executable).parent)} if alone else {})
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, env=environment)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["machine"]["cores"] > 0
    assert {"millmark", "python", "chdb"} <= set(told["versions"])
    return told


def chosen(*paths: str) -> list[str]:
    return [word for path in paths for word in ("--path", path)]


def check_ours(path: dict[str, Any]) -> None:
    assert (path["lost"], path["double"]) == (0, 0)
    assert path["points"] > 1000
    assert path["points_per_s"] == pytest.approx(path["points"] / path["seconds"], rel=0.05)
    assert 0 < path["ack_p50_ms"] <= path["ack_p99_ms"]
    assert path["rss_mb"] > 100


@pytest.mark.long
def test_intake_brings_every_point_exactly_once(tmp_path: Path) -> None:
    small = ("--seconds", "0.3", "--series", "240", "--window", "500")
    paths = chosen("sparkplug_qos1", "raw_insert", "victoriametrics", "influxdb")
    told = benchmark("intake", *small, *paths, scratch=tmp_path)
    check_ours(told["sparkplug_qos1"])
    assert told["raw_insert"]["points_per_s"] > 0
    assert told["sparkplug_qos1"]["share_of_raw_insert"] > 0
    assert told["victoriametrics"] == told["influxdb"] == "not installed"


@pytest.mark.long
def test_intake_of_late_points_is_held_against_live_ones(tmp_path: Path) -> None:
    small = ("--seconds", "0.3", "--series", "240", "--window", "500")
    told = benchmark("intake", *small, *chosen("sparkplug_qos1", "sparkplug_late"), scratch=tmp_path)
    live, late = told["sparkplug_qos1"], told["sparkplug_late"]
    check_ours(late)
    assert late["share_of_live"] == pytest.approx(late["points_per_s"] / live["points_per_s"], abs=0.001)


@pytest.mark.long
@pytest.mark.slow
def test_intake_by_the_other_paths_and_beside_what_is_installed(tmp_path: Path) -> None:
    paths = ("json_qos1", "line_protocol", "victoriametrics", "influxdb", "mosquitto")
    told = benchmark("intake", "--seconds", "0.5", *chosen(*paths), scratch=tmp_path, alone=False)
    check_ours(told["json_qos1"])
    check_ours(told["line_protocol"])
    for name in ("victoriametrics", "influxdb", "mosquitto"):
        assert told[name] == "not installed" or told[name]["points"] > 1000


@pytest.mark.long
def test_query_asks_alone_and_among_others(tmp_path: Path) -> None:
    report = benchmark("query", "--days", "1", "--others", "2", "--latest", "1000", scratch=tmp_path)
    told = report["platform"]
    assert report["victoriametrics"] == report["influxdb"] == "not installed"
    assert (told["points"], told["other_points"], told["latest_series"]) == (86_400, 172_800, 1000)
    for name in ("month", "month_crowded", "day_raw", "latest", "latest_json"):
        assert 0 < told[name]["median_ms"] <= told[name]["p99_ms"]


def test_storage_weighs_the_shipped_recordings(tmp_path: Path) -> None:
    told = benchmark("storage", scratch=tmp_path)["platform"]
    assert {one["recording"] for one in told["recordings"]} == {"machine-temperature", "steel-energy"}
    assert told["points"] == sum(one["points"] for one in told["recordings"])
    assert told["bytes_per_point"] > 0
    assert told["rollup_bytes_per_point"] > 0


@pytest.mark.long
def test_connections_are_kept_alive(tmp_path: Path) -> None:
    told = benchmark("connections", "--count", "40", "--seconds", "1", scratch=tmp_path)["platform"]
    assert told["connections"] == 40
    assert told["keep_alives"] >= 80
    assert (told["keep_alives_lost"], told["closed"]) == (0, 0)


def test_all_enterprises_are_assessed_as_one_after_the_other(tmp_path: Path) -> None:
    told = benchmark("assessment", "--enterprises", "200", scratch=tmp_path)
    assert (told["enterprises"], told["items"], told["scenarios"]) == (200, 15, 16)
    assert told["evaluation"]["equal"] is True
    assert told["evaluation"]["whole_s"] > 0
    assert told["simulation"]["changed"] > 0
    assert told["simulation"]["cost_before_fen"] != told["simulation"]["cost_after_fen"]


@pytest.mark.long
def test_people_ask_the_bureau_while_records_come_in(tmp_path: Path) -> None:
    size = ("--enterprises", "200", "--months", "14", "--entries", "300", "--rows", "500")
    told = benchmark("region", *size, "--users", "4", "--seconds", "3", scratch=tmp_path)
    for load in (told["people"], told["hurried"]):
        assert (load["users"], load["county_officers"]) == (4, 2)
        assert sum(page["requests"] for page in load["pages"].values()) > 4
        assert not any(one["failed"] for one in (*load["pages"].values(), *load["writes"].values()))
    assert {"a ledger entry", "a month's report"} <= set(told["people"]["writes"])
    assert (told["sheet"]["added"], told["correction"]["corrected"]) == (500, 500)
    assert 0 < told["figures_s"] < told["first_figures_s"]
