"""The life of a programme through the API: the whole way, every wrong turn, and everybody who may not take it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.web.bureau import FACTS, OFFICERS, REVIEWERS, Bureau, Ground, bureau_in, bureau_on

from millmark.programmes import Grade
from millmark.programmes.assessment.facts import NewFact
from millmark.web.access import Role


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("bureau")
    with bureau_in(folder) as ground:
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


async def test_from_a_call_to_a_recognition_that_the_city_counts(bureau: Bureau) -> None:
    before = await _selected(bureau)
    call_id = await bureau.open_call("whole-way", validity_months=24)
    application_id = await bureau.passed(call_id)

    found = await bureau.get("city", f"/applications/{application_id}")
    assert found["state"] == "passed"
    # 79.5, 82 and 85: the mean is 82.1666…, the sample standard deviation 2.7537….
    assert {name: found["statistics"][name] for name in ("count", "mean", "median", "spread", "outliers")} == {
        "count": 3,
        "mean": "82.17",
        "median": "82.00",
        "spread": "2.75",
        "outliers": [],
    }
    assert (found["outcome"], found["grade"]) == ("not_provable", "self_reported")
    judged = await bureau.get("north-manager", f"/applications/{application_id}")
    assert {one["id"]: one["outcome"] for one in judged["advice"]["conditions"]} == {
        "registered": "met",
        "no-serious-record": "met",
        "application-form": "met",
        "demonstration": "not_provable",
    }

    listed = await bureau.do("city", "/publicity", {"call_id": call_id, "application_ids": [application_id]})
    assert (listed["takes_objections"], listed["closes_on"]) == (True, (bureau.today + timedelta(days=4)).isoformat())
    # Whoever is signed in reads the names on it, and nothing else of the applications.
    for who in ("south-manager", "supplier", "ann", "neighbour"):
        read = await bureau.get(who, f"/publicity/{listed['id']}")
        assert [one["enterprise_zh"] for one in read["entries"]] == ["北厂"], who
        names = {"enterprise_id", "enterprise_zh", "enterprise_en", "area_code"}
        assert set(read["entries"][0]) == names | {"application_id", "state"}
    await bureau.refused(404, "city", "/publicity/999999", method="GET")
    form = {"application_id": application_id}
    assert "is public until" in await bureau.refused(409, "city", "/recognitions", form)
    text = {"application_id": application_id, "text": "数据与实际不符"}
    objection = await bureau.do("south-manager", f"/publicity/{listed['id']}/objections", text)
    bureau.days_pass(5)
    assert "not answered yet" in await bureau.refused(409, "city", "/recognitions", form)
    answer = {"upheld": False, "reason": "经现场核查,数据属实"}
    await bureau.do("city", f"/objections/{objection['id']}/resolution", answer)

    granted = await bureau.do("city", "/recognitions", form)
    assert (granted["state"], granted["holds"], granted["number"]) == ("valid", True, f"whole-way-{application_id:05d}")
    assert granted["valid_from"] == bureau.today.isoformat()
    assert granted["valid_until"] == "2028-03-07"  # two years from 2026-03-08
    await bureau.do("city", f"/publicity/{listed['id']}/steps", {"action": "close"})
    assert await _selected(bureau) == before + 1

    steps = (await bureau.get("auditor", f"/applications/{application_id}"))["steps"]
    assert [(one["action"], one["actor"]) for one in steps] == [
        ("start", "north-manager"),
        ("save", "north-manager"),
        ("submit", "north-manager"),
        ("accept", "county"),
        ("recommend_county", "county"),
        ("open_review", "city"),
        ("close_scoring", "city"),
        ("pass", "city"),
        ("publicise", "city"),
        ("recognise", "city"),
    ]
    reason = {"action": "revoke", "reason": "查实提供虚假材料"}
    revoked = await bureau.do("city", f"/recognitions/{granted['id']}/steps", reason)
    assert (revoked["state"], revoked["holds"]) == ("revoked", False)
    assert await _selected(bureau) == before
    assert (await bureau.get("county", f"/applications/{application_id}"))["state"] == "revoked"


async def _selected(bureau: Bureau) -> int:
    """Recognitions of the city's demonstration that stand, as the figures read them."""
    records = bureau.platform.programme_records.standing()
    return sum(one.count for one in records if (one.kind, one.programme) == ("recognition", "city-smart-manufacturing"))


