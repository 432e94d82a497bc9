"""What others read of the desk: issued documents, Excel lists, CommonGrants, files of what one reviews."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from typing import Any

import docx
import httpx
import openpyxl
import pytest
from common_grants_sdk.client import Auth, Client
from common_grants_sdk.client.config import Config
from common_grants_sdk.schemas.pydantic.models import AwardBase, OpportunityDetails
from common_grants_sdk.schemas.pydantic.responses import (
    AwardsListResponse,
    Error,
    OpportunitiesListResponse,
    OpportunitiesSearchResponse,
)
from sqlalchemy import select
from tests.fixtures.readable import words_of
from tests.programmes.documents import samples
from tests.web.bureau import Bureau, bureau_in, bureau_on

from millmark.programmes.life import PLATFORM, ObjectKind, record
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money.tables import AwardRow, AwardVersionRow
from millmark.programmes.projects.tables import AcceptanceRow, InvoiceRow, ProjectRow, ProjectVersionRow
from millmark.programmes.tables import CallRow
from millmark.web.access import Role
from millmark.web.server import WebServer, bind
from millmark.web.sessions import COOKIE


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    with bureau_in(tmp_path_factory.mktemp("interfaces")) as found:
        yield found


@pytest.fixture
async def bureau(opened: tuple) -> AsyncIterator[Bureau]:
    async with bureau_on(opened) as bureau:
        yield bureau


async def recognised(bureau: Bureau, slug: str) -> tuple[int, int, int, int]:
    """Call, application, publicity and recognition of the north mill."""
    call_id = await bureau.open_call(slug)
    application_id = await bureau.passed(call_id)
    publicity = await bureau.do("city", "/publicity", {"call_id": call_id, "application_ids": [application_id]})
    publicity_id = publicity["id"]
    bureau.days_pass(6)
    await bureau.do("city", f"/publicity/{publicity_id}/steps", {"action": "close"})
    recognition = await bureau.do("city", "/recognitions", {"application_id": application_id})
    return call_id, application_id, publicity_id, recognition["id"]


def awarded(bureau: Bureau, recognition_id: int, state: str = "committed") -> int:
    """An award of 300,000.01 yuan in two instalments, as the books keep it."""
    with bureau.platform.database.transaction() as session:
        recognition = session.get_one(RecognitionRow, recognition_id)
        row = AwardRow(
            recognition_id=recognition_id, holds=None, programme_id=recognition.programme_id,
            enterprise_id=recognition.enterprise_id, state=state, version=1, record_id=None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        parts = [("first", "首期", 10_000_001), ("second", "尾款", 20_000_000)]
        session.add(
            AwardVersionRow(
                award_id=row.id,
                version=1,
                amount_fen=30_000_001,
                inputs={},
                calculation={},
                funding=[],
                instalments=[
                    {"id": key, "name_zh": name, "name_en": key, "amount_fen": fen, "after": ""}
                    for key, name, fen in parts
                ],
                pack="p",
                pack_edition="1",
                pack_digest="0" * 64,
                saved_by="li",
                saved_at_us=bureau.clock[0],
            )
        )
        return row.id


async def content(bureau: Bureau, who: str, document_id: int, form: str) -> httpx.Response:
    answer = await bureau.ask(who, "GET", f"/documents/{document_id}/{form}")
    assert answer.status_code == 200, answer.text
    return answer


def all_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


async def test_documents_are_numbered_and_bind_every_figure_to_its_record(bureau: Bureau) -> None:
    call_id, application_id, publicity_id, recognition_id = await recognised(bureau, "documents-a")
    award_id = awarded(bureau, recognition_id)
    made = {}
    for kind, object_id in (
        ("publicity_notice", publicity_id),
        ("recognition_list", call_id),
        ("certificate", recognition_id),
        ("award_letter", award_id),
    ):
        made[kind] = await bureau.do("city", "/documents", {"kind": kind, "object_id": object_id})
    letter = made["award_letter"]
    assert letter["number"] == "奖〔2026〕1号"
    assert {"no": "2", "name": "奖补金额(元)", "text": "300,000.01", "source": f"award:{award_id}@1"} in letter[
        "sources"
    ]
    assert any(
        one["source"].startswith(f"application:{application_id}@") for one in made["publicity_notice"]["sources"]
    )
    word = (await content(bureau, "city", letter["id"], "docx")).content
    text = all_text(word)
    for words in ("北厂", "300,000.01", "叁拾万元零壹分", "首期", "100,000.01", "奖〔2026〕1号", f"award:{award_id}@1"):
        assert words in text, words
    assert "{{" not in text
    sources = (await content(bureau, "city", letter["id"], "sources")).content
    digest = hashlib.sha256(sources).hexdigest()
    assert digest == letter["sources_sha256"]
    assert json.loads(sources)["figures"] == letter["sources"]
    assert digest in docx.Document(io.BytesIO(word)).core_properties.comments
    pdf = await content(bureau, "city", letter["id"], "pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-type"] == "application/pdf"
    again = await bureau.do(
        "city", "/documents", {"kind": "award_letter", "object_id": award_id, "replaces": letter["id"]}
    )
    assert again["number"] == "奖〔2026〕2号"
    told = await bureau.refused(
        409, "city", "/documents", {"kind": "award_letter", "object_id": award_id, "replaces": letter["id"]}
    )
    assert "奖〔2026〕2号" in told


async def test_what_is_recommended_is_listed_by_rank_for_offices_alone(bureau: Bureau) -> None:
    call_id = await bureau.open_call("documents-ranked", offices=["city"])
    form = {"kind": "recommendation_list", "object_id": call_id}
    assert "recommend applications first" in await bureau.refused(409, "city", "/documents", form)
    ranks = {"north-manager": 2, "south-manager": 1}
    for who, rank in ranks.items():
        application_id = await bureau.submitted(call_id, who)
        await bureau.step("city", application_id, "accept")
        await bureau.step("city", application_id, "recommend_city", rank=rank)
    issued = await bureau.do("city", "/documents", form)
    assert issued["number"] == "荐〔2026〕1号"
    assert [(one["name"], one["text"]) for one in issued["sources"]] == [
        ("南厂", "1"),
        ("北厂", "2"),
        ("推荐家数", "2"),
    ]
    text = all_text((await content(bureau, "city", issued["id"], "docx")).content)
    assert "推荐排序" in text
    assert text.index("南厂") < text.index("北厂")
    # It ranks enterprises of every county before anything is public.
    for who in (*ranks, "county", "neighbour"):
        assert (await bureau.ask(who, "GET", f"/documents/{issued['id']}")).status_code == 404
        assert (await bureau.ask(who, "GET", f"/documents/{issued['id']}/pdf")).status_code == 404
        listed = (await bureau.get(who, f"/documents?object_kind=call&object_id={call_id}"))["documents"]
        assert listed == []
    for who in ("province", "bureau", "auditor"):
        assert (await bureau.get(who, f"/documents/{issued['id']}"))["number"] == issued["number"]


async def test_who_issues_and_who_reads_documents(bureau: Bureau) -> None:
    call_id, _, _, recognition_id = await recognised(bureau, "documents-b")
    mine = await bureau.do("city", "/documents", {"kind": "certificate", "object_id": recognition_id, "language": "en"})
    public = await bureau.do("city", "/documents", {"kind": "recognition_list", "object_id": call_id})
    assert mine["enterprise_id"] == bureau.north
    await content(bureau, "north-manager", mine["id"], "pdf")
    await content(bureau, "south-manager", public["id"], "pdf")
    # What is told of a document is told with it, to the same people.
    for who in ("north-manager", "county", "city", "auditor"):
        seen = await bureau.get(who, f"/documents/{mine['id']}")
        assert (seen["number"], seen["issued_by"], seen["language"]) == (mine["number"], "city", "en")
        assert seen["sources"] == mine["sources"]
    assert (await bureau.get("south-manager", f"/documents/{public['id']}"))["title"] == public["title"]
    for who, number, status in (("city", 99_999, 404), ("ann", public["id"], 403), ("supplier", public["id"], 403)):
        await bureau.refused(status, who, f"/documents/{number}", method="GET")
    for who in ("south-manager", "neighbour"):
        await bureau.refused(404, who, f"/documents/{mine['id']}", method="GET")
        assert (await bureau.ask(who, "GET", f"/documents/{mine['id']}/pdf")).status_code == 404
        listed = await bureau.get(who, "/documents")
        assert mine["id"] not in [one["id"] for one in listed["documents"]]
    form = {"kind": "certificate", "object_id": recognition_id}
    await bureau.refused(403, "county", "/documents", form)
    await bureau.refused(403, "north-manager", "/documents", form)
    await bureau.refused(409, "city", "/documents", {"kind": "certificate", "object_id": 99_999})
    await bureau.refused(409, "city", "/documents", {"kind": "acceptance_report", "object_id": 99_999})
    draft = awarded(bureau, recognition_id, "calculated")
    assert "not approved" in await bureau.refused(
        409, "city", "/documents", {"kind": "award_letter", "object_id": draft}
    )


async def upload(bureau: Bureau, who: str, name: str, body: bytes) -> str:
    await bureau.get(who, "/session")
    token = bureau.tokens[who, bureau.clock[0]]
    answer = await bureau.client.post(
        "/api/files", files={"file": (name, body)}, headers={"Cookie": f"{COOKIE}={token}"}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def edited(template: bytes, words: str) -> bytes:
    document = docx.Document(io.BytesIO(template))
    document.paragraphs[2].runs[0].text = words
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


async def test_an_office_edits_a_template_and_what_cannot_be_used_is_told(bureau: Bureau) -> None:
    _, _, _, recognition_id = await recognised(bureau, "templates")
    address = "/document-templates/certificate/zh"
    shipped = (await bureau.ask("city", "GET", f"{address}/content")).content
    bad = {
        "{{ enterprize }}": "did you mean 'enterprise'",
        "{{ enterprise.__class__ }}": "not known",
        "{% for x in range(9) %}{% endfor %}": "one of the lists",
        "{{ 7 * 7 }}": "may not have 'mul'",
        "{{ enterprise|upper }}": "may not have 'filter'",
        "{% include 'x' %}": "may not have 'include'",
        "{% if %}": "braces",
    }
    for words, told in bad.items():
        file_id = await upload(bureau, "city", "t.docx", edited(shipped, words))
        assert told in await bureau.refused(422, "city", address, {"file_id": file_id}, method="PUT"), words
    picture = await upload(bureau, "city", "t.docx", samples.png())
    assert "is a .docx" in await bureau.refused(422, "city", address, {"file_id": picture}, method="PUT")
    good = await upload(bureau, "city", "t.docx", edited(shipped, "咸宁专用证书 {{ enterprise }}"))
    preview = await bureau.ask("city", "POST", f"{address}/preview", {"file_id": good})
    assert preview.content.startswith(b"%PDF-")
    chosen = await bureau.do("city", address, {"file_id": good}, method="PUT")
    assert chosen["version"] == 1
    made = await bureau.do("city", "/documents", {"kind": "certificate", "object_id": recognition_id})
    assert "咸宁专用证书 北厂" in all_text((await content(bureau, "city", made["id"], "docx")).content)
    await bureau.do("city", address, {"file_id": None}, method="PUT")
    assert (
        "shipped"
        in (await bureau.do("city", "/documents", {"kind": "certificate", "object_id": recognition_id}))["template"]
    )
    await bureau.refused(403, "county", address, {"file_id": None}, method="PUT")


async def test_every_template_that_ever_held_is_kept_and_taken_up_again(bureau: Bureau) -> None:
    _, _, _, recognition_id = await recognised(bureau, "template-versions")
    address = "/document-templates/certificate/en"
    shipped = (await bureau.ask("city", "GET", f"{address}/content")).content
    files = [
        await upload(bureau, "city", f"{words}.docx", edited(shipped, f"{words} {{{{ enterprise }}}}"))
        for words in ("First", "Second")
    ]
    for file_id in (files[0], files[1], None, files[0]):
        await bureau.do("city", address, {"file_id": file_id}, method="PUT")
    versions = (await bureau.get("city", f"{address}/versions"))["versions"]
    told = [(one["version"], one["file_id"], one["recorded_by"]) for one in versions]
    assert told[:4] == [(4, files[0], "city"), (3, None, "city"), (2, files[1], "city"), (1, files[0], "city")]
    # The shipped one stands at the very beginning, chosen by nobody.
    assert [(one["version"], one["file_id"]) for one in versions[4:]] == [(0, None)]
    made = await bureau.do("city", "/documents", {"kind": "certificate", "object_id": recognition_id, "language": "en"})
    assert made["template"].endswith("@4"), made["template"]
    assert "First north" in all_text((await content(bureau, "city", made["id"], "docx")).content)
    # What was issued by an earlier version stays as it was issued.
    await bureau.do("city", address, {"file_id": files[1]}, method="PUT")
    assert "First north" in all_text((await content(bureau, "city", made["id"], "docx")).content)
    other = (await bureau.get("city", "/document-templates/certificate/zh/versions"))["versions"]
    assert not {one["file_id"] for one in other} & set(files), "each language has versions of its own"


async def test_a_reviewer_reads_the_files_of_what_is_assigned_and_no_other(bureau: Bureau) -> None:
    call_id = await bureau.open_call("reviewers-files")
    application_id = await bureau.under_review(call_id, "south-manager", "neighbour")
    file_id = bureau.platform.files.used_by("application", application_id)[0].id
    assert (await bureau.ask("ann", "GET", f"/files/{file_id}/content")).status_code == 404
    review_id = await bureau.assigned(application_id, "ann")
    assert (await bureau.ask("ann", "GET", f"/files/{file_id}/content")).status_code == 200
    assert (await bureau.ask("ben", "GET", f"/files/{file_id}/content")).status_code == 404
    assert (await bureau.ask("north-manager", "GET", f"/files/{file_id}")).status_code == 404
    assert (await bureau.ask("county", "GET", f"/files/{file_id}")).status_code == 404
    await bureau.do("ann", f"/reviews/{review_id}/declaration", {"conflict": True, "reason": "a cousin"})
    assert (await bureau.ask("ann", "GET", f"/files/{file_id}/content")).status_code == 404


async def test_a_county_s_files_are_its_own_and_the_city_s_and_issued_documents_are_read_as_documents(
    bureau: Bureau,
) -> None:
    """An office's sheet has figures of enterprises in it: no other county's office reads it, nor the city's own."""
    body = samples.xlsx([["企业", "数值"], ["北厂", 12]])
    kept = {who: await upload(bureau, who, "企业明细.xlsx", body) for who in ("county", "neighbour", "city")}
    assert len(set(kept.values())) == 3, "the same sheet of three offices is three"
    readers = {"county": {"county", "city", "auditor"}, "neighbour": {"neighbour", "city", "auditor"}}
    readers["city"] = {"city", "auditor"}
    for owner, file_id in kept.items():
        for who in ("county", "neighbour", "city", "auditor", "south-manager", "ann"):
            status = 200 if who in readers[owner] else 404
            for address in ("", "/content"):
                answer = await bureau.ask(who, "GET", f"/files/{file_id}{address}")
                assert answer.status_code == status, (owner, who, address)
    for who in ("county", "neighbour"):
        listed = {one["id"]: one["purpose"] for one in (await bureau.get(who, "/files"))["files"]}
        assert set(kept.values()) & set(listed) == {kept[who]}
        assert listed[kept[who]] == "document"
    assert set(kept.values()) <= {one["id"] for one in (await bureau.get("city", "/files"))["files"]}
    await bureau.refused(404, "neighbour", "/lists/facts/imports", {"file_id": kept["county"]})

    # A certificate is read as the document that it is, by whom it concerns, and its enterprise is told who read it.
    _, _, _, recognition_id = await recognised(bureau, "files-of-documents")
    made = await bureau.do("city", "/documents", {"kind": "certificate", "object_id": recognition_id})
    for file_id in (made["pdf_file_id"], made["docx_file_id"]):
        for who in ("city", "county", "neighbour", "auditor", "north-manager"):
            await bureau.refused(404, who, f"/files/{file_id}/content", method="GET")
    assert made["pdf_file_id"] not in {one["id"] for one in (await bureau.get("city", "/files"))["files"]}
    await content(bureau, "county", made["id"], "pdf")


