"""Recordings of real plants as the points and texts that Millmark would have stored had it been there.

Two are shipped with the demo. Of the others a folder holds one sub-folder each, in the form its publisher gave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from millmark.demo.recordings import TEMPERATURE_FILE, recordings_folder
from millmark.history.stamp import next_received_us
from millmark.model import PointBatch, TextBatch
from millmark.model.batch import I64

_MICROSECONDS = pa.timestamp("us")
# From a value being true to its commit, as a gateway in the same building sees it: log-normal around this median.
_DELAY_MEDIAN_US, _DELAY_SIGMA = 40_000, 0.5


if TYPE_CHECKING:
    Column: TypeAlias = pa.ChunkedArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Device:
    """Signals of one device, sampled together at `source_time_us`; a column is numbers or texts."""

    source_time_us: I64
    signals: Mapping[str, Column]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A recording's rows in the order of arrival, each identity once."""

    name: str
    points: PointBatch
    texts: TextBatch

    def __len__(self) -> int:
        return len(self.points) + len(self.texts)


def read_recordings(folder: Path) -> list[Recording]:
    """Those of the known recordings that `folder` holds; raises `FileNotFoundError` when there is none."""
    found = [
        _recorded(name, list(devices(folder / name))) for name, devices in _SOURCES.items() if (folder / name).is_dir()
    ]
    if not found:
        raise FileNotFoundError(f"no recording in {folder}: expected folders named {', '.join(_SOURCES)}")
    return found


def shipped_recordings() -> list[Recording]:
    """The two that come with the demo: a machine's temperature and a steel works' electricity."""
    folder = recordings_folder()
    temperature = pa_csv.read_csv(folder / TEMPERATURE_FILE)
    device = Device(_times(temperature.column("timestamp")), {"temperature": temperature.column("value")})
    return [_recorded("machine-temperature", [device]), _recorded("steel-energy", list(_steel(folder)))]


def _recorded(name: str, devices: list[Device]) -> Recording:
    """Numbers the series and stamps the rows: all signals of a device at one moment arrive in one commit."""
    random = np.random.default_rng(1)
    points, texts = [PointBatch.empty()], [TextBatch.empty()]
    series = 0
    for device in devices:
        time, rows = np.unique(device.source_time_us, return_index=True)
        delay = random.lognormal(np.log(_DELAY_MEDIAN_US), _DELAY_SIGMA, len(time)).astype(np.int64)
        received = np.array([next_received_us(now, 0) for now in (time + delay).tolist()], np.int64)
        zeros = np.zeros(len(time), np.uint32)
        for column in device.signals.values():
            series += 1
            signal = column.take(rows).combine_chunks()
            ids, quality = zeros + np.uint32(series), zeros.astype(np.uint8)
            if pa.types.is_string(signal.type) or pa.types.is_large_string(signal.type):
                texts.append(TextBatch(ids, time, received, pa.array(signal.to_pylist(), pa.string()), quality, zeros))
            else:
                value = signal.cast(pa.float64()).to_numpy(zero_copy_only=False)
                points.append(PointBatch(ids, time, received, value, quality, zeros))
    return Recording(name, _in_order_of_arrival(points), _texts_in_order_of_arrival(texts))


def _in_order_of_arrival(batches: list[PointBatch]) -> PointBatch:
    whole = PointBatch.from_arrow(pa.concat_tables([batch.to_arrow() for batch in batches]))
    return whole.take(np.lexsort((whole.series, whole.source_time_us)))


def _texts_in_order_of_arrival(batches: list[TextBatch]) -> TextBatch:
    whole = TextBatch.from_arrow(pa.concat_tables([batch.to_arrow() for batch in batches]))
    return whole.take(np.lexsort((whole.series, whole.source_time_us)))


def _nab(folder: Path) -> Iterator[Device]:
    for file in sorted(folder.glob("real*/*.csv")):
        table = pa_csv.read_csv(file)
        yield Device(_times(table.column("timestamp")), {file.stem: table.column("value")})


def _skab(folder: Path) -> Iterator[Device]:
    options = pa_csv.ParseOptions(delimiter=";")
    runs = [pa_csv.read_csv(file, parse_options=options) for file in sorted(folder.glob("*/*.csv"))]
    sensors = runs[0].column_names[1:9]
    whole = pa.concat_tables([run.select(["datetime", *sensors]).cast(runs[0].select(range(9)).schema) for run in runs])
    yield Device(_times(whole.column("datetime")), {name: whole.column(name) for name in sensors})


def _cnc(folder: Path) -> Iterator[Device]:
    table = pq.read_table(folder / "cnc_mill_18_experiments.parquet")
    # The recording has no clock: an hour for each experiment.
    hours = table.column("experiment").cast(pa.int64()).to_numpy() * 3_600_000
    time = (1_500_000_000_000 + hours + table.column("t_ms").cast(pa.int64()).to_numpy()) * 1_000
    yield Device(time, _signals(table, without=("experiment", "t_ms")))


def _small_manufacturer(folder: Path) -> Iterator[Device]:
    table = pa_csv.read_csv(folder / "company_A_labelled_subset.csv")
    asset = table.column("asset").cast(pa.int64()).to_numpy()
    for one in np.unique(asset):
        rows = table.take(np.flatnonzero(asset == one))
        yield Device(_times(rows.column("ts")), _signals(rows, without=("ts", "asset")))


def _steel(folder: Path) -> Iterator[Device]:
    table = pq.read_table(folder / "steel_industry_energy_2018.parquet")
    signals = _signals(table, without=("interval_end", "date_as_published", "NSM"))
    yield Device(_times(table.column("interval_end")), signals)


_SOURCES: dict[str, Callable[[Path], Iterator[Device]]] = {
    "nab": _nab,
    "skab": _skab,
    "cnc-mill-wear": _cnc,
    "sme-discrete-manufacturing": _small_manufacturer,
    "steel-energy": _steel,
}


def _times(column: Column) -> I64:
    return column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).to_numpy()


def _signals(table: pa.Table, *, without: tuple[str, ...]) -> dict[str, Column]:
    return {name: table.column(name) for name in table.column_names if name not in without}
