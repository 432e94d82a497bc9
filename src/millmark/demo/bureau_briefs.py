"""The monthly briefs of the demonstration: the one of the month before last as it was issued, the last one as a draft.

Everything in them is counted from what the other parts of the demonstration keep. May be repeated: what is there stays
as people left it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from millmark.programmes.life import OFFICES, Actor
from millmark.region.watch.months import month_text
from millmark.reports.official.errors import FontsMissing

if TYPE_CHECKING:
    from millmark.composition import Platform

log = logging.getLogger(__name__)

_OFFICE: Final = Actor("demo", "demo", OFFICES)


def seed_briefs(platform: Platform) -> None:
    """Begins what is not there yet."""
    briefs, last = platform.briefs, platform.bureau.watch.sums.latest_month()
    if last is None or briefs.briefs():
        return
    city = platform.city_pack.city.area_code
    issued = briefs.begin(month_text(last - 1), city, actor=_OFFICE)
    try:
        briefs.issue(issued.id, actor=_OFFICE)
    except FontsMissing as error:
        log.info("the demonstration issues no brief: %s", error)
        return
    briefs.begin(month_text(last), city, actor=_OFFICE)
