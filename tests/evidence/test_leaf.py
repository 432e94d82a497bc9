"""Leaves: a series' hour, hashed as columns."""

from __future__ import annotations

import struct
from datetime import date
from hashlib import sha256
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.evidence.errors import Malformed
from millmark.evidence.leaf import columns_digest, leaves_of
from millmark.measures import SeriesRows
from millmark.model import Period
from millmark.model.period import HOUR_US

DAY = Period.of_day(date(2026, 3, 2), ZoneInfo("Asia/Shanghai"))


def rows(points, quality=0, code=0):
    times, values = [time for time, _ in points], [value for _, value in points]
    text = any(isinstance(value, str) or value is None for value in values)
    return SeriesRows(
        np.array(times, np.int64) + DAY.start_us,
        pa.array(values, pa.string()) if text else np.array(values, np.float64),
        np.full(len(points), quality, np.uint8),
        np.full(len(points), code, np.uint32),
    )


def test_numbers_by_hand():
    """The bytes that are hashed, put together the long way."""
    leaf, other = leaves_of({"a/b:t": rows([(5, 1.5), (7, float("nan")), (HOUR_US, -0.0)], 1, 0x40000000)}, DAY)
    times = struct.pack("<qq", DAY.start_us + 5, DAY.start_us + 7)
    values = bytes.fromhex("000000000000f83f") + bytes.fromhex("000000000000f87f")
    columns = sha256(b"millmark.columns/1\n" + times + values + b"\x01\x01" + struct.pack("<II", 1 << 30, 1 << 30))
    header = b"millmark.leaf/1\n" + struct.pack("<I", 5) + b"a/b:t" + struct.pack("<qQB", DAY.start_us, 2, 0)
    assert leaf.columns == columns.hexdigest()
    assert leaf.hash == sha256(b"\x00" + header + columns.digest()).digest()
    assert (other.hour_us, other.rows) == (DAY.start_us + HOUR_US, 1)


def test_texts_by_hand():
    (leaf,) = leaves_of({"a:s": rows([(1, "运行"), (2, None), (3, ""), (4, "RUN")])}, DAY)
    times = struct.pack("<qqqq", *(DAY.start_us + at for at in (1, 2, 3, 4)))
    texts = struct.pack("<IIII", 6, 0xFFFFFFFF, 0, 3) + "运行RUN".encode()
    assert leaf.columns == sha256(b"millmark.columns/1\n" + times + texts + bytes(4) + bytes(16)).hexdigest()
    assert leaf.kind == "text"


def test_a_part_of_a_longer_column_hashes_the_same():
    whole = rows([(1, "a"), (2, "bcd"), (3, None), (4, "é")])
    part = SeriesRows(whole.source_time_us[1:], whole.values.slice(1), whole.quality[1:], whole.code[1:])
    assert columns_digest(part) == columns_digest(rows([(2, "bcd"), (3, None), (4, "é")]))


def test_every_nan_is_the_same_but_no_zero_is_another():
    signalling = rows([(1, 0.0)])
    signalling.values.view(np.uint64)[0] = 0x7FF0_0000_0000_0001
    assert columns_digest(signalling) == columns_digest(rows([(1, float("nan"))]))
    assert columns_digest(rows([(1, 0.0)])) != columns_digest(rows([(1, -0.0)]))


@given(
    st.lists(
        st.tuples(st.integers(0, 24 * HOUR_US - 1), st.floats(width=32)), unique_by=lambda row: row[0], min_size=1
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_and_series_means_nothing(points, random):
    shuffled = random.sample(points, len(points))
    one = leaves_of({"a:x": rows(points), "b:x": rows(points)}, DAY)
    assert leaves_of({"b:x": rows(shuffled), "a:x": rows(shuffled)}, DAY) == one
    assert sum(leaf.rows for leaf in one) == 2 * len(points)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 25),
    ],
)
def test_days_on_which_clocks_change_have_their_own_number_of_hours(zone, day, hours):
    period = Period.of_day(day, ZoneInfo(zone))
    times = np.arange(period.start_us, period.end_us, HOUR_US // 4)
    count = len(times)
    found = SeriesRows(times, np.zeros(count), np.zeros(count, np.uint8), np.zeros(count, np.uint32))
    leaves = leaves_of({"a:x": found}, period)
    assert len(leaves) == hours
    assert sum(leaf.rows for leaf in leaves) == count


def test_rows_of_another_day_and_rows_given_twice_are_refused():
    with pytest.raises(Malformed, match="outside the day"):
        leaves_of({"a:x": rows([(24 * HOUR_US, 1.0)])}, DAY)
    with pytest.raises(Malformed, match="twice"):
        leaves_of({"a:x": rows([(5, 1.0), (5, 1.0)])}, DAY)
