"""Brings a running demonstration's desk to where each of its pages has something to show, through its API.

Accounts of every role; one application from a call to money that comes back, with project, acceptance and effect; one
list made public with an objection; a challenge, an audit, a webhook, documents. It is for looking at, not for keeping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

PASSWORD = "a river turns the mill"  # noqa: S105 - of accounts that end with the demonstration
COOKIE = "millmark_session"
SHANGHAI = ZoneInfo("Asia/Shanghai")
PAPER = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)
ACCOUNTS: dict[str, dict[str, Any]] = {
    "city-officer": {"role": "officer", "area_code": "421200"},
    "first-expert": {"role": "reviewer"},
    "second-expert": {"role": "reviewer"},
    "city-treasurer": {"role": "treasurer"},
    "works-manager": {"role": "manager", "enterprise_id": 1},
    "other-manager": {"role": "manager", "enterprise_id": 2},
}


@dataclass(frozen=True)
class FilledDesk:
    """The session tokens of whoever looks, by account, and the numbers of what there is to see, by kind."""

    tokens: Mapping[str, str]
    ids: Mapping[str, int]


class _Desk:
    def __init__(self, address: str, admin_token: str) -> None:
        self._address = address
        self._clients = {"admin": self._client(admin_token)}
        self.ids: dict[str, int] = {}

    @property
    def tokens(self) -> dict[str, str]:
        return {name: client.cookies[COOKIE] for name, client in self._clients.items()}

    def admit(self, account: str, form: Mapping[str, Any]) -> None:
        once = self.ask("admin", "POST", "/accounts", {"account": account, **form})["one_time_password"]
        client = self._clients[account] = self._client(None)
        client.post("/api/session", json={"account": account, "password": once}).raise_for_status()
        client.put("/api/session/password", json={"current": once, "new": PASSWORD}).raise_for_status()

    def ask(self, who: str, method: str, path: str, body: Any = None) -> Any:
        answer = self._clients[who].request(method, f"/api{path}", json=body)
        if answer.is_error:
            raise SystemExit(f"{who} {method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def upload(self, who: str, name: str) -> str:
        files = {"file": (name, PAPER, "application/pdf")}
        answer = self._clients[who].post("/api/files", files=files).raise_for_status()
        return str(answer.json()["id"])

    def _client(self, token: str | None) -> httpx.Client:
        cookies = {COOKIE: token} if token else {}
        return httpx.Client(base_url=self._address, timeout=60.0, trust_env=False, cookies=cookies)


def fill_desk(address: str, admin_token: str) -> FilledDesk:
    desk = _Desk(address, admin_token)
    for account, form in ACCOUNTS.items():
        desk.admit(account, form)
    _subscribe(desk)
    _apply(desk)
    _review(desk)
    _award_and_pay(desk)
    _work(desk)
    _publicise(desk)
    _challenge(desk)
    _claw_back(desk)
    return FilledDesk(desk.tokens, desk.ids)


def today() -> date:
    return datetime.now(SHANGHAI).date()


def _subscribe(desk: _Desk) -> None:
    form = {"name": "市政务服务平台", "url": "http://127.0.0.1:9/hook", "object_kinds": ["application", "award"]}
    desk.ask("admin", "POST", "/webhooks", form)


def _call(desk: _Desk, slug: str, **changes: Any) -> int:
    form = {
        "pack": "city-smart-manufacturing",
        "edition": "2023",
        "slug": slug,
        "opens_on": today().isoformat(),
        "closes_on": (today() + timedelta(days=30)).isoformat(),
        "offices": [],
        **changes,
    }
    call = int(desk.ask("city-officer", "POST", "/calls", form)["id"])
    desk.ask("city-officer", "POST", f"/calls/{call}/steps", {"action": "publish"})
    return call


def _apply(desk: _Desk) -> None:
    desk.ids["call"] = call = _call(desk, "pictures", reviewers_min=2, publicity_days=0)
    terms = desk.ask("works-manager", "GET", f"/calls/{call}")["terms"]
    desk.ids["application"] = _submitted(desk, "works-manager", call, 1, terms)
    for action in ("accept", "open_review"):
        _step(desk, desk.ids["application"], action)


def _submitted(desk: _Desk, who: str, call: int, enterprise: int, terms: Mapping[str, Any]) -> int:
    application = int(desk.ask(who, "POST", f"/calls/{call}/applications", {"enterprise_id": enterprise})["id"])
    claims = desk.ask(who, "GET", f"/claims?enterprise_id={enterprise}")["claims"]
    good = {"registered_in_city"}
    content = {
        "facts": {one["id"]: one["id"] in good for one in terms["facts"] if one["type"] == "boolean"},
        "documents": {one["id"]: desk.upload(who, f"{one['name_zh']}.pdf") for one in terms["documents"]},
        "claim_ids": [claims[0]["id"]] if claims else [],
        "level": 2 if terms["levels"] else None,
        "pledge": True,
    }
    desk.ask(who, "PUT", f"/applications/{application}/content", content)
    desk.ask(who, "POST", f"/applications/{application}/submit", {})
    return application


def _step(desk: _Desk, application: int, action: str, **more: Any) -> Any:
    return desk.ask("city-officer", "POST", f"/applications/{application}/steps", {"action": action, **more})


def _review(desk: _Desk) -> None:
    application = desk.ids["application"]
    for expert, points in (("first-expert", "86"), ("second-expert", "79")):
        form = {"application_id": application, "reviewer": expert}
        review = int(desk.ask("city-officer", "POST", "/reviews", form)["id"])
        desk.ask(expert, "POST", f"/reviews/{review}/declaration", {"conflict": False})
        criteria = desk.ask(expert, "GET", f"/reviews/{review}")["criteria"]
        scores = {one["id"]: str(int(points) * int(float(one["most"])) // 100) for one in criteria}
        form = {"scores": scores, "comment": "示范作用明显，见现场核查记录。"}
        desk.ask(expert, "PUT", f"/reviews/{review}/scores", form)
        desk.ids.setdefault("review", review)
    shown = _step(desk, application, "close_scoring")
    judged = {one["id"]: True for one in shown["advice"]["conditions"] if one["outcome"] == "not_provable"}
    _step(desk, application, "judge", judgements=judged, reason="专家组现场核查一致认可")
    _step(desk, application, "pass")
    form = {"application_id": application, "number": "咸智造2026-001", "document": "咸经信〔2026〕30号"}
    desk.ids["recognition"] = int(desk.ask("city-officer", "POST", "/recognitions", form)["id"])


def _award_and_pay(desk: _Desk) -> None:
    programme = desk.ask("city-officer", "GET", f"/calls/{desk.ids['call']}")["programme"]
    line = {
        "code": "2150805",
        "name_zh": "智能制造示范奖补",
        "name_en": "Demonstration awards",
        "source": "city",
        "year": today().year,
        "programme": programme,
        "purpose": "retrofits",
        "amount_fen": 500_000_000,
        "document": "咸财预〔2026〕12号",
    }
    desk.ids["line"] = int(desk.ask("city-treasurer", "POST", "/budgets", line)["line"]["id"])
    award = desk.ask("city-officer", "POST", "/awards", {"recognition_id": desk.ids["recognition"]})
    desk.ids["award"] = int(award["id"])
    steps = f"/awards/{award['id']}/steps"
    funding = [{"line_id": desk.ids["line"], "amount_fen": award["amount_fen"]}]
    desk.ask("city-officer", "POST", steps, {"action": "propose", "funding": funding})
    done = desk.ask("city-treasurer", "POST", steps, {"action": "approve", "document": "咸经信〔2026〕31号"})
    first = done["instalments"][0]
    form = {
        "award_id": desk.ids["award"],
        "line_id": desk.ids["line"],
        "instalment": first["id"],
        "amount_fen": first["amount_fen"],
    }
    payment = int(desk.ask("city-officer", "POST", "/disbursements", form)["id"])
    desk.ask("city-treasurer", "POST", f"/disbursements/{payment}/steps", {"action": "approve"})
    desk.ask("city-treasurer", "POST", f"/disbursements/{payment}/steps", {"action": "pay", "receipt": "ICBC-0001"})


def _work(desk: _Desk) -> None:
    who, end = "works-manager", today() + timedelta(days=200)
    scan = desk.upload(who, "合同扫描件.pdf")
    milestone = {"key": "m1", "name_zh": "设备联网与MES上线", "name_en": "Machines connected, MES running"}
    form = {
        "recognition_id": desk.ids["recognition"],
        "title_zh": "压铸车间数字化改造",
        "title_en": "Digital die-casting shop",
        "starts_on": today().isoformat(),
        "ends_on": end.isoformat(),
        "contracts": [
            {
                "number": "HT-2026-01",
                "supplier": "云联软件(待核实)",
                "signed_on": today().isoformat(),
                "amount_fen": 300_000_000,
                "file_id": scan,
            }
        ],
        "milestones": [milestone | {"due_on": (today() + timedelta(days=100)).isoformat(), "amount_fen": 200_000_000}],
        "costs": [],
        "pledge": True,
    }
    desk.ids["project"] = project = int(desk.ask(who, "POST", "/projects", form)["id"])
    desk.ask("city-officer", "POST", f"/projects/{project}/steps", {"action": "confirm"})
    report = {"percent": 100, "note": "两条压铸线联网，MES已上线。"}
    desk.ask(who, "POST", f"/projects/{project}/milestones/m1", report)
    desk.ask(who, "POST", f"/projects/{project}/steps", {"action": "finish"})
    effect = {
        "topic": "quality",
        "name_zh": "不良率",
        "name_en": "Share of rejects",
        "unit": "%",
        "lower_is_better": True,
        "before": {"value": "3.2", "first": "2025-01-01", "last": "2025-12-31"},
        "after": {"value": "2.4", "first": "2026-03-01", "last": "2026-03-31"},
    }
    desk.ask(who, "POST", f"/projects/{project}/effects", effect)
    acceptance = int(desk.ask(who, "POST", "/acceptances", {"project_id": project})["id"])
    desk.ids["acceptance"] = acceptance
    invoice = {
        "number": "26422000000012345678",
        "seller": "云联软件(待核实)",
        "issued_on": today().isoformat(),
        "category": "software",
        "amount_fen": 80_000_000,
        "tax_fen": 10_400_000,
        "file_id": desk.upload(who, "发票.pdf"),
    }
    desk.ask(who, "POST", f"/acceptances/{acceptance}/invoices", invoice)
    papers = {"finished_on": today().isoformat(), "summary": "完成两条压铸线联网与MES上线。"}
    desk.ask(who, "POST", f"/acceptances/{acceptance}/submission", papers)


def _publicise(desk: _Desk) -> None:
    call = _call(desk, "pictures-public", reviewers_min=0, publicity_days=5)
    terms = desk.ask("other-manager", "GET", f"/calls/{call}")["terms"]
    application = _submitted(desk, "other-manager", call, 2, terms)
    for action in ("accept", "pass"):
        _step(desk, application, action)
    form = {"call_id": call, "application_ids": [application]}
    desk.ids["publicity"] = int(desk.ask("city-officer", "POST", "/publicity", form)["id"])
    objection = {"application_id": application, "text": "该企业的生产线不在本市。"}
    desk.ask("works-manager", "POST", f"/publicity/{desk.ids['publicity']}/objections", objection)


def _challenge(desk: _Desk) -> None:
    claim = desk.ask("works-manager", "GET", "/claims?enterprise_id=1")["claims"][0]
    form = {"claim_id": claim["id"], "reason": "设备综合效率高于同行，抽查。"}
    desk.ids["challenge"] = int(desk.ask("city-officer", "POST", "/challenges", form)["challenge"]["id"])
    audit = {"name": "2026年第四季度抽查", "share_permille": 200, "draw_on": (today() + timedelta(days=7)).isoformat()}
    desk.ask("city-officer", "POST", "/audits", audit)
    for kind, number in (("recognition_list", "call"), ("award_letter", "award"), ("certificate", "recognition")):
        form = {"kind": kind, "language": "zh", "object_id": desk.ids[number]}
        desk.ask("city-officer", "POST", "/documents", form)


def _claw_back(desk: _Desk) -> None:
    form = {
        "award_id": desk.ids["award"],
        "amount_fen": 5_000_000,
        "grounds": "double_funding",
        "reason": "省级专项已支持同一设备",
    }
    desk.ask("city-officer", "POST", "/clawbacks", form)