async def test_what_was_signed_is_digested_and_corrections_are_new_versions(bureau: Bureau) -> None:
    call_id = await bureau.open_call("corrected", correction_days=7)
    application_id = await bureau.started(call_id)
    path = f"/applications/{application_id}"
    await bureau.do("north-manager", f"{path}/content", {"facts": {"registered_in_city": True}}, method="PUT")
    missing = await bureau.refused(422, "north-manager", f"{path}/submit", {})
    assert "facts.serious_record_3y; documents.application-form; pledge" in missing
    saved = await bureau.filled(application_id)
    assert (saved["version"], saved["missing"]) == (3, [])
    assert (await bureau.filled(application_id, documents=saved["current"]["content"]["documents"]))["version"] == 3
    stale = {"facts": {}, "version": 2}
    assert "is at version 3, not 2" in await bureau.refused(
        409, "north-manager", f"{path}/content", stale, method="PUT"
    )
    first = await bureau.do("north-manager", f"{path}/submit", {"version": 3})
    assert first["current"]["signed_by"] == "north-manager"
    assert first["steps"][-1]["detail"]["digest"] == first["current"]["digest"]

    assert "needs its reason" in await bureau.refused(422, "county", f"{path}/steps", {"action": "return"})
    returned = await bureau.step("county", application_id, "return", reason="申报书缺盖章页")
    assert returned["deadline"] == (bureau.today + timedelta(days=7)).isoformat()
    todo = (await bureau.get("north-manager", "/desk/todo"))["tasks"]
    assert [(one["action"], one["due"], one["days_left"]) for one in todo if one["object_id"] == application_id] == [
        ("submit", "soon", 7)
    ]
    file_id = saved["current"]["content"]["documents"]["application-form"]
    await bureau.filled(application_id, documents={"application-form": file_id, "evidence": file_id})
    second = await bureau.do("north-manager", f"{path}/submit", {})
    assert (second["version"], second["state"], second["deadline"]) == (4, "submitted", None)
    versions = (await bureau.get("county", f"{path}/versions"))["versions"]
    assert [one["version"] for one in versions] == [3, 4]
    assert versions[0]["digest"] == first["current"]["digest"] != versions[1]["digest"]

    await bureau.step("county", application_id, "return", reason="再次补正")
    bureau.days_pass(8)
    assert "was due on" in await bureau.refused(409, "north-manager", f"{path}/submit", {})