async def rows(bureau: Bureau, who: str, list_id: str) -> list[list[object]]:
    answer = await bureau.ask(who, "GET", f"/lists/{list_id}/sheet?language=en")
    assert answer.status_code == 200, answer.text
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


async def test_lists_show_each_what_they_may_see(bureau: Bureau) -> None:
    _, _, _, recognition_id = await recognised(bureau, "lists")
    awarded(bureau, recognition_id)
    names = {row[2] for row in await rows(bureau, "city", "recognitions")}
    assert names == {"北厂"}
    assert await rows(bureau, "south-manager", "recognitions") == []
    assert await rows(bureau, "neighbour", "awards") == []
    assert 300_000.01 in [row[6] for row in await rows(bureau, "north-manager", "awards")]
    assert (await bureau.ask("north-manager", "GET", "/lists/reviews/sheet")).status_code == 404
    assert (await bureau.ask("ann", "GET", "/lists/applications/sheet")).status_code == 404
    assert (await bureau.ask("supplier", "GET", "/lists/applications/sheet")).status_code == 403
    offered = {one["id"] for one in (await bureau.get("north-manager", "/lists"))["lists"]}
    assert "reviews" not in offered
    assert "invoices" in offered
    open_call = await bureau.open_call("lists-draft")
    await bureau.started(open_call, "south-manager")
    states = [row[5] for row in await rows(bureau, "city", "applications")]
    assert "draft" not in states
    assert "draft" in [row[5] for row in await rows(bureau, "south-manager", "applications")]


