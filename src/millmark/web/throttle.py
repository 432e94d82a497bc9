"""How often somebody may fail to sign in."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from threading import Lock

from millmark.model.period import SECOND_US


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `failures` in any span of `window_us`."""

    failures: int
    window_us: int


PER_ACCOUNT = Limit(failures=10, window_us=15 * 60 * SECOND_US)
PER_ADDRESS = Limit(failures=30, window_us=15 * 60 * SECOND_US)


class Throttle:
    """Counts failures by key in a sliding window, in memory, for at most `capacity` keys.

    The clock is an argument. When full, the key that failed longest ago is forgotten first.
    """

    def __init__(self, limit: Limit, *, capacity: int = 10_000) -> None:
        self._limit = limit
        self._capacity = capacity
        self._failures: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = Lock()

    def wait_us(self, key: str, now_us: int) -> int:
        """How long until another attempt is let through; 0 when it is let through now."""
        with self._lock:
            failures = self._failures.get(key, deque())
            self._forget_old(failures, now_us)
            if len(failures) < self._limit.failures:
                return 0
            return failures[0] + self._limit.window_us - now_us

    def failed(self, key: str, now_us: int) -> None:
        with self._lock:
            failures = self._failures.setdefault(key, deque(maxlen=self._limit.failures))
            failures.append(now_us)
            self._failures.move_to_end(key)
            while len(self._failures) > self._capacity:
                self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        with self._lock:
            self._failures.pop(key, None)

    def _forget_old(self, failures: deque[int], now_us: int) -> None:
        while failures and failures[0] <= now_us - self._limit.window_us:
            failures.popleft()
