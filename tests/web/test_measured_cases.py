"""A case's effect by real claims: machines speak before and after, days are sealed, claims issued, effects measured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.web.bureau import Bureau, Ground, bureau_in, bureau_on

from millmark.history import CommitBlock
from millmark.model import AssetLevel, PointBatch, Series
from millmark.registry import Site

HOUR_US = 3_600_000_000
MINUTES_5_US = 300_000_000
CONTENT = {"title_zh": "压机联网", "problem_zh": "只有一台联网", "done_zh": "两台都接上了"}
NAME = {"topic": "efficiency", "name_zh": "设备联网率", "name_en": "Connection rate", "unit": ""}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with bureau_in(tmp_path_factory.mktemp("cases")) as ground:
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


class Works:
    """A site with two presses; one speaks from the first day, the other from the second."""

    def __init__(self, bureau: Bureau, slug: str, enterprise_id: int) -> None:
        self.bureau = bureau
        registry = bureau.platform.registry
        self.site: Site = registry.add_site(
            enterprise_id, slug="works", name_zh="厂区", name_en="Works", area_code="421202"
        )
        registry.ensure_gateway(f"{slug}-gateway", root=self.site.path, kind="mqtt", may_register=True)
        self.series: list[Series] = []
        for name in ("press-1", "press-2"):
            registry.ensure_asset(
                self.site.path.child(name), AssetLevel.EQUIPMENT, name_zh=name, counts_as_equipment=True
            )
            self.series.append(registry.ensure_series(f"{slug}-gateway", name, "temperature", unit="Cel"))
        self.subject = str(self.site.path)

    def speaks(self, press: int, day: date) -> None:
        midnight = self._midnight(day)
        times = np.arange(midnight + HOUR_US, midnight + 23 * HOUR_US, MINUTES_5_US, dtype=np.int64)
        zeros, count = np.zeros(len(times), np.uint32), len(times)
        batch = PointBatch(
            np.full(count, self.series[press].id, np.uint32),
            times,
            times,
            np.sin(np.arange(count)) + 60.0 + press,
            zeros.astype(np.uint8),
            zeros,
        )
        self.bureau.platform.history.commit(CommitBlock(points=batch))

    def sealed(self, day: date) -> None:
        self.bureau.platform.seals.seal_day(self.site.id, day)

    def witnessed(self) -> None:
        """The region takes note of the seals, as it does soon after each midnight."""
        services = self.bureau.platform
        services.witness.see_own(services.seals.seals(self.site.id))

    def claimed(self, day: date) -> str:
        return self.bureau.platform.claims.issue("equipment_connection_rate", self.site.path, day).id

    def _midnight(self, day: date) -> int:
        now_day = self.bureau.today
        local_midnight_us = (self.bureau.clock[0] + 8 * HOUR_US) // (24 * HOUR_US) * 24 * HOUR_US - 8 * HOUR_US
        return local_midnight_us - (now_day - day).days * 24 * HOUR_US


def passes(bureau: Bureau, day: date, works: Works, other: Works, *, presses: tuple[int, ...]) -> None:
    """A day on which these presses speak; it is sealed soon after its midnight, and the region sees the seal of one."""
    for one in (works, other):
        for press in presses:
            one.speaks(press, day)
    bureau.days_pass(1)
    for one in (works, other):
        one.sealed(day)
    works.witnessed()


async def effect_of(bureau: Bureau, case_id: int, before: str, after: str, who: str = "north-manager") -> Any:
    form = {**NAME, "before_claim_id": before, "after_claim_id": after}
    kept = await bureau.do(who, f"/cases/{case_id}/effects", form)
    return kept["effects"][-1]


async def drafted(bureau: Bureau, who: str = "north-manager") -> int:
    enterprise_id = bureau.north if who.startswith("north") else bureau.south
    return int((await bureau.do(who, "/cases", {"enterprise_id": enterprise_id, "content": CONTENT}))["id"])


async def test_two_claims_measure_what_a_case_says_and_a_broken_one_takes_the_grade(bureau: Bureau) -> None:
    works, other = Works(bureau, "north", bureau.north), Works(bureau, "south", bureau.south)
    before_day = bureau.today
    passes(bureau, before_day, works, other, presses=(0,))
    # So long after that no day between is left out of either claim.
    bureau.days_pass(100)
    after_day = bureau.today
    passes(bureau, after_day, works, other, presses=(0, 1))
    before, after = works.claimed(before_day), works.claimed(after_day)
    case_id = await drafted(bureau)
    effect = await effect_of(bureau, case_id, before, after)
    assert (effect["basis"], effect["grade"], effect["measure"]) == (
        "measured",
        "machine_proven",
        "equipment_connection_rate",
    )
    assert (float(effect["before"]["value"]), float(effect["after"]["value"])) == (0.5, 1.0)
    assert (effect["change_percent"], effect["is_better"]) == ("100.00", True)
    assert (effect["before"]["claim_id"], effect["after"]["claim_id"]) == (before, after)
    assert (effect["before"]["first"], effect["after"]["last"]) == (before_day.isoformat(), after_day.isoformat())
    case = await bureau.get("north-manager", f"/cases/{case_id}")
    assert case["grade"] == "machine_proven"

    # One told effect beside it and the case as a whole is no better than its weakest.
    sides = {
        "before": {"value": "3", "first": "2025-01-01", "last": "2025-01-31"},
        "after": {"value": "2", "first": "2025-06-01", "last": "2025-06-30"},
    }
    told = {"topic": "quality", "name_zh": "不良率", "unit": "%", "lower_is_better": True, **sides}
    kept = await bureau.do("north-manager", f"/cases/{case_id}/effects", told)
    assert [(one["basis"], one["grade"]) for one in kept["effects"]] == [
        ("measured", "machine_proven"),
        ("told", "self_reported"),
    ]
    assert kept["grade"] == "self_reported"

    # Whose seals nobody else saw may have made them afterwards: that is worth a paper, and no more.
    foreign = (other.claimed(before_day), other.claimed(after_day))
    doubted = await effect_of(bureau, await drafted(bureau, "south-manager"), *foreign, who="south-manager")
    assert (doubted["basis"], doubted["grade"]) == ("measured", "document_backed")

    # Claims that make no pair are refused, each for its own reason, and nothing of them is kept.
    path = f"/cases/{case_id}/effects"
    for pair, word in (
        ((after, before), "must begin after"),
        ((before, before), "must begin after"),
        (foreign, "enterprise"),
        ((before, foreign[1]), "enterprise"),
    ):
        form = {**NAME, "before_claim_id": pair[0], "after_claim_id": pair[1]}
        assert word in await bureau.refused(422, "north-manager", path, form), pair
    for unknown in ("no-such-claim", before[:-1]):
        form = {**NAME, "before_claim_id": before, "after_claim_id": unknown}
        await bureau.refused(404, "north-manager", path, form)
    assert len((await bureau.get("north-manager", f"/cases/{case_id}"))["effects"]) == 2

    # The office sees it published with the claims behind it, as the enterprise agreed to it.
    version = (await bureau.get("north-manager", f"/cases/{case_id}"))["version"]
    await bureau.do("north-manager", f"/cases/{case_id}/steps", {"action": "consent", "version": version})
    await bureau.do("city", f"/cases/{case_id}/steps", {"action": "publish"})
    shown = await bureau.get("supplier", f"/cases/{case_id}")
    assert [one["basis"] for one in shown["effects"]] == ["measured", "told"]
    page = await bureau.client.get("/public/zh/cases")
    assert page.status_code == 200
    assert "设备联网率" in page.text

    # Somebody changes what the machines said: the claims stand on paper, and prove nothing any more.
    bureau.platform.history._store.writer.command(
        f"ALTER TABLE millmark.points UPDATE value = value + 1 WHERE series = {works.series[0].id} "
        "SETTINGS mutations_sync = 2"
    )
    second = await drafted(bureau)
    weakened = await effect_of(bureau, second, before, after)
    assert (weakened["basis"], weakened["grade"]) == ("measured", "self_reported")
    # What was measured while the claims held stays as it was measured.
    kept_effects = (await bureau.get("north-manager", f"/cases/{case_id}"))["effects"]
    assert kept_effects[0]["grade"] == "machine_proven"
