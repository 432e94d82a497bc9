"""Keeps a driver's status and tells it on: at changes of state, at errors, and when bad tags come or go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from millmark.drivers.config import TagDeclaration
from millmark.drivers.driver import BadTag, DriverState, DriverStatus, OnStatus


class StatusReport:
    """The status of one driver; `addresses` say where each tag lives in the device, in the order of the tags."""

    def __init__(
        self,
        status: DriverStatus,
        tags: tuple[TagDeclaration, ...],
        addresses: tuple[str, ...],
        *,
        now_us: Callable[[], int],
        on_status: OnStatus | None,
    ) -> None:
        self._status = status
        self._tags = tags
        self._addresses = addresses
        self._now_us = now_us
        self._on_status = on_status
        self._bad: dict[int, tuple[int, str]] = {}
        self._notes: dict[str, str] = {}

    @property
    def status(self) -> DriverStatus:
        return self._status

    def state(self, state: DriverState) -> None:
        if state is not self._status.state or self._status.state_since_us is None:
            self._publish(replace(self._status, state=state, state_since_us=self._now_us()))

    def error(self, message: str) -> None:
        self._publish(replace(self._status, last_error=message, last_error_us=self._now_us()))

    def delivered(self, readings: int) -> None:
        """Counted, not told on: a busy driver delivers many times a second."""
        self._status = replace(
            self._status,
            readings_delivered=self._status.readings_delivered + readings,
            last_delivery_us=self._now_us(),
        )

    def tags(self, changed: Mapping[int, tuple[int, str] | None]) -> None:
        """Tags (by position) that went bad, with code and reason, or became good (None)."""
        bad = self._bad | {tag: why for tag, why in changed.items() if why is not None}
        for tag in [tag for tag, why in changed.items() if why is None]:
            bad.pop(tag, None)
        if bad == self._bad:
            return
        self._bad = bad
        self._publish(replace(self._status, bad_tags=tuple(self._bad_tag(tag) for tag in sorted(bad))))

    def note(self, topic: str, text: str | None) -> None:
        """A standing remark, one a topic; None takes it away."""
        notes = {name: note for name, note in self._notes.items() if name != topic}
        if text is not None:
            notes[topic] = text
        if notes != self._notes:
            self._notes = notes
            self._publish(replace(self._status, notes=tuple(notes.values())))

    def _bad_tag(self, tag: int) -> BadTag:
        code, reason = self._bad[tag]
        declared = self._tags[tag]
        return BadTag(declared.asset, declared.metric, self._addresses[tag], code, reason)

    def _publish(self, status: DriverStatus) -> None:
        self._status = status
        if self._on_status is not None:
            self._on_status(status)
