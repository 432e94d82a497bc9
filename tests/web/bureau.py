"""A bureau with its counties, enterprises and experts, and a clock of its own; everything goes through the API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from unittest import mock

import httpx
from tests.fixtures.schemas import lay_schemas
from tests.programmes.documents import samples
from tests.programmes.money.treasury import pack_in_two_parts
from tests.web.onlooker import Onlooker

from millmark.composition import Platform
from millmark.settings import load_settings
from millmark.web.access import Role
from millmark.web.sessions import COOKIE

DAY_US = 86_400_000_000
START_US = 1_772_500_000_000_000  # 2026-03-03 in Xianning

OFFICERS = {"county": "421202", "neighbour": "421221", "city": "421200", "province": "420000", "bureau": None}
REVIEWERS = ("ann", "ben", "cai", "dai")
FACTS = {"registered_in_city": True, "serious_record_3y": False}


@dataclass
class Bureau:
    """`north` lies in county 421202, `south` in 421221; both are placeholders of real enterprises."""

    platform: Platform
    client: httpx.AsyncClient
    clock: list[int]
    north: int
    south: int
    tokens: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.platform.life.calls.today()

    def days_pass(self, days: int) -> None:
        self.clock[0] += days * DAY_US

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """An answer of the API to an account; each day has its own sign-in."""
        key = (who, self.clock[0])
        if key not in self.tokens:
            account = next(one for one in self.platform.accounts.accounts() if one.name == who)
            self.tokens[key] = self.platform.sessions.open(account.id, "127.0.0.1")
        headers = {"Cookie": f"{COOKIE}={self.tokens[key]}"}
        return await self.client.request(method, f"/api{path}", json=body, headers=headers)

    async def get(self, who: str, path: str) -> Any:
        answer = await self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, who: str, path: str, body: Any = None, *, method: str = "POST") -> Any:
        answer = await self.ask(who, method, path, body)
        assert answer.status_code in (200, 201), f"{who} {method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def refused(self, status: int, who: str, path: str, body: Any = None, *, method: str = "POST") -> str:
        """The message of a refusal."""
        answer = await self.ask(who, method, path, body)
        assert answer.status_code == status, f"{who} {method} {path}: {answer.status_code} {answer.text}"
        return str(answer.json()["error"]["message"])

    async def upload(self, who: str) -> str:
        await self.get(who, "/session")
        token = self.tokens[who, self.clock[0]]
        form = {"file": ("申报书.pdf", samples.pdf(), "application/pdf")}
        answer = await self.client.post("/api/files", files=form, headers={"Cookie": f"{COOKIE}={token}"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def open_call(self, slug: str, **changes: Any) -> int:
        """A call of the city's demonstration, published by the city."""
        form = {
            "pack": "city-smart-manufacturing",
            "edition": "2023",
            "slug": slug,
            "opens_on": self.today.isoformat(),
            "closes_on": (self.today + timedelta(days=30)).isoformat(),
            "reviewers_min": 3,
            "publicity_days": 5,
            **changes,
        }
        call = await self.do("city", "/calls", form)
        await self.do("city", f"/calls/{call['id']}/steps", {"action": "publish"})
        return int(call["id"])

    async def started(self, call_id: int, who: str = "north-manager") -> int:
        enterprise_id = self.north if who.startswith("north") else self.south
        form = {"enterprise_id": enterprise_id}
        return int((await self.do(who, f"/calls/{call_id}/applications", form))["id"])

    async def filled(self, application_id: int, who: str = "north-manager", **content: Any) -> Mapping[str, Any]:
        form = {"facts": FACTS, "documents": {"application-form": await self.upload(who)}, "pledge": True, **content}
        saved: Mapping[str, Any] = await self.do(who, f"/applications/{application_id}/content", form, method="PUT")
        return saved

    async def submitted(self, call_id: int, who: str = "north-manager") -> int:
        application_id = await self.started(call_id, who)
        await self.filled(application_id, who)
        await self.do(who, f"/applications/{application_id}/submit", {})
        return application_id

    async def step(self, who: str, application_id: int, action: str, **form: Any) -> Mapping[str, Any]:
        path = f"/applications/{application_id}/steps"
        done: Mapping[str, Any] = await self.do(who, path, {"action": action, **form})
        return done

    async def under_review(self, call_id: int, who: str = "north-manager", county: str = "county") -> int:
        application_id = await self.submitted(call_id, who)
        await self.step(county, application_id, "accept")
        await self.step(county, application_id, "recommend_county")
        await self.step("city", application_id, "open_review")
        return application_id

    async def assigned(self, application_id: int, reviewer: str) -> int:
        form = {"application_id": application_id, "reviewer": reviewer}
        return int((await self.do("city", "/reviews", form))["id"])

    async def scored(self, review_id: int, reviewer: str, points: str) -> None:
        await self.do(reviewer, f"/reviews/{review_id}/declaration", {"conflict": False})
        form = {"scores": {"overall": points}, "comment": "见评审意见"}
        await self.do(reviewer, f"/reviews/{review_id}/scores", form, method="PUT")

    async def passed(self, call_id: int, who: str = "north-manager", county: str = "county") -> int:
        application_id = await self.under_review(call_id, who, county)
        for reviewer, points in (("ann", "82"), ("ben", "85"), ("cai", "79.5")):
            await self.scored(await self.assigned(application_id, reviewer), reviewer, points)
        await self.step("city", application_id, "close_scoring")
        await self.step("city", application_id, "pass")
        return application_id


