"""JSON with one spelling only (RFC 8785), so that a changed byte is a changed document."""

from __future__ import annotations

import json
from typing import NoReturn, TypeVar

import msgspec
import rfc8785

from millmark.evidence.errors import Malformed

_EXACT = 2**53

T = TypeVar("T", bound=msgspec.Struct)


def canonical(document: msgspec.Struct) -> bytes:
    """The canonical JSON of a document."""
    return rfc8785.dumps(msgspec.to_builtins(document, str_keys=True))


def read_canonical(data: bytes, kind: type[T]) -> T:
    """A document from its canonical JSON; raises `Malformed` for any other spelling or shape."""
    try:
        value = json.loads(data.decode("utf-8"), parse_int=_number, parse_constant=_no_constant)
        spelled = rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"it is not JSON as RFC 8785 has it: {error}") from error
    if spelled != data:
        raise Malformed(f"it departs from canonical JSON (RFC 8785) at byte {_first_difference(spelled, data)}")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Malformed(f"it has another shape than expected: {error}") from error


def _number(digits: str) -> int | float:
    # JSON has one kind of number: beyond 2**53 a float is written without point or exponent, and is read back as one.
    number = int(digits)
    return number if abs(number) < _EXACT else float(digits)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _first_difference(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((position for position, (a, b) in pairs if a != b), min(len(one), len(other)))
