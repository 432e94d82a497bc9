"""The application scenarios that demands and solutions speak of: those of the digital-level pack."""

from __future__ import annotations

from typing import Final

from millmark.programmes.packs import PackShelf
from millmark.region.suppliers.fit import ScenarioNames

SCENARIO_PACK: Final = ("sme-digital-level", "2024")


def scenario_names(shelf: PackShelf) -> ScenarioNames:
    """Names and groups of the pack's scenarios; raises `RecordNotFound` when the pack is not there."""
    pack = shelf.pack(*SCENARIO_PACK)
    return ScenarioNames(
        names={one.id: (one.name_zh, one.name_en) for one in pack.scenarios},
        groups={one.id: one.group for one in pack.scenarios},
    )
