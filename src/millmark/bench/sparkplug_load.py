"""`python -m millmark.bench.sparkplug_load`: brings Sparkplug data at QoS 1 to a listener and prints what it took.

For looking at one part alone, with a profiler say; `millmark bench intake` measures the whole and checks it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence

from millmark.bench.messages import json_data, sparkplug_births, sparkplug_data
from millmark.bench.plan import LoadPlan
from millmark.bench.publisher import Client, Published, publish

DAY_MS = 86_400_000


def started_ms(now_ms: int) -> int:
    """Midnight UTC three weeks ago: far enough back for hours of points a second, and in recent months."""
    return (now_ms // DAY_MS - 21) * DAY_MS


def clients(plan: LoadPlan, keys: Sequence[str | None], *, as_json: bool = False) -> list[Client]:
    """One for each gateway of the plan."""
    return [
        Client(
            plan.gateway(number),
            key,
            [] if as_json else sparkplug_births(plan, number),
            json_data(plan, number) if as_json else sparkplug_data(plan, number),
        )
        for number, key in enumerate(keys)
    ]


def as_figures(plan: LoadPlan, published: Published) -> dict[str, float]:
    points = published.timed_messages * plan.values_each
    return {
        "points_per_s": round(points / published.seconds),
        "seconds": round(published.seconds, 2),
        "points": points,
        "ack_p50_ms": round(published.wait_ms(0.5), 1),
        "ack_p99_ms": round(published.wait_ms(0.99), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--keys", default="", help="the gateways' keys, separated by commas; none: no sign-in")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--series", type=int, default=1200)
    parser.add_argument("--metrics", type=int, default=10)
    parser.add_argument("--window", type=int, default=8000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json-telemetry", action="store_true")
    asked = parser.parse_args()
    plan = LoadPlan(
        series=asked.series,
        gateways=asked.connections,
        values_each=asked.metrics,
        start_ms=started_ms(time.time_ns() // 1_000_000),
    )
    keys = asked.keys.split(",") if asked.keys else [None] * asked.connections
    ready = clients(plan, keys, as_json=asked.json_telemetry)
    published = publish(ready, asked.host, asked.port, seconds=asked.seconds, window=asked.window)
    json.dump(as_figures(plan, published), sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
