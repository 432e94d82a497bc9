"""Statistics through the API: who defines, sees, opens and publishes, and what never leaves the platform."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from tests.region.statistics.reports import AREAS, city, report
from tests.web.bureau import Bureau, Ground, bureau_in, bureau_on

from millmark.region.disclosure import SafetyRules, write_rules
from millmark.web.access import Role

PERCENT = 13.75
FORM = {
    "slug": "revenue",
    "title_zh": "营业收入",
    "title_en": "Revenue",
    "measure": "revenue_fen",
    "dimensions": ["area", "industry"],
    "first_year": 2025,
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("statistics")
    write_rules(folder / "confidential" / "disclosure.toml", SafetyRules(3, PERCENT))
    with bureau_in(folder) as ground:
        platform = ground[0]
        ids = report(platform.database, platform.registry, city(13))
        platform.accounts.add("peer", Role.MANAGER, ids[f"e13-{AREAS[0]}-1"])
        platform.accounts.add("lonely", Role.MANAGER, ids[f"e39-{AREAS[2]}-0"])
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


async def defined(bureau: Bureau) -> None:
    listed = await bureau.get("city", "/statistics")
    if not listed["tables"]:
        await bureau.do("city", "/statistics", FORM)


async def test_a_table_is_defined_and_seen(bureau: Bureau) -> None:
    await defined(bureau)
    listed = await bureau.get("city", "/statistics")
    assert listed["last_month"] == "2026-01"
    assert listed["may_publish"]
    values = await bureau.get("city", "/statistics/revenue/values?months=13")
    assert values["months"][-1] == "2026-01"
    assert values["growth"][12][0] is not None
    assert values["cumulative"][12][0] == values["monthly"][12][0]
    await bureau.refused(409, "city", "/statistics", FORM)
    await bureau.refused(422, "city", "/statistics", {**FORM, "slug": "x", "measure": "profit"})
    await bureau.refused(403, "peer", "/statistics/revenue/values", method="GET")


async def test_a_county_sees_its_own_part_and_cannot_publish(bureau: Bureau) -> None:
    await defined(bureau)
    whole = await bureau.get("city", "/statistics/revenue/values")
    own = await bureau.get("county", "/statistics/revenue/values")
    assert [node["code"] for node in own["axes"][0]["nodes"]] == ["*", AREAS[0]]
    assert 0 < own["monthly"][-1][0] < whole["monthly"][-1][0]
    assert not (await bureau.get("county", "/statistics"))["may_publish"]
    await bureau.refused(403, "county", "/statistics/revenue/proposal", method="GET")
    doors = await bureau.get("county", "/statistics/revenue/contributors?month=2026-01&cell=0")
    assert {one["slug"].split("-")[1] for one in doors["contributors"]} == {AREAS[0]}


async def test_a_cell_opens_who_makes_it_up_and_they_can_see_it(bureau: Bureau) -> None:
    await defined(bureau)
    path = "/statistics/revenue/contributors?month=2026-01&cell=0&cumulative=true"
    doors = await bureau.get("city", path)
    assert doors["total"] == sum(one["value"] for one in doors["contributors"])
    last = doors["contributors"][-1]
    services = bureau.platform.services
    reads = services.reads.reads(services.registry.enterprise(last["enterprise_id"]), limit=5)
    assert "city" in {one.read.actor for one in reads}
    assert {one.read.action for one in reads} == {"statistics.contributors"}
    await bureau.refused(404, "city", "/statistics/revenue/contributors?month=2026-01&cell=99999", method="GET")


async def test_a_publication_is_signed_frozen_and_tells_no_parameter(bureau: Bureau) -> None:
    await defined(bureau)
    proposal = await bureau.get("city", "/statistics/revenue/proposal?through=2025-12")
    assert proposal["counts"]["few"] >= 12
    assert {one["kind"] for one in proposal["hidden"]} <= {"few", "dominant", "difference", "complement"}
    form = {"through": "2025-12", "digest": proposal["digest"]}
    stale = {**form, "digest": "0" * 64}
    assert "look at it again" in await bureau.refused(409, "city", "/statistics/revenue/publications", stale)
    done = await bureau.do("city", "/statistics/revenue/publications", form)
    shown = await bureau.get("city", f"/statistics/revenue/publications/{done['number']}")
    assert shown["holds"]
    assert shown["summary"]["signed_by"] == "city"
    assert any(None in month for month in shown["values"]["monthly"])
    for answer in (proposal, done, shown, await bureau.get("city", "/statistics")):
        assert str(PERCENT) not in json.dumps(answer)
    # With its earlier version in the world, a second one says why.
    again = await bureau.get("city", "/statistics/revenue/proposal?through=2026-01")
    form = {"through": "2026-01", "digest": again["digest"]}
    await bureau.refused(409, "city", "/statistics/revenue/publications", form)
    await bureau.do("city", "/statistics/revenue/publications", {**form, "reason": "新增1月"})


async def test_everybody_reads_a_published_table_and_its_office_how_it_came_to_be(bureau: Bureau) -> None:
    """Of two versions the public sees the latest; whoever may read statistics sees every definition and publication."""
    path = "/statistics/told"
    form = {**FORM, "slug": "told", "title_zh": "营业收入(公开)", "note_zh": "规上口径", "dimensions": ["area"]}
    await bureau.do("city", "/statistics", form)
    await bureau.do("city", "/statistics", form | {"title_zh": "营业收入合计", "after_version": 1, "reason": "改名"})
    assert (await bureau.client.get("/public/zh/statistics/told")).status_code == 404, "defined, and not published"
    for through, reason in (("2025-12", ""), ("2026-01", "新增1月")):
        proposal = await bureau.get("city", f"{path}/proposal?through={through}")
        said = {"through": through, "digest": proposal["digest"], "reason": reason}
        done = await bureau.do("city", f"{path}/publications", said)

    detail = await bureau.get("auditor", path)
    assert [(one["version"], one["title_zh"], one["reason"]) for one in detail["versions"]] == [
        (2, "营业收入合计", "改名"),
        (1, "营业收入(公开)", ""),
    ]
    assert [(one["number"], one["reason"]) for one in detail["publications"]] == [
        (done["number"], "新增1月"),
        (done["number"] - 1, ""),
    ]
    assert str(PERCENT) not in json.dumps(detail)
    await bureau.get("county", path)
    await bureau.refused(404, "city", "/statistics/no-such-table", method="GET")
    for who in ("north-manager", "peer", "ann", "supplier"):
        await bureau.refused(403, who, path, method="GET")

    answer = await bureau.client.get("/public/zh/statistics/told")
    assert answer.status_code == 200
    published = await bureau.get("city", f"{path}/publications/{done['number']}")
    shown = answer.text
    for words in ("营业收入合计", "2026-01", done["digest"], "咸安区"):
        assert words in shown, words
    whole = published["values"]["monthly"][-1][0] / published["values"]["measure"]["shown_per"]
    assert f"{whole:.{published['values']['measure']['decimals']}f}" in shown
    assert "Revenue" in (await bureau.client.get("/public/en/statistics/told")).text
    for name in ("e13", "e39", "city", str(PERCENT)):
        assert name not in shown.replace("demonstration-city", ""), f"{name} is nobody's to read"


async def test_files_say_what_is_kept_back_and_run_no_formula(bureau: Bureau) -> None:
    await defined(bureau)
    for path in ("/statistics/revenue/sheet", "/statistics/revenue/publications/1/sheet"):
        answer = await bureau.ask("city", "GET", f"{path}?format=csv&language=zh")
        assert answer.status_code == 200
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0]["地区"] == "合计"
        assert (path.count("publications") == 1) == any("未公布" in str(row) for row in rows)
    answer = await bureau.ask("city", "GET", "/statistics/revenue/sheet?format=xlsx&language=en")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.active is not None
    assert book.active["A1"].value == "Area"


async def test_a_ratio_of_nothing_is_neither_kept_back_nor_a_number(bureau: Bureau) -> None:
    """Three counties have no works that reported: no ratio there, in numbers as in files."""
    form = {**FORM, "slug": "ratio", "measure": "energy_per_output", "dimensions": ["area"]}
    await bureau.do("city", "/statistics", form)
    values = await bureau.get("city", "/statistics/ratio/values?months=2")
    assert values["measure"]["grade"] == "self_reported"
    empty = [at for at, node in enumerate(values["axes"][0]["nodes"]) if node["code"] not in ("*", *AREAS)]
    assert values["absent"] == [empty, empty]
    assert values["absent_cumulative"] == [empty, empty]
    assert [values["monthly"][-1][at] for at in empty] == [None] * len(empty)
    doors = await bureau.get("city", "/statistics/ratio/contributors?month=2026-01&cell=0")
    assert doors["total"] == values["monthly"][-1][0]
    assert sum(one["share"] for one in doors["contributors"]) == pytest.approx(100, abs=3)
    proposal = await bureau.get("city", "/statistics/ratio/proposal")
    assert proposal["values"]["absent"][-1] == empty
    answer = await bureau.ask("city", "GET", "/statistics/ratio/sheet?format=csv&language=zh&months=1")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [rows[at]["当月(千瓦时/万元)"] for at in empty] == [""] * len(empty)
    assert float(rows[0]["当月(千瓦时/万元)"]) == values["monthly"][-1][0] / 100


async def test_an_enterprise_sees_quartiles_and_nobody(bureau: Bureau) -> None:
    told = await bureau.get("peer", "/peers")
    energy = next(one for one in told["standings"] if one["id"] == "energy_per_output")
    assert energy["own"] is not None
    assert energy["quartiles"] == sorted(energy["quartiles"])
    assert energy["peers"] % 10 == 0
    assert energy["quarter"] in (1, 2, 3, 4)
    lonely = await bureau.get("lonely", "/peers")
    alone = next(one for one in lonely["standings"] if one["id"] == "energy_per_output")
    assert alone["quartiles"] is not None or alone["why"]
    await bureau.refused(404, "peer", f"/peers?enterprise_id={bureau.south}", method="GET")
    await bureau.refused(403, "city", "/peers", method="GET")
