"""Failing to sign in too often makes one wait, and nothing else does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from millmark.web.throttle import Limit, Throttle

WINDOW = 1_000
LIMIT = Limit(failures=3, window_us=WINDOW)


def test_the_fourth_attempt_waits_until_the_first_failure_is_forgotten() -> None:
    throttle = Throttle(LIMIT)
    for moment in (0, 100, 200):
        assert throttle.wait_us("ann", moment) == 0
        throttle.failed("ann", moment)
    assert throttle.wait_us("ann", 300) == 700
    assert throttle.wait_us("ann", 1_000) == 0


def test_one_account_does_not_make_another_wait() -> None:
    throttle = Throttle(LIMIT)
    for _ in range(3):
        throttle.failed("ann", 0)
    assert throttle.wait_us("ann", 1) > 0
    assert throttle.wait_us("bob", 1) == 0


def test_signing_in_clears_the_failures_before_it() -> None:
    throttle = Throttle(LIMIT)
    for _ in range(3):
        throttle.failed("ann", 0)
    throttle.succeeded("ann")
    assert throttle.wait_us("ann", 1) == 0


def test_memory_is_bounded_however_many_names_are_tried() -> None:
    throttle = Throttle(LIMIT, capacity=10)
    for number in range(1_000):
        throttle.failed(f"name-{number}", number)
        throttle.wait_us(f"other-{number}", number)
    assert len(throttle._failures) == 10


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=40))
def test_no_window_ever_lets_more_failures_through_than_the_limit(moments: list[int]) -> None:
    throttle = Throttle(LIMIT)
    let_through = []
    for moment in sorted(moments):
        if throttle.wait_us("ann", moment) == 0:
            throttle.failed("ann", moment)
            let_through.append(moment)
    for start in let_through:
        assert sum(start <= moment < start + WINDOW for moment in let_through) <= LIMIT.failures
