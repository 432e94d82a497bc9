"""What the door counts of one gateway since the platform's start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from millmark.model import ReadingBatch


@dataclass(slots=True)
class GatewayCounters:
    """Changed on the event loop only, read from anywhere.

    `points` went to the history, which recognises the ones it has; `quarantined` were set aside. `newest_source_us` is
    the newest time that the gateway gave to a reading, never later than when it was received: what a clock that runs
    ahead claims is no sign of being up to date. `latency_us` adds up, over `acknowledged` contributions, the time from
    the first arrival in a block to its acknowledgement; `longest_us` is the longest since somebody took it.
    """

    points: int = 0
    quarantined: int = 0
    bytes_in: int = 0
    packets_in: int = 0
    connections: int = 0
    last_heard_us: int | None = None
    newest_source_us: int | None = None
    acknowledged: int = 0
    latency_us: int = 0
    longest_us: int = 0

    def heard(self, now_us: int, *, bytes_in: int = 0, packets_in: int = 0) -> None:
        """Something came from the gateway, whatever it holds."""
        self.last_heard_us = now_us
        self.bytes_in += bytes_in
        self.packets_in += packets_in

    def settled(
        self, batches: Sequence[ReadingBatch], *, accepted: int, quarantined: int, received_us: int, latency_us: int
    ) -> None:
        """Some of the gateway's readings are durable and acknowledged."""
        self.points += accepted
        self.quarantined += quarantined
        self.last_heard_us = max(self.last_heard_us or 0, received_us)
        newest = max((int(batch.source_time_us.max()) for batch in batches if len(batch)), default=None)
        if newest is not None and accepted:
            self.newest_source_us = max(self.newest_source_us or 0, min(newest, received_us))
        self.acknowledged += 1
        self.latency_us += latency_us
        self.longest_us = max(self.longest_us, latency_us)

    def take_longest_us(self) -> int:
        """The longest time to an acknowledgement since the last call; the next one is over what comes now."""
        longest, self.longest_us = self.longest_us, 0
        return longest
