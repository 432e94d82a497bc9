"""A ledger that is asked for a day, as known at a moment."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from tests.region.city import City

from millmark.programmes import Counting, DateSpan
from millmark.region import EntryConflict, InvalidEntry, NewLedgerEntry
from millmark.region.conflicts import counted
from millmark.region.ledger_rows import At, LedgerFilter
from millmark.region.ledger_sums import LedgerSums
from millmark.region.stations import stations_of

HOUR_US = 3_600_000_000
DAY = date(2024, 6, 1)
BULK = NewLedgerEntry(
    kind="5g-base-station",
    area="421202",
    span=DateSpan.parse("2024-05-20"),
    source="monthly report",
    quantity=Decimal(2),
    counting=Counting.BULK,
)
STATION = replace(
    BULK,
    subject="XN-1",
    quantity=None,
    counting=Counting.INDIVIDUAL,
    span=DateSpan.parse("2024-05-01"),
    longitude=114.3,
    latitude=29.8,
    fields={"operator": "移动", "area_class": "village", "bands": "n28、n41", "height_m": "35"},
)


def stations(city: City, known_at_us: int | None = None) -> Decimal | None:
    return city.figures.figure("F02", DAY, known_at_us).value


def test_what_was_voided_later_still_stood_as_known_then(city: City) -> None:
    kept = city.ledger.add(BULK, recorded_by="ann")
    city.clock.now_us += HOUR_US
    before = city.clock.now_us
    city.clock.now_us += HOUR_US
    city.ledger.correct(kept.id, replace(BULK, quantity=Decimal(5)), source="recount", recorded_by="ben")
    assert stations(city) == 5
    assert stations(city, before) == 2
    assert stations(city, kept.recorded_at_us - 1) is None
    at = At(DAY, before)
    assert [one.id for one in city.ledger.found(LedgerFilter(kind=BULK.kind), at)] == [kept.id]
    assert city.ledger.total(LedgerFilter(kind=BULK.kind), at) == 1


def test_an_entry_holds_until_its_last_day(city: City) -> None:
    city.ledger.add(replace(BULK, holds_until=date(2024, 5, 25)), recorded_by="ann")
    assert city.figures.figure("F02", date(2024, 5, 25)).value == 2
    assert city.figures.figure("F02", date(2024, 5, 26)).value is None
    growth = LedgerSums(city.ledger).growth(BULK.kind, At(DAY))
    assert growth[-1].quantity == 0


def test_parts_list_what_is_counted_in_bulk_and_count_themselves_once_it_is_void(city: City) -> None:
    whole = city.ledger.add(BULK, recorded_by="ann")
    with pytest.raises(EntryConflict, match=f"counted already in bulk in ledger entry {whole.id}"):
        city.ledger.add(STATION, recorded_by="ann")
    city.ledger.add(replace(STATION, part_of=whole.id), recorded_by="ann")
    assert stations(city) == 2
    assert city.ledger.parts(whole.id) == 1
    _, new = city.ledger.correct(whole.id, replace(BULK, quantity=Decimal(4)), source="recount", recorded_by="ann")
    assert stations(city) == 4
    city.ledger.void(new.id, source="withdrawn", recorded_by="ann")
    assert stations(city) == 1
    assert city.ledger.history(new.id)[0].id == whole.id
    assert len(city.ledger.history(whole.id)) == 4


def test_there_are_no_more_parts_than_the_whole_counts(city: City) -> None:
    whole = city.ledger.add(replace(BULK, quantity=Decimal(1)), recorded_by="ann")
    city.ledger.add(replace(STATION, part_of=whole.id), recorded_by="ann")
    with pytest.raises(EntryConflict, match="more parts than the 1"):
        city.ledger.add(replace(STATION, subject="XN-2", part_of=whole.id), recorded_by="ann")


def test_a_number_in_bulk_does_not_count_single_ones_again(city: City) -> None:
    city.ledger.add(STATION, recorded_by="ann")
    with pytest.raises(EntryConflict, match="counts again 1"):
        city.ledger.add(BULK, recorded_by="ann")
    city.ledger.add(replace(BULK, area="赤壁市"), recorded_by="ann")
    assert stations(city) == 3


def test_a_station_is_read_as_a_column(city: City) -> None:
    kept = city.ledger.add(STATION, recorded_by="ann")
    columns = stations_of(city.ledger, DAY)
    (one,) = columns
    assert (one.ref, one.name, one.area, one.operator, one.area_class) == (
        kept.ref,
        "XN-1",
        "421202",
        "mobile",
        "village",
    )
    assert (one.longitude, one.latitude, one.bands, one.height_m) == (114.3, 29.8, ("n28", "n41"), 35.0)
    assert len(stations_of(city.ledger, date(2024, 4, 30))) == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"area": "421299"}, "there is no area 421299 here"),
        ({"area": "420000", "kind": "key-place"}, "lies outside Xianning"),
        ({"longitude": 29.8, "latitude": 114.3}, "longitude and latitude are swapped"),
        ({"longitude": 121.5, "latitude": 31.2}, "lies outside the region"),
        ({"longitude": None}, "must both be given"),
        ({"fields": {"operator": "移动"}}, "area_class: Area class must be filled in"),
        ({"fields": {"operator": "nobody", "area_class": "village"}}, "none of China Mobile"),
        ({"fields": {**STATION.fields, "height_m": "-3"}}, "must not be negative"),
        ({"fields": {**STATION.fields, "colour": "red"}}, "has no field 'colour'"),
        ({"quantity": Decimal(-1)}, "must be a number of 0 or more"),
        ({"quantity": Decimal(2)}, "stands for one"),
        ({"holds_until": date(2024, 4, 1)}, "comes before"),
    ],
)
def test_a_bad_entry_is_refused_with_what_is_wrong(city: City, change: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidEntry, match=told):
        city.ledger.add(replace(STATION, **change), recorded_by="ann")
    assert city.ledger.entries() == []


def test_reports_of_one_series_do_not_overlap(city: City) -> None:
    ports = NewLedgerEntry(
        kind="pon-port",
        area="赤壁市",
        span=DateSpan.parse("2024-03"),
        source="report",
        quantity=Decimal(100),
        fields={"operator": "mobile", "ten_g_ports": "40"},
    )
    city.ledger.add(ports, recorded_by="ann")
    with pytest.raises(EntryConflict, match="overlaps that of ledger entry"):
        city.ledger.add(replace(ports, span=DateSpan.parse("2024-H1")), recorded_by="ann")
    city.ledger.add(replace(ports, fields={"operator": "unicom", "ten_g_ports": "1"}), recorded_by="ann")
    with pytest.raises(InvalidEntry, match="is more than the quantity"):
        city.ledger.add(
            replace(ports, area="通山县", fields={"operator": "mobile", "ten_g_ports": "101"}), recorded_by="ann"
        )


@pytest.mark.parametrize("kind", ["5g-base-station", "telecom-infrastructure-investment"])
def test_one_entry_is_refused_as_if_it_were_held_against_everything_that_stands(city: City, kind: str) -> None:
    """Only some rows are read for a single entry; those that are left out must change no answer."""
    chance, told = random.Random(7), Counter[bool]()
    text = city.pack.kind(kind)
    for number in range(150):
        first = DAY + timedelta(days=chance.randrange(6))
        days = chance.choice((0, 0, 2)) if text.id != STATION.kind else 0
        single = chance.random() < 0.6
        entry = replace(
            BULK,
            kind=kind,
            area=chance.choice(("421200", "421202", "421221")),
            span=DateSpan(first, first + timedelta(days=days)),
            source=f"list {number}",
            quantity=Decimal(chance.randrange(1, 9)),
            subject=f"one {chance.randrange(25)}" if single else None,
            counting=Counting.INDIVIDUAL if single else Counting.BULK,
            fields={"operator": chance.choice(("mobile", "telecom"))} if text.series and chance.random() < 0.7 else {},
        )
        if single and text.id == STATION.kind:
            operator = chance.choice(("mobile", "telecom"))
            entry = replace(entry, quantity=None, fields={"area_class": "village", "operator": operator})
        entry = city.ledger.checked(entry)
        with city.database.reading() as session:
            expected = city.ledger.book_within(session, text).fault(counted(text, entry, "this entry"))
        try:
            city.ledger.add(entry, recorded_by="ann")
            refused = False
        except EntryConflict:
            refused = True
        assert refused == (expected is not None), f"{entry}: {expected}"
        told[refused] += 1
    assert min(told[True], told[False]) > 10


def test_of_two_officers_who_count_the_same_at_the_same_moment_one_is_refused(city: City) -> None:
    def adds(entry: NewLedgerEntry) -> bool:
        together.wait(10)
        try:
            kept = city.ledger.add(entry, recorded_by="ann")
        except EntryConflict:
            return False
        added.append(kept.id)
        return True

    together = Barrier(2)
    for _ in range(8):
        added: list[int] = []
        with ThreadPoolExecutor(2) as officers:
            assert sorted(officers.map(adds, (BULK, STATION))) == [False, True]
        city.ledger.void(added[0], source="next round", recorded_by="ann")