async def test_sheets_come_in_by_those_who_keep_the_list(bureau: Bureau) -> None:
    await bureau.open_call("records-sheet")
    heads = ["kind", "programme", "area", "subject", "count", "amount", "first_date", "last_date", "source"]
    row = [
        "award",
        "city-smart-manufacturing",
        "咸安区",
        "甲",
        1,
        1_000_000,
        date(2022, 1, 1),
        date(2022, 12, 31),
        "文",
    ]
    good = await upload(bureau, "city", "记录.xlsx", samples.xlsx([heads, row]))
    bad = await upload(bureau, "city", "记录.xlsx", samples.xlsx([heads, row, [*row[:5], 0.001, *row[6:]]]))
    report = await bureau.do("city", "/lists/records/imports", {"file_id": bad, "apply": True})
    assert (report["applied"], report["kept"]) == (False, [])
    assert [(one["row"], one["column"]) for one in report["problems"]] == [(3, "amount")]
    assert not (await bureau.do("city", "/lists/records/imports", {"file_id": good}))["applied"]
    assert (await bureau.do("city", "/lists/records/imports", {"file_id": good, "apply": True}))["applied"]
    await bureau.refused(403, "county", "/lists/records/imports", {"file_id": good})
    await bureau.refused(404, "north-manager", "/lists/records/imports", {"file_id": good})
    theirs = await upload(bureau, "south-manager", "发票.xlsx", samples.xlsx())
    await bureau.refused(404, "north-manager", "/lists/invoices/imports", {"file_id": theirs})


