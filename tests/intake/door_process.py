"""The door alone, for tests that kill it. Arguments: folder, port. Says "open" when devices may connect."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from millmark.history import History, HistorySettings
from millmark.intake import Intake, MqttListener
from millmark.registry import Database, Registry


def now_us() -> int:
    return time.time_ns() // 1000


async def serve(folder: Path, port: int) -> None:
    history = History.open(HistorySettings(path=folder / "history"), now_us=now_us)
    registry = Registry(Database(f"sqlite:///{folder / 'registry.sqlite'}"))
    intake = Intake(history, registry, now_us=now_us)
    await intake.start()
    listener = MqttListener(intake, registry, "127.0.0.1", port)
    await listener.start()
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
