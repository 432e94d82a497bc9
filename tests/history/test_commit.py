"""What a commit promises to the one who sends points."""

from __future__ import annotations

import math

import numpy as np
import pytest

from millmark.history import CommitBlock, InvalidBlock, QuarantinedReading
from millmark.model import Period

ON_SERVER = {
    "test_what_was_committed_is_read_back_bit_for_bit",
    "test_a_block_delivered_again_counts_once",
    "test_the_first_value_stays_and_the_other_is_kept_beside_it",
    "test_received_times_rise_even_when_the_clock_stands_still_or_steps_back",
    "test_everything_committed_after_a_barrier_is_received_later",
    "test_quarantined_readings_are_listed_newest_first_and_by_reason",
}
START_US = 1_790_000_000_000_000
DAY = Period(START_US, START_US + 86_400_000_000)


def reading(value="x", source_time_us=None, reason="unparsable"):
    return QuarantinedReading(0, "gateway-1", "line-1/press-1", "temperature", source_time_us, value, reason, "why")


def test_what_was_committed_is_read_back_bit_for_bit(history, numbers):
    sent = numbers(
        [(1, 0, 1.5), (1, 1, -0.0), (1, 2, math.inf), (1, 3, math.nan, 2, 0x80340000), (4_294_967_295, 0, 7)]
    )
    receipt = history.commit(CommitBlock(points=sent))
    read = history.raw([1, 4_294_967_295], DAY)
    assert receipt.stored == 5
    assert read.value.view(np.uint64).tolist() == sent.value.view(np.uint64).tolist()
    assert read.source_time_us.tolist() == sent.source_time_us.tolist()
    assert read.quality.tolist() == [0, 0, 0, 2, 0]
    assert read.code.tolist() == [0, 0, 0, 0x80340000, 0]
    assert set(read.received_time_us) == {receipt.received_time_us}


def test_a_block_delivered_again_counts_once(history, numbers, texts):
    block = CommitBlock(
        points=numbers([(1, 0, 1.0), (1, 1, math.nan, 2)]),
        texts=texts([(2, 0, "RUN"), (2, 1, None)]),
        quarantine=(reading(),),
    )
    first, again = history.commit(block), history.commit(block)
    assert (first.stored, first.duplicates, first.quarantined) == (4, 0, 1)
    assert (again.stored, again.duplicates, again.conflicts, again.quarantined) == (0, 5, 0, 0)
    assert history.point_count() == 4
    assert history.quarantine_counts() == {"unparsable": 1}


def test_the_first_value_stays_and_the_other_is_kept_beside_it(history, numbers, texts):
    history.commit(CommitBlock(points=numbers([(1, 0, 1.0)]), texts=texts([(2, 0, "RUN")])))
    receipt = history.commit(CommitBlock(points=numbers([(1, 0, 2.0)]), texts=texts([(2, 0, None)])))
    assert (receipt.stored, receipt.conflicts, len(receipt.fresh), len(receipt.fresh_texts)) == (0, 2, 0, 0)
    assert history.raw([1], DAY).value.tolist() == [1.0]
    assert history.raw_text([2], DAY).value.to_pylist() == ["RUN"]
    other_numbers, other_texts = history.conflicts()
    assert other_numbers.value.tolist() == [2.0]
    assert other_texts.value.to_pylist() == [None]
    assert other_numbers.received_time_us.tolist() == [receipt.received_time_us]


@pytest.mark.parametrize("other", [(1, 0, 1.0, 1), (1, 0, 1.0, 0, 5), (1, 0, -1.0)], ids=["quality", "code", "value"])
def test_quality_and_code_belong_to_what_a_point_says(history, numbers, other):
    history.commit(CommitBlock(points=numbers([(1, 0, 1.0)])))
    assert history.commit(CommitBlock(points=numbers([other]))).conflicts == 1


def test_every_nan_says_the_same_no_value(history, numbers):
    other_nan = float(np.array(0xFFF8_0000_0000_0001, np.uint64).view(np.float64))
    history.commit(CommitBlock(points=numbers([(1, 0, math.nan, 2)])))
    receipt = history.commit(CommitBlock(points=numbers([(1, 0, other_nan, 2), (1, 0, 0.0, 2)])))
    assert (receipt.duplicates, receipt.conflicts) == (1, 1)