Ground: TypeAlias = tuple[Platform, list[int], int, int]
"""A platform with its clock, and the enterprises in the north and in the south."""


@asynccontextmanager
async def bureau_on(ground: Ground) -> AsyncIterator[Bureau]:
    """The bureau as whoever speaks to the API meets it; for as long as one test speaks."""
    platform, clock, north, south = ground
    transport = httpx.ASGITransport(Onlooker(platform), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://millmark.test") as client:
        yield Bureau(platform, client, clock, north, south)


@contextmanager
def treasury_in(folder: Path, *, reduces_pro_rata: bool = False) -> Iterator[Ground]:
    """A bureau with two people of the treasury, and a pack that pays in two parts."""
    packs = pack_in_two_parts(folder / "packs", reduces_pro_rata=reduces_pro_rata)
    (folder / "millmark.toml").write_text(f'[region]\npolicy_packs = "{packs}"\n', "utf-8")
    with bureau_in(folder) as ground:
        for name in ("treasurer", "cashier"):
            ground[0].accounts.add(name, Role.TREASURER)
        yield ground


@contextmanager
def bureau_in(folder: Path) -> Iterator[Ground]:
    """A platform with accounts and enterprises, on a clock that its tests turn."""
    clock = [START_US]
    lay_schemas(folder)
    # Not a return value: the clock is turned while the platform runs.
    with mock.patch("millmark.composition.platform._system_time_us", lambda: clock[0]):  # noqa: PT008
        platform = Platform.open(load_settings(folder, demonstration=True))
    try:
        north, south = (
            platform.registry.add_enterprise(
                slug=slug, name_zh=name, name_en=slug, area_code=area, is_placeholder=True
            ).id
            for slug, name, area in (("north", "北厂", "421202"), ("south", "南厂", "421221"))
        )
        for name, area in OFFICERS.items():
            platform.accounts.add(name, Role.OFFICER, area_code=area)
        for slug, enterprise_id in (("north", north), ("south", south)):
            platform.accounts.add(f"{slug}-manager", Role.MANAGER, enterprise_id)
            platform.accounts.add(f"{slug}-engineer", Role.ENGINEER, enterprise_id)
        platform.accounts.add("supplier", Role.SUPPLIER, north)
        platform.accounts.add("auditor", Role.AUDITOR)
        for name in REVIEWERS:
            platform.accounts.add(name, Role.REVIEWER)
        yield platform, clock, north, south
    finally:
        platform.close()
