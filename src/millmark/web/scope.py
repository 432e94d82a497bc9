"""Whose things somebody sees: one enterprise's, those of an area's enterprises, or everybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from millmark.registry import area_prefix
from millmark.web.errors import NotFound

if TYPE_CHECKING:
    from millmark.model import AssetPath


class AreaMembers:
    """The enterprises of an administrative division, looked up when first asked for and then once a request."""

    def __init__(self, area_code: str, slugs_within: Callable[[str], Mapping[int, str]]) -> None:
        self.area_code = area_code
        self._slugs_within = slugs_within

    @cached_property
    def slugs(self) -> Mapping[int, str]:
        """Slugs by id."""
        return self._slugs_within(self.area_code)

    @cached_property
    def topmost(self) -> frozenset[str]:
        return frozenset(self.slugs.values())


@dataclass(slots=True)
class Opened:
    """The enterprises whose detail an answer is about to show, by id or by the slug that an asset's path begins with;
    `action` is the permission by which it is read."""

    action: str
    ids: set[int] = field(default_factory=set)
    slugs: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.ids or self.slugs)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose things are seen: one enterprise's, those of the enterprises of an area, or everybody's.

    `department` is whose staff an account of the role department is: of proposals, factor requests and problems it sees
    what is assigned to that department. None with that role sees none of them.

    `notes` gathers, for somebody who is not of an enterprise, whose detail is about to be shown; the recorder of reads
    keeps them before the answer leaves.
    """

    enterprise_id: int | None = None
    enterprise_slug: str | None = None
    area: AreaMembers | None = None
    department: str | None = None
    notes: Opened | None = field(default=None, compare=False, repr=False)

    @property
    def is_everybody(self) -> bool:
        return self.enterprise_id is None and self.area is None

    @property
    def area_code(self) -> str | None:
        return None if self.area is None else self.area.area_code

    def admits(self, enterprise_id: int) -> bool:
        if self.area is not None:
            return enterprise_id in self.area.slugs
        return self.enterprise_id is None or self.enterprise_id == enterprise_id

    def admits_path(self, path: AssetPath) -> bool:
        """Whether an asset lies within: its first segment is the enterprise's slug."""
        if self.area is not None:
            return path.segments[0] in self.area.topmost
        return self.enterprise_id is None or path.segments[0] == self.enterprise_slug

    def admits_area(self, area_code: str) -> bool:
        """Whether what belongs to an administrative division lies within; to an enterprise none does."""
        if self.area is not None:
            return area_code.startswith(area_prefix(self.area.area_code))
        return self.enterprise_id is None

    def demand(self, enterprise_id: int, *, where: str) -> None:
        """Raises `NotFound` for what lies outside, in the words used for what does not exist."""
        if not self.admits(enterprise_id):
            raise unknown(where)
        self.opened(enterprise_id)

    def demand_path(self, path: AssetPath, *, where: str) -> None:
        if not self.admits_path(path):
            raise unknown(where)
        self.opened_path(path)

    def opened(self, enterprise_id: int) -> None:
        """Notes that one enterprise's detail is about to be shown; for what is admitted in another way than `demand`,
        such as one object of a list, or a contributor of a cell."""
        if self.notes is not None:
            self.notes.ids.add(enterprise_id)

    def opened_path(self, path: AssetPath) -> None:
        if self.notes is not None:
            self.notes.slugs.add(path.segments[0])


def unknown(where: str) -> NotFound:
    return NotFound(
        "There is nothing here by this name.", where=where, next_step="Check the name in the list it was taken from."
    )
