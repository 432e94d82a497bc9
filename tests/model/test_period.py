from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.model import Period, utc_us
from millmark.model.period import HOUR_US, utc_datetime

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
days = st.dates(min_value=date(1995, 1, 1), max_value=date(2100, 1, 1))


def test_a_day_in_shanghai_starts_at_sixteen_hours_utc_of_the_day_before() -> None:
    day = Period.of_day(date(2026, 11, 22), SHANGHAI)
    assert utc_datetime(day.start_us) == datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert day.duration_us == 24 * HOUR_US


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_is_as_long_as_its_place_makes_it(day: date, hours: int) -> None:
    assert Period.of_day(day, BERLIN).duration_us == hours * HOUR_US


@given(days, st.integers(0, 40), st.sampled_from([SHANGHAI, BERLIN]))
def test_the_days_of_a_span_fill_it_without_gap_or_overlap(first: date, more: int, zone: ZoneInfo) -> None:
    span = Period.of_days(first, first + timedelta(days=more), zone)
    parts = [part for _, part in span.days(zone)]
    assert parts[0].start_us == span.start_us
    assert parts[-1].end_us == span.end_us
    assert all(earlier.end_us == later.start_us for earlier, later in pairwise(parts))
    assert len(parts) == more + 1


@given(st.datetimes(timezones=st.just(UTC)))
def test_microseconds_lose_nothing(moment: datetime) -> None:
    assert utc_datetime(utc_us(moment)) == moment


def test_the_same_instant_has_one_number_whatever_zone_it_is_told_in() -> None:
    here = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    assert utc_us(here) == utc_us(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without time zone"):
        utc_us(datetime(2026, 1, 1))  # noqa: DTZ001 - the naive time is the point


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        Period(5, 5)
