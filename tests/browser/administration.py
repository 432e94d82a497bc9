"""A city's administration over a running platform: its accounts, and a browser in front of each of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, Response, expect
from tests.browser.conftest import SHOWN_WITHIN_S, WIDE, OpenPage, Watched
from tests.faults.running import RunningPlatform
from tests.programmes.money.treasury import pack_in_two_parts

from millmark.web.sessions import COOKIE

PASSWORD = "a river turns the mill"
ENTERPRISES = {
    "north": ("北厂（待核实）", "North works (to be identified)", "421202"),
    "south": ("南厂（待核实）", "South works (to be identified)", "421221"),
}
ACCOUNTS: dict[str, dict[str, str]] = {
    "north-manager": {"role": "manager", "enterprise": "north"},
    "south-manager": {"role": "manager", "enterprise": "south"},
    "county": {"role": "officer", "area_code": "421202"},
    "city": {"role": "officer", "area_code": "421200"},
    "ann": {"role": "reviewer"},
    "ben": {"role": "reviewer"},
    "treasurer": {"role": "treasurer"},
    "auditor": {"role": "auditor"},
    "registrar": {"role": "admin"},
}


@dataclass
class Administration:
    """`north` lies in county 421202, `south` in 421221; both are placeholders of real enterprises."""

    platform: RunningPlatform
    enterprises: dict[str, int]
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.platform.web}"

    def api(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """What the API answers to an account, for what no page can have."""
        answer = self.clients[who].request(method, f"/api{path}", json=body)
        assert answer.is_success, f"{who} {method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def upload(self, who: str, name: str, content: bytes) -> str:
        answer = self.clients[who].post("/api/files", files={"file": (name, content, "application/pdf")})
        assert answer.is_success, answer.text
        return str(answer.json()["id"])


@contextlib.contextmanager
def administration_in(folder: Path, settings: str = "") -> Iterator[Administration]:
    """A platform of its own process with the accounts of a programme, and a pack that pays in two parts."""
    packs = pack_in_two_parts(folder / "packs")
    settings = f'[region]\npolicy_packs = "{packs}"\n{settings}'
    platform = RunningPlatform(folder / "node", settings=settings, ready_within_s=SHOWN_WITHIN_S)
    platform.start()
    clients = contextlib.ExitStack()
    try:
        enterprises = {
            slug: int(
                platform.post(
                    "/enterprises",
                    {"slug": slug, "name_zh": zh, "name_en": en, "area_code": area, "is_placeholder": True},
                )["id"]
            )
            for slug, (zh, en, area) in ENTERPRISES.items()
        }
        administration = Administration(platform, enterprises)
        for name, form in ACCOUNTS.items():
            administration.clients[name] = client = admitted(administration, name, form)
            clients.callback(client.close)
        yield administration
    finally:
        clients.close()
        platform.stop()


def admitted(administration: Administration, name: str, form: dict[str, str]) -> httpx.Client:
    """Somebody with an account and a password of their own."""
    body: dict[str, Any] = {"account": name} | {key: value for key, value in form.items() if key != "enterprise"}
    if "enterprise" in form:
        body["enterprise_id"] = administration.enterprises[form["enterprise"]]
    once = administration.platform.post("/accounts", body)["one_time_password"]
    client = httpx.Client(base_url=administration.url, timeout=30.0, trust_env=False)
    client.post("/api/session", json={"account": name, "password": once}).raise_for_status()
    client.put("/api/session/password", json={"current": once, "new": PASSWORD}).raise_for_status()
    return client


@dataclass
class Seat:
    """Somebody signed in at a browser of their own."""

    who: str
    watched: Watched

    @property
    def page(self) -> Page:
        return self.watched.page

    def open(self, path: str) -> Page:
        """A page of the console, once what it tells is there."""
        self.watched.open(path)
        expect(self.page.locator("main h1").first).to_be_visible()
        return self.page

    def finds_nothing_at(self, path: str) -> None:
        """The page says that there is no such thing, and the browser noted the answer that said so."""
        self.watched.open(path)
        expect(self.page.get_by_role("alert").first).to_be_visible()
        expect(self.page.locator(".steps")).to_have_count(0)
        self.watched.forgive("404")

    def act(self, action: str, reason: str = "", *, within: str = "main") -> None:
        """Takes a step that the platform offers, and waits until it is taken."""
        actions = self.page.locator(f"{within} .actions")
        actions.locator(f":scope > [data-act={action}]").click()
        dialog = self.page.get_by_role("dialog")
        if reason:
            dialog.locator("textarea[name=reason]").fill(reason)
        with self._answered():
            dialog.locator("[data-act=confirm]").click()
        expect(dialog).to_have_count(0)

    def fill(self, button: Locator | str, **values: str) -> None:
        """Opens a form, fills its fields by name, and sends it."""
        (self.page.locator(button) if isinstance(button, str) else button).click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        for name, value in values.items():
            put(dialog.locator(f"[name={name}]"), value)
        with self._answered():
            dialog.locator("[data-act=submit-form]").click()
        expect(dialog).to_have_count(0)

    def offers(self) -> list[str]:
        """The steps that the page offers at its head."""
        expect(self.page.locator("aside .steps li").first).to_be_visible()
        return [
            str(one.get_attribute("data-act")) for one in self.page.locator(".page-head .actions > [data-act]").all()
        ]

    def timeline(self) -> list[tuple[str, str]]:
        """What happened, the oldest first, as the page tells it: step and who took it."""
        steps = self.page.locator("aside .steps li")
        expect(steps.first).to_be_visible()
        told = [
            (one.get_attribute("data-step"), one.locator("p.quiet [title]").get_attribute("title"))
            for one in steps.all()
        ]
        return [(str(step), str(actor)) for step, actor in reversed(told)]

    @contextlib.contextmanager
    def _answered(self) -> Iterator[None]:
        """An action that writes was answered well; what else the platform says fails here, in its own words."""
        with self.page.expect_response(_writes) as told:
            yield
        assert told.value.ok, f"{self.who}: {told.value.request.url}: {told.value.status} {told.value.text()}"


def _writes(answer: Response) -> bool:
    return answer.request.method in {"POST", "PUT"}


def put(box: Locator, value: str) -> None:
    """Writes into a field, chooses from a list, or ticks a box."""
    if box.evaluate("element => element.tagName") == "SELECT":
        box.select_option(value)
    elif box.get_attribute("type") == "checkbox":
        box.set_checked(bool(value))
    else:
        box.fill(value)


def seated(
    administration: Administration,
    watched: OpenPage,
    who: str,
    *,
    language: str = "zh-CN",
    size: tuple[int, int] = WIDE,
) -> Seat:
    """Somebody at a browser of their own, with the session that they opened when they chose their password."""
    one = watched(administration.url, language=language, size=size)
    token = administration.clients[who].cookies[COOKIE]
    one.page.context.add_cookies([{"name": COOKIE, "value": token, "url": administration.url, "httpOnly": True}])
    return Seat(who, one)