async def test_what_comes_late_twice_or_from_others_is_refused(bureau: Bureau) -> None:
    call_id = await bureau.open_call("bounds")
    application_id = await bureau.submitted(call_id)
    path = f"/applications/{application_id}"
    form = {"enterprise_id": bureau.north}
    starts = f"/calls/{call_id}/applications"
    assert f"has application {application_id}" in await bureau.refused(409, "north-manager", starts, form)
    assert "takes no step 'submit'" in await bureau.refused(409, "north-manager", f"{path}/submit", {})
    await bureau.refused(404, "north-manager", starts, {"enterprise_id": bureau.south})
    for who in ("south-manager", "south-engineer", "neighbour"):
        await bureau.refused(404, who, path, method="GET")
        await bureau.refused(404, who, f"{path}/versions", method="GET")
    await bureau.refused(404, "south-manager", f"{path}/submit", {})
    await bureau.refused(404, "neighbour", f"{path}/steps", {"action": "accept"})
    theirs = {"facts": {}, "documents": {"application-form": await bureau.upload("south-manager")}}
    draft = await bureau.started(await bureau.open_call("bounds-2"))
    content = f"/applications/{draft}/content"
    assert "there is no file" in await bureau.refused(404, "north-manager", content, theirs, method="PUT")
    unknown = {"facts": {"height": 3}}
    assert "height is not asked" in await bureau.refused(422, "north-manager", content, unknown, method="PUT")
    wrong = {"facts": {"registered_in_city": "maybe"}}
    await bureau.refused(422, "north-manager", content, wrong, method="PUT")
    # A draft is nobody's but the enterprise's.
    for who in ("county", "city", "bureau", "auditor"):
        await bureau.refused(404, who, f"/applications/{draft}", method="GET")
    await bureau.filled(draft)
    bureau.days_pass(31)
    assert "closed on" in await bureau.refused(409, "north-manager", f"/applications/{draft}/submit", {})
    assert "closed on" in await bureau.refused(409, "south-manager", starts, {"enterprise_id": bureau.south})


async def test_a_reviewer_sees_nothing_before_a_word_on_conflicts_and_no_scores_of_others(bureau: Bureau) -> None:
    application_id = await bureau.under_review(await bureau.open_call("blind"))
    ids = {name: await bureau.assigned(application_id, name) for name in REVIEWERS}
    assert "already" in await bureau.refused(
        409, "city", "/reviews", {"application_id": application_id, "reviewer": "ann"}
    )
    nobody = {"application_id": application_id, "reviewer": "county"}
    assert "no account of a reviewer" in await bureau.refused(422, "city", "/reviews", nobody)
    seen = await bureau.get("ann", f"/reviews/{ids['ann']}")
    assert (seen["state"], seen["application"], seen["advice"]) == ("assigned", None, None)
    await bureau.refused(404, "ann", f"/reviews/{ids['ben']}", method="GET")
    await bureau.refused(403, "ann", f"/applications/{application_id}", method="GET")
    early = {"scores": {"overall": "80"}, "comment": "好"}
    await bureau.refused(409, "ann", f"/reviews/{ids['ann']}/scores", early, method="PUT")
    conflicted = {"conflict": True, "reason": "曾任该企业顾问"}
    out = await bureau.do("dai", f"/reviews/{ids['dai']}/declaration", conflicted)
    assert (out["state"], out["application"], out["allowed"]) == ("recused", None, [])
    await bureau.scored(ids["ann"], "ann", "80")
    shown = await bureau.get("ann", f"/reviews/{ids['ann']}")
    assert shown["application"]["content"]["facts"]["registered_in_city"] is True
    assert shown["total"] == "80"
    # Blind for the office too, until the panel.
    for_city = await bureau.get("city", f"/reviews/{ids['ann']}")
    assert (for_city["total"], for_city["scores"], for_city["comment"]) == (None, None, None)
    assert all("scores" not in step["detail"] for step in for_city["steps"])
    waiting = await bureau.refused(409, "city", f"/applications/{application_id}/steps", {"action": "close_scoring"})
    assert "2 reviews are not scored yet" in waiting
    await bureau.do("ben", f"/reviews/{ids['ben']}/declaration", {"conflict": False})
    for scores, problem in (
        ({"overall": "101"}, "not between 0 and 100"),
        ({}, "has no points"),
        ({"overall": "1", "charm": "2"}, "no criterion"),
        ({"overall": "-0.5"}, "not between"),
        ({"overall": "1.2345"}, "three decimals"),
    ):
        form = {"scores": scores, "comment": "好"}
        assert problem in await bureau.refused(422, "ben", f"/reviews/{ids['ben']}/scores", form, method="PUT")
    await bureau.do("ben", f"/reviews/{ids['ben']}/scores", early, method="PUT")
    await bureau.do("city", f"/reviews/{ids['cai']}/steps", {"action": "release", "reason": "请假"})
    few = await bureau.refused(409, "city", f"/applications/{application_id}/steps", {"action": "close_scoring"})
    assert "2 reviews are scored, the call needs 3" in few


