"""All lists that an office keeps, by their ids."""

from __future__ import annotations

from collections.abc import Mapping

from millmark.reports.sheets.life_lists import LIFE_LISTS
from millmark.reports.sheets.money_lists import MONEY_LISTS
from millmark.reports.sheets.shape import ENTERPRISE, UNSENT, SheetList

LISTS: Mapping[str, SheetList] = {one.id: one for one in (*LIFE_LISTS, *MONEY_LISTS)}

__all__ = ["ENTERPRISE", "LISTS", "UNSENT", "SheetList"]
