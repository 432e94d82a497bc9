"""The public pages: what was published and nothing else, without scripts, kept, and not to be asked without end."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.web.bureau import Bureau, Ground, bureau_in, bureau_on

from millmark.web.public.charts import trend_line
from millmark.web.public.datasets import as_csv
from millmark.web.public.gate import Allowance, Page, PageCache
from millmark.web.rooms import api_routes

FACTS = Path(__file__).parents[2] / "src/millmark/demo/data/city/facts.csv"
SECOND_US = 1_000_000


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with bureau_in(tmp_path_factory.mktemp("public")) as ground:
        ground[0].facts_import.run(FACTS, recorded_by="import")
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    # Each test begins after a pause, so that no other's requests count against it.
    ground[1][0] += 120 * SECOND_US
    async with bureau_on(ground) as bureau:
        yield bureau


async def page(bureau: Bureau, path: str) -> str:
    answer = await bureau.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_figure_is_public_from_the_moment_it_is_published_and_stays_as_it_was_shown(bureau: Bureau) -> None:
    assert "5G基站" not in await page(bureau, "/public/zh")
    assert (await bureau.client.get("/public/zh/figures/F02")).status_code == 404

    kept = await bureau.do("city", "/publications", {"figure_id": "F02", "as_of": "2023-07-26", "note_zh": "首次公布"})
    assert (kept["value"], kept["version"], kept["grade"]) == ("3970", 1, "document_backed")

    shown = await page(bureau, "/public/zh/figures/F02")
    assert "3970" in shown
    assert "首次公布" in shown
    assert "材料佐证" in shown
    assert kept["digest"] in shown
    assert "3970" in await page(bureau, "/public/en")

    new = {
        "kind": "5g-base-station",
        "area": "咸安区",
        "date": "2023-07-26",
        "quantity": "30",
        "counting": "bulk",
        "source": "更正",
    }
    await bureau.do("city", "/ledger", new)
    desk = await bureau.get("city", "/publications?as_of=2023-07-26")
    beside = next(one for one in desk["figures"] if one["figure_id"] == "F02")
    assert (beside["state"], beside["value"], beside["public"]["value"]) == ("changed", "4000", "3970")
    bureau.clock[0] += 120 * SECOND_US
    assert "3970" in await page(bureau, "/public/zh/figures/F02")

    later = await bureau.do("city", "/publications", {"figure_id": "F02", "as_of": "2023-08-31"})
    assert [one["as_of"] for one in later["trend"]] == ["2023-07-31", "2023-08-31"]
    drawn = await page(bureau, "/public/en/figures/F02")
    assert '<svg class="trend"' in drawn, "the trend is drawn, not told as text"
    assert "2023-07-31" in drawn
    second = await bureau.do("city", "/publications", {"figure_id": "F02", "as_of": "2023-07-26"})
    assert second["version"] == 3
    shown = await page(bureau, "/public/zh/figures/F02")
    assert "4000" in shown
    assert "3970" in shown, "the version before stays to be seen"


async def test_a_withdrawn_figure_leaves_the_pages_and_looks_as_if_it_never_was(bureau: Bureau) -> None:
    kept = await bureau.do("city", "/publications", {"figure_id": "F01", "as_of": "2023-12-31"})
    assert "4.2" in await page(bureau, "/public/zh/figures/F01")
    told = await page(bureau, "/public/en/figures/F01")
    assert "420<small> million yuan" in told, "4.2 hundred millions, as an English reader counts"
    answer = await bureau.ask("city", "POST", f"/publications/{kept['id']}/withdraw", {"reason": "口径有误"})
    assert answer.status_code == 200, answer.text
    withdrawn = await bureau.client.get("/public/en/figures/F01")
    never = await bureau.client.get("/public/en/figures/F05")
    unknown = await bureau.client.get("/public/en/figures/F99")
    assert withdrawn.status_code == never.status_code == unknown.status_code == 404
    assert withdrawn.text.replace("F01", "F") == never.text.replace("F05", "F") == unknown.text.replace("F99", "F")
    again = await bureau.ask("city", "POST", f"/publications/{kept['id']}/withdraw", {"reason": "again"})
    assert again.status_code == 409


async def test_what_cannot_be_published_says_why(bureau: Bureau) -> None:
    nothing = await bureau.ask("city", "POST", "/publications", {"figure_id": "M01"})
    assert nothing.status_code == 409
    assert "no value" in nothing.json()["error"]["message"]
    twice = {"figure_id": "F06", "as_of": "2024-01-31"}
    await bureau.do("city", "/publications", twice)
    assert (await bureau.ask("city", "POST", "/publications", twice)).status_code == 409


async def test_a_county_does_not_publish_for_the_city(bureau: Bureau) -> None:
    refused = await bureau.ask("county", "POST", "/publications", {"figure_id": "F02", "as_of": "2023-07-26"})
    assert refused.status_code == 403


async def test_a_change_made_in_the_database_is_found_by_the_digests(bureau: Bureau) -> None:
    from sqlalchemy import update

    from millmark.region.publications.tables import PublicationRow

    await bureau.do("city", "/publications", {"figure_id": "F13", "as_of": "2023-07-26"})
    assert (await bureau.get("city", "/publications/F13"))["broken"] == []
    with bureau.platform.database.transaction() as session:
        row = session.query(PublicationRow).filter_by(figure_id="F13").one()
        forged = {**row.content, "value": "199"}
        session.execute(update(PublicationRow).where(PublicationRow.id == row.id).values(content=forged))
    assert (await bureau.get("city", "/publications/F13"))["broken"] == [1]


async def test_drafts_of_calls_are_nobodys_to_see(bureau: Bureau) -> None:
    open_call = await bureau.open_call("for-everybody")
    title = (await bureau.get("city", f"/calls/{open_call}"))["title_zh"]
    assert title in await page(bureau, "/public/zh/calls")
    assert "for-everybody" in await page(bureau, "/public/data/calls.csv")
    form = {"pack": "city-smart-manufacturing", "edition": "2023", "slug": "not-yet-said"}
    draft = await bureau.do("city", "/calls", form)
    assert draft["state"] == "draft"
    for path in ("/public/zh/calls", "/public/data/calls.csv", "/public/data/calls.json"):
        bureau.platform.services.public.cache.forget()
        assert "not-yet-said" not in await page(bureau, path)
    assert (await bureau.client.get("/public/zh/calls/not-yet-said")).status_code == 404


async def test_a_call_tells_everybody_what_it_asks_for_and_that_it_was_cancelled(bureau: Bureau) -> None:
    call_id = await bureau.open_call("what-it-asks", quota=7)
    call = await bureau.get("city", f"/calls/{call_id}")
    shown = await page(bureau, "/public/zh/calls/what-it-asks")
    for words in (call["title_zh"], "7", "申报书", call["terms"]["closes_on"], f'href="/desk/calls/{call_id}"'):
        assert words in shown, words
    for one in call["terms"]["documents"]:
        assert one["name_en"] in await page(bureau, "/public/en/calls/what-it-asks")
    # No more is told of it than its terms: not who keeps it, nor who applies.
    await bureau.started(call_id)
    bureau.platform.services.public.cache.forget()
    shown = await page(bureau, "/public/zh/calls/what-it-asks")
    assert "北厂" not in shown
    assert "city" not in shown.replace("city-smart-manufacturing", "")
    # A page is kept for a minute, but not past a step of what it shows.
    await bureau.do("city", f"/calls/{call_id}/steps", {"action": "cancel", "reason": "政策调整"})
    shown = await page(bureau, "/public/zh/calls/what-it-asks")
    assert "已撤销" in shown
    assert f'href="/desk/calls/{call_id}"' not in shown
    assert "政策调整" not in shown
    for path in ("/calls/never-there", "/calls/%2e%2e", f"/calls/{call_id}"):
        assert (await bureau.client.get(f"/public/en{path}")).status_code == 404
    assert (await bureau.client.get("/public/fr/calls/what-it-asks")).status_code == 422


async def test_the_open_data_describe_themselves_and_no_cell_runs(bureau: Bureau) -> None:
    await bureau.do("city", "/publications", {"figure_id": "F28", "as_of": "2023-07-26"})
    catalogue = (await bureau.client.get("/public/data/catalog.jsonld")).json()
    assert catalogue["@type"] == "dcat:Catalog"
    for dataset in catalogue["dcat:dataset"]:
        assert dataset["dct:license"]["@id"].startswith("https://")
        for distribution in dataset["dcat:distribution"]:
            address = distribution["dcat:downloadURL"]["@id"]
            answer = await bureau.client.get(address)
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(distribution["dcat:mediaType"])
    rows = list(csv.DictReader(io.StringIO((await page(bureau, "/public/data/figures.csv")).lstrip("\ufeff"))))
    assert {row["figure"]: row["value"] for row in rows}["F28"] == "7"
    described = (await bureau.client.get("/public/openapi.json")).json()
    public = {str(route.path) for route in api_routes(bureau.platform.app) if str(route.path).startswith("/public")}
    # That which leads to somebody's language is no part of what programs read.
    assert set(described["paths"]) == public - {"/public"}
    assert "/public/data/{name}.csv" in described["paths"]
    assert as_csv(["a"], [{"a": "=1+1"}, {"a": "-5"}]).decode("utf-8-sig").split() == ["a", "'=1+1", "-5"]


async def test_pages_need_no_script_are_kept_and_told_unchanged(bureau: Bureau) -> None:
    first = await bureau.client.get("/public/zh")
    assert "<script" not in first.text
    assert first.headers["cache-control"].startswith("public")
    again = await bureau.client.get("/public/zh", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    led = await bureau.client.get("/public", headers={"Accept-Language": "en-GB"})
    assert (led.status_code, led.headers["location"]) == (307, "/public/en")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "section", ["", "/calls", "/lists", "/suppliers", "/cases", "/events", "/replies", "/statistics", "/data"]
)
async def test_every_section_opens_in_both_languages_and_leads_to_the_other(
    bureau: Bureau, section: str, language: str
) -> None:
    bureau.platform.services.public.cache.forget()
    shown = await page(bureau, f"/public/{language}{section}")
    other = "en" if language == "zh" else "zh"
    assert f'href="/public/{other}{section}"' in shown
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in shown
    assert "<h1>" in shown


async def test_numbers_that_no_database_has_are_just_not_there(bureau: Bureau) -> None:
    for path in ("/replies/0", "/replies/99999999999999999999", "/statistics/none", "/calls/none"):
        assert (await bureau.client.get(f"/public/zh{path}")).status_code == 404


async def test_who_asks_without_end_is_told_to_wait(bureau: Bureau) -> None:
    answers = [await bureau.client.get("/public/zh") for _ in range(260)]
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1
    bureau.clock[0] += 5 * SECOND_US
    assert (await bureau.client.get("/public/zh")).status_code == 200


def test_an_allowance_refills_with_time_and_remembers_a_bounded_number_of_addresses() -> None:
    allowance = Allowance(60, burst=2, capacity=2)
    assert [allowance.wait_us("a", 0) > 0 for _ in range(3)] == [False, False, True]
    assert allowance.wait_us("a", SECOND_US) == 0
    for address in ("b", "c", "d"):
        allowance.wait_us(address, SECOND_US)
    assert len(allowance._left) == 2


def test_a_kept_page_is_rendered_once_and_anew_when_it_is_old_or_forgotten() -> None:
    cache, rendered = PageCache(10), []

    def render() -> Page:
        rendered.append(1)
        return Page.of(b"x", "text/html", len(rendered) * 100)

    assert cache.page("/a", 105, render) is cache.page("/a", 109, render)
    cache.page("/a", 150, render)
    cache.forget()
    cache.page("/a", 205, render)
    assert len(rendered) == 3


def test_a_trend_of_equal_values_is_drawn_and_one_of_a_single_value_is_not() -> None:
    flat = trend_line([("2026-01-31", Decimal(3)), ("2026-02-28", Decimal(3))], 'a "label"')
    assert 'aria-label="a &#34;label&#34;"' in flat
    assert trend_line([("2026-01-31", Decimal(3))], "x") == ""