async def test_an_enterprise_sees_how_it_stands_to_a_call_before_it_applies(bureau: Bureau) -> None:
    call_id = await bureau.open_call("before-applying")
    path = f"/calls/{call_id}/fit?enterprise_id={bureau.north}"
    unknown = await bureau.get("north-manager", path)
    assert unknown["outcome"] == "not_provable"
    assert {one["id"]: one["outcome"] for one in unknown["conditions"]}["registered"] == "not_provable"

    bureau.platform.enterprise_facts.record(
        bureau.north,
        [NewFact(name, value, "", bureau.today, Grade.DOCUMENT_BACKED, "工商登记") for name, value in FACTS.items()],
        recorded_by="city",
    )
    fits = await bureau.get("north-manager", path)
    # Papers and what experts judge are still open: they are shown, and decide nothing yet.
    assert (fits["outcome"], fits["grade"]) == ("met", "document_backed")
    assert {one["id"]: one["outcome"] for one in fits["conditions"]}["application-form"] == "not_provable"
    listed = (await bureau.get("north-manager", f"/applications?call_id={call_id}"))["applications"]
    assert listed == [], "asking begins nothing"
    every = {
        one["call_id"]: one
        for one in (await bureau.get("north-manager", f"/calls/fits?enterprise_id={bureau.north}"))["fits"]
    }
    assert every[call_id] == {
        "call_id": call_id,
        "outcome": "met",
        "grade": "document_backed",
        "met": 2,
        "asked": 4,
        "demonstration": False,
    }
    await bureau.do("city", f"/calls/{call_id}/steps", {"action": "close", "reason": "名额已满"})
    later = await bureau.get("north-manager", f"/calls/fits?enterprise_id={bureau.north}")
    assert call_id not in {one["call_id"] for one in later["fits"]}, "a closed call is not among them"
    await bureau.refused(404, "south-manager", f"/calls/fits?enterprise_id={bureau.north}", method="GET")
    await bureau.refused(404, "south-manager", path, method="GET")
    await bureau.refused(403, "city", path, method="GET")


async def test_an_upheld_objection_rejects_at_once(bureau: Bureau) -> None:
    call_id = await bureau.open_call("objected")
    application_id = await bureau.passed(call_id)
    listed = await bureau.do("city", "/publicity", {"call_id": call_id, "application_ids": [application_id]})
    path = f"/publicity/{listed['id']}/objections"
    named = {"application_id": application_id, "text": "未在本市注册", "objector": "某群众"}
    assert "only an office" in await bureau.refused(403, "south-manager", path, named)
    raised = await bureau.do("city", path, named)
    assert (raised["raised_by"], raised["objector"]) == ("city", "某群众")
    # The enterprise concerned is not told who objects.
    assert (await bureau.get("north-manager", "/objections"))["objections"] == []
    resolution = f"/objections/{raised['id']}/resolution"
    await bureau.refused(422, "city", resolution, {"upheld": True, "reason": ""})
    await bureau.do("city", resolution, {"upheld": True, "reason": "注册地查证属实"})
    found = await bureau.get("north-manager", f"/applications/{application_id}")
    assert (found["state"], found["steps"][-1]["reason"]) == ("rejected", "注册地查证属实")
    bureau.days_pass(5)
    await bureau.refused(409, "city", "/recognitions", {"application_id": application_id})
    late = {"application_id": application_id, "text": "迟到的异议"}
    assert "takes objections from" in await bureau.refused(409, "south-manager", path, late)


