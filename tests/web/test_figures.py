"""Figures by two times, with their records page by page; a county's officer reads no names of another county."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.web.bureau import Bureau, Ground, bureau_in, bureau_on

BEFORE, AFTER = "北站", "南站"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with bureau_in(tmp_path_factory.mktemp("figures")) as opened:
        yield opened


@pytest.fixture
async def bureau(opened: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(opened) as bureau:
        yield bureau


async def record(bureau: Bureau, subject: str, area: str = "咸安区") -> None:
    day = bureau.today.isoformat()
    entry = {"kind": "5g-covered-area-class", "area": area, "subject": subject, "date": day, "source": "通报"}
    await bureau.do("city", "/ledger", entry)


def names(*details: Any) -> list[str]:
    """What the records are called, without their kind."""
    return [one["title_zh"].rpartition(":")[2] for detail in details for one in detail["records"]]


async def figure(bureau: Bureau, who: str = "city", **query: Any) -> Any:
    return await bureau.get(who, f"/figures/F03?{urlencode(query)}")


async def test_what_came_later_was_not_known_before(bureau: Bureau) -> None:
    await record(bureau, BEFORE)
    known_then = bureau.today.isoformat()
    bureau.days_pass(2)
    await record(bureau, AFTER)

    now, then = await figure(bureau), await figure(bureau, known_at=known_then)
    assert [one["value"] for one in (now, then)] == ["2", "1"]
    assert names(then) == [BEFORE]
    assert now["known_at_us"] is None
    assert then["known_at_us"] is not None

    listed = await bureau.get("city", f"/figures?known_at={known_then}&with_ids=true")
    of_list = next(one for one in listed["figures"] if one["id"] == "F03")
    assert (of_list["record_count"], of_list["record_ids"]) == (1, [then["records"][0]["ref"]])
    assert listed["known_at_us"] == then["known_at_us"]


async def test_records_come_in_pages_and_the_figure_says_how_many_there_are(bureau: Bureau) -> None:
    first, second = await figure(bureau, limit=1), await figure(bureau, limit=1, offset=1)
    assert [one["record_count"] for one in (first, second)] == [2, 2]
    assert names(first, second) == [BEFORE, AFTER]
    assert (await figure(bureau, offset=2))["records"] == []
    assert first["ledger_kinds"] == ["5g-covered-area-class"]
    assert (await bureau.get("city", "/figures/F13"))["ledger_kinds"] == [], "the watch feeds this one"


async def test_a_countys_officer_counts_all_and_reads_only_its_own_names(bureau: Bureau) -> None:
    own, other = await figure(bureau, "county"), await figure(bureau, "neighbour")
    assert own["value"] == other["value"]
    assert names(own) == [BEFORE, AFTER]
    assert {(one["title_zh"], one["source"], one["hidden"]) for one in other["records"]} == {
        ("其他地区的记录", "", True)
    }


async def test_what_belongs_to_the_whole_city_is_read_by_its_officer_and_by_no_countys(bureau: Bureau) -> None:
    await record(bureau, "中心站", "咸宁市")
    assert "中心站" in names(await figure(bureau, "city"))
    assert [one["hidden"] for one in (await figure(bureau, "county"))["records"]] == [False, False, True]
