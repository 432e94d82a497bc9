"""What an asset may say about itself beyond its place: numbers and texts that measures read.

Keys this room knows are checked; others are kept as they are, so that a pack may ask for its own.

    planned_run_time_per_item_s   seconds, the planned run time per item (PRI of ISO 22400-2, clause 5)
    state.<STATE>                 what time in the state series' value <STATE> counts as, one of `StateTime`
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from millmark.registry.errors import InvalidEntry

AttributeValue: TypeAlias = str | float

PLANNED_RUN_TIME = "planned_run_time_per_item_s"
STATE_PREFIX = "state."


class StateTime(StrEnum):
    """The times of a work unit that a state may count as (ISO 22400-2, clause 5), and planned down time."""

    APT = "APT"
    """Actual production time."""
    AUST = "AUST"
    """Actual unit setup time."""
    ADET = "ADET"
    """Actual unit delay time."""
    ADOT = "ADOT"
    """Actual unit down time."""
    PLANNED_DOWN = "PLANNED_DOWN"
    """Outside planned busy time."""


def check_attributes(attributes: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    """The attributes as they are stored; raises `InvalidEntry` naming the first one that cannot be."""
    return {name: _checked(name, value) for name, value in attributes.items()}


def state_times(attributes: Mapping[str, AttributeValue]) -> dict[str, StateTime]:
    """The state mapping among the attributes: value of the state series (as text) -> what it counts as."""
    return {
        name.removeprefix(STATE_PREFIX): StateTime(str(value))
        for name, value in attributes.items()
        if name.startswith(STATE_PREFIX)
    }


def planned_run_time_per_item_s(attributes: Mapping[str, AttributeValue]) -> float | None:
    value = attributes.get(PLANNED_RUN_TIME)
    return None if value is None else float(value)


def _checked(name: str, value: AttributeValue) -> AttributeValue:
    if not name or name != name.strip():
        raise InvalidEntry(f"an attribute's name is text without blanks at its edges, not {name!r}")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidEntry(f"attribute {name!r} must be a number or a text, not {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidEntry(f"attribute {name!r} must be a finite number, not {value!r}")
    if name == PLANNED_RUN_TIME and (isinstance(value, str) or value <= 0):
        raise InvalidEntry(f"attribute {name!r} is a number of seconds above 0, not {value!r}")
    if name.startswith(STATE_PREFIX):
        _check_state(name, value)
    return value


def _check_state(name: str, value: AttributeValue) -> None:
    if name == STATE_PREFIX:
        raise InvalidEntry(f"attribute {name!r} names no state; write state.RUNNING = 'APT'")
    if value not in {str(time) for time in StateTime}:
        raise InvalidEntry(f"attribute {name!r} must be one of {', '.join(StateTime)}, not {value!r}")
