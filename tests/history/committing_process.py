"""Commits numbered blocks for ever and prints each receipt; made to be killed. Arguments: folder, first block."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from millmark.history import CommitBlock, History, HistorySettings, QuarantinedReading
from millmark.model import PointBatch, TextBatch

START_US = 1_790_000_000_000_000
ROWS = 40
MONTH_US = 31 * 86_400_000_000


def block(number: int) -> CommitBlock:
    """40 points in two months, 10 texts, one conflict within the block and two quarantined readings."""
    series = np.arange(ROWS + 1, dtype=np.uint32) % ROWS
    time_us = START_US + number * 1_000_000 + (series % 2).astype(np.int64) * MONTH_US
    value = np.full(ROWS + 1, float(number))
    value[-1] = -1.0  # contradicts the first row
    zeros = np.zeros(ROWS + 1, np.int64)
    points = PointBatch(series, time_us, zeros, value, zeros.astype(np.uint8), zeros.astype(np.uint32))
    texts = TextBatch(
        series[:10] + np.uint32(1000),
        time_us[:10],
        zeros[:10],
        pa.array([f"block {number}"] * 10),
        zeros[:10].astype(np.uint8),
        zeros[:10].astype(np.uint32),
    )
    aside = tuple(
        QuarantinedReading(0, "gateway", "asset", f"metric {place}", START_US + number, "x", "future", "")
        for place in range(2)
    )
    return CommitBlock(points, texts, aside)


if __name__ == "__main__":
    history = History.open(HistorySettings(path=Path(sys.argv[1])), now_us=lambda: time.time_ns() // 1000)
    number = int(sys.argv[2])
    while True:
        receipt = history.commit(block(number))
        told = {"block": number, "received": receipt.received_time_us, "rows": receipt.stored + receipt.duplicates}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        number += 1
