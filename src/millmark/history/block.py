"""What goes into the history in one commit, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field

from millmark.model import PointBatch, TextBatch


@dataclass(frozen=True, slots=True)
class OriginalReading:
    """A reading as it came, without loss: a number, a text, or None for a text that was not given.

    `data_type` and `unit` are what the device declared of its metric, "" where it declared nothing.
    """

    value: float | str | None
    quality: int
    code: int
    data_type: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class QuarantinedReading:
    """A reading set aside, with the reason. `received_time_us` is stamped by the commit that stores it.

    Two readings that agree in everything but the received time and the detail are one reading delivered twice, and
    kept once. `value` is what people are shown; `original` is None for what never became a reading.
    """

    received_time_us: int
    gateway: str
    asset: str
    metric: str
    source_time_us: int | None
    value: str
    reason: str
    detail: str
    original: OriginalReading | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CommitBlock:
    """Rows to store together; the received times in them are ignored, the commit stamps its own."""

    points: PointBatch = field(default_factory=PointBatch.empty)
    texts: TextBatch = field(default_factory=TextBatch.empty)
    quarantine: tuple[QuarantinedReading, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CommitReceipt:
    """What became of a block, told only after it is durable.

    `stored` rows became canonical and are `fresh` and `fresh_texts`; `duplicates` were there already (points, recorded
    conflicts and quarantined readings alike); `conflicts` contradicted a canonical point and were set beside it;
    `quarantined` readings were newly put aside. The four add up to the rows of the block.
    """

    received_time_us: int
    stored: int
    duplicates: int
    conflicts: int
    quarantined: int
    fresh: PointBatch
    fresh_texts: TextBatch