async def test_a_grant_tool_reads_calls_applications_and_awards_with_the_protocols_own_client(bureau: Bureau) -> None:
    call_id, application_id, _, recognition_id = await recognised(bureau, "grants")
    awarded(bureau, recognition_id)
    await bureau.get("city", "/session")
    await bureau.get("south-manager", "/session")
    server = WebServer(bureau.platform.app, bind("127.0.0.1", 0))
    await server.start()

    def client(who: str) -> Client:
        token = bureau.tokens[who, bureau.clock[0]]
        return Client(Config(base_url=server.url, api_key="unused", page_size=2), Auth({"Cookie": f"{COOKIE}={token}"}))

    def read() -> None:
        with client("city") as office, client("south-manager") as other:
            listed = office.opportunities.list()
            assert listed.errors == []
            ours = next(one for one in listed.items if one.custom_fields["programme"].value and one.status)
            details = office.opportunities.get(ours.id)
            assert isinstance(details, OpportunityDetails)
            assert (
                details.funding is None
                or details.funding.max_award_amount is None
                or (details.funding.max_award_amount.currency == "CNY")
            )
            found = office.opportunities.search(search="2026 nothing like it")
            assert found.items == []
            still = office.opportunities.search(filters={"status": {"operator": "in", "value": ["open", "closed"]}})
            assert len(still.items) == len(listed.items)
            awards = office.awards.list()
            assert awards.errors == []
            assert any(one.funding.awarded_amount.amount == "300000.01" for one in awards.items)
            assert office.awards.get(awards.items[0].id).id == awards.items[0].id
            assert other.awards.list().items == []

    try:
        await asyncio.to_thread(read)
    finally:
        await server.stop()

    async def ask(who: str, method: str, path: str, **more: object) -> httpx.Response:
        headers = {"Cookie": f"{COOKIE}={bureau.tokens[who, bureau.clock[0]]}"}
        return await bureau.client.request(method, f"/common-grants{path}", headers=headers, **more)

    listed = (await ask("city", "GET", "/opportunities?page=1&pageSize=1")).json()
    OpportunitiesListResponse.model_validate(listed)
    assert listed["paginationInfo"]["pageSize"] == 1
    searched = (
        await ask("city", "POST", "/opportunities/search", json={"search": "", "pagination": {"page": 1}})
    ).json()
    OpportunitiesSearchResponse.model_validate(searched)
    AwardsListResponse.model_validate((await ask("city", "GET", "/awards")).json())
    ids = bureau.platform.services.common_grants.ids
    application = ids.give("application", application_id)
    seen = (await ask("city", "GET", f"/applications/{application}")).json()["data"]
    assert (seen["status"]["value"], seen["opportunityId"]) == ("accepted", str(ids.give("opportunity", call_id)))
    assert next(iter(seen["formResponses"].values()))["response"]["registered_in_city"] is True
    form = (await ask("city", "GET", f"/forms/{ids.give('form', call_id)}")).json()["data"]
    assert form["jsonSchema"]["properties"]["registered_in_city"]["type"] == "boolean"
    hidden = await ask("south-manager", "GET", f"/applications/{application}")
    assert hidden.status_code == 404
    assert Error.model_validate(hidden.json()).status == 404
    assert (await ask("city", "GET", "/opportunities/nonsense")).status_code == 422
    assert (await ask("city", "GET", f"/awards/{application}")).status_code == 404
    mine = (await ask("south-manager", "POST", "/applications/search", json={})).json()
    assert str(application) not in [one["id"] for one in mine["items"]]
    filters = {"status": {"operator": "in", "value": ["accepted"]}}
    accepted = (await ask("city", "POST", "/applications/search", json={"filters": filters})).json()
    assert {one["status"]["value"] for one in accepted["items"]} == {"accepted"}
    stranger = await bureau.client.get("/common-grants/opportunities")
    assert stranger.status_code == 401
    for one in (await ask("city", "GET", "/awards")).json()["items"]:
        AwardBase.model_validate(one)


