"""Commits numbered blocks for ever, some of them late, and prints each when it is acknowledged; made to be killed.

Arguments: folder, first block. Checkpoints come every few blocks, so that kills hit them too.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from millmark.history import CommitBlock, History, HistorySettings, gaps
from millmark.model import PointBatch

START_US = 1_790_000_000_000_000
SERIES, SECONDS = 5, 40
BLOCK_US = SECONDS * 1_000_000
CHECKPOINT_EVERY = 4
WEEKS_BEFORE = 50_000


def block(number: int) -> CommitBlock:
    """40 seconds of 5 sensors at 1 Hz; every third block comes five blocks late, every second one holds a repeat.

    Of the others, every second one is handed over from weeks before, in order of time.
    """
    if number % 3 == 1 and number >= 5:
        place = number - WEEKS_BEFORE
    else:
        place = number - 5 if number % 3 == 0 and number >= 5 else number
        place = place * 2 + (place != number)
    seconds = np.repeat(np.arange(SECONDS, dtype=np.int64), SERIES)
    series = np.tile(np.arange(SERIES, dtype=np.uint32), SECONDS)
    time_us = START_US + place * BLOCK_US + seconds * 1_000_000
    value = (seconds * 7 + series + number) % 50 - 25.0
    quality = ((seconds + number) % 11 == 0).astype(np.uint8) * 2
    if number % 2:
        value[-SERIES:], time_us[-SERIES:] = value[:SERIES], time_us[:SERIES]
        quality[-SERIES:] = quality[:SERIES]
    zeros = np.zeros(len(series), np.int64)
    return CommitBlock(PointBatch(series, time_us, zeros, value, quality, zeros.astype(np.uint32)))


if __name__ == "__main__":
    gaps._WORTH_ROWS = 1
    number = int(sys.argv[2])
    clock_us = START_US + number * 1_000_000
    history = History.open(HistorySettings(path=Path(sys.argv[1])), now_us=lambda: clock_us)
    while True:
        clock_us += 60_000_000 // CHECKPOINT_EVERY
        history.commit(block(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1
