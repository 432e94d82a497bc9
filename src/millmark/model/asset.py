"""Where a thing stands in a plant: the equipment hierarchy of ISA-95 (IEC 62264-1, clause 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

# '/' separates segments; '+' and '#' are MQTT wildcards (3.1.1, clause 4.7.1); ':' separates an asset from its metric.
_FORBIDDEN = frozenset("/+#:")


class InvalidAssetPath(ValueError):
    """A path that cannot name an asset; the message says which segment is wrong and why."""


class AssetLevel(StrEnum):
    """Levels of the ISA-95 equipment hierarchy; `line` is a work centre, `cell` a work unit."""

    ENTERPRISE = "enterprise"
    SITE = "site"
    AREA = "area"
    LINE = "line"
    CELL = "cell"
    EQUIPMENT = "equipment"

    @property
    def depth(self) -> int:
        """0 for the enterprise, rising towards the equipment."""
        return list(AssetLevel).index(self)

    def may_contain(self, child: AssetLevel) -> bool:
        """Whether `child` may stand below this level; levels may be skipped, never reversed.

        Equipment may hold equipment: ISA-95 lets equipment be made of equipment.
        """
        if self is AssetLevel.EQUIPMENT:
            return child is AssetLevel.EQUIPMENT
        return child.depth > self.depth


@dataclass(frozen=True, slots=True, order=True)
class AssetPath:
    """The names from the enterprise down to an asset, e.g. `acme/north/press-shop/line-1/press-1`."""

    segments: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.segments:
            raise InvalidAssetPath("an asset path needs at least one segment, the enterprise")
        for position, segment in enumerate(self.segments, start=1):
            _check_segment(segment, position)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `enterprise/site/…`; raises `InvalidAssetPath`."""
        return cls(tuple(text.split("/")))

    def __str__(self) -> str:
        return "/".join(self.segments)

    @property
    def name(self) -> str:
        return self.segments[-1]

    @property
    def parent(self) -> AssetPath | None:
        return AssetPath(self.segments[:-1]) if len(self.segments) > 1 else None

    def child(self, *names: str) -> AssetPath:
        return AssetPath(self.segments + names)

    def join(self, relative: str) -> AssetPath:
        """The asset at `relative` (`line-1/press-1`) below this one; an empty text is this asset itself."""
        return self if not relative else AssetPath(self.segments + tuple(relative.split("/")))

    def is_under(self, other: AssetPath) -> bool:
        """Whether this asset is `other` or stands anywhere below it."""
        return self.segments[: len(other.segments)] == other.segments


def _check_segment(segment: str, position: int) -> None:
    if not segment or segment != segment.strip():
        raise InvalidAssetPath(f"segment {position} of an asset path is empty or has blanks at its edge: {segment!r}")
    bad = sorted({character for character in segment if character in _FORBIDDEN or not character.isprintable()})
    if bad:
        raise InvalidAssetPath(f"segment {position} of an asset path, {segment!r}, must not contain {bad!r}")