def under_acceptance(bureau: Bureau, recognition_id: int, state: str) -> int:
    """An acceptance of the north mill's project in a state, as the books keep it."""
    content = {
        "title_zh": "冲压车间改造", "title_en": "Press shop", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
        "contracts": [], "costs": [], "pledge": True,
        "milestones": [
            {"key": "m1", "name_zh": "安装", "name_en": "Install", "due_on": "2026-06-30", "amount_fen": 5,
             "instalment": None}
        ],
    }  # fmt: skip
    with bureau.platform.database.transaction() as session:
        recognition = session.get_one(RecognitionRow, recognition_id)
        project = ProjectRow(
            recognition_id=recognition_id, holds=None, programme_id=recognition.programme_id,
            enterprise_id=recognition.enterprise_id, state="running", version=1, approved_version=1,
        )  # fmt: skip
        session.add(project)
        session.flush()
        session.add(
            ProjectVersionRow(
                project_id=project.id, version=1, content=content, saved_by="li", saved_at_us=bureau.clock[0]
            )
        )
        row = AcceptanceRow(
            project_id=project.id, holds=None, enterprise_id=recognition.enterprise_id, state=state, version=1,
            finished_on=None, summary="", file_ids=[], before_assessment_id=None, after_assessment_id=None,
            level_before=1, level_after=2,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


async def test_invoices_come_in_by_sheet_and_an_acceptance_report_counts_them(bureau: Bureau) -> None:
    call_id, _, _, recognition_id = await recognised(bureau, "acceptance")
    acceptance_id = under_acceptance(bureau, recognition_id, "draft")
    heads = ["验收编号", "发票代码", "发票号码", "销售方", "开票日期", "费用类别", "金额(元)", "税额(元)"]
    first = [acceptance_id, None, "24922000000012345678", "甲公司", date(2026, 2, 1), "gateways", "1,234.56", 160.49]
    second = [acceptance_id, None, "24922000000012345679", "乙公司", "2026年2月3日", "software", 10, 0]
    twice = await upload(bureau, "north-manager", "发票.xlsx", samples.xlsx([heads, first, second, first]))
    report = await bureau.do("north-manager", "/lists/invoices/imports", {"file_id": twice, "apply": True})
    assert [one["row"] for one in report["problems"]] == [4], report
    assert await rows(bureau, "north-manager", "invoices") == []
    good = await upload(bureau, "north-manager", "发票.xlsx", samples.xlsx([heads, first, second]))
    assert (await bureau.do("north-manager", "/lists/invoices/imports", {"file_id": good, "apply": True}))["applied"]
    assert [(row[6], row[10]) for row in await rows(bureau, "north-manager", "invoices")] == [
        ("24922000000012345678", 1234.56),
        ("24922000000012345679", 10),
    ]
    theirs = await upload(
        bureau, "south-manager", "发票.xlsx", samples.xlsx([heads, [acceptance_id, None, "1" * 20, *first[3:]]])
    )
    refused = await bureau.do("south-manager", "/lists/invoices/imports", {"file_id": theirs, "apply": True})
    assert "nothing by this number" in refused["problems"][0]["message"]
    assert [row[8] for row in await rows(bureau, "city", "milestones")] == [datetime(2026, 6, 30)]  # noqa: DTZ001

    await bureau.refused(409, "city", "/documents", {"kind": "acceptance_report", "object_id": acceptance_id})
    with bureau.platform.database.transaction() as session:
        row = session.get_one(AcceptanceRow, acceptance_id)
        row.state = "accepted"
        # A programme whose pack sorts costs by categories.
        call = session.get_one(CallRow, call_id)
        call.pack, call.pack_edition = "pilot-city-hangzhou", "2024"
        for invoice in session.scalars(select(InvoiceRow).where(InvoiceRow.acceptance_id == acceptance_id)):
            invoice.accepted_fen = invoice.amount_fen
        record(
            session, kind=ObjectKind.ACCEPTANCE, object_id=acceptance_id, version=1, state_from="submitted",
            state_to="accepted", action="accept", actor=PLATFORM, at_us=bureau.clock[0],
        )  # fmt: skip
    made = await bureau.do("city", "/documents", {"kind": "acceptance_report", "object_id": acceptance_id})
    text = all_text((await content(bureau, "city", made["id"], "docx")).content)
    for words in ("冲压车间改造", "一级", "二级", "1,244.56", "1,234.56", "通过验收", "网关", "软件"):
        assert words in text, words
    assert "gateways" not in text, "a category is told by its name, not by its id"
    english = {"kind": "acceptance_report", "object_id": acceptance_id, "language": "en"}
    made = await bureau.do("city", "/documents", english)
    text = all_text((await content(bureau, "city", made["id"], "docx")).content)
    assert "Gateways" in text
    assert "Software" in text


async def test_a_sheet_is_asked_for_from_those_alone_who_may_bring_it(bureau: Bureau) -> None:
    bureau.platform.accounts.add("purse", Role.TREASURER)

    async def taken(who: str) -> set[str]:
        return {one["id"] for one in (await bureau.get(who, "/lists"))["lists"] if one["takes"]}

    assert await taken("north-manager") == {"invoices", "milestones"}
    assert await taken("purse") == {"budgets", "awards", "disbursements"}
    steps = {"applications", "recommendations", "reviews", "awards", "disbursements"}
    assert await taken("city") == {"records", "calls", "recognitions", "facts"} | steps
    assert await taken("county") == {"recognitions", "facts"} | steps
    assert await taken("ann") == {"reviews"}
    assert await taken("auditor") == set()


async def test_budget_lines_come_in_by_sheet_with_the_books_own_checks(bureau: Bureau) -> None:
    heads = [
        "指标编号", "名称", "英文名称", "资金来源", "年度", "项目标识", "用途", "下达(元)", "下达文号",
    ]  # fmt: skip
    await bureau.open_call("budget-sheet")
    bureau.platform.accounts.add("till", Role.TREASURER)
    line = [
        "B1",
        "示范奖励",
        "Awards",
        "city",
        2026,
        "city-smart-manufacturing",
        "award",
        5_000_000,
        "咸财企〔2026〕1号",
    ]
    twice = await upload(bureau, "till", "指标.xlsx", samples.xlsx([heads, line, line]))
    report = await bureau.do("till", "/lists/budgets/imports", {"file_id": twice, "apply": True})
    assert [one["row"] for one in report["problems"]] == [3], report
    assert await rows(bureau, "till", "budgets") == []
    good = await upload(bureau, "till", "指标.xlsx", samples.xlsx([heads, line]))
    assert (await bureau.do("till", "/lists/budgets/imports", {"file_id": good, "apply": True}))["applied"]
    kept = (await rows(bureau, "till", "budgets"))[0]
    assert (kept[1], kept[8], kept[9]) == ("B1", 5_000_000, 5_000_000)
    await bureau.refused(403, "city", "/lists/budgets/imports", {"file_id": good})


async def brought(bureau: Bureau, who: str, list_id: str, *table: list[object], apply: bool = True) -> Any:
    """The report on a sheet of these rows, the headings first."""
    file_id = await upload(bureau, who, "表.xlsx", samples.xlsx([list(row) for row in table]))
    return await bureau.do(who, f"/lists/{list_id}/imports", {"file_id": file_id, "apply": apply})


async def test_calls_come_in_as_drafts_that_nobody_sees_before_they_are_published(bureau: Bureau) -> None:
    heads = ["政策包", "版本年度", "批次标识", "开始日期", "截止日期", "名额"]
    good = ["city-smart-manufacturing", "2023", "sheet-call", "2026-05-01", "2026-06-30", 12]
    wrong = ["no-such-pack", "2023", None, "2026-05-01", "2026-06-30", None]
    report = await brought(bureau, "city", "calls", heads, good, wrong)
    assert [(one["row"], report["kept"]) for one in report["problems"]] == [(3, [])]
    tried = await brought(bureau, "city", "calls", heads, good, apply=False)
    assert (tried["problems"], tried["applied"]) == ([], False)
    done = await brought(bureau, "city", "calls", heads, good)
    (ref,) = done["kept"]
    call = await bureau.get("city", f"/calls/{str(ref).split(':')[1]}")
    assert (call["state"], call["slug"], call["quota"], call["closes_on"]) == ("draft", "sheet-call", 12, "2026-06-30")
    assert "sheet-call" not in {one["slug"] for one in (await bureau.get("north-manager", "/calls"))["calls"]}
    again = await brought(bureau, "city", "calls", heads, good)
    assert "slug" in again["problems"][0]["message"]
    file_id = await upload(bureau, "county", "表.xlsx", samples.xlsx([heads, good]))
    await bureau.refused(403, "county", "/lists/calls/imports", {"file_id": file_id})


HERE, THERE, NOBODY = "91421200MA4AFN0R9U", "91421200MA4AFB0724", "91421200MA4AFC083F"


async def test_facts_come_in_by_credit_code_as_told_and_within_ones_own_area(bureau: Bureau) -> None:
    coded, _elsewhere = (
        bureau.platform.registry.add_enterprise(
            slug=slug, name_zh=slug, name_en=slug, area_code=area, credit_code=code
        ).id
        for slug, area, code in (("coded", "421202", HERE), ("elsewhere", "421221", THERE))
    )
    heads = ["统一社会信用代码", "指标标识", "数值", "截至日期", "依据"]
    yes = [HERE, "registered_in_city", "是", "2026-02-28", "市场监管登记"]
    number = [HERE, "production_machines", 12, "2026-02-28", "统计年报"]
    done = await brought(bureau, "county", "facts", heads, yes, number)
    assert (done["applied"], len(done["kept"])) == (True, 2), done
    latest = bureau.platform.enterprise_facts.latest(coded)
    assert latest["registered_in_city"].value is True
    assert (str(latest["production_machines"].value), latest["production_machines"].grade.value) == (
        "12",
        "self_reported",
    )
    assert latest["production_machines"].source == "统计年报"
    bad = [
        [*yes[:2], "也许", *yes[3:]],
        [HERE, "no_such_fact", "1", *yes[3:]],
        [THERE, *yes[1:]],
        [NOBODY, *yes[1:]],
        [*yes[:2], "=TRUE()", *yes[3:]],
    ]
    report = await brought(bureau, "county", "facts", heads, *bad)
    assert [one["row"] for one in report["problems"]] == [2, 3, 4, 5, 6], report
    assert report["kept"] == []


async def test_what_a_higher_body_recognised_comes_in_with_its_document_as_a_step_of_each(bureau: Bureau) -> None:
    call_id = await bureau.open_call("sheet-recognised", reviewers_min=0, publicity_days=0)
    application_id = await bureau.submitted(call_id)
    waiting = await bureau.submitted(call_id, "south-manager")
    await bureau.step("county", application_id, "accept")
    await bureau.step("county", application_id, "recommend_county")
    await bureau.step("city", application_id, "pass")
    heads = ["申报编号", "认定文件", "认定编号"]
    row = [application_id, "鄂经信〔2026〕7号", "EX-7"]
    both = await brought(bureau, "city", "recognitions", heads, row, [waiting, "鄂经信〔2026〕7号", "EX-8"])
    assert [one["row"] for one in both["problems"]] == [3]
    assert (await bureau.get("city", f"/applications/{application_id}"))["state"] == "passed", "all or none"
    assert (await brought(bureau, "city", "recognitions", heads, row))["applied"]
    found = await bureau.get("city", f"/applications/{application_id}")
    assert (found["state"], found["steps"][-1]["actor"]) == ("recognised", "city")
    named = [one for one in await rows(bureau, "city", "recognitions") if one[5] == "EX-7"]
    assert len(named) == 1


async def test_an_enterprise_reports_its_milestones_by_sheet(bureau: Bureau) -> None:
    _, _, _, recognition_id = await recognised(bureau, "milestones")
    under_acceptance(bureau, recognition_id, "draft")
    project_id = max(one.id for one in bureau.platform.projects.projects(enterprise_id=bureau.north))
    heads = ["项目编号", "节点编号", "完成比例(%)", "说明"]
    wrong = await brought(
        bureau, "north-manager", "milestones", heads, [project_id, "m9", 10, None], [project_id, "m1", 140, None]
    )
    assert [one["row"] for one in wrong["problems"]] == [2, 3]
    assert (await brought(bureau, "north-manager", "milestones", heads, [project_id, "m1", 40, "设备到货"]))["applied"]
    (milestone,) = bureau.platform.projects.project(project_id).milestones
    assert (milestone.percent, milestone.is_confirmed, milestone.reports[-1].note) == (40, False, "设备到货")
    theirs = await brought(bureau, "south-manager", "milestones", heads, [project_id, "m1", 100, None])
    assert "nothing by this number" in theirs["problems"][0]["message"]


async def test_no_sheet_names_an_enterprise_to_another_county_or_another_enterprise(bureau: Bureau) -> None:
    """Every list that is offered is taken out; what stands in it is held by the onlooker."""
    _, _, _, recognition_id = await recognised(bureau, "sheets-of-all")
    awarded(bureau, recognition_id)
    under_acceptance(bureau, recognition_id, "submitted")
    named: dict[str, int] = {}
    for who in ("city", "county", "neighbour", "south-manager"):
        for one in (await bureau.get(who, "/lists"))["lists"]:
            answer = await bureau.ask(who, "GET", f"/lists/{one['id']}/sheet")
            assert answer.status_code == 200, (who, one["id"])
            words = words_of(answer.headers["content-type"], answer.content)
            named[who] = named.get(who, 0) + ("北厂" in words)
    assert named["city"] == named["county"] >= 5
    assert named["neighbour"] == named["south-manager"] == 0
