"""The history as seals know it: rows by what was received when, and nothing that is not sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from millmark.history import History
from millmark.measures import SeriesRows, rows_by_series
from millmark.model import Period, PointBatch, Series, TextBatch

# Rows of so many series are held in memory at a time.
_SERIES_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class SealedSpan:
    """A sealed day of a site: its series, the day, and the received time that its newest seal reaches to."""

    series: frozenset[int]
    period: Period
    received_until_us: int


@dataclass(frozen=True, slots=True)
class Received:
    """A span of received time: after one moment, until another, which is part of it."""

    after_us: int
    until_us: int


class SealedHistory:
    """A `PointSource` that shows the rows of sealed days, as sealed, amendments included, and no others."""

    def __init__(self, history: History, spans: Sequence[SealedSpan]) -> None:
        self._history = history
        self._spans = tuple(spans)

    def raw(self, series: Sequence[int], period: Period, /) -> PointBatch:
        return _points_joined(
            self._history.raw(ids, part, known_at_us=until_us) for ids, part, until_us in self._parts(series, period)
        )

    def raw_text(self, series: Sequence[int], period: Period, /) -> TextBatch:
        return _texts_joined(
            self._history.raw_text(ids, part, known_at_us=until_us)
            for ids, part, until_us in self._parts(series, period)
        )

    def last_before(self, series: Sequence[int], time_us: int, /) -> tuple[PointBatch, TextBatch]:
        """The newest row of each series before a time, if it is in the same sealed day as the moment before it."""
        found: list[tuple[PointBatch, TextBatch]] = []
        for span in self._spans:
            ids = [one for one in series if one in span.series]
            if not ids or not span.period.contains(time_us - 1):
                continue
            points, texts = self._history.last_before(ids, time_us, known_at_us=span.received_until_us)
            start_us = span.period.start_us
            found.append((points.take(points.source_time_us >= start_us), texts.take(texts.source_time_us >= start_us)))
        return _points_joined(points for points, _ in found), _texts_joined(texts for _, texts in found)

    def _parts(self, series: Sequence[int], period: Period) -> Iterator[tuple[list[int], Period, int]]:
        for span in self._spans:
            ids = [one for one in series if one in span.series]
            part = span.period.intersection(period)
            if ids and part is not None:
                yield ids, part, span.received_until_us


def rows_received(
    history: History, series: Sequence[Series], period: Period, received: Received
) -> Iterator[dict[str, SeriesRows]]:
    """The canonical rows of a period that were received in a span, a few series at a time."""
    for start in range(0, len(series), _SERIES_AT_ONCE):
        some = series[start : start + _SERIES_AT_ONCE]
        ids, keys = [one.id for one in some], _keys(some)
        points = history.raw(ids, period, known_at_us=received.until_us)
        texts = history.raw_text(ids, period, known_at_us=received.until_us)
        late = points.received_time_us > received.after_us
        late_texts = texts.received_time_us > received.after_us
        yield rows_by_series(
            points if np.all(late) else points.take(late),
            texts if np.all(late_texts) else texts.take(late_texts),
            keys,
        )


def _keys(series: Iterable[Series]) -> Mapping[int, str]:
    return {one.id: one.key for one in series}


def _points_joined(batches: Iterable[PointBatch]) -> PointBatch:
    tables = [batch.to_arrow() for batch in batches]
    return PointBatch.from_arrow(pa.concat_tables(tables)) if tables else PointBatch.empty()


def _texts_joined(batches: Iterable[TextBatch]) -> TextBatch:
    tables = [batch.to_arrow() for batch in batches]
    return TextBatch.from_arrow(pa.concat_tables(tables)) if tables else TextBatch.empty()
