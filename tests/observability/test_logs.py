"""The log as a person and as a program read it: one line a record, its fields apart, never a secret, never a flood."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from millmark.observability import LogSettings, request_id, start_log
from millmark.observability.logs import REPEATS, LogStream, Redaction, RepeatLimit

LOG = logging.getLogger("millmark.intake.somewhere")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    yield stream
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, LogStream):
            root.removeHandler(handler)
    logging.captureWarnings(capture=False)


def fail(error: Exception) -> None:
    raise error


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_json_line_has_time_level_logger_sentence_and_fields(written: io.StringIO) -> None:
    start_log(LogSettings("json", "info"), stream=written)
    LOG.warning("connection of gateway %r\nis closed", "gw-1", extra={"gateway": "gw-1", "bytes": 17})
    [line] = lines(written)
    assert datetime.fromisoformat(line.pop("time")).utcoffset() is not None
    assert line == {
        "level": "warning",
        "logger": "millmark.intake.somewhere",
        "message": "connection of gateway 'gw-1'\nis closed",
        "gateway": "gw-1",
        "bytes": 17,
    }


def test_a_traceback_stays_on_its_line(written: io.StringIO) -> None:
    start_log(LogSettings("json"), stream=written)
    try:
        fail(ValueError("the third\nreading"))
    except ValueError:
        LOG.exception("nothing can be stored")
    [line] = lines(written)
    assert "ValueError: the third\nreading" in line["exception"]
    assert line["level"] == "error"


def test_lines_of_a_request_carry_its_id(written: io.StringIO) -> None:
    start_log(LogSettings("json"), stream=written)
    token = request_id.set("4f2a")
    LOG.warning("within")
    request_id.reset(token)
    LOG.warning("after")
    assert [line.get("request") for line in lines(written)] == ["4f2a", None]


def test_text_is_one_sentence_with_its_fields_behind_it(written: io.StringIO) -> None:
    start_log(LogSettings("text"), stream=written)
    LOG.warning("refused", extra={"gateway": "gw-1"})
    assert written.getvalue().endswith("Z WARNING millmark.intake.somewhere: refused gateway='gw-1'\n")


def test_the_level_is_the_platforms_own_and_libraries_only_warn(written: io.StringIO) -> None:
    start_log(LogSettings("json", "info"), stream=written)
    LOG.info("of ours")
    logging.getLogger("asyncio").info("of a library")
    LOG.debug("too much")
    assert [line["message"] for line in lines(written)] == ["of ours"]


def test_starting_it_again_replaces_it(written: io.StringIO) -> None:
    start_log(LogSettings("text"), stream=written)
    start_log(LogSettings("json"), stream=written)
    LOG.warning("once")
    assert len(lines(written)) == 1


def test_known_secrets_and_passwords_in_urls_are_crossed_out(written: io.StringIO) -> None:
    start_log(LogSettings("json"), secrets=["korrekt-horse", "abc"], stream=written)
    try:
        fail(OSError("no answer from postgresql://millmark:pw%40rd9@db.example/registry with korrekt-horse"))
    except OSError:
        LOG.exception("cannot connect: %s", "http://default:s3cret-x@store:8123/", extra={"key": "korrekt-horse"})
    said = written.getvalue()
    for secret in ("korrekt-horse", "pw%40rd9", "s3cret-x"):
        assert secret not in said
    assert "http://default:***@store:8123/" in said
    # A secret of three letters would cross out half of the language.
    assert Redaction(["abc"])("abc") == "abc"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(message: str, gateway: str = "") -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "x", "levelno": logging.WARNING, "msg": message})
    if gateway:
        made.gateway = gateway
    return made


def test_repeats_are_let_through_a_few_times_a_minute_and_then_counted() -> None:
    clock = Clock()
    limit = RepeatLimit(clock)
    assert [limit.admits(record("bad packet")) for _ in range(REPEATS + 5)] == [True] * REPEATS + [False] * 5
    assert limit.admits(record("another sentence"))
    clock.now = 61
    next_one = record("bad packet")
    assert limit.admits(next_one)
    assert next_one.left_out == 5  # type: ignore[attr-defined]


def test_one_gateway_that_misbehaves_does_not_silence_another() -> None:
    limit = RepeatLimit(Clock())
    assert [limit.admits(record("bad packet", "gw-1")) for _ in range(REPEATS + 1)][-1] is False
    assert limit.admits(record("bad packet", "gw-2"))


def test_endless_kinds_of_lines_do_not_fill_the_memory() -> None:
    limit = RepeatLimit(Clock())
    for number in range(10_000):
        limit.admits(record("bad packet", f"gw-{number}"))
    assert len(limit._windows) <= 2_000
