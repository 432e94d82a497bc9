"""What all shapes share: frozen, nothing unknown accepted, decimals as text, no bare numbers that JSON cannot carry."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from millmark.registry import LARGEST_ID


class Shape(BaseModel):
    """A JSON object of the API."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_Said = TypeVar("_Said", bound=BaseModel)


def _no_blanks(content: _Said) -> _Said:
    blank = [
        name
        for name, field in type(content).model_fields.items()
        if field.is_required() and isinstance(told := getattr(content, name), str) and not told.strip()
    ]
    if blank:
        raise PydanticCustomError("blank", "{names} must not be blank", {"names": ", ".join(blank)})
    return content


Said: TypeAlias = Annotated[_Said, AfterValidator(_no_blanks)]
"""Content as somebody sends it: what it must say is not left to spaces. What was kept earlier is read as it is."""


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


ExactNumber: TypeAlias = Annotated[
    Decimal,
    PlainSerializer(_plain, return_type=str, when_used="json"),
    Field(description="An exact decimal number, written as text so that nothing is rounded on the way."),
]
"""A Decimal that travels as plain text, never in exponent notation."""

Finite: TypeAlias = Annotated[float | None, BeforeValidator(_finite)]
"""A float, or null where there is none: JSON has neither NaN nor infinity."""

Id: TypeAlias = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""A row's number."""

TimeUs: TypeAlias = Annotated[int, Field(description="Microseconds since 1970-01-01T00:00Z (UTC).")]
