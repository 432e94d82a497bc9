"""The owner of a node changes what its machines said. Arguments: the history's folder, the value, what it becomes."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from millmark.history import History, HistorySettings

if __name__ == "__main__":
    folder, before, after = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    history = History.open(HistorySettings(path=folder), now_us=lambda: time.time_ns() // 1000)
    history._store.writer.command(
        f"ALTER TABLE millmark.points UPDATE value = {after} WHERE value = {before} SETTINGS mutations_sync = 2"
    )
    history.close()
