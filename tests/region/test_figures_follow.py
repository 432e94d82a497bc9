"""A record moves exactly the figures whose query covers it, by exactly its own amount, and voiding moves them back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.region.city import City, open_city

from millmark.programmes import Counting, DateSpan, NewProgrammeRecord, RecordKind, shipped_packs
from millmark.region import EntryConflict, NewLedgerEntry, read_city_pack
from millmark.registry import Database

AS_OF = date(2024, 6, 1)
# Written by hand from the reply, not read from the definitions: kind -> (figure, its divisor, its fixed period).
FOLLOWS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "telecom-infrastructure-investment": (("F01", 10**8, "2023"),),
    "5g-base-station": (("F02", 1, ""),),
    "information-sector-revenue": (("F16", 10**8, "2023-H1"),),
    "key-enterprise": (("F09", 1, ""),),
    "tracked-investment-project": (("F10", 1, ""),),
    "supported-software-firm": (("F11", 1, ""),),
    "attracted-software-firm": (("F11", 1, ""),),
    "above-scale-electronics-joined": (("F12", 1, "2023-H1"), ("F13", 1, "")),
    "above-scale-electronics-opening": (("F13", 1, ""),),
    "above-scale-electronics-left": (("F13", -1, ""),),
    "above-scale-software-joined": (("F14", 1, "2023-H1"), ("F15", 1, "")),
    "above-scale-software-left": (("F15", -1, ""),),
    "consulted-department": (("F28", 1, ""),),
}
PROGRAMMES: dict[tuple[RecordKind, str], tuple[tuple[str, str], ...]] = {
    (RecordKind.RECOMMENDATION, "provincial-smart-manufacturing"): (("F17", "2023-04"),),
    (RecordKind.RECOMMENDATION, "provincial-5g-factory"): (("F18", "2023-05"),),
    (RecordKind.RECOMMENDATION, "national-it-fusion-case"): (("F19", "2023-06"),),
    (RecordKind.RECOMMENDATION, "provincial-integration"): (),
    (RecordKind.RECOGNITION, "provincial-integration"): (("F20", ""),),
    (RecordKind.RECOGNITION, "provincial-smart-manufacturing"): (("F21", ""),),
    (RecordKind.RECOGNITION, "provincial-cloud-benchmark"): (("F22", ""),),
    (RecordKind.RECOGNITION, "national-integration-management-system"): (("F23", ""),),
    (RecordKind.RECOGNITION, "city-smart-manufacturing"): (("F24", "2023-02"),),
    (RecordKind.AWARD, "city-smart-manufacturing"): (("F26", "2023-02"),),
}
MONEY = {"telecom-infrastructure-investment", "information-sector-revenue"}

spans = st.builds(
    lambda first, days: DateSpan(first, first + timedelta(days=days)),
    st.dates(date(2023, 1, 1), date(2024, 12, 31)),
    st.integers(0, 60),
)


OF_THE_LEDGER = {
    kind.id for kind in read_city_pack(shipped_packs() / "xianning-reply").kinds.values() if kind.book == "ledger"
} & set(FOLLOWS)


@st.composite
def ledger_entries(draw: st.DrawFn) -> NewLedgerEntry:
    kind = draw(st.sampled_from(sorted(OF_THE_LEDGER)))
    measured = kind in MONEY or kind == "5g-base-station"
    bulk = measured or draw(st.booleans())
    return NewLedgerEntry(
        kind=kind,
        area="咸宁市",
        span=draw(spans),
        source="a test",
        counting=Counting.BULK if bulk else Counting.INDIVIDUAL,
        subject=None if bulk else "随机企业(虚构)",
        quantity=Decimal(draw(st.integers(0, 10**9))) / (100 if kind in MONEY else 1) if bulk else None,
        stated_on=draw(st.none() | st.dates(date(2023, 1, 1), date(2024, 12, 31))),
    )


@st.composite
def programme_records(draw: st.DrawFn) -> NewProgrammeRecord:
    kind, programme = draw(st.sampled_from(sorted(PROGRAMMES)))
    bulk = draw(st.booleans())
    return NewProgrammeRecord(
        kind=kind,
        programme=programme,
        area="咸宁市",
        span=draw(spans),
        source="a test",
        counting=Counting.BULK if bulk else Counting.INDIVIDUAL,
        subject=None if bulk else "随机企业(虚构)",
        count=draw(st.integers(1, 1000)) if bulk else 1,
        amount_fen=100_000_000 if kind is RecordKind.AWARD else None,
        stated_on=draw(st.none() | st.dates(date(2023, 1, 1), date(2024, 12, 31))),
    )


@contextmanager
def loaded_city(migrated: Path) -> Iterator[City]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "registry.sqlite"
        shutil.copyfile(migrated, file)
        database = Database(f"sqlite:///{file}")
        try:
            city = open_city(database)
            city.load()
            yield city
        finally:
            database.close()


def holds(span: DateSpan, stated_on: date | None, period: str, recorded_on: date) -> bool:
    """The rule of the documentation, said again in the test's own words."""
    stated = stated_on or (recorded_on if span.last > recorded_on else span.last)
    return min(span.last, stated) <= AS_OF and (not period or DateSpan.parse(period).contains(span))


