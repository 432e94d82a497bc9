"""How a Sparkplug value says how good it is (Sparkplug 3.0, clause 6.4.13: the metric property `Quality`)."""

from __future__ import annotations

from millmark.model import Quality

QUALITY_PROPERTY = "Quality"
UNREADABLE_QUALITY = (int(Quality.UNCERTAIN), 0x40000000)
"""(class, code) of a value whose properties cannot be read: it may be fine, or its source may have said otherwise."""

_UNIT_NAMES = frozenset({"engunit", "engunits", "engineeringunit", "engineeringunits", "unit", "units"})

NO_COMMUNICATION_CODE = 0x80310000
"""OPC UA Bad_NoCommunication: what a value is once its edge node or device has died (Sparkplug: STALE)."""

_GOOD, _STALE = 192, 500
_BAD_CODE, _LAST_USABLE_CODE, _UNCERTAIN_CODE = 0x80000000, 0x40900000, 0x40000000


def quality_of_property(number: int) -> tuple[int, int]:
    """(quality class, OPC UA status code) of a `Quality` property: 0 bad, 192 good, 500 stale.

    The values between are OPC DA qualities, which many gateways pass through: 64 and above uncertain, 192 and above
    good.
    """
    if number == _STALE:
        return int(Quality.UNCERTAIN), _LAST_USABLE_CODE
    if _GOOD <= number < 256:
        return int(Quality.GOOD), 0
    if 64 <= number < _GOOD:
        return int(Quality.UNCERTAIN), _UNCERTAIN_CODE
    return int(Quality.BAD), _BAD_CODE


def is_engineering_unit(key: str) -> bool:
    """Whether a property of this name holds the unit; the specification names none, edge nodes use a few."""
    return key.replace(" ", "").replace("_", "").casefold() in _UNIT_NAMES
