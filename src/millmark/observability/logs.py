"""The platform's log: a line a record, as text for people or as JSON for programs, each in UTC.

What is logged carries its fields in `extra`: `gateway`, `connection`, and whatever else a program should find without
reading the sentence. A warning that comes again and again is let through a few times a minute and then counted. Secrets
are not logged by anybody; those that the settings hold are crossed out all the same, should a library print one.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Collection, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final, Literal, TextIO

ROOT: Final = "millmark"
CROSSED_OUT: Final = "***"
SHORTEST_SECRET: Final = 6
"""What is shorter is left alone: crossing out every `admin` would make a log unreadable and protect nothing."""

REPEATS: Final = 10
REPEATS_WITHIN_S: Final = 60.0
MOST_KINDS: Final = 2_000

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the HTTP request that is being answered, in every line that is logged on its behalf."""

_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_PASSWORD_IN_URL: Final = re.compile(r"(?<=://)([^\s/:@'\"]*):[^\s/@'\"]+(?=@)")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """`level` holds for the platform's own lines; libraries say warnings and worse."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "warning"


@dataclass(slots=True)
class _Window:
    """A kind of line within a minute: how often it came, and how often it was left out."""

    began: float
    seen: int = 0
    left_out: int = 0


class RepeatLimit:
    """Lets each kind of warning and error through so many times a minute. A kind is a logger's sentence, without what
    is filled into it, about one gateway; so one device that misbehaves does not silence the others. What is below a
    warning is all let through: whoever asks for that level wants each."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, int, str, str], _Window] = {}

    def admits(self, record: logging.LogRecord) -> bool:
        """Whether the record is written; the first of a new minute says in `left_out` how many were not."""
        if record.levelno < logging.WARNING:
            return True
        now = self._clock()
        kind = (record.name, record.levelno, str(record.msg), str(getattr(record, "gateway", "")))
        window = self._windows.get(kind)
        if window is None or now - window.began >= REPEATS_WITHIN_S:
            if window is not None and window.left_out:
                record.left_out = window.left_out
            if window is None and len(self._windows) >= MOST_KINDS:
                self._forget(now)
            window = self._windows[kind] = _Window(now)
        window.seen += 1
        if window.seen <= REPEATS:
            return True
        window.left_out += 1
        return False

    def _forget(self, now: float) -> None:
        old = [kind for kind, window in self._windows.items() if now - window.began >= REPEATS_WITHIN_S]
        for kind in old or list(self._windows)[: MOST_KINDS // 2]:
            del self._windows[kind]


class Redaction:
    """Crosses out the secrets that are known, and passwords inside URLs."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        # The longest first: one secret may be the beginning of another.
        known = sorted({secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(CROSSED_OUT, text)
        return _PASSWORD_IN_URL.sub(rf"\1:{CROSSED_OUT}", text) if "://" in text else text


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """What was given in `extra`, and the request on whose behalf the line is."""
    found = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
    if (request := request_id.get()) is not None:
        found.setdefault("request", request)
    return found


def json_line(record: logging.LogRecord, redact: Callable[[str], str]) -> str:
    """The record as one JSON object on one line."""
    line: dict[str, object] = {
        "time": _utc(record),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": redact(record.getMessage()),
    }
    for name, value in fields_of(record).items():
        line.setdefault(name, value if isinstance(value, int | float | bool | None) else redact(str(value)))
    if record.exc_info:
        line["exception"] = redact(logging.Formatter().formatException(record.exc_info))
    return json.dumps(line, ensure_ascii=False)


def text_line(record: logging.LogRecord, redact: Callable[[str], str]) -> str:
    """The record as a sentence, its fields behind it, a traceback below it."""
    said = f"{_utc(record)} {record.levelname} {record.name}: {record.getMessage()}"
    said += "".join(f" {name}={value!r}" for name, value in fields_of(record).items())
    if record.exc_info:
        said += "\n" + logging.Formatter().formatException(record.exc_info)
    return redact(said)


class LogStream(logging.StreamHandler[TextIO]):
    """Writes records to a stream in one of the two forms."""

    def __init__(self, settings: LogSettings, stream: TextIO, secrets: Collection[str], limit: RepeatLimit) -> None:
        super().__init__(stream)
        self._line = json_line if settings.format == "json" else text_line
        self._redact = Redaction(secrets)
        self._limit = limit

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(super().filter(record)) and self._limit.admits(record)

    def format(self, record: logging.LogRecord) -> str:
        return self._line(record, self._redact)


def start_log(
    settings: LogSettings,
    *,
    secrets: Collection[str] = (),
    silent: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """From now on the process logs in this form to the stream (its standard error); may be called again.

    `silent` names loggers of libraries that say nothing at all.
    """
    handler = LogStream(settings, stream or sys.stderr, secrets, RepeatLimit())
    root = logging.getLogger()
    for earlier in root.handlers[:]:
        if isinstance(earlier, LogStream):
            root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(ROOT).setLevel(settings.level.upper())
    for name in silent:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    logging.captureWarnings(capture=True)


class RequestLog:
    """Says each answered request in a line of level `info`."""

    def __init__(self) -> None:
        self._log = logging.getLogger(f"{ROOT}.web.requests")

    def answered(self, *, method: str, path: str, status: int, seconds: float, account: str | None) -> None:
        if self._log.isEnabledFor(logging.INFO):
            fields = {"method": method, "path": path, "status": status, "seconds": round(seconds, 6)}
            if account is not None:
                fields["account"] = account
            self._log.info("%s %s answered with %d", method, path, status, extra=fields)


def _utc(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