async def test_quotas_hold_for_areas_and_for_the_call(bureau: Bureau) -> None:
    call_id = await bureau.open_call("quota", quota=1, area_quotas={"421221": 0}, reviewers_min=0)
    north, south = [await bureau.submitted(call_id, who) for who in ("north-manager", "south-manager")]
    await bureau.step("neighbour", south, "accept")
    refused = await bureau.refused(409, "neighbour", f"/applications/{south}/steps", {"action": "recommend_county"})
    assert "area 421221 may recommend 0" in refused
    await bureau.step("county", north, "accept")
    await bureau.step("county", north, "recommend_county")
    await bureau.step("city", north, "pass")
    other = await bureau.open_call("quota-2", quota=1, reviewers_min=0, offices=[])
    ids = [await bureau.submitted(other, who) for who in ("north-manager", "south-manager")]
    for application_id in ids:
        await bureau.step("city", application_id, "accept")
    await bureau.step("city", ids[0], "pass")
    refused = await bureau.refused(409, "city", f"/applications/{ids[1]}/steps", {"action": "pass"})
    assert "selects 1" in refused


async def test_what_is_decided_elsewhere_is_recorded_with_its_document(bureau: Bureau) -> None:
    def counted(kind: str) -> int:
        records = bureau.platform.programme_records.standing()
        wanted = (kind, "provincial-smart-manufacturing")
        return sum(one.count for one in records if (one.kind, one.programme) == wanted)

    form = {
        "pack": "provincial-smart-manufacturing",
        "edition": "2023",
        "slug": "provincial-2026",
        "closes_on": (bureau.today + timedelta(days=20)).isoformat(),
    }
    call = await bureau.do("city", "/calls", form)
    assert (call["terms"]["offices"], call["terms"]["decided_here"]) == (["county", "city"], False)
    await bureau.do("city", f"/calls/{call['id']}/steps", {"action": "publish"})
    application_id = await bureau.started(call["id"])
    await bureau.filled(application_id, facts={})
    await bureau.do("north-manager", f"/applications/{application_id}/submit", {})
    await bureau.step("county", application_id, "accept")
    await bureau.step("county", application_id, "recommend_county")
    assert counted("recommendation") == 0
    refused = await bureau.refused(403, "county", f"/applications/{application_id}/steps", {"action": "recommend_city"})
    assert "is up to the city office" in refused
    await bureau.step("city", application_id, "recommend_city")
    assert counted("recommendation") == 1
    granted = {"application_id": application_id}
    assert "document" in await bureau.refused(422, "city", "/recognitions", granted)
    await bureau.do("city", "/recognitions", {**granted, "document": "鄂经信智能〔2026〕12号"})
    assert (counted("recommendation"), counted("recognition")) == (1, 1)


