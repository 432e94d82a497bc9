"""The roster with memory: who is in, who came, who left, and what the city's figures make of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.region.watch.conftest import Bench

from millmark.programmes import DateSpan
from millmark.region.entry import NewLedgerEntry
from millmark.region.watch.entry import NewRecord
from millmark.region.watch.errors import InvalidProfile, InvalidRecord, RecordConflict
from millmark.region.watch.roster import NewMove, by_county

DAY = date(2024, 4, 30)


def test_the_facts_of_the_reply_stand_in_the_watch_and_give_its_figures(bench: Bench) -> None:
    bench.city.load()
    figures = {one.id: one for one in bench.city.figures.compute()}
    assert {one: int(figures[one].value or 0) for one in ("F09", "F11", "F12", "F13", "F14", "F15")} == {
        "F09": 2,
        "F11": 3,
        "F12": 6,
        "F13": 99,
        "F14": 3,
        "F15": 14,
    }
    assert str(figures["F16"].value) == "14.52"
    assert {record.kind for one in ("F09", "F13", "F16") for record in figures[one].records} == {"watch"}
    assert [(one.sector.id, one.total) for one in bench.watch.roster.counts(date(2023, 7, 26))] == [
        ("electronics", 99),
        ("software", 14),
        ("other", 0),
    ]


def test_who_joins_moves_the_figure_from_that_day_on_and_who_leaves_moves_it_back(bench: Bench) -> None:
    bench.city.load()
    bench.enterprise("light")
    bench.watch.roster.record_move(bench.move("light", DAY), recorded_by="ann")
    assert (bench.city.values(date(2024, 4, 29))["F13"], bench.city.values(DAY)["F13"]) == (99, 100)
    bench.watch.roster.record_move(bench.move("light", date(2024, 5, 31), move="left"), recorded_by="ann")
    assert bench.city.values()["F13"] == 99
    assert not any(one.is_named for one in bench.watch.roster.members(date(2024, 6, 1)))


def test_what_was_known_at_a_time_stays_to_be_asked(bench: Bench) -> None:
    bench.enterprise("light")
    kept = bench.watch.roster.record_move(bench.move("light", DAY), recorded_by="ann")
    known_then = bench.city.clock()
    bench.city.clock.now_us += 1_000_000
    bench.watch.records.void(kept.id, source="更正通知", recorded_by="ben")
    assert not bench.watch.roster.members(DAY)
    (member,) = bench.watch.roster.members(DAY, known_at_us=known_then)
    assert member.record.id == kept.id
    history = bench.watch.records.history(enterprise_id=bench.ids["light"])
    assert [(one.voids, one.voided_by is not None) for one in history] == [(kept.id, False), (None, True)]


def test_one_of_the_unnamed_is_named_and_the_totals_stay(bench: Bench) -> None:
    bench.city.load()
    bench.enterprise("light")
    (bulk,) = [one for one in bench.watch.roster.members(DAY) if one.sector.id == "electronics" and one.count == 93]
    fact = replace(bulk.record.fact, subject="light厂", area="421202", import_key=None)
    new = NewRecord(fact=fact, enterprise_id=bench.ids["light"], industry_code="3976")
    bench.watch.records.name_member(bulk.record.id, new, source="核对名录", recorded_by="ann")
    assert bench.city.values(date(2023, 7, 26))["F13"] == 99
    electronics = bench.watch.roster.counts(DAY)[0]
    assert (electronics.opening, electronics.total, electronics.named) == (93, 99, 1)
    assert by_county(bench.watch.roster.members(DAY))["421202"] == 1
    # Another import brings nothing back.
    assert bench.city.load().added == 0


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("joined", "joined", "already"),
        ("left", None, "not on the roster"),
    ],
)
def test_a_move_that_cannot_be_is_refused(bench: Bench, first: str, second: str | None, message: str) -> None:
    bench.enterprise("light")
    if second is not None:
        bench.watch.roster.record_move(bench.move("light", DAY, move=first), recorded_by="ann")
    with pytest.raises(RecordConflict, match=message):
        bench.watch.roster.record_move(bench.move("light", DAY, move=second or first), recorded_by="ann")


def test_unnamed_ones_cannot_leave_where_fewer_are_in(bench: Bench) -> None:
    bench.city.load()
    leave = NewMove(move="left", industry_code="39", area="咸宁市", span=DateSpan.of_day(DAY), source="通知", count=100)
    with pytest.raises(RecordConflict, match="100 leave where 99 unnamed"):
        bench.watch.roster.record_move(leave, recorded_by="ann")
    bench.watch.roster.record_move(replace(leave, count=9), recorded_by="ann")
    assert bench.city.values()["F13"] == 90
    with pytest.raises(InvalidRecord, match="count: 0"):
        bench.watch.roster.record_move(replace(leave, count=0), recorded_by="ann")


def test_a_key_enterprise_counts_until_it_is_taken_off(bench: Bench) -> None:
    bench.city.load()
    bench.enterprise("light")
    fact = NewLedgerEntry(
        kind="key-enterprise", area="421202", span=DateSpan.of_day(DAY), source="名单", subject="light厂"
    )
    kept = bench.watch.records.add(NewRecord(fact=fact, enterprise_id=bench.ids["light"]), recorded_by="ann")
    assert bench.city.values()["F09"] == 3
    bench.watch.records.end(kept.id, date(2024, 5, 20), source="名单调整", recorded_by="ann")
    assert (bench.city.values(date(2024, 5, 19))["F09"], bench.city.values(date(2024, 5, 20))["F09"]) == (3, 2)
    with pytest.raises(RecordConflict, match="ended already"):
        bench.watch.records.end(kept.id, date(2024, 5, 21), source="再次", recorded_by="ann")
    with pytest.raises(InvalidRecord, match="book 'ledger'"):
        bench.watch.records.add(NewRecord(fact=replace(fact, kind="5g-base-station")), recorded_by="ann")


def test_thresholds_follow_the_industry_and_the_year(bench: Bench) -> None:
    yuan = {
        code: bench.watch.scale.threshold(code, 2024) for code in ("3976", "6510", "7020", "7010", "80", "01", "52")
    }
    assert {code: None if one is None else (one.revenue_yuan, one.label) for code, one in yuan.items()} == {
        "3976": (20_000_000, "A"),
        "6510": (20_000_000, "A"),
        "7020": (10_000_000, "A"),
        "7010": None,
        "80": (5_000_000, "A"),
        "01": None,
        "52": (5_000_000, "U"),
    }
    before = bench.watch.scale.threshold("39", 2009)
    assert before is not None
    assert before.revenue_yuan == 5_000_000


def test_industries_are_those_of_the_standard(bench: Bench) -> None:
    industries = bench.watch.industries
    assert (len(industries.sections), len(industries.divisions)) == (20, 97)
    assert {one.parent for one in industries.divisions} == {one.code for one in industries.sections}
    assert (industries.digits("C39"), industries.digits("3976"), industries.digits(" c3976 ")) == ("39", "3976", "3976")
    assert industries.named("3976") == industries.by_code["397"]
    for code, message in (("C", "no industry"), ("98", "no division 98"), ("D39", "belongs to section C"), ("x", "no")):
        with pytest.raises(InvalidProfile, match=message):
            industries.digits(code)


def test_profiles_have_versions_and_the_day_decides(bench: Bench) -> None:
    bench.enterprise("light", since=date(2022, 1, 1))
    bench.profile("light", "6510", date(2024, 3, 1), size_class="medium", holding="演示集团")
    bench.profile("light", "6520", date(2024, 3, 1), size_class="medium", holding="演示集团")
    one = bench.ids["light"]
    held = {day: bench.watch.profiles.one(one, day) for day in (date(2021, 1, 1), date(2023, 1, 1), date(2024, 3, 1))}
    assert [None if each is None else each.industry_code for each in held.values()] == [None, "3976", "6520"]
    assert [each.industry_code for each in bench.watch.profiles.versions(one)] == ["6520", "6510", "3976"]
    assert bench.watch.profiles.all(date(2024, 6, 1))[one].holding == "演示集团"
