"""InfluxDB line protocol: `measurement,tag=value field=value,field=value time`, one point a line.

This is the reference: one line after the other, in plain Python. `line_protocol_reader` reads whole bodies by a kernel
and hands over here what is not plain. Source: InfluxDB v2 documentation, "Line protocol"; where it leaves a choice, the
behaviour of InfluxDB's own parser (models/points.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from millmark.wire.errors import PayloadError
from millmark.wire.readings import MAX_TIME_US

FieldValue: TypeAlias = float | int | bool | str

_PAYLOAD = "line protocol"
_FLOAT = re.compile(rb"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_INTEGER = re.compile(rb"[-+]?[0-9]+i")
_UNSIGNED = re.compile(rb"\+?[0-9]+u")
_TIME = re.compile(rb"-?[0-9]+")
_LONGEST_INTEGER = 40
_ENDS_A_MEASUREMENT, _ENDS_A_FIELD, _ENDS_A_TAG = "\\{", "\\{.", "\\,=}"
_BOOLEANS = {
    **dict.fromkeys((b"t", b"T", b"true", b"True", b"TRUE"), True),
    **dict.fromkeys((b"f", b"F", b"false", b"False", b"FALSE"), False),
}
_BACKSLASH, _NEWLINE, _SPACE, _COMMA, _EQUALS, _QUOTE, _HASH = b'\\\n ,="#'


class Precision(Enum):
    """The unit of a body's times, as `microseconds = time * multiply // divide`: nanoseconds are rounded down."""

    NANOSECONDS = (1, 1000)
    MICROSECONDS = (1, 1)
    MILLISECONDS = (1_000, 1)
    SECONDS = (1_000_000, 1)
    MINUTES = (60_000_000, 1)
    HOURS = (3_600_000_000, 1)

    @property
    def multiply(self) -> int:
        return self.value[0]

    @property
    def divide(self) -> int:
        return self.value[1]


PRECISIONS: Mapping[str, Precision] = {
    "": Precision.NANOSECONDS,
    "n": Precision.NANOSECONDS,
    "ns": Precision.NANOSECONDS,
    "u": Precision.MICROSECONDS,
    "us": Precision.MICROSECONDS,
    "ms": Precision.MILLISECONDS,
    "s": Precision.SECONDS,
    "m": Precision.MINUTES,
    "h": Precision.HOURS,
}
"""What the parameter `precision` of both HTTP interfaces (v1 and v2) may say."""


