"""Proposals over the API: the whole handling, whose things are seen, and what strangers never read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.programmes.documents import samples
from tests.web.bureau import Bureau, bureau_in, bureau_on

from millmark.demo.bureau_proposals import seed_proposals
from millmark.demo.seed import FACTS_FILE
from millmark.region.departments import Department
from millmark.web.access import Role
from millmark.web.sessions import COOKIE

SECRET = "王某某(测试)"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with bureau_in(tmp_path_factory.mktemp("proposals")) as (platform, clock, north, south):
        platform.facts_import.run(FACTS_FILE, recorded_by="test")
        seed_proposals(platform)
        platform.bureau.departments.put(Department("housing-x", "市某局(测试)", "Some bureau"), recorded_by="test")
        platform.accounts.add("finance", Role.DEPARTMENT, department="finance")
        platform.accounts.add("science", Role.DEPARTMENT, department="science-technology")
        platform.accounts.add("nowhere", Role.DEPARTMENT)
        platform.accounts.add("leader", Role.OFFICER)
        yield platform, clock, north, south


@pytest.fixture
async def bureau(opened: Any) -> AsyncIterator[Bureau]:
    async with bureau_on(opened) as bureau:
        yield bureau


async def done(bureau: Bureau, who: str, method: str, path: str, body: Any = None) -> Any:
    answer = await bureau.ask(who, method, path, body)
    assert answer.is_success, f"{who} {method} {path}: {answer.status_code} {answer.text}"
    return answer.json()


def registered(bureau: Bureau, number: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "proposal",
        "session": "市政协七届一次会议(测试)",
        "number": number,
        "title": "关于测试的提案",
        "received_on": str(bureau.today),
        "rules": "three-months",
        "people": [{"part": "proposer", "name": SECRET}],
        **changes,
    }


async def handled(bureau: Bureau, number: str) -> int:
    made = await done(bureau, "bureau", "POST", "/proposals", registered(bureau, number))
    proposal = int(made["proposal"]["id"])
    await done(bureau, "bureau", "POST", f"/proposals/{proposal}/steps", {"action": "file"})
    assignment = {"assigner": "市政协提案委(测试)", "assigned_on": str(bureau.today)}
    await done(bureau, "bureau", "POST", f"/proposals/{proposal}/assignment", assignment)
    await done(bureau, "bureau", "POST", f"/proposals/{proposal}/steps", {"action": "sign_for"})
    return proposal


async def drafted(bureau: Bureau, proposal: int) -> None:
    draft = (await done(bureau, "bureau", "GET", f"/proposals/{proposal}/draft"))["draft"]
    draft["reply_class"] = "B"
    draft["blocks"] = [
        {"kind": "text", "text": "累计建成5G基站{F02}。"},
        {"kind": "promise", "text": "1.继续建设。", "owner": "网络科(测试)", "due_on": "2027-06-30"},
        {"kind": "promise", "text": "2.落实资金。", "owner": "财政", "department": "finance", "due_on": "2027-03-31"},
    ]
    saved = await done(bureau, "bureau", "PUT", f"/proposals/{proposal}/draft", {"draft": draft, "version": 0})
    assert saved["written"]["blocks"][0]["segments"][1] == {"text": "3970个", "figure_id": "F02"}


async def test_the_published_reply_stands_complete_in_the_demonstration(bureau: Bureau) -> None:
    rows = (await bureau.get("bureau", "/proposals"))["proposals"]
    [own] = [one for one in rows if one["number"] == "045"]
    assert (own["state"], own["reply_class"], own["verdict"], own["late"]) == ("concluded", "B", "satisfied", False)
    [reply] = (await bureau.get("bureau", f"/proposals/{own['id']}/replies"))["replies"]
    assert reply["intact"]
    [publication] = reply["publications"]
    assert publication["metadata"]["index_number"] == "764137816/2023-26481"
    assert (publication["metadata"]["published_on"], publication["metadata"]["document_number"]) == ("2023-09-08", None)
    commitments = (await bureau.get("bureau", "/commitments"))["commitments"]
    assert [one["placeholder"] for one in commitments if one["proposal_id"] == own["id"]] == [True] * 5
    figure = await bureau.get("bureau", "/figures/F28")
    assert figure["value"] == "7"


async def test_a_proposal_from_registration_to_a_satisfied_proposer(bureau: Bureau) -> None:
    proposal = await handled(bureau, "101")
    at = f"/proposals/{proposal}"
    asked = await done(bureau, "bureau", "POST", f"{at}/consultations", {"department": "finance", "question": "资金?"})
    await drafted(bureau, proposal)
    waiting = await bureau.ask("bureau", "POST", f"{at}/submission")
    assert waiting.status_code == 409
    assert "finance" in waiting.text
    mine = (await bureau.get("finance", "/consultations"))["consultations"]
    assert asked["id"] in [one["id"] for one in mine]
    opinion = {"action": "opine", "opinion": "同意安排。"}
    await done(bureau, "finance", "POST", f"/consultations/{asked['id']}/steps", opinion)
    # Nobody spoke with the proposer yet, so the rule sends the draft back.
    assert (await done(bureau, "bureau", "POST", f"{at}/submission"))["proposal"]["state"] == "handling"
    contact = {"way": "phone", "held_on": str(bureau.today), "verdict": "satisfied", "note": "已电话沟通"}
    await done(bureau, "bureau", "POST", f"{at}/contacts", contact)
    assert (await done(bureau, "bureau", "POST", f"{at}/submission"))["proposal"]["state"] == "in_review"
    assert (await bureau.ask("bureau", "POST", f"{at}/clearance")).status_code == 403
    await done(bureau, "leader", "POST", f"{at}/clearance")
    signed = await done(bureau, "leader", "POST", f"{at}/signature")
    for form, begins in (("docx", b"PK"), ("data", b"{")):
        answer = await bureau.ask("leader", "GET", f"/replies/{signed['id']}/{form}")
        assert answer.status_code == 200
        assert answer.content.startswith(begins)
    suggested = (await bureau.get("bureau", f"{at}/replies"))["suggested"]
    done_ = await done(bureau, "bureau", "POST", f"/replies/{signed['id']}/publication", suggested)
    assert done_["publications"][0]["metadata"]["openness"] == "public"
    feedback = {"verdict": "satisfied", "given_on": str(bureau.today)}
    detail = await done(bureau, "bureau", "POST", f"{at}/feedback", feedback)
    assert detail["proposal"]["state"] == "concluded"
    assert [one["state"] for one in detail["commitments"]] == ["open", "open"]
    year = (await bureau.get("bureau", "/proposals/years"))["years"][0]
    assert year["satisfied"] >= 1
    published = bureau.platform.reply_publications.published_replies()
    assert SECRET not in repr(published)
    assert not any(name in repr(published) for name in ("leader'", "'bureau'"))
    page = await bureau.client.get("/public/zh/replies")
    assert SECRET not in page.text


async def test_an_unsatisfied_proposer_has_it_handled_again_and_the_first_reply_stays(bureau: Bureau) -> None:
    proposal = await handled(bureau, "102")
    at = f"/proposals/{proposal}"
    contact = {"way": "visit", "held_on": str(bureau.today), "verdict": "basically", "note": "已走访"}
    for round_ in (1, 2):
        await done(bureau, "bureau", "POST", f"{at}/contacts", contact)
        await drafted(bureau, proposal)
        await done(bureau, "bureau", "POST", f"{at}/submission")
        await done(bureau, "leader", "POST", f"{at}/clearance")
        signed = await done(bureau, "leader", "POST", f"{at}/signature")
        assert signed["round"] == round_
        suggested = (await bureau.get("bureau", f"{at}/replies"))["suggested"]
        await done(bureau, "bureau", "POST", f"/replies/{signed['id']}/publication", suggested)
        if round_ == 1:
            silent = {"verdict": "unsatisfied", "given_on": str(bureau.today)}
            assert (await bureau.ask("bureau", "POST", f"{at}/feedback", silent)).status_code == 422
            await done(bureau, "bureau", "POST", f"{at}/feedback", {**silent, "comment": "没有回答主要问题"})
    replies = (await bureau.get("bureau", f"{at}/replies"))["replies"]
    assert [one["round"] for one in replies] == [2, 1]
    assert all(one["intact"] for one in replies)


async def test_a_department_sees_what_is_assigned_to_it_and_nothing_else(bureau: Bureau) -> None:
    mine, other = await handled(bureau, "103"), await handled(bureau, "104")
    for department in ("finance", "science-technology"):
        question = {"department": department, "question": "?"}
        await done(bureau, "bureau", "POST", f"/proposals/{mine}/consultations", question)
    seen = {one["id"] for one in (await bureau.get("finance", "/proposals"))["proposals"]}
    assert mine in seen
    assert other not in seen
    assert (await bureau.ask("finance", "GET", f"/proposals/{other}")).status_code == 404
    assert (await bureau.ask("finance", "GET", f"/proposals/{mine}/draft")).status_code == 404
    assert (await bureau.ask("finance", "GET", f"/proposals/{mine}/replies")).status_code == 404
    detail = await bureau.get("finance", f"/proposals/{mine}")
    assert [one["department"]["id"] for one in detail["consultations"]] == ["finance"]
    assert detail["contacts"] == detail["steps"] == []
    theirs = next(
        one["id"]
        for one in (await bureau.get("science", "/consultations"))["consultations"]
        if one["proposal_id"] == mine
    )
    step = {"action": "opine", "opinion": "冒名"}
    assert (await bureau.ask("finance", "POST", f"/consultations/{theirs}/steps", step)).status_code == 404
    recall = {"action": "recall", "reason": "不需要"}
    assert (await bureau.ask("science", "POST", f"/consultations/{theirs}/steps", recall)).status_code == 403
    await done(bureau, "bureau", "POST", f"/consultations/{theirs}/steps", recall)
    assert (await bureau.ask("science", "GET", f"/proposals/{mine}")).status_code == 404
    assert (await bureau.get("nowhere", "/proposals"))["proposals"] == []
    assert (await bureau.get("nowhere", "/consultations"))["consultations"] == []
    assert (await bureau.ask("finance", "POST", f"/proposals/{mine}/steps", {"action": "archive"})).status_code == 403


async def test_a_commitment_of_a_department_is_reported_by_it_and_ends_with_evidence(bureau: Bureau) -> None:
    found = (await bureau.get("finance", "/commitments"))["commitments"]
    assert found
    assert {one["department"] for one in found} == {"finance"}
    one = found[0]["id"]
    assert (await bureau.ask("science", "POST", f"/commitments/{one}/steps", {})).status_code == 422
    progress = {"action": "progress", "words": "已立项", "percent": 30}
    assert (await bureau.ask("science", "POST", f"/commitments/{one}/steps", progress)).status_code == 404
    assert (await done(bureau, "finance", "POST", f"/commitments/{one}/steps", progress))["progress"] == 30
    without = {"action": "complete", "words": "完成"}
    assert (await bureau.ask("finance", "POST", f"/commitments/{one}/steps", without)).status_code == 422
    drop = {"action": "drop", "words": "不做了"}
    assert (await bureau.ask("finance", "POST", f"/commitments/{one}/steps", drop)).status_code == 403
    ended = await done(bureau, "finance", "POST", f"/commitments/{one}/steps", {**without, "evidence": "财函1号"})
    assert (ended["state"], ended["progress"]) == ("done", 100)


async def test_counties_see_their_own_and_enterprises_none(bureau: Bureau) -> None:
    made = await done(bureau, "county", "POST", "/proposals", registered(bureau, "105"))
    assert made["proposal"]["area_code"] == "421202"
    proposal = made["proposal"]["id"]
    assert {one["id"] for one in (await bureau.get("county", "/proposals"))["proposals"]} == {proposal}
    assert (await bureau.ask("neighbour", "GET", f"/proposals/{proposal}")).status_code == 404
    elsewhere = registered(bureau, "106", area_code="421221")
    assert (await bureau.ask("county", "POST", "/proposals", elsewhere)).status_code == 403
    assert (await bureau.ask("city", "GET", f"/proposals/{proposal}")).status_code == 200
    for who in ("north-manager", "north-engineer", "supplier"):
        for path in ("/proposals", "/consultations", "/commitments", f"/proposals/{proposal}"):
            assert (await bureau.ask(who, "GET", path)).status_code == 403
    assert (await bureau.client.get("/api/proposals")).status_code == 401


async def test_deadlines_are_those_of_the_rules(bureau: Bureau) -> None:
    proposal = await handled(bureau, "107")
    detail = await bureau.get("bureau", f"/proposals/{proposal}")
    assert detail["proposal"]["due_on"] == "2026-06-03"
    assert detail["longest"] == "2026-09-03"
    late = {"until": "2026-09-04", "reason": "情况复杂"}
    answer = await bureau.ask("bureau", "POST", f"/proposals/{proposal}/extension", late)
    assert answer.status_code == 422
    assert "2026-09-03" in answer.text
    extension = {"until": "2026-08-31", "reason": "情况复杂"}
    extended = await done(bureau, "bureau", "POST", f"/proposals/{proposal}/extension", extension)
    assert extended["proposal"]["due_on"] == "2026-08-31"
    twice = await bureau.ask("bureau", "POST", "/proposals", registered(bureau, "107"))
    assert twice.status_code == 409
    future = registered(bureau, "108", received_on=str(bureau.today + timedelta(days=2)))
    assert (await bureau.ask("bureau", "POST", "/proposals", future)).status_code == 422


async def test_what_was_registered_wrongly_is_said_again_and_the_step_keeps_what_stood_there(bureau: Bureau) -> None:
    made = await done(bureau, "county", "POST", "/proposals", registered(bureau, "401", title="关于侧试的提案"))
    at = f"/proposals/{made['proposal']['id']}"
    right = registered(bureau, " 401 ", title=" 关于测试的提案 ", version=made["proposal"]["version"])
    corrected = await done(bureau, "county", "PUT", at, right | {"rules": "three-months-plus-one"})
    assert (corrected["proposal"]["number"], corrected["proposal"]["title"]) == ("401", "关于测试的提案")
    seen = await bureau.get("city", at)
    assert (seen["proposal"]["rules"], [one["name"] for one in seen["people"]]) == ("three-months-plus-one", [SECRET])
    step = seen["steps"][-1]
    assert (step["action"], step["actor"]) == ("correct", "county")
    assert step["detail"]["before"] == {"title": "关于侧试的提案", "rules": "three-months"}
    assert SECRET not in str(step), "the log of steps has nobody's name"

    stale = await bureau.refused(409, "county", at, right, method="PUT")
    assert "version" in stale
    del right["version"]
    for change, told in (
        ({"title": "   "}, "title"),
        ({"received_on": str(bureau.today + timedelta(days=1))}, "still to come"),
        ({"people": [{"part": "proposer", "name": " "}]}, "people"),
        ({"area_code": "421221"}, "does not move it"),
    ):
        assert told in await bureau.refused(422, "county", at, right | change, method="PUT")
    unknown = await bureau.refused(404, "county", at, right | {"rules": "some-day"}, method="PUT")
    assert "rule sets here: three-months" in unknown
    await done(bureau, "county", "POST", "/proposals", registered(bureau, "402"))
    taken = await bureau.refused(409, "county", at, right | {"number": "402 "}, method="PUT")
    assert "registered already" in taken
    # Whose it is not, and who only answers or looks, corrects nothing.
    for who, status in (("neighbour", 404), ("finance", 403), ("auditor", 403), ("north-manager", 403)):
        await bureau.refused(status, who, at, right, method="PUT")
    assert (await bureau.get("county", at))["proposal"] == seen["proposal"]
    # Once the clock runs by some rules, it runs by those.
    proposal = await handled(bureau, "403")
    other = registered(bureau, "403", rules="three-months-plus-one")
    assert "stays so" in await bureau.refused(422, "bureau", f"/proposals/{proposal}", other, method="PUT")


async def test_a_draft_is_tried_with_the_figures_of_now_and_nothing_of_it_is_kept(bureau: Bureau) -> None:
    proposal = await handled(bureau, "404")
    at = f"/proposals/{proposal}/draft"
    choices = await bureau.get("bureau", f"{at}/choices")
    station = next(one for one in choices["figures"] if one["id"] == "F02")
    assert (station["value"], station["unit_zh"], station["grade"]) == ("3970", "个", "document_backed")
    assert choices["passages"], "the city's own paragraphs"
    assert set(choices["passages"][0]) == {"text", "slots"}
    in_english = await bureau.get("bureau", f"{at}/choices?language=en")
    assert in_english["passages"][0]["text"] != choices["passages"][0]["text"]

    before = await bureau.get("bureau", at)
    trial = before["draft"] | {"blocks": [{"kind": "text", "text": "累计建成5G基站{F02},{passage}。"}]}
    trial |= {"slots": {"passage": {"figure": "F02", "unit": "个"}}}
    shown = await done(bureau, "bureau", "POST", f"{at}/preview", {"draft": trial})
    [block] = shown["blocks"]
    assert "".join(one["text"] for one in block["segments"]) == "累计建成5G基站3970个,3970个。"
    assert [one["id"] for one in shown["figures"]] == ["F02"]
    assert await bureau.get("bureau", at) == before
    assert (await bureau.get("bureau", f"/proposals/{proposal}"))["steps"][-1]["action"] == "sign_for"

    # While somebody types, what is no figure is shown as having none; kept it is not.
    typed = {"draft": trial | {"blocks": [{"text": "{F99}"}]}}
    assert "无数据" in str((await done(bureau, "bureau", "POST", f"{at}/preview", typed))["blocks"])
    assert "F99" in await bureau.refused(422, "bureau", at, typed, method="PUT")
    for bad, told in (({"title": ""}, "title"), ({"reply_class": "Z"}, "reply_class")):
        assert told in await bureau.refused(422, "bureau", f"{at}/preview", {"draft": trial | bad})
    for who, status in (("county", 404), ("finance", 403), ("auditor", 403), ("north-manager", 403)):
        await bureau.refused(status, who, f"{at}/preview", {"draft": trial})
    # A department is consulted, and reads no draft; an enterprise has nothing to do with it.
    await done(bureau, "bureau", "POST", f"/proposals/{proposal}/consultations", {"department": "finance"})
    for who, status in (("county", 404), ("finance", 404), ("north-manager", 403), ("supplier", 403)):
        await bureau.refused(status, who, f"{at}/choices", method="GET")
    await bureau.get("auditor", f"{at}/choices")


async def test_everybody_reads_a_published_reply_until_it_is_said_to_hold_no_more(bureau: Bureau) -> None:
    rows = (await bureau.get("bureau", "/proposals"))["proposals"]
    own = next(one["id"] for one in rows if one["number"] == "045")
    [reply] = (await bureau.get("bureau", f"/proposals/{own}/replies"))["replies"]
    about = reply["publications"][0]["metadata"]
    path = f"/public/zh/replies/{reply['id']}"

    async def read(path: str = path) -> str:
        answer = await bureau.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    shown = await read()
    for words in (about["index_number"], about["issuer"], reply["title"], reply["sha256"], "有效"):
        assert words in shown, words
    for block in reply["blocks"][:3]:
        assert "".join(one["text"] for one in block["segments"])[:20] in shown.replace("</a>", "")
    people = [one["name"] for one in (await bureau.get("bureau", f"/proposals/{own}"))["people"]]
    for name in (*people, "leader", "bureau"):
        assert name not in shown, "who proposed, drafted and signed stays with the staff"
    assert 'lang="zh-CN"' in await read(path.replace("/zh/", "/en/"))

    amendment = f"/replies/{reply['id']}/publication"
    lapsed = {"metadata": about | {"validity": "lapsed"}, "reason": "承诺事项已全部完成"}
    for who, status in (("county", 404), ("auditor", 403), ("finance", 403), ("north-manager", 403)):
        await bureau.refused(status, who, amendment, lapsed, method="PUT")
    for bad in ({"reason": " "}, {"metadata": about | {"issuer": " "}}, {"metadata": about | {"validity": "maybe"}}):
        await bureau.refused(422, "bureau", amendment, lapsed | bad, method="PUT")
    early = lapsed["metadata"] | {"published_on": "2020-01-01"}
    assert "published_on" in await bureau.refused(422, "bureau", amendment, lapsed | {"metadata": early}, method="PUT")
    assert "失效" not in await read()

    told = (await done(bureau, "bureau", "PUT", amendment, lapsed))["publications"]
    assert [(one["version"], one["metadata"]["validity"], one["reason"]) for one in told] == [
        (2, "lapsed", "承诺事项已全部完成"),
        (1, "valid", None),
    ]
    assert told[0]["recorded_by"] == "bureau"
    assert "失效" in await read()
    entry = next(one for one in bureau.platform.audit.entries(limit=9) if one.action == "replies.amend")
    assert (entry.actor, entry.what, entry.outcome) == ("bureau", f"PUT /api{amendment}", 200)
    # Taken off the public pages it looks as if it never was; its words stay as they were signed.
    hidden = {"metadata": lapsed["metadata"] | {"openness": "on_request"}, "reason": "改为依申请公开"}
    kept = await done(bureau, "bureau", "PUT", amendment, hidden)
    assert (kept["sha256"], kept["intact"]) == (reply["sha256"], True)
    gone, never = [await bureau.client.get(f"/public/zh/replies/{one}") for one in (reply["id"], 987_654)]
    assert gone.status_code == never.status_code == 404
    assert gone.text.replace(f"replies/{reply['id']}", "") == never.text.replace("replies/987654", "")
    assert about["index_number"] not in (await bureau.client.get("/public/zh/replies")).text
    # One that was signed and never published has nothing to amend.
    proposal = await handled(bureau, "405")
    contact = {"way": "phone", "held_on": str(bureau.today), "verdict": "satisfied", "note": "已沟通"}
    await done(bureau, "bureau", "POST", f"/proposals/{proposal}/contacts", contact)
    await drafted(bureau, proposal)
    for who, step in (("bureau", "submission"), ("leader", "clearance"), ("leader", "signature")):
        signed = await done(bureau, who, "POST", f"/proposals/{proposal}/{step}")
    unsaid = f"/replies/{signed['id']}/publication"
    assert "publish it first" in await bureau.refused(422, "bureau", unsaid, lapsed, method="PUT")


async def test_an_account_of_a_department_names_one_that_exists(bureau: Bureau) -> None:
    accounts = bureau.platform.accounts
    with pytest.raises(Exception, match="department"):
        accounts.add("lost", Role.DEPARTMENT, department="no-such")
    with pytest.raises(Exception, match="has no department"):
        accounts.add("wrong", Role.OFFICER, department="finance")


# ---- files


async def attach(bureau: Bureau, who: str, proposal: int, kind: str, content: bytes | None = None, **more: int) -> Any:
    await bureau.get(who, "/session")
    headers = {"Cookie": f"{COOKIE}={bureau.tokens[who, bureau.clock[0]]}"}
    file = {"file": ("意见.pdf", samples.pdf() if content is None else content, "application/pdf")}
    fields = {"proposal_id": str(proposal), "kind": kind, **{name: str(value) for name, value in more.items()}}
    return await bureau.client.post("/api/proposal-files", files=file, data=fields, headers=headers)


async def test_the_original_and_a_stamped_opinion_stand_with_the_proposal(bureau: Bureau) -> None:
    proposal = await handled(bureau, "301")
    at = f"/proposals/{proposal}"
    asked = await done(bureau, "bureau", "POST", f"{at}/consultations", {"department": "finance", "question": "资金?"})
    original = (await attach(bureau, "bureau", proposal, "original")).json()
    assert (original["kind"], original["name"], original["attached_by"]) == ("original", "意见.pdf", "bureau")
    opinion = await attach(bureau, "finance", proposal, "opinion", consultation_id=asked["id"])
    assert opinion.status_code == 201, opinion.text
    paper = opinion.json()
    detail = await bureau.get("bureau", at)
    assert [one["id"] for one in detail["files"]] == [original["id"]]
    assert [one["id"] for one in detail["consultations"][0]["files"]] == [paper["id"]]
    for who, number in (("bureau", paper["id"]), ("finance", paper["id"]), ("finance", original["id"])):
        content = await bureau.ask(who, "GET", f"/proposal-files/{number}/content")
        assert content.content == samples.pdf()
        assert content.headers["content-disposition"].startswith("attachment")
    # While a reply is in the making an opinion may be given; what may not be done is not offered.
    offered = (await bureau.get("finance", "/consultations"))["consultations"]
    assert {"opine"} <= {step["action"] for one in offered if one["id"] == asked["id"] for step in one["allowed"]}
    rows = (await bureau.get("bureau", "/proposals"))["proposals"]
    concluded = next(one["id"] for one in rows if one["number"] == "045")
    for one in (await bureau.get("bureau", f"/proposals/{concluded}"))["consultations"]:
        assert {"opine", "revise"}.isdisjoint(step["action"] for step in one["allowed"])
    # The same file sent again is the same one.
    assert (await attach(bureau, "bureau", proposal, "original")).json()["id"] == original["id"]


async def test_files_of_a_proposal_are_for_those_who_see_it(bureau: Bureau) -> None:
    proposal = await handled(bureau, "302")
    at = f"/proposals/{proposal}"
    finance = await done(bureau, "bureau", "POST", f"{at}/consultations", {"department": "finance"})
    science = await done(bureau, "bureau", "POST", f"{at}/consultations", {"department": "science-technology"})
    paper = (await attach(bureau, "finance", proposal, "opinion", consultation_id=finance["id"])).json()
    contact = (await attach(bureau, "bureau", proposal, "contact")).json()
    content = f"/proposal-files/{paper['id']}/content"
    # Another department, another county, whoever has nothing to do with it.
    for who in ("science", "county", "nowhere"):
        await bureau.refused(404, who, content, method="GET")
    await bureau.refused(404, "finance", f"/proposal-files/{contact['id']}/content", method="GET")
    await bureau.refused(403, "north-manager", content, method="GET")
    assert [one["files"] for one in (await bureau.get("science", at))["consultations"]] == [[]]
    assert (await bureau.get("finance", at))["files"] == []
    # A department brings papers of its own opinion and nothing else.
    for who, kind in (("finance", "original"), ("finance", "reply"), ("auditor", "original")):
        assert (await attach(bureau, who, proposal, kind)).status_code == 403, (who, kind)
    assert (await attach(bureau, "finance", proposal, "opinion", consultation_id=science["id"])).status_code == 404
    assert (await attach(bureau, "science", proposal, "opinion", consultation_id=finance["id"])).status_code == 404
    # Nobody reads it around the proposal.
    stored = bureau.platform.bureau.proposals.attachments.attachment(paper["id"]).file_id
    await bureau.refused(404, "county", f"/files/{stored}", method="GET")
    await bureau.refused(404, "city", f"/files/{stored}/content", method="GET")
    assert stored not in {one["id"] for one in (await bureau.get("city", "/files"))["files"]}


async def test_a_file_is_checked_and_withdrawn_with_a_reason(bureau: Bureau) -> None:
    proposal = await handled(bureau, "303")
    at = f"/proposals/{proposal}"
    for bad in (b"MZ" + bytes(200), b""):
        refused = await attach(bureau, "bureau", proposal, "original", bad)
        assert refused.status_code == 422, refused.text
    assert (await attach(bureau, "bureau", proposal, "opinion")).status_code == 422
    assert (await attach(bureau, "bureau", proposal, "sonnet")).status_code == 422
    assert (await attach(bureau, "bureau", 999_999, "original")).status_code == 404
    assert (await bureau.get("bureau", at))["files"] == []
    asked = await done(bureau, "bureau", "POST", f"{at}/consultations", {"department": "finance"})
    paper = (await attach(bureau, "finance", proposal, "opinion", consultation_id=asked["id"])).json()
    assert paper["may_withdraw"]
    withdrawal = f"/proposal-files/{paper['id']}/withdrawal"
    await bureau.refused(422, "finance", withdrawal, {"reason": ""})
    gone = await done(bureau, "finance", "POST", withdrawal, {"reason": "盖错章"})
    assert (gone["withdrawn_by"], gone["withdrawal_reason"], gone["may_withdraw"]) == ("finance", "盖错章", False)
    await bureau.refused(403, "bureau", withdrawal, {"reason": "再撤一次"})
    await bureau.refused(404, "bureau", f"/proposal-files/{paper['id']}/content", method="GET")
    # It stays in sight, and the same file may be brought again.
    again = await attach(bureau, "finance", proposal, "opinion", consultation_id=asked["id"])
    assert again.status_code == 201
    listed = (await bureau.get("bureau", at))["consultations"][0]["files"]
    assert [one["withdrawal_reason"] for one in listed] == ["盖错章", None]
