"""A platform running as a process of its own, for tests that treat it badly."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

READY_WITHIN_S = float(os.environ.get("MILLMARK_READY_WITHIN_S", "120"))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class RunningPlatform:
    """`millmark up` over a folder, on ports that stay the same from start to start."""

    folder: Path
    settings: str = ""
    web: int = field(default_factory=free_port)
    mqtt: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    ready_within_s: float = READY_WITHIN_S

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "millmark.toml").write_text(
            f'[web]\nhost = "127.0.0.1"\nport = {self.web}\n[mqtt]\nhost = "127.0.0.1"\nport = {self.mqtt}\n'
            + self.settings,
            "utf-8",
        )

    @property
    def log(self) -> str:
        return (self.folder / "up.log").read_text("utf-8", errors="replace")

    @property
    def first_password(self) -> str:
        """What it told in its log at its first start, a moment after it began to answer."""
        deadline = time.monotonic() + 10
        while (printed := re.search(r"sign in +admin / (\S+)", self.log)) is None:
            assert time.monotonic() < deadline, f"no password was told:\n{self.log}"
            time.sleep(0.02)
        return printed[1]

    def start(self) -> None:
        access = self.folder / "run" / "local.json"
        access.unlink(missing_ok=True)
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "millmark.cli", "up", "--data", str(self.folder)],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + self.ready_within_s
        while not access.exists():
            assert self.process.poll() is None, f"the platform ended with {self.process.returncode}:\n{self.log}"
            assert time.monotonic() < deadline, f"the platform did not start:\n{self.log}"
            time.sleep(0.02)

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """End it as a person would; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def api(self) -> httpx.Client:
        access = json.loads((self.folder / "run" / "local.json").read_text("utf-8"))
        return httpx.Client(
            base_url=f"{access['url']}/api",
            headers={"Authorization": f"Bearer {access['token']}"},
            timeout=30.0,
            trust_env=False,
        )

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._send("POST", path, body)

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._send("PUT", path, body)

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        with self.api() as api:
            response = api.get(path, params=query)
        assert response.is_success, f"GET {path}: {response.status_code} {response.text}"
        answer: dict[str, Any] = response.json()
        return answer

    def _send(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        with self.api() as api:
            response = api.request(method, path, json=body)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        answer: dict[str, Any] = response.json()
        return answer

    def points(self, series: int) -> list[dict[str, Any]]:
        """Every stored point of a series, in order of source time."""
        found: list[dict[str, Any]] = []
        start = 0
        while True:
            page = self.get(f"/series/{series}/points", start_us=start, end_us=4_000_000_000_000_000, limit=50_000)
            found += page["points"]
            if not page["truncated"]:
                return found
            start = found[-1]["source_time_us"] + 1


def register_factory(platform: RunningPlatform) -> tuple[int, int, str]:
    """A factory with a site and one press behind an MQTT gateway; returns enterprise, site and the gateway's key."""
    enterprise = platform.post(
        "/enterprises",
        {
            "slug": "acme",
            "name_zh": "待核实企业",
            "name_en": "To be identified",
            "area_code": "421202",
            "is_placeholder": True,
        },
    )["id"]
    site = platform.post(
        f"/enterprises/{enterprise}/sites",
        {"slug": "north", "name_zh": "北厂", "name_en": "North", "area_code": "421202"},
    )["id"]
    platform.put("/assets", {"path": "acme/north/press-1", "level": "equipment", "counts_as_equipment": True})
    platform.post("/gateways", {"id": "gw-1", "root": "acme/north", "may_register": True})
    return enterprise, site, platform.post("/gateways/gw-1/key", {})["key"]
