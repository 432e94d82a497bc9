"""Where the history lives and how much of a machine it may take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """Either `path`, a folder for the engine inside this process, or `url`, a ClickHouse server's HTTP address.

    `cluster` names a cluster that the server knows, over whose shards and replicas the tables are spread.

    `readers` connections answer queries beside the one that writes. `query_memory_bytes` bounds what one query may
    use, `threads` how many cores it may take. `cache_bytes` is the size of the embedded engine's mark cache; a server
    has its own.
    """

    path: Path | None = None
    url: str | None = None
    cluster: str | None = None
    readers: int = 2
    threads: int = 2
    query_memory_bytes: int = 512 * 1024 * 1024
    cache_bytes: int = 32 * 1024 * 1024

    def __post_init__(self) -> None:
        if (self.path is None) == (self.url is None):
            raise ValueError("the history needs either a folder (path) or a ClickHouse address (url), and not both")
        if self.cluster is not None and self.url is None:
            raise ValueError("a cluster needs the address (url) of one of its servers")
        if self.readers < 1:
            raise ValueError(f"the history needs at least one reading connection, not {self.readers}")
