"""What else takes points on this machine, from Debian's packages, each with an empty folder and a loopback port."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from millmark.bench.child import Child, child, free_port, listens

_SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin"
_ANSWERS_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Peer:
    """A running peer and the port it is spoken to at."""

    server: Child
    port: int

    def get(self, path: str, **query: str) -> bytes:
        return self._answer("GET", path, query)

    def post(self, path: str, body: bytes = b"", **query: str) -> bytes:
        return self._answer("POST", path, query, body)

    def _answer(self, method: str, path: str, query: Mapping[str, str], body: bytes = b"") -> bytes:
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=_ANSWERS_WITHIN_S, trust_env=False) as line:
            return line.request(method, path, params=query, content=body).raise_for_status().content


def program(name: str) -> str | None:
    """Where a program is; None when it is not installed."""
    return shutil.which(name) or shutil.which(name, path=_SYSTEM_FOLDERS)


@contextmanager
def victoria_metrics(command: str, folder: Path) -> Iterator[Peer]:
    """VictoriaMetrics, single node, as it comes; it keeps a month unless told otherwise."""
    port = free_port()
    arguments = [
        command,
        f"-storageDataPath={folder / 'data'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-loggerLevel=WARN",
    ]
    with child("VictoriaMetrics", arguments, folder, lambda: listens(port)) as server:
        yield Peer(server, port)


@contextmanager
def influxdb(command: str, folder: Path, *, compacts_after_s: int = 600) -> Iterator[Peer]:
    """InfluxDB 1.x as it comes (each write synced to its log), with its limits on cache and series lifted.

    What was not written to for `compacts_after_s` is packed.
    """
    port, backup_port = free_port(), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "influxdb.conf"
    configuration.write_text(
        f"""reporting-disabled = true
bind-address = "127.0.0.1:{backup_port}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
query-log-enabled = false
cache-snapshot-write-cold-duration = "{compacts_after_s}s"
compact-full-write-cold-duration = "{compacts_after_s}s"
cache-max-memory-size = "4g"
max-series-per-database = 0
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
max-body-size = 0
[monitor]
store-enabled = false
[logging]
level = "error"
""",
        "utf-8",
    )
    with child("InfluxDB", [command, "-config", str(configuration)], folder, lambda: listens(port)) as server:
        peer = Peer(server, port)
        peer.post("/query", q="CREATE DATABASE bench")
        yield peer


@contextmanager
def mosquitto(command: str, folder: Path) -> Iterator[Peer]:
    """Mosquitto without persistence, its queues without bounds."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n"
        "max_inflight_messages 0\nset_tcp_nodelay true\n",
        "utf-8",
    )
    with child("Mosquitto", [command, "-c", str(configuration)], folder, lambda: listens(port)) as server:
        yield Peer(server, port)
