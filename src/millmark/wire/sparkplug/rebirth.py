"""When to ask an edge node for its births again: at once, then ever more rarely while it does not answer."""

from __future__ import annotations

from dataclasses import dataclass

from millmark.model.period import SECOND_US


@dataclass(slots=True)
class RebirthBackoff:
    """A node may be slow to answer, or unable to; asking at every message would flood it."""

    first_us: int = 5 * SECOND_US
    longest_us: int = 300 * SECOND_US
    requests: int = 0
    _interval_us: int = 0
    _next_us: int | None = None

    def is_due(self, now_us: int) -> bool:
        """Whether to ask now; a True counts as asked."""
        if self._next_us is not None and now_us < self._next_us:
            return False
        self._interval_us = min(self._interval_us * 2, self.longest_us) if self._interval_us else self.first_us
        self._next_us = now_us + self._interval_us
        self.requests += 1
        return True

    def reset(self) -> None:
        """The birth came."""
        self._interval_us = 0
        self._next_us = None
