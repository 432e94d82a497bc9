"""kill -9 at any moment, again and again: what was acknowledged is there once, ledger and claims are intact."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from tests.faults.running import RunningPlatform, register_factory

KILLS = int(os.environ.get("MILLMARK_KILLS", "6"))
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Publisher:
    """A device that counts: value n at a time of its own, QoS 1, never more than a few hundred in flight."""

    def __init__(self, port: int, key: str) -> None:
        self.acknowledged: set[int] = set()
        self._start_ms = int(time.time() * 1000) - 3_600_000
        self._numbers: dict[int, int] = {}
        self._sent = 0
        self._stop = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="gw-1")
        self._client.username_pw_set("gw-1", key)
        self._client.reconnect_delay_set(0.05, 0.2)
        self._client.max_inflight_messages_set(200)
        self._client.on_publish = self._on_publish
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._publish, daemon=True)
        self._thread.start()

    def source_time_us(self, number: int) -> int:
        return (self._start_ms + number) * 1000

    @property
    def sent(self) -> int:
        return self._sent

    def finish(self, timeout_s: float = 30.0) -> None:
        """Stop sending, and wait until everything that was sent is acknowledged."""
        self._stop.set()
        self._thread.join()
        deadline = time.monotonic() + timeout_s
        while len(self.acknowledged) < self._sent and time.monotonic() < deadline:
            time.sleep(0.05)
        self._client.disconnect()
        self._client.loop_stop()

    def _publish(self) -> None:
        while not self._stop.is_set():
            if self._sent - len(self.acknowledged) >= 500:
                time.sleep(0.005)
                continue
            number = self._sent
            payload = json.dumps({"ts": self._start_ms + number, "values": {"count": number}})
            self._numbers[self._client.publish("millmark/gw-1/press-1", payload, qos=1).mid] = number
            self._sent += 1
            time.sleep(0.001)

    def _on_publish(self, _client: mqtt.Client, _data: object, mid: int, *_rest: object) -> None:
        # The answer may overtake the line that notes the number; it is there a moment later.
        while mid not in self._numbers:
            time.sleep(0.0005)
        self.acknowledged.add(self._numbers.pop(mid))


class Clerk:
    """Writes ledger entries one after another and remembers which were accepted."""

    def __init__(self, platform: RunningPlatform) -> None:
        self.accepted: dict[int, str] = {}
        self._platform = platform
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            subject = f"测试区域类别 {number}"
            entry = {
                "kind": "5g-covered-area-class",
                "area": "咸宁市",
                "subject": subject,
                "date": "2026-01-01",
                "source": "kill test",
            }
            try:
                self.accepted[self._platform.post("/ledger", entry)["id"]] = subject
            except (httpx.HTTPError, OSError, ValueError):
                # The platform was killed under this request: it may be kept or not, and was not accepted.
                time.sleep(0.05)
            time.sleep(0.02)


def claim_of_yesterday(platform: RunningPlatform, site: int, key: str) -> str:
    """Send a point of yesterday, seal the day, and have the connection rate claimed."""
    yesterday = datetime.now(SHANGHAI).date() - timedelta(days=1)
    noon = datetime.combine(yesterday, datetime.min.time(), SHANGHAI) + timedelta(hours=12)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="gw-1")
    client.username_pw_set("gw-1", key)
    client.connect("127.0.0.1", platform.mqtt)
    client.loop_start()
    payload = json.dumps({"ts": int(noon.astimezone(UTC).timestamp() * 1000), "values": {"count": -1}})
    client.publish("millmark/gw-1/press-1", payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    platform.post(f"/sites/{site}/seals", {"date": yesterday.isoformat()})
    claim = platform.post(
        "/claims",
        {
            "measure": "equipment_connection_rate",
            "subject": "acme/north",
            "first_date": yesterday.isoformat(),
            "last_date": yesterday.isoformat(),
        },
    )
    assert claim["value"] == 1.0
    return str(claim["id"])


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.timeout(90 + 30 * KILLS)
def test_every_acknowledged_point_is_there_once_and_ledger_and_claims_are_intact(tmp_path: Path) -> None:
    platform = RunningPlatform(tmp_path / "data")
    platform.start()
    try:
        _enterprise, site, key = register_factory(platform)
        claim = claim_of_yesterday(platform, site, key)
        publisher, clerk = Publisher(platform.mqtt, key), Clerk(platform)
        chance = random.Random(20260101)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.8))
            platform.kill()
            platform.start()
        time.sleep(1.0)
        clerk.finish()
        publisher.finish()

        series = next(one for one in platform.get("/enterprises/1")["series"] if one["metric"] == "count")["id"]
        stored = [point for point in platform.points(series) if point["value"] >= 0]
        times = Counter(point["source_time_us"] for point in stored)
        values = {int(point["value"]): point["source_time_us"] for point in stored}
        assert publisher.acknowledged, "nothing was acknowledged at all"
        assert len(publisher.acknowledged) == publisher.sent, "the device could not hand over everything in the end"
        assert publisher.acknowledged <= values.keys(), "acknowledged points are lost"
        assert max(times.values()) == 1, "points are there twice"
        assert all(values[number] == publisher.source_time_us(number) for number in publisher.acknowledged)

        entries = platform.get("/ledger", kind="5g-covered-area-class", limit=1000)["entries"]
        ledger = {entry["id"]: entry["subject"] for entry in entries}
        assert clerk.accepted, "no ledger entry was accepted at all"
        assert {number: ledger.get(number) for number in clerk.accepted} == clerk.accepted

        verification = platform.post(f"/claims/{claim}/verify", {})
        assert verification["verified"], [check for check in verification["checks"] if not check["ok"]]
        assert platform.stop() == 0
    finally:
        if platform.process is not None and platform.process.poll() is None:
            platform.kill()
