"""Posts line protocol over several connections at once, as fast as the other side answers."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from millmark.bench.plan import MessageSource
from millmark.bench.publisher import Published, PublishingFailed

_PATIENCE_S = 60.0
_WAIT_WHEN_BUSY_S = 0.1
_MOST_REFUSALS = 600
_BUSY = 500


@dataclass(frozen=True, slots=True)
class Posting:
    """How bodies are sent: so many connections at once, so many lines in each body."""

    connections: int
    lines: int

    def __str__(self) -> str:
        return f"{self.connections} connections, {self.lines} lines a body"


@dataclass(frozen=True, slots=True)
class Door:
    """Where lines are posted; `headers` are those of each gateway, in their order."""

    port: int
    path: str
    headers: Sequence[Mapping[str, str]]


_POSTINGS = (Posting(1, 10_000), Posting(2, 10_000), Posting(4, 5_000), Posting(4, 50_000))


class _Source:
    """One gateway's lines; several connections may take bodies from it in turn."""

    def __init__(self, messages: MessageSource, headers: Mapping[str, str]) -> None:
        self.messages = messages
        self.headers = headers
        self._lock = threading.Lock()

    def body(self, count: int) -> bytearray:
        memory = bytearray(count * self.messages.longest)
        with self._lock:
            size = self.messages.fill(np.frombuffer(memory, np.uint8), count)
        return memory[:size]


@dataclass(slots=True)
class _Tally:
    """What one connection had answered."""

    bodies: int
    waits: list[float]
    refusals: int = 0


def post_lines(
    messages: Sequence[MessageSource], door: Door, posting: Posting, *, seconds: float
) -> tuple[Published, int]:
    """Posts for so many seconds and waits for the last answers; returns how often the other side was too busy as well.

    A body that was refused with a server's error is sent again after a moment. Raises `PublishingFailed`.
    """
    sources = [_Source(one, headers) for one, headers in zip(messages, door.headers, strict=True)]
    each = max(1, posting.lines // messages[0].plan.values_each)
    began = perf_counter()
    until = began + seconds
    with ThreadPoolExecutor(posting.connections) as threads:
        running = [
            threads.submit(_post, sources[number % len(sources) :: posting.connections], door, each, until)
            for number in range(posting.connections)
        ]
        tallies = [one.result() for one in running]
    waits = np.array([wait for tally in tallies for wait in tally.waits])
    done = Published(
        seconds=perf_counter() - began,
        timed_messages=sum(tally.bodies for tally in tallies) * each,
        messages=tuple(one.messages.made for one in sources),
        waits_s=waits,
        weights=np.full(len(waits), each, np.int64),
    )
    return done, sum(tally.refusals for tally in tallies)


def best_posting(messages: Sequence[MessageSource], door: Door, seconds: float) -> Posting:
    """The fastest of a few usual ways, each tried for a tenth of the seconds."""
    rates: dict[Posting, float] = {}
    for posting in _POSTINGS:
        done, _ = post_lines(messages, door, posting, seconds=seconds / 10)
        rates[posting] = done.timed_messages / done.seconds
    return max(rates, key=lambda posting: rates[posting])


def _post(sources: Sequence[_Source], door: Door, each: int, until: float) -> _Tally:
    tally = _Tally(0, [])
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=_PATIENCE_S)
    try:
        while perf_counter() < until:
            source = sources[tally.bodies % len(sources)]
            body = source.body(each)
            began = perf_counter()
            while not _is_taken(connection, door.path, source.headers, body):
                tally.refusals += 1
                if tally.refusals > _MOST_REFUSALS:
                    raise PublishingFailed(f"{door.path}: refused {tally.refusals} times")
                time.sleep(_WAIT_WHEN_BUSY_S)
            tally.waits.append(perf_counter() - began)
            tally.bodies += 1
        return tally
    except (OSError, http.client.HTTPException) as error:
        raise PublishingFailed(f"{door.path}: {error!r}") from error
    finally:
        connection.close()


def _is_taken(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str], body: bytearray) -> bool:
    """Whether the other side took the body; not when it is too busy. Raises `PublishingFailed` when it never will."""
    connection.request("POST", path, body=body, headers=dict(headers))
    answer = connection.getresponse()
    told = answer.read()
    if answer.status >= _BUSY:
        return False
    if answer.status not in (http.client.OK, http.client.NO_CONTENT):
        raise PublishingFailed(f"{path}: answered {answer.status} {told[:300].decode(errors='replace')}")
    return True
