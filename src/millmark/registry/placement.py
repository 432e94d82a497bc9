"""Where an asset may stand: the rules of ISA-95 (IEC 62264-1, clause 5.3), pure."""

from __future__ import annotations

from collections.abc import Sequence

from millmark.model import AssetLevel, AssetPath
from millmark.registry.codes import LONGEST_PATH
from millmark.registry.errors import MisplacedAsset

# Enterprises and sites carry more than a place (a legal entity, a time zone), so they never come about by the way.
_BETWEEN = (AssetLevel.AREA, AssetLevel.LINE, AssetLevel.CELL)


def check_length(path: AssetPath) -> None:
    if len(str(path)) > LONGEST_PATH:
        raise MisplacedAsset(f"the asset path {str(path)[:60]!r}… is longer than {LONGEST_PATH} characters")


def check_free_level(path: AssetPath, level: AssetLevel) -> None:
    """Raises for the two levels that are registered by their own operations."""
    if level in (AssetLevel.ENTERPRISE, AssetLevel.SITE):
        raise MisplacedAsset(f"{str(path)!r} as {level}: register it with add_{level}, which asks for what it needs")


def check_containment(parent: AssetPath, parent_level: AssetLevel, child: AssetPath, child_level: AssetLevel) -> None:
    if not parent_level.may_contain(child_level):
        raise MisplacedAsset(
            f"{str(child)!r} is declared as {child_level}, but stands below {str(parent)!r}, which is {parent_level}; "
            f"below {parent_level} may stand only what is lower in enterprise > site > area > line > cell > equipment"
        )


def levels_between(upper: AssetLevel, child: AssetPath, child_level: AssetLevel, missing: int) -> Sequence[AssetLevel]:
    """Levels for `missing` unknown nodes between a known asset and its new descendant, top down.

    They take the levels nearest to the descendant, since equipment stands in a cell (work unit) and a cell in a line
    (work centre); equipment may be nested as deep as needed.
    """
    free = [level for level in _BETWEEN if upper.depth < level.depth < child_level.depth]
    if missing <= len(free):
        return free[len(free) - missing :]
    if child_level is AssetLevel.EQUIPMENT:
        return [*free, *[AssetLevel.EQUIPMENT] * (missing - len(free))]
    raise MisplacedAsset(
        f"{str(child)!r} is declared as {child_level}, but {missing} nodes between it and the nearest known asset "
        f"({upper}) do not fit into the levels between; register them first"
    )