@dataclass(frozen=True, slots=True)
class Line:
    """A point with its fields; `time_us` is None when the line gives none. `number` counts from 1."""

    number: int
    measurement: str
    tags: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, FieldValue], ...]
    time_us: int | None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read: nothing of it was."""

    number: int
    text: bytes
    problem: str


@dataclass(frozen=True, slots=True)
class LineNaming:
    """How a field of a line is named here.

    The asset is made of the values of `asset_tags`, as far as a line has them, in this order; without any it is the
    gateway's root. The metric is `measurement.field`, followed by what tags are left, sorted: `{tag=value,…}`.
    `ignored_tags` take no part. Two fields have one name only if they are the same: what separates is escaped by a
    backslash where it is part of a name.
    """

    asset_tags: tuple[str, ...] = ("asset",)
    ignored_tags: tuple[str, ...] = ()

    def name(self, measurement: str, tags: Sequence[tuple[str, str]], field: str) -> tuple[str, str]:
        """(relative asset, metric)."""
        values = dict(tags)
        asset = "/".join(values[tag] for tag in self.asset_tags if tag in values)
        apart = {*self.asset_tags, *self.ignored_tags}
        rest = ",".join(
            f"{_kept(key, _ENDS_A_TAG)}={_kept(values[key], _ENDS_A_TAG)}" for key in sorted(values) if key not in apart
        )
        metric = f"{_kept(measurement, _ENDS_A_MEASUREMENT)}.{_kept(field, _ENDS_A_FIELD)}"
        return asset, f"{metric}{{{rest}}}" if rest else metric


def read_lines(body: bytes, precision: Precision) -> Iterator[Line | BadLine]:
    """Every line of a body, in order; comments and empty lines are passed over."""
    start, number = 0, 1
    while start < len(body):
        end = end_of_line(body, start)
        if (line := read_line(body[start:end], number, precision)) is not None:
            yield line
        number += body.count(b"\n", start, end) + 1
        start = end + 1


def read_line(text: bytes, number: int, precision: Precision) -> Line | BadLine | None:
    """One line without its line feed; None for a comment or an empty line."""
    text = text.removesuffix(b"\r")
    stripped = text.lstrip(b" \t")
    if not stripped or stripped.startswith(b"#"):
        return None
    try:
        return _LineReader(stripped).line(number, precision)
    except PayloadError as error:
        return BadLine(number, text, error.problem)


def end_of_line(body: bytes, start: int) -> int:
    """Where the line that begins at `start` ends: at the next line feed that is not within a text value."""
    at, in_fields, quoted, equals, commas = start, False, False, 0, 0
    if body[start : start + 1] == b"#":
        end = body.find(b"\n", start)
        return len(body) if end < 0 else end
    while at < len(body):
        byte = body[at]
        if byte == _BACKSLASH:
            at += 2
            continue
        if byte == _NEWLINE and not quoted:
            return at
        if in_fields and byte == _QUOTE and (quoted or equals > commas):
            quoted = not quoted
        elif not quoted:
            in_fields = in_fields or byte == _SPACE
            equals += in_fields and byte == _EQUALS
            commas += in_fields and byte == _COMMA
        at += 1
    return len(body)


class _LineReader:
    """Reads a line from left to right; raises `PayloadError`."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = 0

    def line(self, number: int, precision: Precision) -> Line:
        measurement = self._name(b", ", "measurement", escapable=b", ")
        tags = []
        while self._take(_COMMA):
            key = self._name(b"=", "tag", forbidden=b", ")
            self._at += 1
            tags.append((key, self._name(b", ", f"value of tag {key!r}", forbidden=b"=")))
        if len({key for key, _ in tags}) != len(tags):
            raise self._error("a tag is given twice")
        self._spaces("fields")
        fields = [self._field()]
        while self._take(_COMMA):
            fields.append(self._field())
        return Line(number, measurement, tuple(tags), tuple(fields), self._time(precision))

    def _field(self) -> tuple[str, FieldValue]:
        key = self._name(b"=", "field", forbidden=b", ")
        self._at += 1
        if self._byte() == _QUOTE:
            return key, self._string(key)
        start = self._at
        while self._byte() not in (_COMMA, _SPACE, None):
            self._at += 1
        return key, self._value(key, self._text[start : self._at])

    def _value(self, key: str, written: bytes) -> FieldValue:
        if written in _BOOLEANS:
            return _BOOLEANS[written]
        if _INTEGER.fullmatch(written) or _UNSIGNED.fullmatch(written):
            number = int(written[:-1]) if len(written) <= _LONGEST_INTEGER else 1 << 64
            least, most = (-(1 << 63), (1 << 63) - 1) if written.endswith(b"i") else (0, (1 << 64) - 1)
            if not least <= number <= most:
                raise self._error(f"the value of field {key!r} is out of the range of 64-bit integers")
            return number
        if _FLOAT.fullmatch(written):
            value = float(written)
            if value in (float("inf"), float("-inf")):
                raise self._error(f"the value of field {key!r} is out of the range of 64-bit floats")
            return value
        raise self._error(f"the value of field {key!r} is no number, text, true or false")

    def _string(self, key: str) -> str:
        start = self._at = self._at + 1
        while (byte := self._byte()) != _QUOTE:
            if byte is None:
                raise self._error(f"the text of field {key!r} does not end")
            self._at += 2 if byte == _BACKSLASH else 1
        written = self._text[start : self._at]
        self._at += 1
        if self._byte() not in (_COMMA, _SPACE, None):
            raise self._error(f"something follows the text of field {key!r}")
        return re.sub(r'\\(["\\])', r"\1", self._decoded(written))

    def _time(self, precision: Precision) -> int | None:
        written = self._text[self._at :].strip(b" ")
        if not written:
            return None
        if not _TIME.fullmatch(written) or len(written) > _LONGEST_INTEGER:
            raise self._error("the time is no whole number")
        time_us = int(written) * precision.multiply // precision.divide
        if not 0 <= time_us <= MAX_TIME_US:
            raise self._error("the time lies outside of 1970 to 9999; is `precision` right?")
        return time_us

    def _name(self, ends: bytes, what: str, forbidden: bytes = b"", escapable: bytes = b",= ") -> str:
        """Everything up to one of `ends`, which is left standing."""
        start, found = self._at, bytearray()
        while (byte := self._byte()) is not None and byte not in ends:
            if byte in forbidden:
                raise self._error(f"the {what} is followed by {chr(byte)!r}")
            following = self._text[self._at + 1 : self._at + 2]
            if byte == _BACKSLASH and following and following in escapable:
                self._at += 1
                byte = following[0]
            found.append(byte)
            self._at += 1
        if self._at == start:
            raise self._error(f"the {what} is missing")
        if byte is None and _SPACE not in ends:
            raise self._error(f"the {what} has no value")
        return self._decoded(bytes(found))

    def _spaces(self, what: str) -> None:
        while self._take(_SPACE):
            pass
        if self._byte() is None:
            raise self._error(f"the {what} are missing")

    def _take(self, byte: int) -> bool:
        if self._byte() != byte:
            return False
        self._at += 1
        return True

    def _byte(self) -> int | None:
        return self._text[self._at] if self._at < len(self._text) else None

    def _decoded(self, written: bytes) -> str:
        try:
            return written.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._error("the text is no UTF-8") from error

    def _error(self, problem: str) -> PayloadError:
        return PayloadError(_PAYLOAD, self._at, problem)


def _kept(name: str, separators: str) -> str:
    """A name in which what would separate is escaped."""
    if not any(character in separators for character in name):
        return name
    return "".join(f"\\{character}" if character in separators else character for character in name)
