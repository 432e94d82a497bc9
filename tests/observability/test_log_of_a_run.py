"""The log of a platform that was really used, and misused: a JSON object a line, and no secret in any of them."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.faults.running import RunningPlatform, register_factory

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PASSWORD = "a river turns the mill 4711"
WRONG = "never-the-key-0815"


def publish(port: int, gateway: str, key: str, topic: str, payload: bytes) -> None:
    """Publishes if it is let in."""
    answered = threading.Event()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="press-7", reconnect_on_failure=False)
    client.username_pw_set(gateway, key)
    client.on_connect = lambda *_: answered.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert answered.wait(20)
    if client.is_connected():
        client.publish(topic, payload, 1).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


def use_and_misuse(platform: RunningPlatform, scrape_token: str) -> list[str]:
    """Everything that takes a secret, with the right one and with a wrong one; returns the secrets."""
    used = [PASSWORD, WRONG, scrape_token, platform.first_password]
    _, _, key = register_factory(platform)
    used.append(key)
    publish(platform.mqtt, "gw-1", key, "millmark/gw-1/press-1", json.dumps({"speed": 1.5}).encode())
    publish(platform.mqtt, "gw-1", key, "millmark/gw-1/press-1", b"{no json")
    for _ in range(30):
        publish(platform.mqtt, "gw-1", WRONG, "millmark/gw-1/press-1", b"{}")
    access = json.loads((platform.folder / "run" / "local.json").read_text("utf-8"))
    used.append(access["token"])
    with httpx.Client(base_url=access["url"], trust_env=False, timeout=30) as stranger:
        stranger.post("/api/session", json={"account": "admin", "password": WRONG})
        signed_in = stranger.post("/api/session", json={"account": "admin", "password": platform.first_password})
        cookie = signed_in.cookies["millmark_session"]
        used.append(cookie)
        headers = {"Cookie": f"millmark_session={cookie}"}
        body = {"current": platform.first_password, "new": PASSWORD}
        assert stranger.put("/api/session/password", json=body, headers=headers).is_success
        stranger.get("/metrics", headers={"Authorization": f"Bearer {WRONG}"})
        scraped = stranger.get("/metrics", headers={"Authorization": f"Bearer {scrape_token}"})
        families = {family.name for family in text_string_to_metric_families(scraped.text)}
        assert "millmark_intake_points_stored" in families
        basic = base64.b64encode(f"gw-1:{key}".encode()).decode()
        used.append(basic)
        for authorization in (f"Token {key}", f"Token {WRONG}", f"Basic {basic}"):
            address = f"/api/v2/write?bucket=x&p={key}"
            stranger.post(address, content="press speed=1", headers={"Authorization": authorization})
        stranger.get("/api/intake", headers={"X-Request-Id": "seen-by-a-user"})
    return used


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """The log of a run, and the secrets that were used in it."""
    folder: Path = tmp_path_factory.mktemp("run") / "node"
    (folder / "keys").mkdir(parents=True, mode=0o700)
    scrape_token = secrets.token_hex(32)
    (folder / "keys" / "scrape.token").write_text(scrape_token)
    settings = '[log]\nformat = "json"\nlevel = "debug"\n[metrics]\ntoken_file = "keys/scrape.token"\n'
    platform = RunningPlatform(folder, settings)
    platform.start()
    try:
        used = use_and_misuse(platform, scrape_token)
    finally:
        assert platform.stop() == 0
    return platform.log, used


def lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def test_every_line_is_one_object_with_time_level_logger_and_sentence(run: tuple[str, list[str]]) -> None:
    log, _ = run
    # What a person sees at the start is printed, not logged.
    announced = [line for line in log.splitlines() if line and not line.startswith("{")]
    greeting = {"console", "mqtt", "folder", "sign", "Ctrl-C", "stopping"}
    assert {line.split()[0] for line in announced} <= greeting, announced
    assert len(lines(log)) > 20
    for line in lines(log):
        assert line["time"].endswith("Z")
        assert line["level"] in {"debug", "info", "warning", "error"}
        assert {"logger", "message"} <= line.keys()


def test_no_secret_is_in_any_line(run: tuple[str, list[str]]) -> None:
    log, used = run
    logged = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines(log))
    for number, secret in enumerate(used):
        assert secret not in logged, f"secret {number} is in the log"


def test_who_was_refused_is_named_and_a_flood_of_refusals_is_counted(run: tuple[str, list[str]]) -> None:
    log, _ = run
    refused = [line for line in lines(log) if "is refused" in line["message"]]
    assert {(line["gateway"], line["connection"]) for line in refused} == {("gw-1", "press-7")}
    # Thirty within a minute, or in two of them on a slow machine.
    assert 10 <= len(refused) <= 21


def test_requests_are_told_with_their_id_their_route_and_who_asked(run: tuple[str, list[str]]) -> None:
    log, _ = run
    told = [line for line in lines(log) if line["logger"] == "millmark.web.requests"]
    [seen] = [line for line in told if line["request"] == "seen-by-a-user"]
    assert (seen["method"], seen["path"], seen["status"]) == ("GET", "/api/intake", 200)
    by_account = {line.get("account") for line in told}
    assert {"admin", "scrape"} <= by_account
    assert all("?" not in line["path"] for line in told)
