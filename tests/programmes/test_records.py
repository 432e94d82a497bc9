"""Recommendations, recognitions and awards: kept for ever, corrected in sight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from millmark.programmes import (
    Counting,
    DateSpan,
    InvalidRecord,
    Level,
    NewProgrammeRecord,
    ProgrammeRecords,
    RecordConflict,
    RecordKind,
    RecordNotFound,
)
from millmark.programmes.ensuring import ensure_programme
from millmark.programmes.pack import ProgrammeText
from millmark.registry import Database

NOW_US = 1_717_200_000_000_000  # 2024-06-01T00:00Z
AWARD = NewProgrammeRecord(
    kind=RecordKind.AWARD,
    programme="city-pilot",
    area="咸宁市",
    span=DateSpan.parse("2023-02"),
    source="a document",
    subject="示例企业(虚构)",
    amount_fen=100_000_000,
)


@pytest.fixture
def records(database: Database) -> ProgrammeRecords:
    text = ProgrammeText(slug="city-pilot", name_zh="市级试点", name_en="City pilot", level=Level.CITY)
    with database.transaction() as session:
        ensure_programme(session, text, now_us=NOW_US)
    return ProgrammeRecords(database, now_us=lambda: NOW_US, zone=ZoneInfo("Asia/Shanghai"))


def test_a_record_is_read_back_as_it_was_kept_with_who_and_when(records: ProgrammeRecords) -> None:
    kept = records.add(AWARD, recorded_by="ann")
    assert records.all() == [kept]
    assert (kept.recorded_by, kept.recorded_at_us, kept.ref) == ("ann", NOW_US, f"award:{kept.id}")
    assert str(kept.amount_yuan) == "1000000"


def test_a_voided_record_stays_in_sight_and_no_longer_stands(records: ProgrammeRecords) -> None:
    kept = records.add(AWARD, recorded_by="ann")
    voiding = records.void(kept.id, reason="recorded for the wrong year", recorded_by="ben")
    assert records.standing() == []
    assert [(record.id, record.voids, record.voided_by) for record in records.all()] == [
        (kept.id, None, voiding.id),
        (voiding.id, kept.id, None),
    ]
    assert records.record(voiding.id).source == "recorded for the wrong year"


def test_a_record_is_voided_once_and_a_voiding_never(records: ProgrammeRecords) -> None:
    kept = records.add(AWARD, recorded_by="ann")
    voiding = records.void(kept.id, reason="wrong", recorded_by="ann")
    with pytest.raises(RecordConflict, match="already void"):
        records.void(kept.id, reason="wrong", recorded_by="ann")
    with pytest.raises(RecordConflict, match="itself a voiding"):
        records.void(voiding.id, reason="wrong", recorded_by="ann")
    with pytest.raises(RecordNotFound):
        records.void(12345, reason="wrong", recorded_by="ann")


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (replace(AWARD, source=" "), "source"),
        (replace(AWARD, area=""), "area"),
        (replace(AWARD, subject=None), "subject"),
        (replace(AWARD, counting=Counting.BULK), "subject"),
        (replace(AWARD, count=2), "count"),
        (replace(AWARD, counting=Counting.BULK, subject=None, count=0), "count"),
        (replace(AWARD, amount_fen=None), "amount_fen"),
        (replace(AWARD, kind=RecordKind.RECOGNITION), "amount_fen"),
    ],
)
def test_a_record_that_says_nothing_sound_is_refused_by_field(
    records: ProgrammeRecords, record: NewProgrammeRecord, field: str
) -> None:
    with pytest.raises(InvalidRecord, match=f"^{field}: "):
        records.add(record, recorded_by="ann")
    assert records.all() == []


def test_a_record_of_an_unknown_programme_is_refused(records: ProgrammeRecords) -> None:
    with pytest.raises(RecordNotFound, match="no programme 'city-pilto'"):
        records.add(replace(AWARD, programme="city-pilto"), recorded_by="ann")


def test_a_record_holds_from_the_end_of_its_time_or_the_day_it_was_stated(records: ProgrammeRecords) -> None:
    records.add(AWARD, recorded_by="ann")
    running = records.add(replace(AWARD, span=DateSpan.parse("2024"), subject="另一家(虚构)"), recorded_by="ann")
    assert running.holds_from == date(2024, 6, 1)
    assert len(records.standing(as_of=date(2023, 2, 27))) == 0
    assert len(records.standing(as_of=date(2023, 2, 28))) == 1
    assert len(records.standing(as_of=date(2024, 6, 1))) == 2