ACTIONS = (
    ("POST", "/calls", {"pack": "city-smart-manufacturing", "edition": "2023"}, {"officer"}),
    ("PUT", "/calls/{call}", {"title_en": "x"}, {"officer"}),
    ("POST", "/calls/{call}/steps", {"action": "close", "reason": "x"}, {"officer"}),
    ("POST", "/calls/{call}/applications", {"enterprise_id": 1}, {"manager"}),
    ("PUT", "/applications/{application}/content", {"facts": {}}, {"manager"}),
    ("POST", "/applications/{application}/submit", {}, {"manager"}),
    ("POST", "/applications/{application}/withdraw", {}, {"manager"}),
    ("POST", "/applications/{application}/reopen", None, {"manager"}),
    ("POST", "/applications/{application}/steps", {"action": "accept"}, {"officer"}),
    ("POST", "/reviews", {"application_id": 1, "reviewer": "ann"}, {"officer"}),
    ("POST", "/reviews/{review}/declaration", {"conflict": False}, {"reviewer"}),
    ("PUT", "/reviews/{review}/scores", {"scores": {"overall": "1"}, "comment": "x"}, {"reviewer"}),
    ("POST", "/reviews/{review}/steps", {"action": "release", "reason": "x"}, {"officer"}),
    ("POST", "/publicity", {"call_id": 1, "application_ids": [1]}, {"officer"}),
    ("POST", "/publicity/1/steps", {"action": "close"}, {"officer"}),
    ("POST", "/publicity/1/objections", {"application_id": 1, "text": "x"}, {"officer", "manager", "engineer"}),
    ("POST", "/objections/1/resolution", {"upheld": True, "reason": "x"}, {"officer"}),
    ("POST", "/recognitions", {"application_id": 1}, {"officer"}),
    ("POST", "/recognitions/1/steps", {"action": "revoke", "reason": "x"}, {"officer"}),
)
ACCOUNTS = {
    "north-manager": "manager",
    "north-engineer": "engineer",
    "supplier": "supplier",
    "auditor": "auditor",
    "ann": "reviewer",
    "county": "officer",
}


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ACTIONS, ids=lambda part: str(part)[:40])
async def test_a_wrong_role_is_refused_and_the_attempt_is_on_record(
    bureau: Bureau, method: str, path: str, body: object, allowed: set[str]
) -> None:
    slug = f"roles-{ACTIONS.index((method, path, body, allowed))}"
    call_id = await bureau.open_call(slug)
    application_id = await bureau.under_review(call_id)
    review_id = await bureau.assigned(application_id, "ann")
    url = path.format(call=call_id, application=application_id, review=review_id)
    before = len(await _steps(bureau, application_id))
    # Those who may object to what is public are refused by what they name alone.
    may_object = {"supplier", "reviewer"} if path.endswith("/objections") else set()
    for who, role in ACCOUNTS.items():
        if role in allowed | may_object:
            continue
        await bureau.refused(403, who, url, body, method=method)
        entry = (await bureau.get("auditor", "/audit?limit=1"))["entries"][0]
        assert (entry["actor"], entry["what"], entry["outcome"]) == (who, f"{method} /api{url}", 403)
    assert len(await _steps(bureau, application_id)) == before


async def _steps(bureau: Bureau, application_id: int) -> list[object]:
    return list((await bureau.get("auditor", f"/applications/{application_id}"))["steps"])


async def test_every_office_step_at_the_wrong_time_or_by_the_wrong_office_leaves_everything_as_it_was(
    bureau: Bureau,
) -> None:
    call_id = await bureau.open_call("wrong-turns")
    application_id = await bureau.submitted(call_id)
    path = f"/applications/{application_id}/steps"
    way = (("county", "accept"), ("county", "recommend_county"), ("city", "open_review"))
    for turn in range(len(way) + 1):
        state = (await bureau.get("county", f"/applications/{application_id}"))["state"]
        for office in ("county", "city", "province"):
            found = await bureau.get(office, f"/applications/{application_id}")
            offered = {one["action"] for one in found["allowed"]}
            for action in ("accept", "recommend_county", "recommend_city", "open_review", "rescore", "pass", "fail"):
                if action in offered:
                    continue
                answer = await bureau.ask(office, "POST", path, {"action": action, "reason": "x"})
                assert answer.status_code in (403, 409), f"{state} {office} {action}: {answer.text}"
        after = await bureau.get("county", f"/applications/{application_id}")
        assert (after["state"], len(after["steps"])) == (state, 3 + turn)
        if turn < len(way):
            office, action = way[turn]
            await bureau.step(office, application_id, action)


