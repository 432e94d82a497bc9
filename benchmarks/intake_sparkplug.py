"""Where the time goes on the way of Sparkplug data from the socket to the store.

Opens the door in this process, lets another one publish at QoS 1 (`millmark.bench.sparkplug_load`), and prints one JSON
object: what the publisher saw, and how many nanoseconds of processor time a point cost here and there.

    event loop          sockets, the compiled pass, acknowledgements
    commit thread       building blocks, and the history's commit as far as it runs in the calling thread
    other threads       the history's engine
    publisher           making messages, sending them, counting acknowledgements

`--without-store` takes every block and keeps none of it: the cost of intake alone. `millmark bench intake` measures the
whole and checks that nothing is lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np

from millmark.history import CommitBlock, CommitReceipt, History, HistorySettings
from millmark.intake import Intake, IntakeSettings, MqttLimits, MqttListener
from millmark.model import AssetLevel, AssetPath, UnitSystem
from millmark.registry import Database, Registry, migrate

CONNECTIONS = 4


def now_us() -> int:
    return time.time_ns() // 1000


class Nowhere:
    """A history that takes everything and keeps nothing."""

    def __init__(self, history: History) -> None:
        self._history = history

    def commit(self, block: CommitBlock) -> CommitReceipt:
        return CommitReceipt(now_us(), len(block.points), 0, 0, 0, block.points, block.texts)

    def __getattr__(self, name: str) -> object:
        return getattr(self._history, name)


def build_registry(folder: Path, units: UnitSystem) -> tuple[Registry, list[str]]:
    database = Database(f"sqlite:///{folder / 'registry.sqlite'}")
    migrate(database)
    registry = Registry(database, units=units)
    enterprise = registry.ensure_enterprise(
        slug="bench", name_zh="测速(虚构)", name_en="Bench (fictional)", area_code="421202", is_demonstration=True
    )
    registry.ensure_site(enterprise.id, slug="site", name_zh="测速", name_en="Bench", area_code="421202")
    keys = []
    for number in range(CONNECTIONS):
        name = f"gateway-{number:02}"
        root = AssetPath(("bench", "site", name))
        registry.ensure_asset(root, AssetLevel.LINE)
        registry.ensure_gateway(name, root=root, kind="mqtt", may_register=True)
        keys.append(registry.set_gateway_key(name))
    return registry, keys


def thread_seconds() -> Counter[str]:
    """Processor seconds of this process by what its threads do."""
    known = {thread.native_id: thread.name for thread in threading.enumerate()}
    ticks = os.sysconf("SC_CLK_TCK")
    seconds: Counter[str] = Counter()
    for task in Path("/proc/self/task").iterdir():
        try:
            fields = (task / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        name = known.get(int(task.name), "other threads")
        name = {"MainThread": "event loop"}.get(name, "commit thread" if "commit" in name else "other threads")
        seconds[name] += (int(fields[11]) + int(fields[12])) / ticks
    return seconds


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / 1e6


async def run(folder: Path, asked: argparse.Namespace) -> dict[str, object]:
    units = UnitSystem()
    registry, keys = build_registry(folder, units)
    history = History.open(HistorySettings(path=folder / "history"), now_us=now_us)
    intake = Intake(
        Nowhere(history) if asked.without_store else history,  # type: ignore[arg-type]  # as much of one as is needed
        registry,
        now_us=now_us,
        settings=IntakeSettings(**json.loads(asked.settings)),
        units=units,
    )
    await intake.start()
    listener = MqttListener(intake, registry, "127.0.0.1", 0, MqttLimits(**json.loads(asked.limits)))
    await listener.start()
    before = thread_seconds()
    load = ["-m", "millmark.bench.sparkplug_load", "--port", str(listener.port), "--keys", ",".join(keys)]
    load += ["--seconds", str(asked.seconds), "--window", str(asked.window), "--series", str(asked.series)]
    process = await asyncio.create_subprocess_exec(sys.executable, *load, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    used = thread_seconds() - before
    stats = intake.stats()
    await listener.stop()
    await intake.stop()
    history.close()
    figures: dict[str, object] = json.loads(output)
    publisher = resource.getrusage(resource.RUSAGE_CHILDREN)
    used["publisher"] = publisher.ru_utime + publisher.ru_stime
    return figures | {
        "stored": stats.points_stored,
        "blocks": stats.blocks,
        "points_per_block": round(stats.points_stored / max(stats.blocks, 1)),
        "commit_p99_ms": round((stats.commit_latency_p99_us or 0) / 1000, 1),
        "ns_per_point": {name: round(seconds / stats.points_stored * 1e9, 1) for name, seconds in used.items()},
        "rss_mb": round(resident_mb()),
        "load_average": np.round(os.getloadavg(), 1).tolist(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--window", type=int, default=8_000)
    parser.add_argument("--series", type=int, default=1_200)
    parser.add_argument("--without-store", action="store_true")
    parser.add_argument("--settings", default="{}", help="of the intake, as JSON")
    parser.add_argument("--limits", default="{}", help="of the listener, as JSON")
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(run(Path(folder), parser.parse_args()))))


if __name__ == "__main__":
    main()