def expected_moves(record: NewLedgerEntry | NewProgrammeRecord) -> dict[str, Decimal]:
    moves: dict[str, Decimal] = {}
    if isinstance(record, NewLedgerEntry):
        amount = Decimal(1) if record.quantity is None else record.quantity
        for figure, divisor, period in FOLLOWS[record.kind]:
            if holds(record.span, record.stated_on, period, AS_OF):
                moves[figure] = amount / divisor
        return moves
    for figure, period in PROGRAMMES[record.kind, record.programme]:
        if holds(record.span, record.stated_on, period, AS_OF):
            moves[figure] = Decimal(record.count) * (100 if record.kind is RecordKind.AWARD else 1)
    return moves


def moved(before: dict[str, Decimal | None], after: dict[str, Decimal | None]) -> dict[str, Decimal]:
    return {
        figure: (after[figure] or Decimal(0)) - (before[figure] or Decimal(0))
        for figure in before
        if after[figure] != before[figure]
    }


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(added=st.lists(ledger_entries() | programme_records(), min_size=1, max_size=6), data=st.data())
def test_records_move_exactly_their_figures_by_exactly_their_amount(
    migrated_sqlite: Path, added: list[NewLedgerEntry | NewProgrammeRecord], data: st.DataObject
) -> None:
    with loaded_city(migrated_sqlite) as city:
        start = now = city.values(AS_OF)
        kept: list[tuple[int, NewLedgerEntry | NewProgrammeRecord]] = []
        for number, record in enumerate(added):
            # Each individual one names another subject: the same one twice would rightly count once.
            named = replace(record, subject=f"{record.subject}{number}") if record.subject else record
            if isinstance(named, NewLedgerEntry):
                try:
                    kept.append((city.ledger.add(named, recorded_by="t").id, named))
                except EntryConflict:
                    # What another entry of the same time counts already is refused, and moves nothing.
                    assert city.values(AS_OF) == now
                    continue
            else:
                kept.append((city.records.add(named, recorded_by="t").id, named))
            before, now = now, city.values(AS_OF)
            assert moved(before, now) == {f: move for f, move in expected_moves(named).items() if move}
        for record_id, record in data.draw(st.permutations(kept)):
            if isinstance(record, NewLedgerEntry):
                city.ledger.void(record_id, source="a test", recorded_by="t")
            else:
                city.records.void(record_id, reason="a test", recorded_by="t")
            before, now = now, city.values(AS_OF)
            assert moved(before, now) == {f: -move for f, move in expected_moves(record).items() if move}
        assert now == start
