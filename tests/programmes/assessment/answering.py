"""Answers to the 2024 questionnaire, made by chance: as the platform reads them and as the plain rules do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st
from tests.programmes import plain_sme_2024 as plain

from millmark.programmes import shipped_packs
from millmark.programmes.assessment.answers import Answers, Chosen, ItemAnswer, Ratio, Ticked
from millmark.programmes.packs import ItemKind, PolicyPack, read_policy_pack

PACK: PolicyPack = read_policy_pack(shipped_packs() / "sme-digital-level" / "2024")


@dataclass(frozen=True)
class Drawn:
    """One enterprise's answers, told twice."""

    answers: Answers
    points: Decimal
    scenarios: Mapping[str, int]

    @property
    def level(self) -> int:
        return plain.level(self.points, self.scenarios)


@st.composite
def drawn_answers(draw: st.DrawFn) -> Drawn:
    items: dict[str, ItemAnswer] = {}
    single: dict[str, int] = {}
    several: dict[str, list[int]] = {}
    for item in PACK.items:
        if draw(st.integers(0, 9)) == 0:
            continue  # not answered
        if item.kind is ItemKind.MULTI:
            positions = draw(st.sets(st.integers(1, len(item.options) - 1)))
            items[item.id] = Ticked.of(item.options[place].id for place in positions)
            several[item.id] = sorted(positions)
        elif item.kind is ItemKind.BANDS and draw(st.booleans()):
            whole = draw(st.integers(1, 500))
            part = draw(st.integers(0, whole))
            items[item.id] = Ratio(Decimal(part), Decimal(whole))
            single[item.id] = plain.band(Decimal(part), Decimal(whole))
        else:
            place = draw(st.integers(0, len(item.options) - 1))
            items[item.id] = Chosen(item.options[place].id)
            # The plain table runs from what is worth nothing to what is worth all.
            rising = sorted(item.options, key=lambda option: option.share)
            single[item.id] = rising.index(item.options[place])
    levels = {scenario.id: draw(st.integers(0, 4)) for scenario in PACK.scenarios}
    names = {scenario.name_zh: levels[scenario.id] for scenario in PACK.scenarios}
    return Drawn(Answers(items, levels), plain.score(single, several), names)
