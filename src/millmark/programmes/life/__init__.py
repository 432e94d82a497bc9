"""The life of a programme's objects: state machines as data, and a log of every step."""

from millmark.programmes.life.machine import Machine, Offer, Transition, transition
from millmark.programmes.life.parties import OFFICES, PLATFORM, Actor, Party, office_of_area
from millmark.programmes.life.steps import (
    ObjectKind,
    Step,
    advance,
    begin,
    must_be_version,
    record,
    steps_after,
    steps_of,
)

__all__ = [
    "OFFICES",
    "PLATFORM",
    "Actor",
    "Machine",
    "ObjectKind",
    "Offer",
    "Party",
    "Step",
    "Transition",
    "advance",
    "begin",
    "must_be_version",
    "office_of_area",
    "record",
    "steps_after",
    "steps_of",
    "transition",
]