def test_a_contradiction_said_twice_is_one_conflict(history, numbers):
    history.commit(CommitBlock(points=numbers([(1, 0, 1.0)])))
    history.commit(CommitBlock(points=numbers([(1, 0, 2.0)])))
    receipt = history.commit(CommitBlock(points=numbers([(1, 0, 2.0), (1, 0, 3.0), (1, 0, 3.0)])))
    assert (receipt.conflicts, receipt.duplicates) == (1, 2)
    assert sorted(history.conflicts()[0].value.tolist()) == [2.0, 3.0]


def test_within_one_block_the_first_to_arrive_is_canonical(history, numbers):
    receipt = history.commit(CommitBlock(points=numbers([(1, 9, 9.0), (1, 0, 1.0), (1, 0, 2.0), (1, 0, 1.0)])))
    assert (receipt.stored, receipt.conflicts, receipt.duplicates) == (2, 1, 1)
    assert receipt.fresh.value.tolist() == [9.0, 1.0]


def test_latest_is_latest_by_source_time_not_by_arrival(history, numbers, texts):
    history.commit(CommitBlock(points=numbers([(1, 100, 1.0), (2, 50, 5.0)]), texts=texts([(3, 7, "RUN")])))
    history.commit(CommitBlock(points=numbers([(1, 20, 2.0)]), texts=texts([(3, 6, "STOP")])))
    latest, latest_texts = history.latest()
    assert list(zip(latest.series.tolist(), latest.value.tolist(), strict=True)) == [(1, 1.0), (2, 5.0)]
    assert latest_texts.value.to_pylist() == ["RUN"]


def test_received_times_rise_even_when_the_clock_stands_still_or_steps_back(history, open_history, clock, numbers):
    first = history.commit(CommitBlock(points=numbers([(1, 0, 1.0)]))).received_time_us
    second = history.commit(CommitBlock(points=numbers([(1, 1, 1.0)]))).received_time_us
    clock.now_us -= 3_600_000_000
    third = history.commit(CommitBlock(points=numbers([(1, 2, 1.0)]))).received_time_us
    history.close()
    fourth = open_history().commit(CommitBlock(points=numbers([(1, 3, 1.0)]))).received_time_us
    assert first < second < third < fourth


def test_everything_committed_after_a_barrier_is_received_later(history, open_history, clock, numbers):
    before = history.commit(CommitBlock(points=numbers([(1, 5, 1.0)])))
    barrier = history.barrier_us()
    history.close()
    clock.now_us -= 86_400_000_000
    history = open_history()
    late = history.commit(CommitBlock(points=numbers([(1, 4, 2.0)])))
    assert before.received_time_us <= barrier < late.received_time_us
    assert history.raw([1], DAY, known_at_us=barrier).value.tolist() == [1.0]
    assert history.raw([1], DAY).value.tolist() == [2.0, 1.0]


def test_points_of_many_years_fit_in_one_block(history, numbers):
    month = 2_629_800_000_000
    rows = [(1, -month * back, float(back)) for back in range(300)]
    assert history.commit(CommitBlock(points=numbers(rows))).stored == 300
    assert history.commit(CommitBlock(points=numbers(rows))).duplicates == 300


def test_a_time_no_store_can_hold_is_refused_before_anything_is_written(history, numbers):
    with pytest.raises(InvalidBlock, match=r"row 1 of a block \(series 7\)"):
        history.commit(CommitBlock(points=numbers([(1, 0, 1.0), (7, 2**62, 1.0)])))
    assert history.point_count() == 0


def test_quarantined_readings_are_listed_newest_first_and_by_reason(history, clock):
    history.commit(CommitBlock(quarantine=(reading("1e400", START_US), reading("\ud800", None, "wrong_type"))))
    clock.now_us += 10
    receipt = history.commit(CommitBlock(quarantine=(reading("later"), reading("later"))))
    assert (receipt.quarantined, receipt.duplicates) == (1, 1)
    newest = history.quarantine(1)[0]
    assert (newest.value, newest.received_time_us) == ("later", receipt.received_time_us)
    assert [each.value for each in history.quarantine(10, reason="wrong_type")] == ["?"]
    assert history.quarantine_counts() == {"unparsable": 2, "wrong_type": 1}


def test_an_empty_block_stores_nothing_and_says_so(history):
    receipt = history.commit(CommitBlock())
    assert (receipt.stored, receipt.duplicates, receipt.conflicts, receipt.quarantined) == (0, 0, 0, 0)
