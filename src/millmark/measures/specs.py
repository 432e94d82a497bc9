"""Parts that the parameters of several formulas share, and how parameters turn into JSON and back."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, cast

import msgspec

from millmark.measures.errors import InvalidParameters
from millmark.measures.result import InputRef, Parameters
from millmark.measures.rows import SeriesRows
from millmark.model import Origin, Series, SeriesRole

TimeUs = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e300)]


class SeriesSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a measure relies on of a series, as declared when the measure was taken."""

    key: Name
    role: SeriesRole
    unit: Name
    origin: Origin

    @classmethod
    def of(cls, series: Series) -> SeriesSpec:
        return cls(series.key, series.role, series.unit, series.origin)

    def input(self, rows: SeriesRows) -> InputRef:
        times = rows.source_time_us
        first, last = (int(times.min()), int(times.max())) if len(times) else (None, None)
        return InputRef(self.key, self.role, self.unit, self.origin, len(times), first, last)


class FormulaParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of each formula's parameters."""


P = TypeVar("P", bound=FormulaParameters)


def as_json(parameters: FormulaParameters) -> Parameters:
    """Parameters as plain JSON values."""
    return cast("dict[str, Any]", msgspec.to_builtins(parameters))


def read_parameters(kind: type[P], parameters: Parameters) -> P:
    """The parameters of a formula; raises `InvalidParameters` naming the member that is wrong."""
    try:
        return msgspec.convert(parameters, kind)
    except msgspec.ValidationError as error:
        raise InvalidParameters(f"the parameters do not fit the formula: {error}") from error
