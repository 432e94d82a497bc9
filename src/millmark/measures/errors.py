"""What can go wrong with a measure.

MeasureError
 +-- UnknownMeasure      no formula has this name and version
 +-- NotMeasurable       the subject lacks what the measure needs; the message says what to declare
 +-- InvalidParameters   parameters that no formula would have written, such as a forged claim's
"""

from __future__ import annotations


class MeasureError(Exception):
    """Base of the room's errors."""


class UnknownMeasure(MeasureError):
    """A measure or a version of its formula that this release does not know."""


class NotMeasurable(MeasureError):
    """The subject, as the registry describes it, does not have what the measure is made of."""


class InvalidParameters(MeasureError, ValueError):
    """Parameters or rows that contradict themselves or the formula."""
