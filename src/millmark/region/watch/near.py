"""Who is near the above-scale line: revenue of the last twelve months against the threshold, from both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from millmark.region.watch.profiles import Profile
from millmark.region.watch.scale import ScalePack, Threshold

Side = Literal["may_enter", "close_below", "may_leave", "close_above"]


@dataclass(frozen=True, slots=True)
class TwelveMonths:
    """What an enterprise reported of the last twelve months: how many of them, and the revenue in all."""

    enterprise_id: int
    months: int
    revenue_fen: int


@dataclass(frozen=True, slots=True)
class Near:
    """An enterprise near its line. `share` is the revenue of the reported months, as of twelve, over the threshold.

    `may_enter`: over the line and not on the roster; `close_below`: less than `within` under it; `may_leave`: on the
    roster and under the line; `close_above`: on the roster and less than `within` over it.
    """

    enterprise_id: int
    threshold: Threshold
    months: int
    revenue_fen: int
    share: float
    side: Side
    on_roster: bool


def near_the_line(
    reported: Iterable[TwelveMonths],
    profiles: Mapping[int, Profile],
    on_roster: frozenset[int],
    scale: ScalePack,
    *,
    year: int,
    within: float = 0.2,
    at_least_months: int = 6,
) -> list[Near]:
    """Those whose roster status may change, the nearest to the line first.

    Fewer than twelve months are projected to twelve, and fewer than `at_least_months` say too little. An industry
    without a threshold in the year has no line.
    """
    found = []
    lines: dict[str, Threshold | None] = {}
    for one in reported:
        profile = profiles.get(one.enterprise_id)
        if profile is None:
            continue
        if profile.industry_code not in lines:
            lines[profile.industry_code] = scale.threshold(profile.industry_code, year)
        threshold = lines[profile.industry_code]
        if threshold is None or one.months < at_least_months:
            continue
        share = one.revenue_fen * 12 / one.months / threshold.revenue_fen
        inside = one.enterprise_id in on_roster
        side = _side(share, inside, within)
        if side is not None:
            found.append(Near(one.enterprise_id, threshold, one.months, one.revenue_fen, share, side, on_roster=inside))
    return sorted(found, key=lambda one: (abs(one.share - 1), one.enterprise_id))


def _side(share: float, inside: bool, within: float) -> Side | None:
    if inside:
        return "may_leave" if share < 1 else "close_above" if share < 1 + within else None
    return "may_enter" if share >= 1 else "close_below" if share >= 1 - within else None