async def test_an_officer_sees_the_enterprises_of_their_area_alone(bureau: Bureau) -> None:
    call_id = await bureau.open_call("areas")
    north, south = [await bureau.submitted(call_id, who) for who in ("north-manager", "south-manager")]
    seen = {}
    for office in OFFICERS:
        queue = (await bureau.get(office, f"/applications?call_id={call_id}"))["applications"]
        seen[office] = {one["id"] for one in queue}
        enterprises = {one["slug"] for one in (await bureau.get(office, "/enterprises"))["enterprises"]}
        assert ({"north", "south"} & enterprises == {"north", "south"}) is (len(seen[office]) == 2)
    both = {north, south}
    assert seen == {"county": {north}, "neighbour": {south}, "city": both, "province": both, "bureau": both}
    assert (await bureau.get("county", f"/calls/{call_id}"))["applications"] == {"submitted": 1}
    narrowed = (await bureau.get("city", f"/applications?call_id={call_id}&area=421221"))["applications"]
    assert [one["id"] for one in narrowed] == [south]
    tasks = (await bureau.get("neighbour", "/desk/todo"))["tasks"]
    assert [one["action"] for one in tasks if one["object_id"] == south] == ["accept"]
    assert north not in [one["object_id"] for one in tasks if one["object_kind"] == "application"]


async def test_a_call_is_drafted_out_of_sight_and_extended_in_sight(bureau: Bureau) -> None:
    form = {"pack": "city-smart-manufacturing", "edition": "2023", "slug": "drafted"}
    assert "up to the city office" in await bureau.refused(403, "county", "/calls", form)
    call = await bureau.do("city", "/calls", form)
    assert "up to" in await bureau.refused(403, "county", f"/calls/{call['id']}", {"title_en": "Mine"}, method="PUT")
    assert (await bureau.get("county", f"/calls/{call['id']}"))["allowed"] == []
    await bureau.refused(404, "north-manager", f"/calls/{call['id']}", method="GET")
    publish = {"action": "publish"}
    assert "closes_on" in await bureau.refused(422, "city", f"/calls/{call['id']}/steps", publish)
    wrong = {"opens_on": "2026-06-01", "closes_on": "2026-05-01"}
    assert "before it opens" in await bureau.refused(422, "city", f"/calls/{call['id']}", wrong, method="PUT")
    closes = (bureau.today + timedelta(days=10)).isoformat()
    revised = await bureau.do("city", f"/calls/{call['id']}", {"closes_on": closes, "version": 1}, method="PUT")
    assert (revised["version"], revised["terms"]["quota"]) == (2, 12)
    stale = {"closes_on": closes, "version": 1}
    assert "not 1" in await bureau.refused(409, "city", f"/calls/{call['id']}", stale, method="PUT")
    published = await bureau.do("city", f"/calls/{call['id']}/steps", publish)
    assert published["is_open"]
    await bureau.get("north-manager", f"/calls/{call['id']}")
    later = {"action": "extend", "closes_on": (bureau.today + timedelta(days=20)).isoformat(), "reason": "应企业要求"}
    assert (await bureau.do("city", f"/calls/{call['id']}/steps", later))["version"] == 3
    versions = (await bureau.get("auditor", f"/calls/{call['id']}/versions"))["versions"]
    assert [one["closes_on"] for one in versions] == [None, closes, later["closes_on"]]
    assert "takes no step 'revise'" in await bureau.refused(
        409, "city", f"/calls/{call['id']}", {"title_en": "New"}, method="PUT"
    )
    again = await bureau.refused(409, "city", "/calls", form)
    assert "give this one another slug" in again
    # The page that lists programmes shows it beside those that are decided at once.
    listed = (await bureau.get("north-manager", "/programmes"))["programmes"]
    assert call["id"] in [one["id"] for programme in listed for one in programme["calls"]]


async def test_what_a_draft_would_say_is_read_before_there_is_one(bureau: Bureau) -> None:
    path = "/calls/proposal?pack=city-smart-manufacturing&edition=2023"
    calls = await bureau.get("city", "/calls")
    proposed = await bureau.get("city", path)
    assert (proposed["quota"], proposed["closes_on"], proposed["validity_months"]) == (12, None, None)
    assert await bureau.get("city", "/calls") == calls, "nothing was kept"
    drafted = await bureau.do(
        "city", "/calls", {"pack": "city-smart-manufacturing", "edition": "2023", "slug": "as-proposed"}
    )
    assert drafted["terms"] | {"opens_on": None} == proposed | {"opens_on": None}
    for wrong in ("pack=no-such-pack&edition=2023", "pack=city-smart-manufacturing&edition=1999"):
        assert "there is no" in await bureau.refused(404, "city", f"/calls/proposal?{wrong}", method="GET")
    await bureau.refused(422, "city", "/calls/proposal?pack=city-smart-manufacturing", method="GET")
    for who in ("north-manager", "ann", "auditor", "supplier"):
        await bureau.refused(403, who, path, method="GET")


