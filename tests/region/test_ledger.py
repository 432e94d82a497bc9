"""Entries of the ledger: refused by field, kept for ever, corrected in sight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.region.city import NOW_US, City, open_city

from millmark.programmes import Counting, DateSpan, Grade
from millmark.region import EntryConflict, EntryNotFound, InvalidEntry, NewLedgerEntry, Qualifier
from millmark.registry import Database

STATIONS = NewLedgerEntry(
    kind="5g-base-station",
    area="咸安区",
    span=DateSpan.parse("2024-05-20"),
    source="monthly report of the operators",
    quantity=Decimal(12),
)
FIRM = NewLedgerEntry(
    kind="universal-service-project",
    area="咸宁市",
    span=DateSpan.parse("2024-05-20"),
    source="list of the bureau",
    subject="示例软件(虚构)",
)


def test_an_entry_is_read_back_as_it_was_kept_with_who_and_when(city: City) -> None:
    entry = replace(STATIONS, qualifier=Qualifier.AT_LEAST, grade=Grade.SELF_REPORTED, quantity=Decimal("12.000001"))
    kept = city.ledger.add(entry, recorded_by="ann")
    assert city.ledger.entry(kept.id) == kept
    assert (kept.recorded_by, kept.recorded_at_us, kept.quantity) == ("ann", NOW_US, Decimal("12.000001"))
    assert (kept.as_of, kept.period_start) == (date(2024, 5, 20), None)


def test_adding_an_entry_moves_its_figure_from_its_own_day_on(city: City) -> None:
    city.load()
    city.ledger.add(STATIONS, recorded_by="ann")
    assert city.values()["F02"] == 3982
    assert city.values(date(2024, 5, 19))["F02"] == 3970
    assert city.figures.figure("F02").latest == date(2024, 5, 20)


@pytest.mark.parametrize(
    ("quantity", "unit", "kept"),
    [("0.5", "亿元", 50_000_000), ("3", "万元", 30_000), ("1.5", None, Decimal("1.5")), ("2", "100M CNY", 200_000_000)],
)
def test_money_is_converted_exactly_and_kept_in_yuan(
    city: City, quantity: str, unit: str | None, kept: Decimal | int
) -> None:
    entry = replace(STATIONS, kind="telecom-infrastructure-investment", quantity=Decimal(quantity), unit=unit)
    assert city.ledger.add(entry, recorded_by="ann").quantity == kept


def test_a_gigabit_is_a_thousandth_of_a_terabit(city: City) -> None:
    entry = replace(
        STATIONS, kind="data-centre-egress", subject="某数据中心(虚构)", quantity=Decimal(400), unit="Gbit/s"
    )
    assert city.ledger.add(entry, recorded_by="ann").quantity == Decimal("0.4")


def test_a_correction_shows_the_old_entry_the_reason_and_the_new_one(city: City) -> None:
    wrong = city.ledger.add(STATIONS, recorded_by="ann")
    right = replace(STATIONS, quantity=Decimal(10))
    voiding, new = city.ledger.correct(wrong.id, right, source="recount", recorded_by="ben")
    assert [entry.id for entry in city.ledger.entries("5g-base-station")] == [new.id, voiding.id, wrong.id]
    assert city.ledger.entry(wrong.id).voided_by == voiding.id
    assert (voiding.voids, voiding.source, voiding.recorded_by) == (wrong.id, "recount", "ben")
    assert city.values()["F02"] == 10


def test_a_correction_with_a_bad_replacement_changes_nothing(city: City) -> None:
    kept = city.ledger.add(STATIONS, recorded_by="ann")
    with pytest.raises(InvalidEntry):
        city.ledger.correct(kept.id, replace(STATIONS, quantity=None), source="recount", recorded_by="ben")
    assert city.ledger.entries() == [kept]


def test_an_entry_is_voided_once_and_a_voiding_never(city: City) -> None:
    kept = city.ledger.add(STATIONS, recorded_by="ann")
    voiding = city.ledger.void(kept.id, source="wrong", recorded_by="ann")
    with pytest.raises(EntryConflict, match="already void"):
        city.ledger.void(kept.id, source="wrong", recorded_by="ann")
    with pytest.raises(EntryConflict, match="itself a voiding"):
        city.ledger.void(voiding.id, source="wrong", recorded_by="ann")
    with pytest.raises(EntryNotFound, match="no ledger entry 999"):
        city.ledger.void(999, source="wrong", recorded_by="ann")
    with pytest.raises(InvalidEntry, match="source"):
        city.ledger.void(kept.id, source=" ", recorded_by="ann")


def test_a_named_subject_is_recorded_once_for_a_time_and_again_after_a_voiding(city: City) -> None:
    kept = city.ledger.add(FIRM, recorded_by="ann")
    with pytest.raises(EntryConflict, match=f"already recorded for 2024-05-20 as ledger entry {kept.id}"):
        city.ledger.add(FIRM, recorded_by="ann")
    city.ledger.void(kept.id, source="wrong area", recorded_by="ann")
    city.ledger.add(replace(FIRM, area="赤壁市"), recorded_by="ann")
    assert city.values()["F04"] == 1


def test_a_plan_counts_from_the_day_it_is_recorded(city: City) -> None:
    plan = replace(
        STATIONS,
        kind="data-centre-planned-investment",
        subject="鄂东南智·云数据中心",
        span=DateSpan.parse("2026"),
        quantity=Decimal(1),
        unit="亿元",
    )
    assert city.ledger.add(plan, recorded_by="ann").stated_on == date(2024, 6, 1)
    assert city.values()["F07"] == 1
    assert city.values(date(2024, 5, 31))["F07"] is None


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (replace(STATIONS, kind="5g-base-statoin"), r"kind: .* did you mean 5g-base-station"),
        (replace(STATIONS, area=" "), "area: "),
        (replace(STATIONS, source=""), "source: "),
        (replace(STATIONS, subject=" "), "subject: "),
        (replace(STATIONS, quantity=None), "quantity: "),
        (replace(STATIONS, quantity=Decimal(-1)), "quantity: "),
        (replace(STATIONS, quantity=Decimal("NaN")), "quantity: "),
        (replace(STATIONS, quantity=Decimal("Infinity")), "quantity: "),
        (replace(STATIONS, quantity=Decimal("0.0000001")), "quantity: .*six decimals"),
        (replace(STATIONS, quantity=Decimal("1e15")), "quantity: "),
        (replace(STATIONS, unit="亿元"), "unit: '亿元' does not fit"),
        (replace(STATIONS, unit="furlong"), "unit: 'furlong' does not fit"),
        (replace(FIRM, subject=None), "subject: an individual entry"),
        (replace(FIRM, quantity=Decimal(2)), "quantity: an individual entry"),
        (replace(FIRM, counting=Counting.BULK, quantity=Decimal(2)), "subject: an entry in bulk names nobody"),
        (replace(FIRM, counting=Counting.BULK, subject=None), "quantity: an entry in bulk"),
        (replace(FIRM, counting=Counting.BULK, subject=None, quantity=Decimal("1.5")), "quantity: an entry in bulk"),
    ],
)
def test_an_entry_that_says_nothing_sound_is_refused_by_field(
    sqlite_database: Database, entry: NewLedgerEntry, message: str
) -> None:
    city = open_city(sqlite_database)
    with pytest.raises(InvalidEntry, match=f"^{message}"):
        city.ledger.add(entry, recorded_by="ann")
    assert city.ledger.entries() == []
