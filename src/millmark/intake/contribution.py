"""What one source adds to a commit, and what it is told afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from millmark.history import QuarantinedReading
from millmark.intake.errors import IntakeError
from millmark.model import ReadingBatch
from millmark.wire.readings import MetricTraits, ReadingFault
from millmark.wire.sparkplug import Properties


class QuarantineReason(StrEnum):
    """Why a reading was set aside. The first four are found by the codecs, the rest at the door."""

    UNPARSABLE = "unparsable"
    WRONG_TYPE = "wrong_type"
    BAD_ALIAS = "bad_alias"
    TOO_LONG = "too_long"
    FUTURE = "future"
    ANCIENT = "ancient"
    UNKNOWN_SERIES = "unknown_series"
    UNKNOWN_GATEWAY = "unknown_gateway"


@dataclass(frozen=True, slots=True)
class SubmitReceipt:
    """Told only after everything it counts is durable. `accepted` readings went to the history, which recognises the
    ones it has; `quarantined` ones were set aside with a reason, and are in `set_aside`."""

    received_time_us: int
    accepted: int
    quarantined: int
    set_aside: tuple[QuarantinedReading, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """`done` is called once, on the event loop: with a receipt after the commit, or with why there was none.

    `transient` readings become the latest and go to who watches, and are never stored. `declared` is what devices said
    of their metrics since the last contribution.
    """

    gateway: str
    batches: Sequence[ReadingBatch]
    done: Callable[[SubmitReceipt | IntakeError], None]
    faults: Sequence[ReadingFault] = ()
    traits: Mapping[tuple[str, str], MetricTraits] = field(default_factory=dict)
    transient: Sequence[ReadingBatch] = ()
    declared: Mapping[tuple[str, str], Properties] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.batches)) + sum(map(len, self.transient)) + len(self.faults)


class Source(Protocol):
    """Somebody with readings; asked for them when a block is gathered, so that all of a window come in one batch."""

    def contribute(self) -> Contribution: ...