async def test_a_reminder_is_unread_until_it_was_read_by_whom_it_is_for(bureau: Bureau) -> None:
    call_id = await bureau.open_call("reminding", closes_on=(bureau.today + timedelta(days=6)).isoformat())
    application_id = await bureau.started(call_id)

    async def told(who: str) -> tuple[int, list[tuple[str, bool]]]:
        found = await bureau.get(who, "/desk/reminders")
        mine = [one for one in found["reminders"] if one["object_id"] == application_id]
        return found["unread"], [(one["stage"], one["unread"]) for one in mine]

    bureau.platform._remind()
    unread, mine = await told("north-manager")
    assert mine == [("week", True)]
    bureau.days_pass(5)
    bureau.platform._remind()
    after, mine = await told("north-manager")
    assert (after - unread, mine) == (1, [("last_day", True), ("week", True)])
    assert await told("south-manager") == (0, []), "another enterprise hears nothing of it"

    shown = await bureau.get("north-manager", "/desk/reminders")
    week = next(one["id"] for one in shown["reminders"] if one["stage"] == "week" and one["unread"])
    await bureau.do("north-manager", "/desk/reminders/read", {"up_to": week})
    assert (await told("north-manager"))[1] == [("last_day", True), ("week", False)]
    # Each of an enterprise reads for themselves; what was read stays read; and nobody reads what is still to come.
    bureau.platform.accounts.add("north-deputy", Role.MANAGER, bureau.north)
    assert (await told("north-deputy"))[1] == [("last_day", True), ("week", True)]
    read = await bureau.do("north-manager", "/desk/reminders/read", {"up_to": 2**31 - 1})
    assert read["unread"] == 0
    await bureau.do("north-manager", "/desk/reminders/read", {"up_to": 1})
    assert (await told("north-manager"))[0] == 0
    other = await bureau.started(
        await bureau.open_call("reminding-2", closes_on=(bureau.today + timedelta(days=7)).isoformat())
    )
    bureau.days_pass(1)
    bureau.platform._remind()
    fresh = (await bureau.get("north-manager", "/desk/reminders"))["reminders"]
    assert [one["unread"] for one in fresh if one["object_id"] == other] == [True]
    for bad in ({"up_to": 0}, {"up_to": "all"}, {}):
        await bureau.refused(422, "north-manager", "/desk/reminders/read", bad)
    await bureau.refused(403, "supplier", "/desk/reminders/read", {"up_to": 1})


async def test_people_answer_what_only_people_judge(bureau: Bureau) -> None:
    application_id = await bureau.submitted(await bureau.open_call("judged"))
    unknown = {"action": "judge", "reason": "x", "judgements": {"charm": True}}
    path = f"/applications/{application_id}/steps"
    assert "charm is no condition" in await bureau.refused(422, "county", path, unknown)
    answered = await bureau.step(
        "county", application_id, "judge", reason="现场核查", judgements={"demonstration": True}
    )
    assert (answered["state"], answered["outcome"]) == ("submitted", "met")


async def test_the_machines_are_told(bureau: Bureau) -> None:
    found = {one["kind"]: one for one in (await bureau.get("supplier", "/machines"))["machines"]}
    assert {"call", "application", "review", "publicity", "objection", "recognition"} <= set(found)
    assert {"id": "returned", "name_zh": "退回补正", "name_en": "returned for correction"} in found["application"][
        "states"
    ]
