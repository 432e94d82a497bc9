"""The replay driver: a recording plays the machine, first what lies behind at full speed, then live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from millmark.drivers import status_codes
from millmark.drivers.config import ReplayConfig, TagDeclaration
from millmark.drivers.driver import Deliver, DriverState, DriverStatus, LastStored, OnStatus
from millmark.drivers.errors import InvalidRecording
from millmark.drivers.persistence import Delivery, Waits
from millmark.drivers.recording import RecordedTime, read_recording
from millmark.drivers.reporting import StatusReport
from millmark.model import DataType, ReadingBatch, quality_of_status, utc_us
from millmark.model.batch import I64
from millmark.model.period import HOUR_US, SECOND_US

_ROWS_AT_ONCE: Final = 20_000
_LONGEST_SLEEP_S: Final = 60.0

_Column: TypeAlias = NDArray[np.float64] | pa.StringArray


class ReplayDriver:
    """Plays one recording for ever. `last_stored` lets a new process go on where the history ends."""

    def __init__(
        self,
        config: ReplayConfig,
        *,
        now_us: Callable[[], int],
        on_status: OnStatus | None = None,
        last_stored: LastStored | None = None,
        random: Random | None = None,
    ) -> None:
        self._config = config
        self._now_us = now_us
        self._last_stored = last_stored
        self._random = random or Random()  # noqa: S311 - scatters waiting times, keeps no secret
        self._report = StatusReport(
            DriverStatus(config.gateway, config.kind, str(config.file)),
            config.tags,
            tuple(tag.column for tag in config.tags),
            now_us=now_us,
            on_status=on_status,
        )

    @property
    def status(self) -> DriverStatus:
        return self._report.status

    @property
    def declared(self) -> tuple[TagDeclaration, ...]:
        return self._config.tags

    async def run(self, deliver: Deliver) -> None:
        """Play until cancelled. Raises `InvalidRecording`."""
        delivery = Delivery(deliver, self._report, Waits(self._config.back_off, self._random))
        self._report.state(DriverState.CONNECTING)
        try:
            times, columns = await asyncio.to_thread(self._read)
        except InvalidRecording as error:
            self._report.error(str(error))
            self._report.state(DriverState.FAILED)
            raise
        self._report.state(DriverState.CONNECTED)
        position_us = await self._start_us()
        while True:
            until_us = self._now_us() + 1
            while position_us < until_us:
                end_us = min(until_us, self._end_of_chunk(times, position_us))
                await delivery(self._batches(times, columns, position_us, end_us))
                position_us = end_us
            wait_s = (times.next_after(position_us) - self._now_us()) / SECOND_US
            await asyncio.sleep(min(max(wait_s, 0.0), _LONGEST_SLEEP_S))

    def _read(self) -> tuple[RecordedTime, list[_Column]]:
        config = self._config
        names = sorted({tag.column for tag in config.tags})
        time_us, table = read_recording(
            config.file, config.time_column, names, config.time_zone, delimiter=config.delimiter
        )
        closing_us = int(config.closing_s * SECOND_US) if config.closing_s is not None else None
        times = RecordedTime.of(time_us, anchor_us=utc_us(config.anchor), closing_us=closing_us)
        return times, [self._values(tag.column, tag.data_type, table) for tag in config.tags]

    def _values(self, column: str, data_type: DataType, table: pa.Table) -> _Column:
        recorded = table.column(column)
        try:
            if data_type is DataType.TEXT:
                return pa.array(recorded.cast(pa.string()).to_pylist(), pa.string())
            return np.asarray(recorded.cast(pa.float64()).to_numpy(), np.float64)
        except pa.ArrowException as error:
            raise InvalidRecording(f"{self._config.file}: column {column} is not {data_type}: {error}") from error

    async def _start_us(self) -> int:
        """Right after the newest stored reading, or the configured span ago."""
        stored = await self._last_stored() if self._last_stored is not None else {}
        known = [stored.get((tag.asset, tag.metric)) for tag in self._config.tags]
        if all(time_us is not None for time_us in known):
            return min(time_us for time_us in known if time_us is not None) + 1
        return self._now_us() - int(self._config.backfill_h * HOUR_US)

    def _end_of_chunk(self, times: RecordedTime, start_us: int) -> int:
        rows_a_us = len(times.offset_us) / times.length_us
        return start_us + max(1, int(_ROWS_AT_ONCE / rows_a_us))

    def _batches(self, times: RecordedTime, columns: list[_Column], start_us: int, end_us: int) -> list[ReadingBatch]:
        time_us, rows = times.rows_between(start_us, end_us)
        if not len(rows):
            return []
        return [self._batch(tag, columns[tag], time_us, rows) for tag in range(len(columns))]

    def _batch(self, tag: int, column: _Column, time_us: I64, rows: NDArray[np.intp]) -> ReadingBatch:
        declared = self._config.tags[tag]
        if isinstance(column, np.ndarray):
            text, value = None, column[rows] * declared.scale + declared.offset
            missing = np.isnan(value)
        else:
            text = column.take(rows)
            value, missing = np.full(len(rows), np.nan), np.asarray(text.is_null())
        code = np.where(missing, status_codes.BAD_NO_DATA, status_codes.GOOD).astype(np.uint32)
        return ReadingBatch(
            gateway=self._config.gateway,
            tags=((declared.asset, declared.metric),),
            tag=np.zeros(len(rows), np.int32),
            source_time_us=time_us,
            value=value,
            quality=quality_of_status(code),
            code=code,
            text=text,
        )
