"""Short ways through the API to where a test of a page begins; the long way is walked in test_programme_life.py."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from tests.browser.administration import Administration
from tests.programmes.documents import samples

AWARD_FEN = 100_000_000
SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> date:
    return datetime.now(SHANGHAI).date()


def published(administration: Administration, **changes: Any) -> int:
    """A call of the pack that pays in two parts, open for a month, without reviews unless `changes` say otherwise."""
    form = {
        "pack": "city-smart-manufacturing",
        "edition": "2026",
        "opens_on": today().isoformat(),
        "closes_on": (today() + timedelta(days=30)).isoformat(),
        "reviewers_min": 0,
        "publicity_days": 0,
        "offices": [],
        **changes,
    }
    call = administration.api("city", "POST", "/calls", form)
    administration.api("city", "POST", f"/calls/{call['id']}/steps", {"action": "publish"})
    return int(call["id"])


def submitted(administration: Administration, call: int, who: str) -> int:
    """The application of a manager's enterprise, signed and handed in."""
    body = {"enterprise_id": administration.enterprises[who.split("-", maxsplit=1)[0]]}
    application = administration.api(who, "POST", f"/calls/{call}/applications", body)["id"]
    content = {
        "facts": {"registered_in_city": True, "serious_record_3y": False},
        "documents": {"application-form": administration.upload(who, "申报书.pdf", samples.pdf())},
        "pledge": True,
    }
    administration.api(who, "PUT", f"/applications/{application}/content", content)
    administration.api(who, "POST", f"/applications/{application}/submit", {})
    return int(application)


def recognised(administration: Administration, call: int, who: str) -> int:
    """The recognition of an application that passed without reviews."""
    application = submitted(administration, call, who)
    for action in ("accept", "pass"):
        administration.api("city", "POST", f"/applications/{application}/steps", {"action": action})
    return int(administration.api("city", "POST", "/recognitions", {"application_id": application})["id"])


def budget_line(administration: Administration, code: str, yuan: int) -> int:
    form = {
        "code": code,
        "name_zh": "智能制造示范奖补",
        "name_en": "Demonstration awards",
        "source": "city",
        "year": today().year,
        "programme": "city-smart-manufacturing",
        "purpose": "retrofits",
        "amount_fen": yuan * 100,
        "document": "咸财预〔2026〕12号",
    }
    return int(administration.api("treasurer", "POST", "/budgets", form)["line"]["id"])


def running_project(administration: Administration, recognition: int, who: str) -> int:
    """A project of one contract and one milestone, filed by a manager and confirmed by the city."""
    form = {
        "recognition_id": recognition,
        "title_zh": "压铸车间数字化改造",
        "title_en": "Digital die-casting shop",
        "starts_on": today().isoformat(),
        "ends_on": (today() + timedelta(days=200)).isoformat(),
        "contracts": [
            {
                "number": "HT-2026-01",
                "supplier": "云联软件(待核实)",
                "signed_on": today().isoformat(),
                "amount_fen": 300_000_000,
            }
        ],
        "milestones": [
            {
                "key": "m1",
                "name_zh": "设备联网与MES上线",
                "name_en": "Machines connected, MES running",
                "due_on": (today() + timedelta(days=100)).isoformat(),
                "amount_fen": 200_000_000,
            }
        ],
        "costs": [{"category": "software", "amount_fen": 200_000_000}],
        "pledge": True,
    }
    project = administration.api(who, "POST", "/projects", form)["id"]
    administration.api("city", "POST", f"/projects/{project}/steps", {"action": "confirm"})
    return int(project)


def claim_of_yesterday(administration: Administration, slug: str) -> str:
    """A press of an enterprise that told of itself yesterday, and the claim that it is connected."""
    platform, yesterday = administration.platform, today() - timedelta(days=1)
    site = platform.post(
        f"/enterprises/{administration.enterprises[slug]}/sites",
        {"slug": "works", "name_zh": "一厂区", "name_en": "Works", "area_code": "421202"},
    )["id"]
    platform.put("/assets", {"path": f"{slug}/works/press-1", "level": "equipment", "counts_as_equipment": True})
    platform.post("/gateways", {"id": f"{slug}-gw", "root": f"{slug}/works", "may_register": True})
    key = platform.post(f"/gateways/{slug}-gw/key", {})["key"]
    noon_s = int(datetime.combine(yesterday, datetime.min.time(), SHANGHAI).timestamp()) + 43_200
    httpx.post(
        f"{administration.url}/api/v2/write",
        params={"precision": "s"},
        content=f"press,asset=press-1 strokes=7 {noon_s}",
        headers={"Authorization": f"Token {slug}-gw:{key}"},
        trust_env=False,
    ).raise_for_status()
    platform.post(f"/sites/{site}/seals", {"date": yesterday.isoformat()})
    form = {
        "measure": "equipment_connection_rate",
        "subject": f"{slug}/works",
        "first_date": yesterday.isoformat(),
        "last_date": yesterday.isoformat(),
    }
    claim = administration.api(f"{slug}-manager", "POST", "/claims", form)
    assert claim["value"] == 1.0, claim
    return str(claim["id"])
