"""What the watch keeps at hand is never older than its book, whoever wrote there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from tests.region.watch.conftest import Bench

from millmark.programmes import shipped_packs
from millmark.region.kept import Kept
from millmark.region.watch import Watch
from millmark.region.watch.months import read_month
from millmark.registry import Database

YEAR = [f"2023-{month:02d}" for month in range(1, 13)]
LINE_FEN = 2_000_000_000
"""The above-scale threshold of industry: 20 million yuan of revenue in a year."""


@pytest.fixture
def other(bench: Bench) -> Iterator[Watch]:
    """The watch of a second process: connections of its own to the same database, with nothing kept yet."""
    mine = bench.watch
    database = Database(mine.database.engine.url.render_as_string(hide_password=False))
    yield Watch.over(database, mine.pack, shipped_packs(), now_us=mine.now_us, zone=mine.zone)
    database.close()


def test_a_report_a_profile_and_a_move_are_seen_at_once_here_and_by_another_process(bench: Bench, other: Watch) -> None:
    mine = bench.watch
    bench.enterprise("light")

    def near() -> list[tuple[int, str]]:
        found = [
            [(one.enterprise_id, one.side) for one in watch.near(read_month("2023-12"))] for watch in (mine, other)
        ]
        assert found[0] == found[1]
        return found[0]

    assert near() == []
    for month in YEAR:
        bench.enter("light", month, revenue_fen=LINE_FEN // 12 + 1)
    light = bench.ids["light"]
    assert near() == [(light, "may_enter")]

    other.roster.record_move(bench.move("light", date(2023, 12, 1)), recorded_by="ann")
    assert near() == [(light, "close_above")]
    for watch in (mine, other):
        assert [one.subject for one in watch.standing_records(date(2024, 6, 1))] == ["light厂"]
        assert not watch.standing_records(date(2023, 11, 30))

    lower = replace(bench.report("light", "2023-12", revenue_fen=0), reason="更正", answer_to_all="停产检修")
    mine.reports.enter(lower, reported_by="light")
    assert near() == [(light, "may_leave")]


def test_who_must_report_follows_a_new_profile(bench: Bench, other: Watch) -> None:
    mine = bench.watch
    assert mine.asked_from() == other.asked_from() == {}
    light = bench.enterprise("light", since=date(2024, 3, 1))
    assert mine.asked_from() == other.asked_from() == {light: read_month("2024-03")}
    assert mine.profiles.all(date(2024, 2, 29)) == other.profiles.all(date(2024, 2, 29)) == {}
    assert mine.profiles.all(date(2024, 3, 1))[light].industry_code == "3976"


def test_who_reported_and_the_year_of_each_follow_reports_and_corrections(bench: Bench, other: Watch) -> None:
    mine, month = bench.watch, read_month("2023-12")
    light, heavy = bench.enterprise("light"), bench.enterprise("heavy")

    def told() -> tuple[dict[int, int], dict[int, int]]:
        versions = [{who: one[0] for who, one in watch.reports.reported(month).items()} for watch in (mine, other)]
        years = [
            {one.enterprise_id: one.revenue_fen for one in watch.sums.twelve_months(month)} for watch in (mine, other)
        ]
        assert (versions[0], years[0]) == (versions[1], years[1])
        return versions[0], years[0]

    assert told() == ({}, {})
    first = bench.enter("light", "2023-12", revenue_fen=100_000_000)
    assert told() == ({light: 1}, {light: 100_000_000})
    before = mine.reports.reported(month)
    bench.enter("heavy", "2023-11", revenue_fen=300_000_000)
    assert told() == ({light: 1}, {light: 100_000_000, heavy: 300_000_000})
    bench.city.clock.now_us += 1_000_000
    correction = replace(bench.report("light", "2023-12", revenue_fen=50_000_000), reason="更正", answer_to_all="核对")
    other.reports.enter(correction, reported_by="light")
    assert told() == ({light: 2}, {light: 50_000_000, heavy: 300_000_000})
    assert mine.reports.reported(month)[light] == (2, first.recorded_at_us), "a correction leaves when it first came"
    assert before == {light: (1, first.recorded_at_us)}, "what was given out stays as it was"


def test_only_the_latest_values_of_one_version_are_kept() -> None:
    made: list[str] = []

    def value(key: str) -> str:
        made.append(key)
        return key.upper()

    kept: Kept[str, str] = Kept(most=2)
    for key in ("a", "a", "b", "a", "c", "b"):
        assert kept.get(1, key, lambda key=key: value(key)) == key.upper()
    assert made == ["a", "b", "c", "b"], "a value is made once, and again when two others were asked for since"
    assert kept.get(2, "b", lambda: value("b")) == "B"
    assert made[-1:] == ["b"], "another version lets go of what was kept"
    assert len(made) == 5
