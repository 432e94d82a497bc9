"""The door behind an outside broker, for tests that kill it. Arguments: folder, port. Says "open" when it reads."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from millmark.history import History, HistorySettings
from millmark.intake import Intake
from millmark.intake.broker import BrokerSettings, BrokerSubscriber
from millmark.registry import Database, Registry


def now_us() -> int:
    return time.time_ns() // 1000


async def serve(folder: Path, port: int) -> None:
    history = History.open(HistorySettings(path=folder / "history"), now_us=now_us)
    registry = Registry(Database(f"sqlite:///{folder / 'registry.sqlite'}"))
    intake = Intake(history, registry, now_us=now_us)
    await intake.start()
    subscriber = BrokerSubscriber(
        intake,
        BrokerSettings(host="127.0.0.1", port=port, client_id="killed", group="millmark", retry_first_s=0.1),
    )
    await subscriber.start()
    while not subscriber.status.is_connected:  # noqa: ASYNC110  # once
        await asyncio.sleep(0.01)
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
