"""The ledger over the API: whose it is, what it refuses and how it says so, its two times, and sheets brought to it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook
from tests.web.bureau import Bureau, Ground, bureau_in, bureau_on

from millmark.web.sessions import COOKIE

STATION = "5g-base-station"
INVESTMENT = "telecom-infrastructure-investment"
PORTS = "pon-port"
OWN, OTHER = "421202", "421221"
HEADINGS = ("站址编号", "所属区县", "运营企业", "场景", "经度", "纬度", "开通日期")
MINUTE_US = 60_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with bureau_in(tmp_path_factory.mktemp("ledger")) as ground:
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    # Each test stands at a moment of its own, so that what was known before it can be asked for.
    ground[1][0] += MINUTE_US
    async with bureau_on(ground) as bureau:
        yield bureau


def station(subject: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": STATION,
        "subject": subject,
        "area": OWN,
        "date": "2024-05-01",
        "source": "运营商报表",
        "longitude": 114.30,
        "latitude": 29.80,
        "fields": {"operator": "mobile", "area_class": "village"},
        **changes,
    }


def bulk(quantity: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": STATION,
        "counting": "bulk",
        "quantity": quantity,
        "area": OWN,
        "date": "2025-01-31",
        "source": "月报",
        "fields": {"operator": "telecom"},
        **changes,
    }


def xlsx(*rows: tuple[Any, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def speaking(
    bureau: Bureau, language: str, who: str, method: str, path: str, body: Any = None, **more: Any
) -> httpx.Response:
    """An answer to somebody who reads that language."""
    await bureau.get(who, "/session")
    token = bureau.tokens[who, bureau.clock[0]]
    headers = {"Cookie": f"{COOKIE}={token}", "Accept-Language": language}
    return await bureau.client.request(method, f"/api{path}", json=body, headers=headers, **more)


async def brought(bureau: Bureau, who: str, content: bytes, language: str = "en") -> httpx.Response:
    files = {"file": ("站址.xlsx", content, XLSX)}
    return await speaking(bureau, language, who, "POST", "/ledger/imports", files=files, data={"kind": STATION})


async def checked(bureau: Bureau, who: str, content: bytes, **given: Any) -> dict[str, Any]:
    answer = await brought(bureau, who, content)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    form = {"mapping": found["mapping"], "source": "运营商报表", **given}
    report: dict[str, Any] = await bureau.do(who, f"/ledger/imports/{found['id']}/check", form)
    return report


async def names(bureau: Bureau, who: str, **query: str) -> list[str]:
    asked = "&".join(f"{name}={value}" for name, value in {"kind": STATION, **query}.items())
    found = await bureau.get(who, f"/ledger?{asked}&limit=1000")
    return [one["subject"] for one in found["entries"] if one["subject"] is not None and one["voids"] is None]


async def kept(bureau: Bureau) -> int:
    return len((await bureau.get("bureau", "/ledger?limit=10000"))["entries"])


# ---- whose it is


async def test_the_ledger_is_the_offices_to_read_and_to_write(bureau: Bureau) -> None:
    for method, path in (("GET", "/ledger"), ("POST", "/ledger"), ("GET", f"/ledger/template?kind={STATION}")):
        assert (await bureau.client.request(method, f"/api{path}", json={})).status_code == 401
    for who in ("north-manager", "north-engineer", "supplier", "ann"):
        await bureau.refused(403, who, "/ledger", method="GET")
        await bureau.refused(403, who, "/ledger", station("R-0"))
    await bureau.get("auditor", "/ledger/overview")
    await bureau.refused(403, "auditor", "/ledger", station("R-0"))
    await bureau.refused(403, "auditor", "/ledger/imports", method="GET")
    assert "R-0" not in await names(bureau, "bureau")


async def test_a_county_sees_and_writes_its_own_entries_and_knows_of_no_other(bureau: Bureau) -> None:
    mine = await bureau.do("county", "/ledger", station("C-1"))
    theirs = await bureau.do("neighbour", "/ledger", station("C-2", area=OTHER, longitude=113.98, latitude=29.95))
    the_city = await bureau.do("city", "/ledger", bulk("7", area="咸宁市", date="2021-12-31"))
    for who, seen, hidden in (("county", "C-1", "C-2"), ("neighbour", "C-2", "C-1")):
        assert seen in await names(bureau, who)
        assert hidden not in await names(bureau, who)
        assert hidden not in await names(bureau, who, q=hidden)
        places = await bureau.get(who, f"/ledger/places?kind={STATION}")
        assert seen in places["names"]
        assert hidden not in places["names"]
        sheet = await bureau.ask(who, "GET", f"/ledger/sheet?kind={STATION}&format=csv")
        assert seen in sheet.text
        assert hidden not in sheet.text
    assert {"C-1", "C-2"} <= set(await names(bureau, "city"))

    (standing,) = [one for one in (await bureau.get("county", "/ledger/overview"))["kinds"] if one["kind"] == STATION]
    assert standing["listed"] == len(await names(bureau, "county", as_of="2026-03-03"))

    not_there = (await bureau.ask("county", "GET", "/ledger/999999")).json()["error"]
    for hidden_id in (theirs["id"], the_city["id"]):
        answer = await bureau.ask("county", "GET", f"/ledger/{hidden_id}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, not_there["code"])
        await bureau.refused(404, "county", f"/ledger/{hidden_id}/void", {"source": "不存在"})
        form = {"source": "更正", "replacement": station("C-9")}
        await bureau.refused(404, "county", f"/ledger/{hidden_id}/correct", form)
    for path in ("/ledger", "/ledger/overview", "/ledger/indicators", f"/ledger/growth?kind={STATION}"):
        joined = f"{path}{'&' if '?' in path else '?'}area={OTHER}"
        await bureau.refused(404, "county", joined, method="GET")
    await bureau.refused(404, "county", "/ledger", station("C-3", area=OTHER))
    # Nor is an entry moved out of the county, or a neighbour's taken over.
    moved = {"source": "更正", "replacement": station("C-1", area=OTHER)}
    await bureau.refused(404, "county", f"/ledger/{mine['id']}/correct", moved)
    assert (await bureau.get("county", f"/ledger/{mine['id']}"))["entry"]["voided_by"] is None


async def test_the_past_of_an_entry_that_came_from_another_county_stays_there(bureau: Bureau) -> None:
    first = await bureau.do("city", "/ledger", station("M-1", area=OTHER, longitude=113.98, latitude=29.95))
    second = await bureau.do(
        "city", f"/ledger/{first['id']}/correct", {"source": "现场核查", "replacement": station("M-1")}
    )
    whole = await bureau.get("city", f"/ledger/{second['id']}")
    assert [one["area"] for one in whole["history"]] == ["嘉鱼县", "嘉鱼县", "咸安区"]
    assert [one["area"] for one in (await bureau.get("county", f"/ledger/{second['id']}"))["history"]] == ["咸安区"]
    await bureau.refused(404, "county", f"/ledger/{first['id']}", method="GET")


# ---- what it refuses


@pytest.mark.parametrize(
    ("form", "status", "english", "chinese"),
    [
        (station("B-1", area="421299"), 422, "there is no area 421299", "行政区划代码421299不存在"),
        (station("B-1", longitude=29.80, latitude=114.30), 422, "swapped", "经度、纬度填反了"),
        (station("B-1", longitude=116.40, latitude=39.90), 422, "outside the region", "不在本地区范围内"),
        (station("B-1", latitude=None), 422, "both be given", "须同时填写"),
        (bulk("-3"), 422, "0 or more", "数量不能为负数"),
        (bulk("many"), 422, "body.quantity", "数量:不是数字"),
        (station("B-1", fields={"operator": "=1+1", "area_class": "village"}), 422, "none of", "不在可选项内"),
        (station("B-1", fields={"operator": "mobile"}), 422, "must be filled in", "“区域类别”必填"),
        (station("B-1", fields={**station("")["fields"], "colour": "red"}), 422, "has no field", "没有字段"),
        (station("B-1", fields={**station("")["fields"], "height_m": "-5"}), 422, "negative", "不能为负数"),
        (station("B-1", date="2024-02-30"), 422, "date", "不是日期"),
        (station("B-1", source="  "), 422, "source: must not be empty", "来源必填"),
        (bulk("3", unit="km"), 422, "does not fit", "单位km不适用"),
        (station("B-1", quantity="5"), 422, "stands for one", "数量只能为1"),
        (station("B-1", holds_until="2020-01-01"), 422, "comes before", "早于"),
        (station("B-1", kind="6g-base-station"), 422, "did you mean", "没有类别6g-base-station"),
        (station("B-1", kind="key-enterprise"), 422, "kept in the book 'watch'", "请到相应的页面登记"),
        (station("B-1", part_of=1), 409, "no standing entry in bulk", "不是本类有效的批量记录"),
    ],
)
async def test_a_bad_entry_is_refused_with_one_sentence_in_the_reader_s_language(
    bureau: Bureau, form: dict[str, Any], status: int, english: str, chinese: str
) -> None:
    before = await kept(bureau)
    in_english = await speaking(bureau, "en-GB,en;q=0.9", "bureau", "POST", "/ledger", form)
    assert in_english.status_code == status, in_english.text
    error = in_english.json()["error"]
    assert english in error["message"]
    in_chinese = (await speaking(bureau, "zh-CN,zh;q=0.9", "bureau", "POST", "/ledger", form)).json()["error"]
    assert chinese in in_chinese["message"]
    assert "请" in in_chinese["next_step"]
    assert (in_chinese["code"], in_chinese["where"]) == (error["code"], error["where"])
    assert await kept(bureau) == before


async def test_a_station_is_counted_once_singly_or_in_bulk(bureau: Bureau) -> None:
    await bureau.do("bureau", "/ledger", bulk("40", area="通城县"))
    single = station(
        "D-1", area="通城县", longitude=113.82, latitude=29.25, fields={"operator": "telecom", "area_class": "park"}
    )
    before = await kept(bureau)
    assert "counted already in bulk" in await bureau.refused(409, "bureau", "/ledger", single)
    told = await speaking(bureau, "zh", "bureau", "POST", "/ledger", single)
    assert "已包含在批量记录台账" in told.json()["error"]["message"]
    assert "overlaps" in await bureau.refused(409, "bureau", "/ledger", bulk("41", area="通城县"))
    await bureau.do("bureau", "/ledger", station("D-2", area="崇阳县", longitude=114.05, latitude=29.55))
    again = bulk("9", area="崇阳县", fields={"operator": "mobile"})
    assert "counts again 1" in await bureau.refused(409, "bureau", "/ledger", again)
    twice = station("D-2", area="赤壁市", longitude=113.90, latitude=29.72)
    assert "already recorded" in await bureau.refused(409, "bureau", "/ledger", twice)
    assert await kept(bureau) == before + 1


async def test_two_sums_of_one_series_do_not_speak_of_the_same_time(bureau: Bureau) -> None:
    year = {
        "kind": INVESTMENT,
        "area": "咸宁市",
        "quantity": "4.2",
        "unit": "亿元",
        "period_start": "2019-01-01",
        "period_end": "2019-12-31",
        "source": "年报",
        "fields": {"operator": "unicom"},
    }
    await bureau.do("bureau", "/ledger", year)
    half = {**year, "period_start": "2019-07-01", "period_end": "2020-06-30"}
    assert "overlaps" in await bureau.refused(409, "bureau", "/ledger", half)
    await bureau.do("bureau", "/ledger", {**half, "fields": {"operator": "tower"}})
    after = {**year, "period_start": "2020-01-01", "period_end": "2020-12-31"}
    assert (await bureau.do("bureau", "/ledger", after))["quantity"] == "420000000"


async def test_a_correction_is_whole_or_nothing(bureau: Bureau) -> None:
    first = await bureau.do("bureau", "/ledger", station("E-1"))
    bad = {"source": "核查", "replacement": station("E-1", longitude=1.0)}
    await bureau.refused(422, "bureau", f"/ledger/{first['id']}/correct", bad)
    assert (await bureau.get("bureau", f"/ledger/{first['id']}"))["entry"]["voided_by"] is None
    good = {"source": "核查", "replacement": station("E-1", longitude=114.31)}
    second = await bureau.do("bureau", f"/ledger/{first['id']}/correct", good)
    assert second["replaces"] == first["id"]
    await bureau.refused(409, "bureau", f"/ledger/{first['id']}/void", {"source": "再次"})
    await bureau.refused(422, "bureau", f"/ledger/{second['id']}/void", {"source": ""})
    history = (await bureau.get("bureau", f"/ledger/{second['id']}"))["history"]
    assert [one["id"] for one in history] == [first["id"], history[1]["id"], second["id"]]


# ---- its two times


async def test_what_stood_on_a_day_is_asked_as_known_at_a_moment(bureau: Bureau) -> None:
    first = await bureau.do("bureau", "/ledger", bulk("30", area="通山县", date="2020-06-30"))
    then = datetime.fromtimestamp(first["recorded_at_us"] / 1_000_000 + 1, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    bureau.days_pass(3)
    form = {"source": "审计更正", "replacement": bulk("28", area="通山县", date="2020-06-30")}
    await bureau.do("bureau", f"/ledger/{first['id']}/correct", form)

    async def counted(query: str) -> list[str]:
        found = await bureau.get("bureau", f"/ledger?kind={STATION}&area=通山县&counting=bulk&{query}")
        assert found["total"] == len(found["entries"])
        return [one["quantity"] for one in found["entries"]]

    assert await counted("as_of=2020-06-30") == ["28"]
    assert await counted(f"as_of=2020-06-30&known_at={then}") == ["30"]
    assert await counted("as_of=2020-06-29") == []
    assert await counted("as_of=2020-06-30&known_at=2019-01-01") == []
    overview = await bureau.get("bureau", f"/ledger/overview?area=通山县&as_of=2020-06-30&known_at={then}")
    assert [one["quantity"] for one in overview["kinds"] if one["kind"] == STATION] == ["30"]


async def test_a_kind_grows_month_by_month_and_what_is_void_never_grew(bureau: Bureau) -> None:
    fields = {"operator": "mobile", "ten_g_ports": "0"}
    ports = {"kind": PORTS, "counting": "bulk", "area": OWN, "source": "月报", "fields": fields}
    path = f"/ledger/growth?kind={PORTS}"
    assert (await bureau.get("county", f"{path}&as_of=2025-06-30"))["points"] == []
    first, wrong, last = [
        await bureau.do("county", "/ledger", ports | {"quantity": quantity, "date": day, "holds_until": until})
        for quantity, day, until in (
            ("20", "2025-01-15", "2025-03-31"),
            ("900", "2025-04-10", "2025-04-30"),
            ("35", "2025-05-01", None),
        )
    ]
    bureau.days_pass(1)

    async def grown(who: str, query: str = "") -> list[tuple[str, str]]:
        found = await bureau.get(who, f"{path}&as_of=2025-06-10{query}")
        assert found["kind"] == PORTS
        return [(one["day"], one["quantity"]) for one in found["points"]]

    month_ends = ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31", "2025-06-10")
    assert await grown("county") == list(zip(month_ends, ("20", "20", "20", "900", "35", "35"), strict=True))

    void = f"/ledger/{wrong['id']}/void"
    for who, status in (("neighbour", 404), ("auditor", 403), ("north-manager", 403)):
        await bureau.refused(status, who, void, {"source": "核查"})
    await bureau.refused(422, "county", void, {"source": "   "})
    await bureau.refused(404, "county", "/ledger/999999/void", {"source": "核查"})
    voiding = await bureau.do("county", void, {"source": "多录一个零"})
    assert (voiding["voids"], voiding["source"], voiding["recorded_by"]) == (wrong["id"], "多录一个零", "county")
    assert [quantity for _, quantity in await grown("county")] == ["20", "20", "20", "0", "35", "35"]
    # Nothing is erased: what was known before the voiding is known to have been so, and the entry says who voided it.
    known = datetime.fromtimestamp(last["recorded_at_us"] / 1_000_000 + 1, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [quantity for _, quantity in await grown("county", f"&known_at={known}")][3] == "900"
    history = (await bureau.get("city", f"/ledger/{wrong['id']}"))["history"]
    assert [(one["id"], one["voided_by"]) for one in history] == [(wrong["id"], voiding["id"]), (voiding["id"], None)]
    entry = next(one for one in bureau.platform.audit.entries(limit=20) if one.outcome == 201)
    assert (entry.actor, entry.action, entry.result) == ("county", "ledger.void", f"ledger:{voiding['id']}")
    assert "already void" in await bureau.refused(409, "county", void, {"source": "再来"})
    itself = await bureau.refused(409, "county", f"/ledger/{voiding['id']}/void", {"source": "撤销作废"})
    assert "record the fact again" in itself
    # A neighbour grows by its own alone, the city by all; a void month can be told anew.
    assert await grown("neighbour") == []
    assert await grown("city") == await grown("county") == await grown("city", "&area=咸安区")
    again = ports | {"quantity": "30", "date": "2025-04-10", "holds_until": "2025-04-30"}
    await bureau.do("county", "/ledger", again)
    assert [quantity for _, quantity in await grown("city")][3] == "30"
    await bureau.refused(403, "north-manager", path, method="GET")
    assert "did you mean" in await bureau.refused(422, "county", "/ledger/growth?kind=5g-base-statio", method="GET")
    await bureau.refused(422, "county", "/ledger/growth", method="GET")
    assert first["voided_by"] is None


# ---- sheets brought to it

GOOD = (
    ("S-1", "咸安区", "移动", "行政村", 114.30, 29.80, "2024-05-01"),
    ("S-2", 421281, "电信", "工业园区", 113.90, 29.72, "2024年5月2日"),
)
BAD = (
    ("S-3", "421299", "移动", "行政村", 114.30, 29.80, "2024-05-01"),
    ("S-4", "咸安区", "移动", "行政村", 29.80, 114.30, "2024-05-01"),
    ("S-5", "咸安区", "=1+1", "行政村", 114.30, 29.80, "2024-05-01"),
)


async def test_bad_rows_are_told_one_by_one_and_only_good_ones_come_in_when_somebody_says_so(bureau: Bureau) -> None:
    before = await kept(bureau)
    report = await checked(bureau, "bureau", xlsx(*GOOD, *BAD))
    assert (report["total"], report["good"], report["bad"]) == (5, 2, 3)
    blamed = [(one["row"], one["heading"]) for one in report["problems"]]
    assert blamed == [(4, "所属区县"), (5, "经度"), (6, "运营企业")]
    assert "421299" in report["problems"][0]["message_zh"]
    assert "swapped" in report["problems"][1]["message_en"]
    assert "formula" in report["problems"][2]["message_en"]
    lines = await bureau.ask("bureau", "GET", f"/ledger/imports/{report['id']}/report?language=en")
    told = list(csv.reader(io.StringIO(lines.content.decode("utf-8-sig"))))
    assert [row[0] for row in told] == ["row", "4", "5", "6"]
    assert await kept(bureau) == before

    path = f"/ledger/imports/{report['id']}/commit"
    assert "3 rows have mistakes" in await bureau.refused(409, "bureau", path, {"choice": "all"})
    assert await kept(bureau) == before
    done = await bureau.do("bureau", path, {"choice": "good"})
    assert (done["state"], done["added"]) == ("done", 2)
    assert {"S-1", "S-2"} <= set(await names(bureau, "bureau"))
    await bureau.refused(409, "bureau", path, {"choice": "good"})
    assert await kept(bureau) == before + 2


async def test_a_sheet_of_several_counties_brings_a_county_its_own_rows(bureau: Bureau) -> None:
    rows = (
        ("T-1", "咸安区", "移动", "行政村", 114.30, 29.81, "2024-05-01"),
        ("T-2", "嘉鱼县", "移动", "行政村", 113.98, 29.95, "2024-05-01"),
    )
    report = await checked(bureau, "county", xlsx(*rows))
    assert [(one["row"], "answer for" in one["message_en"]) for one in report["problems"]] == [(3, True)]
    for path in ("", "/report"):
        await bureau.refused(404, "neighbour", f"/ledger/imports/{report['id']}{path}", method="GET")
    await bureau.refused(404, "neighbour", f"/ledger/imports/{report['id']}/commit", {"choice": "good"})
    await bureau.refused(404, "neighbour", f"/ledger/imports/{report['id']}/drop")
    found = await bureau.get("neighbour", "/ledger/imports")
    assert report["id"] not in [one["id"] for one in found["imports"]]
    assert (await bureau.do("county", f"/ledger/imports/{report['id']}/commit", {"choice": "good"}))["added"] == 1
    assert "T-2" not in await names(bureau, "bureau")


async def test_a_county_corrects_no_entry_that_is_recorded_elsewhere(bureau: Bureau) -> None:
    theirs = ("U-1", "嘉鱼县", "移动", "行政村", 113.98, 29.95, "2024-05-01")
    done = await checked(bureau, "neighbour", xlsx(theirs))
    await bureau.do("neighbour", f"/ledger/imports/{done['id']}/commit", {"choice": "all"})
    taken = ("U-1", "咸安区", "移动", "行政村", 114.30, 29.80, "2024-05-01")
    report = await checked(bureau, "county", xlsx(taken))
    assert (report["bad"], report["changed"]) == (1, 0)
    assert "outside the county" in report["problems"][0]["message_en"]
    by_the_city = await checked(bureau, "city", xlsx(taken))
    assert (by_the_city["bad"], by_the_city["changed"]) == (0, 1)


async def test_changed_rows_are_told_and_corrected_when_that_is_wanted(bureau: Bureau) -> None:
    first = await checked(bureau, "bureau", xlsx(("V-1", "咸安区", "移动", "行政村", 114.30, 29.80, "2024-05-01")))
    await bureau.do("bureau", f"/ledger/imports/{first['id']}/commit", {"choice": "all"})
    changed = ("V-1", "咸安区", "移动", "重点乡镇", 114.32, 29.80, "2024-05-01")
    report = await checked(bureau, "bureau", xlsx(changed))
    assert (report["good"], report["known"], report["changed"]) == (0, 0, 1)
    (told,) = report["changes"]
    assert "区域类别:行政村 → 重点乡镇" in told["message_zh"]
    assert "Longitude: 114.3 → 114.32" in told["message_en"]
    lines = await bureau.ask("bureau", "GET", f"/ledger/imports/{report['id']}/report?language=zh")
    assert f"与台账{told['entry']}不同" in lines.content.decode("utf-8-sig")
    path = f"/ledger/imports/{report['id']}/commit"
    done = await bureau.do("bureau", path, {"choice": "all", "with_changes": True})
    assert (done["added"], done["corrected"]) == (0, 1)
    history = (await bureau.get("bureau", f"/ledger/{told['entry']}"))["history"]
    assert [one["voids"] is not None for one in history] == [False, True, False]
    assert (history[-1]["longitude"], history[-1]["replaces"]) == (114.32, told["entry"])


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "spreadsheetml.sheet.main+xml")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    return out.getvalue()


def macros() -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx(*GOOD))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, "xl/vbaProject.bin": b"x"}.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "english", "chinese"),
    [
        (bomb, "unfolds", "膨胀"),
        (macros, "macros", "宏"),
        (lambda: b"\x89PNG\r\n\x1a\n" + bytes(64), "a picture", "图片"),
        (lambda: b"%PDF-1.7\n", "a PDF", "PDF"),
        (lambda: b"", "empty", "空"),
        (lambda: b"PK\x03\x04" + bytes(200), "damaged", "损坏"),
        (lambda: xlsx(headings=("=1",)), "no row of headings", "未找到表头"),
        (lambda: xlsx(headings=("区县", "区县", "日期")), "stands twice", "出现了两次"),
    ],
    ids=["bomb", "macros", "picture", "pdf", "empty", "damaged", "no-headings", "twice"],
)
async def test_what_is_no_sheet_is_refused_as_a_whole_and_leaves_nothing(
    bureau: Bureau, content: Any, english: str, chinese: str
) -> None:
    imports = (await bureau.get("bureau", "/ledger/imports"))["imports"]
    for language, word in (("en", english), ("zh-CN", chinese)):
        answer = await brought(bureau, "bureau", content(), language=language)
        assert answer.status_code == 422, answer.text
        assert word in answer.json()["error"]["message"]
    assert (await bureau.get("bureau", "/ledger/imports"))["imports"] == imports


async def test_what_a_sheet_must_say_is_asked_for_before_any_row_is_looked_at(bureau: Bureau) -> None:
    found = (await brought(bureau, "bureau", xlsx(*GOOD))).json()
    path = f"/ledger/imports/{found['id']}/check"
    assert "Source" in await bureau.refused(422, "bureau", path, {"mapping": found["mapping"]})
    without = {name: column for name, column in found["mapping"].items() if column != "area"}
    assert "区县" in await bureau.refused(422, "bureau", path, {"mapping": without, "source": "x"})
    doubled = {**found["mapping"], "场景": "operator"}
    assert "two headings" in await bureau.refused(422, "bureau", path, {"mapping": doubled, "source": "x"})
    assert (await bureau.get("bureau", f"/ledger/imports/{found['id']}"))["state"] == "brought"
    assert (await bureau.do("bureau", f"/ledger/imports/{found['id']}/drop"))["state"] == "dropped"
    await bureau.refused(409, "bureau", path, {"mapping": found["mapping"], "source": "x"})


async def test_a_sheet_that_goes_out_runs_nothing_and_comes_back_as_it_was(bureau: Bureau) -> None:
    await bureau.do("bureau", "/ledger", station("W-1", owner="=cmd|'/c calc'!A1"))
    for form in ("csv", "xlsx"):
        answer = await bureau.ask("bureau", "GET", f"/ledger/sheet?kind={STATION}&q=W-1&format={form}")
        assert answer.status_code == 200
        if form == "csv":
            assert ",'=cmd|" in answer.text
        else:
            (row,) = load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(min_row=2)
            assert "f" not in [cell.data_type for cell in row]
        again = await checked(bureau, "bureau", answer.content)
        assert (again["total"], again["bad"]) == (1, 1)
    await bureau.do("bureau", "/ledger", station("X-1"))
    sound = await bureau.ask("bureau", "GET", f"/ledger/sheet?kind={STATION}&q=X-1&language=en")
    again = await checked(bureau, "bureau", sound.content)
    assert [one["message_en"][:23] for one in again["problems"]] == ["X-1 is already recorded"]
    template = await bureau.ask("bureau", "GET", f"/ledger/template?kind={STATION}&language=en")
    headings = [cell.value for cell in load_workbook(io.BytesIO(template.content)).worksheets[0][1]]
    assert "Site code" in headings
