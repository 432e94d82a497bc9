"""The process is killed at moments of chance while a device publishes: what was acknowledged is there, once."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from millmark.history import History, HistorySettings
from millmark.model import Period
from millmark.registry import Database, Registry

KILLS = int(os.environ.get("MILLMARK_KILLS", "5"))
SCRIPT = Path(__file__).with_name("door_process.py")

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(60 + 15 * KILLS)]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Publisher:
    """Publishes numbered readings at QoS 1 without a pause and remembers which were acknowledged.

    Some carry a number, some a text; each has a time of its own, so that a second delivery is the same point.
    """

    def __init__(self, port: int, key: str) -> None:
        self.acknowledged: set[int] = set()
        self.start_ms = time.time_ns() // 1_000_000 - 3_600_000
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="publisher")
        self._client.username_pw_set("gw", key)
        self._client.reconnect_delay_set(1, 1)
        self._client.max_inflight_messages_set(500)
        self._client.on_publish = self._on_publish
        self._number_of: dict[int, int] = {}
        self._stopping = threading.Event()
        self._client.connect_async("127.0.0.1", port, keepalive=10)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._publish, daemon=True)
        self._thread.start()

    def finish(self, within_s: float = 30.0) -> int:
        """Stops publishing, waits for what is open, and returns how many readings there were."""
        self._stopping.set()
        self._thread.join(10)
        deadline = time.monotonic() + within_s
        while len(self.acknowledged) < self.count and time.monotonic() < deadline:
            time.sleep(0.05)
        self._client.disconnect()
        self._client.loop_stop()
        return self.count

    def _publish(self) -> None:
        self.count = 0
        while not self._stopping.is_set():
            if self.count - len(self.acknowledged) < 400 and self._client.is_connected():
                value: int | str = self.count if self.count % 3 else f"part {self.count}"
                name = "n" if self.count % 3 else "s"
                reading = {"ts": self.start_ms + self.count, "values": {name: value}}
                # No lock is held here: the client calls back with one of its own, which `publish` takes, too.
                self._number_of[self._client.publish("millmark/gw/press", json.dumps(reading), qos=1).mid] = self.count
                self.count += 1
            time.sleep(0.001)

    def _on_publish(self, _client: object, _data: object, mid: int, _reason: object, _properties: object) -> None:
        # The answer may overtake the line that notes the number; it is there a moment later.
        while mid not in self._number_of:
            time.sleep(0.0005)
        self.acknowledged.add(self._number_of.pop(mid))


def test_acknowledged_readings_survive_kills_each_exactly_once(
    tmp_path: Path, template_registry: tuple[Path, dict[str, str]]
) -> None:
    template, keys = template_registry
    (tmp_path / "registry.sqlite").write_bytes(template.read_bytes())
    port, chance = free_port(), random.Random()
    publisher = Publisher(port, keys["gw"])
    acknowledged_at_kills = []
    for number in range(KILLS + 1):
        with subprocess.Popen([sys.executable, SCRIPT, tmp_path, str(port)], stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == b"open\n"
                if number < KILLS:
                    before = len(publisher.acknowledged)
                    while len(publisher.acknowledged) == before:
                        time.sleep(0.01)
                    time.sleep(chance.random() * 0.7)
                else:
                    count = publisher.finish()
            finally:
                process.kill()
            acknowledged_at_kills.append(len(publisher.acknowledged))

    assert len(publisher.acknowledged) == count, "not everything was acknowledged in the end"
    assert all(later > earlier for earlier, later in pairwise(acknowledged_at_kills[:KILLS]))

    history = History.open(HistorySettings(path=tmp_path / "history"), now_us=lambda: time.time_ns() // 1000)
    registry = Registry(Database(f"sqlite:///{tmp_path / 'registry.sqlite'}"))
    try:
        everything = Period(0, 2**52)
        numbers = history.raw([registry.series_by_key("acme/north/press:n").id], everything)
        texts = history.raw_text([registry.series_by_key("acme/north/press:s").id], everything)
        stored = Counter(int(value) for value in numbers.value.tolist())
        stored.update(int(str(text).removeprefix("part ")) for text in texts.value.to_pylist())
        assert stored == Counter(range(count))
        for batch in (numbers, texts):
            assert len(set(batch.source_time_us.tolist())) == len(batch)
        conflicts, text_conflicts = history.conflicts()
        assert len(conflicts) + len(text_conflicts) == 0
    finally:
        history.close()
        registry.database.close()
