"""Units of measure by their UCUM codes (ucum.org), read through `pint` and `ucumvert`."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pint import Unit
    from ucumvert import PintUcumRegistry

_BARE_ANNOTATION = re.compile(r"(^|[./])(\{[^{}]*\})")


class UnknownUnit(ValueError):
    """A text that is no UCUM code, or two units that measure different things."""


class UnitSystem:
    """Reads and converts UCUM codes. Build one where parts are put together: loading the grammar takes a while."""

    @cached_property
    def _registry(self) -> PintUcumRegistry:
        # Loading the UCUM grammar costs half a second; a process that never touches a unit does not pay for it.
        from ucumvert import PintUcumRegistry

        return PintUcumRegistry()

    def check(self, code: str) -> str:
        """The code itself when it is one; raises `UnknownUnit`."""
        self._unit(code)
        return code

    def factor(self, source: str, target: str) -> Decimal:
        """What a value in `source` is multiplied by to be in `target`, e.g. Wh -> kWh: 0.001.

        Units with an offset, such as Cel and K, have no factor; convert those with `convert`.
        """
        one, zero = self.convert(1.0, source, target), self.convert(0.0, source, target)
        if zero != 0.0:
            raise UnknownUnit(f"{source!r} and {target!r} differ by an offset as well as a factor")
        return Decimal(repr(one))

    def convert(self, value: float, source: str, target: str) -> float:
        """`value` of `source` in `target`; raises `UnknownUnit` when they measure different things."""
        first, second = self._unit(source), self._unit(target)
        if first.dimensionality != second.dimensionality:
            raise UnknownUnit(f"{source!r} cannot be converted to {target!r}: they measure different things")
        return float(self._registry.Quantity(value, first).to(second).magnitude)

    def _unit(self, code: str) -> Unit:
        from lark.exceptions import LarkError
        from pint.errors import PintError

        try:
            # An annotation alone is the unit 1 (UCUM, clause 12); the parser takes annotations only behind a unit.
            return cast("Unit", self._registry.from_ucum(_BARE_ANNOTATION.sub(r"\g<1>1\g<2>", code)).units)
        except (LarkError, PintError) as error:
            raise UnknownUnit(f"{code!r} is not a UCUM unit code; examples: kW.h, Cel, m3/h, % and 1") from error
