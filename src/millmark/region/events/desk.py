"""The books of events, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from millmark.region.catalogue import CityPack
from millmark.region.events.attendance import AttendanceBook
from millmark.region.events.events import Event, EventBook
from millmark.region.events.notes import NoteBook
from millmark.region.geography import SCHEMATIC, read_areas
from millmark.registry import Database, Registry


@dataclass(frozen=True, slots=True)
class EventDesk:
    """Events and registrations, who came, and what they were told; `attendance` is the book that figures count."""

    events: EventBook
    attendance: AttendanceBook
    notes: NoteBook

    @classmethod
    def over(
        cls,
        database: Database,
        registry: Registry,
        pack: CityPack,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> Self:
        events = EventBook(database, pack, now_us=now_us, zone=zone)
        names = {pack.city.area_code: pack.city.name_zh} | {one.adcode: one.name_zh for one in read_areas(SCHEMATIC)}
        return cls(
            events=events,
            attendance=AttendanceBook(database, pack, events, registry.enterprise, names, now_us=now_us),
            notes=NoteBook(database, now_us=now_us),
        )

    def calendar(self) -> list[Event]:
        """The events that everybody may read."""
        return self.events.calendar()
