"""What stands before the public pages: how much one address may ask, and the pages as they were last rendered."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from millmark.model.period import SECOND_US
from millmark.web.public.licence import Licence


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered answer; `etag` is the digest of its body (RFC 9110, 8.8.3)."""

    body: bytes
    media_type: str
    etag: str
    made_us: int

    @classmethod
    def of(cls, body: bytes, media_type: str, made_us: int) -> Page:
        return cls(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:32]}"', made_us)


class Allowance:
    """Lets an address ask `burst` times at once and `per_minute` times in the long run (a token bucket).

    Addresses beyond `capacity` push out the one that asked longest ago. The clock is an argument.
    """

    def __init__(self, per_minute: int, burst: int | None = None, *, capacity: int = 20_000) -> None:
        self._rate_per_us = per_minute / (60 * SECOND_US)
        self._burst = float(burst or per_minute)
        self._capacity = capacity
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def wait_us(self, address: str, now_us: int) -> int:
        """Takes one request from the address's allowance; 0, or how long it has to wait when nothing is left."""
        with self._lock:
            left, at_us = self._left.pop(address, (self._burst, now_us))
            left = min(self._burst, left + max(0, now_us - at_us) * self._rate_per_us)
            allowed = left >= 1.0
            self._left[address] = (left - 1.0 if allowed else left, now_us)
            while len(self._left) > self._capacity:
                self._left.popitem(last=False)
            return 0 if allowed else int((1.0 - left) / self._rate_per_us) + 1


class PageCache:
    """Rendered pages by address, for `keep_us`; all are forgotten when something is published or withdrawn."""

    def __init__(self, keep_us: int, *, capacity: int = 1_000) -> None:
        self.keep_us = keep_us
        self._capacity = capacity
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._lock = Lock()

    def page(self, address: str, now_us: int, render: Callable[[], Page]) -> Page:
        """The page as kept, or rendered now. Errors of `render` are passed on and nothing is kept."""
        with self._lock:
            kept = self._pages.get(address)
        if kept is not None and 0 <= now_us - kept.made_us < self.keep_us:
            return kept
        made = render()
        with self._lock:
            self._pages[address] = made
            self._pages.move_to_end(address)
            while len(self._pages) > self._capacity:
                self._pages.popitem(last=False)
        return made

    def forget(self) -> None:
        with self._lock:
            self._pages.clear()


def templates() -> Environment:
    """The pages' templates; what is put into them is escaped, and a missing word is an error."""
    return Environment(
        loader=PackageLoader("millmark.web.public"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class PublicGate:
    """`publisher` is the office in Chinese and English."""

    publisher: tuple[str, str]
    licence: Licence = field(default_factory=Licence)
    allowance: Allowance = field(default_factory=lambda: Allowance(240))
    cache: PageCache = field(default_factory=lambda: PageCache(60 * SECOND_US))
    templates: Environment = field(default_factory=templates)
