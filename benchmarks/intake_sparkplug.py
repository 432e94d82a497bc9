"""How many Sparkplug metrics a second become durable and acknowledged, beside what the store alone can take.

A publisher process sends DDATA with QoS 1 (10 metrics a message) over four connections to the real listener, keeping at
most a window of messages unacknowledged. In the same run the same points go straight into a second history, as
blocks of the size that intake commits, which is the physical limit. Prints one JSON object:

    points_per_s, seconds, points   through the listener, counted at the last PUBACK
    ack_p50_ms, ack_p99_ms          from sending a message to its PUBACK
    lost, double                    points acknowledged but not stored, or stored twice; found by reading all back
    raw_insert_points_per_s         the same points written straight to the history
    share_of_raw_insert             the first over the last
    rss_mb                          resident memory of the listening process, its history included
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing as mp
import os
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from millmark.history import CommitBlock, History, HistorySettings
from millmark.intake import Intake, IntakeSettings, MqttListener
from millmark.model import AssetLevel, AssetPath, Period, PointBatch, TextBatch, UnitSystem
from millmark.registry import Database, Registry, migrate
from millmark.wire.mqtt import Connack, Connect, PacketStream, Puback, Publish, encode_packet
from millmark.wire.sparkplug import Metric, SparkplugType, encode_payload

CONNECTIONS, METRICS, WINDOW = 4, 10, 2_000
MESSAGES = int(os.environ.get("MILLMARK_BENCH_MESSAGES", "10000"))
START_MS = 1_790_000_000_000


def now_us() -> int:
    return time.time_ns() // 1000


def birth(kind: str, node: str, seq: int) -> bytes:
    metrics = [
        Metric(0.0, SparkplugType.DOUBLE, name=f"signal-{number}", alias=number, time_ms=START_MS)
        for number in range(METRICS)
    ]
    device = "/machine" if kind == "DBIRTH" else ""
    payload = encode_payload(metrics if device else [], timestamp_ms=START_MS, seq=seq)
    return encode_packet(Publish(f"spBv1.0/bench/{kind}/{node}{device}", payload, 0, None))


def data(node: str, number: int) -> bytes:
    time_ms = START_MS + 1 + number
    metrics = [
        Metric(float(number + alias), SparkplugType.DOUBLE, alias=alias, time_ms=time_ms, sends_datatype=False)
        for alias in range(METRICS)
    ]
    payload = encode_payload(metrics, timestamp_ms=time_ms, seq=(number + 2) % 256)
    packet_id = number % 65_000 + 1
    return encode_packet(Publish(f"spBv1.0/bench/DDATA/{node}/machine", payload, 1, packet_id))


def publisher(port: int, keys: dict[str, str], results: Connection) -> None:
    """The body of the publishing process."""
    results.send(asyncio.run(publish(port, keys)))


async def publish(port: int, keys: dict[str, str]) -> tuple[float, list[float]]:
    """Seconds until the last PUBACK, and the wait of every message. Everything is encoded before the clock runs."""
    sent = {name: [data(name, number) for number in range(MESSAGES)] for name in keys}
    began = time.perf_counter()
    waits = await asyncio.gather(*(one_connection(port, name, keys[name], sent[name]) for name in keys))
    return time.perf_counter() - began, [wait for waits_of_one in waits for wait in waits_of_one]


async def one_connection(port: int, name: str, key: str, messages: list[bytes]) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    stream = PacketStream(max_packet_size=1 << 20)
    writer.write(encode_packet(Connect(name, keep_alive_s=0, user_name=name, password=key.encode())))
    stream.feed(await reader.read(4096))
    assert any(isinstance(packet, Connack) and packet.return_code == 0 for packet in stream.packets())
    writer.write(birth("NBIRTH", name, 0) + birth("DBIRTH", name, 1))
    sent_at: list[float] = []
    waits: list[float] = []
    while len(waits) < len(messages):
        room = min(WINDOW - (len(sent_at) - len(waits)), len(messages) - len(sent_at))
        if room > 0:
            writer.write(b"".join(messages[len(sent_at) : len(sent_at) + room]))
            sent_at += [time.perf_counter()] * room
        stream.feed(await reader.read(1 << 18))
        now = time.perf_counter()
        for packet in stream.packets():
            if isinstance(packet, Puback):
                # The listener acknowledges in the order of arrival.
                waits.append(now - sent_at[len(waits)])
    writer.close()
    return waits


def build_registry(folder: Path, units: UnitSystem) -> tuple[Registry, dict[str, str]]:
    database = Database(f"sqlite:///{folder / 'registry.sqlite'}")
    migrate(database)
    registry = Registry(database, units=units)
    enterprise = registry.ensure_enterprise(
        slug="bench", name_zh="测速(虚构)", name_en="Bench (fictional)", area_code="421202", is_demonstration=True
    )
    registry.ensure_site(enterprise.id, slug="site", name_zh="测速", name_en="Bench", area_code="421202")
    keys = {}
    for number in range(CONNECTIONS):
        root = AssetPath(("bench", "site", f"node-{number}"))
        registry.ensure_asset(root, AssetLevel.LINE)
        registry.ensure_gateway(f"node-{number}", root=root, kind="mqtt", may_register=True)
        keys[f"node-{number}"] = registry.set_gateway_key(f"node-{number}")
    return registry, keys


async def through_the_listener(folder: Path) -> tuple[float, list[float], History]:
    units = UnitSystem()
    registry, keys = build_registry(folder, units)
    history = History.open(HistorySettings(path=folder / "history"), now_us=now_us)
    intake = Intake(history, registry, now_us=now_us, settings=IntakeSettings(), units=units)
    await intake.start()
    listener = MqttListener(intake, registry, "127.0.0.1", 0)
    await listener.start()
    receiving, sending = mp.get_context("spawn").Pipe(duplex=False)
    process = mp.get_context("spawn").Process(target=publisher, args=(listener.port, keys, sending))
    process.start()
    seconds, waits = await asyncio.to_thread(receiving.recv)
    process.join()
    await listener.stop()
    await intake.stop()
    return seconds, waits, history


def stored_points(history: History) -> PointBatch:
    points, _ = history.latest()
    return history.raw(points.series.tolist(), Period(0, 2**52))


def raw_insert(history: History, points: PointBatch, blocks: int) -> float:
    """Seconds to write the same points again under other series, in as many blocks as intake made of them."""
    shifted = PointBatch(
        points.series + np.uint32(1_000_000),
        points.source_time_us,
        points.received_time_us,
        points.value,
        points.quality,
        points.code,
    )
    order = np.argsort(shifted.source_time_us, kind="stable")
    began = time.perf_counter()
    for rows in np.array_split(order, blocks):
        history.commit(CommitBlock(shifted.take(rows), TextBatch.empty(), ()))
    return time.perf_counter() - began


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024 / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        seconds, waits, history = asyncio.run(through_the_listener(Path(folder)))
        rss_mb = resident_mb()
        stored = stored_points(history)
        # Births come earlier; a node that hangs up leaves one bad point a series, which nobody sent.
        data_rows = stored.take((stored.source_time_us > START_MS * 1000) & (stored.quality == 0))
        expected = CONNECTIONS * MESSAGES * METRICS
        identities = np.unique(np.stack([data_rows.series.astype(np.int64), data_rows.source_time_us]), axis=1).shape[1]
        blocks = max(1, len(np.unique(data_rows.received_time_us)))
        raw_seconds = raw_insert(history, data_rows, blocks)
        history.close()
    quantiles = np.percentile(np.array(waits) * 1000, [50, 99])
    result = {
        "points_per_s": round(expected / seconds),
        "seconds": round(seconds, 3),
        "points": expected,
        "commits": blocks,
        "ack_p50_ms": round(float(quantiles[0]), 1),
        "ack_p99_ms": round(float(quantiles[1]), 1),
        "lost": expected - identities,
        "double": len(data_rows) - identities,
        "raw_insert_points_per_s": round(expected / raw_seconds),
        "share_of_raw_insert": round(raw_seconds / seconds, 3),
        "rss_mb": round(rss_mb),
    }
    json.dump(result, sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
