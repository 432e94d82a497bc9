"""Units as devices write them -> UCUM codes."""

from __future__ import annotations

from millmark.model import UnitSystem, UnknownUnit

NO_UNIT = "1"

# Writings that are common on machines and either no UCUM code or, worse, the code of something else.
_COMMON = {
    "°C": "Cel",
    "℃": "Cel",
    "degC": "Cel",
    "C": "Cel",
    "°F": "[degF]",
    "kWh": "kW.h",
    "Wh": "W.h",
    "MWh": "MW.h",
    "kVA": "kV.A",
    "kvar": "kV.A{reactive}",
    "kvarh": "kV.A.h{reactive}",
    "rpm": "{rotation}/min",
    "r/min": "{rotation}/min",
    "pcs": "{piece}",
    "mm/s": "mm/s",
    "m³/h": "m3/h",
    "m³": "m3",
    "m^3": "m3",
    "Nm": "N.m",
    "sec": "s",
    "hr": "h",
    "°": "deg",
    "个": "{piece}",
    "件": "{piece}",
}


class EngineeringUnits:
    """Remembers what it has seen; a plant uses a few dozen units in thousands of metrics."""

    def __init__(self, system: UnitSystem) -> None:
        self._system = system
        self._codes: dict[str, str] = {}

    def code(self, written: str | None) -> str:
        """The UCUM code for a unit as written; what is no unit the platform knows becomes '1'."""
        if not written:
            return NO_UNIT
        code = self._codes.get(written)
        if code is None:
            code = self._codes[written] = self._read(written)
        return code

    def _read(self, written: str) -> str:
        try:
            return self._system.check(_COMMON.get(written, written))
        except UnknownUnit:
            return NO_UNIT
