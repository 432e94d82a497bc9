"""Consents to being told through the API: who keeps and who sees them, and what they change in a proposal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.region.statistics.reports import AREAS, city, report
from tests.web.bureau import Bureau, Ground, bureau_in, bureau_on
from tests.web.test_statistics import FORM

from millmark.region.disclosure import SafetyRules, write_rules
from millmark.web.access import Role


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("waivers")
    write_rules(folder / "confidential" / "disclosure.toml", SafetyRules(3, 12.5))
    with bureau_in(folder) as ground:
        platform = ground[0]
        ids = report(platform.database, platform.registry, city(2))
        platform.accounts.add("lonely", Role.MANAGER, ids[f"e39-{AREAS[2]}-0"])
        platform.accounts.add("peer", Role.MANAGER, ids[f"e13-{AREAS[0]}-1"])
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


async def test_a_consent_is_kept_seen_by_whose_it_is_and_withdrawn(bureau: Bureau) -> None:
    await bureau.do("city", "/statistics", FORM)
    few = (await bureau.get("city", "/statistics/revenue/proposal"))["counts"]["few"]
    assert few > 0
    lonely = next(one.id for one in bureau.platform.registry.enterprises() if one.slug == f"e39-{AREAS[2]}-0")
    form = {"enterprise_id": lonely, "valid_from": "2025-01-01", "document": "同意书〔2026〕1号"}
    kept = await bureau.do("city", "/statistics-waivers", form)
    assert kept["holds"]
    assert (await bureau.get("city", "/statistics/revenue/proposal"))["counts"]["few"] == 0
    assert [one["id"] for one in (await bureau.get("lonely", "/statistics-waivers"))["waivers"]] == [kept["id"]]
    assert (await bureau.get("peer", "/statistics-waivers"))["waivers"] == []
    before = await bureau.get("city", "/statistics-waivers?known_at=2020-01-01")
    assert before["waivers"] == []
    path = f"/statistics-waivers/{kept['id']}/withdrawal"
    day = (await bureau.get("city", "/statistics-waivers"))["as_of"]
    done = await bureau.do("city", path, {"from_day": day, "document": "撤回函"})
    assert not done["holds"]
    assert done["withdrawn_by"] == "city"
    assert "withdrawn already" in await bureau.refused(409, "city", path, {"from_day": day, "document": "撤回函"})
    assert (await bureau.get("city", "/statistics/revenue/proposal"))["counts"]["few"] == few


async def test_only_the_office_keeps_them_and_a_county_its_own(bureau: Bureau) -> None:
    ids = {one.slug: one.id for one in bureau.platform.registry.enterprises()}
    form = {"enterprise_id": ids[f"e39-{AREAS[2]}-0"], "valid_from": "2025-01-01", "document": "同意书"}
    await bureau.refused(403, "lonely", "/statistics-waivers", form)
    await bureau.refused(404, "county", "/statistics-waivers", form)
    own = await bureau.do("county", "/statistics-waivers", {**form, "enterprise_id": ids[f"e13-{AREAS[0]}-0"]})
    assert own["id"] in [one["id"] for one in (await bureau.get("county", "/statistics-waivers"))["waivers"]]
    wrong = {**form, "measures": ["profit"]}
    assert "measures" in await bureau.refused(422, "city", "/statistics-waivers", wrong)
    later = {**form, "valid_until": "2020-01-01"}
    assert "valid_until" in await bureau.refused(422, "city", "/statistics-waivers", later)
