"""What can go wrong in this room."""

from __future__ import annotations


class DriverError(Exception):
    """Base of the room's errors; each message says what was wrong, where, and what to do."""


class InvalidDriverConfig(DriverError):
    """A driver's settings cannot be used; the message names file, table and key."""


class DeviceUnreachable(DriverError):
    """No connection to the device, or the connection was lost; the driver tries again by itself."""


class InvalidRecording(DriverError):
    """A recording cannot be replayed: missing file or column, or no usable time axis."""
