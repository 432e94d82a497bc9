"""People who ask the bureau's desk at once, each with an account of their own, while others write into its books."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypedDict

import httpx
import numpy as np

from millmark.composition import Platform
from millmark.web.access import Role
from millmark.web.sessions import COOKIE

PAGES: Final = (
    "/api/figures",
    "/api/figures/F02",
    "/api/reply",
    "/api/ledger?kind=telecom-infrastructure-investment&limit=100",
    "/api/watch/overview",
    "/api/watch/near",
    "/api/watch/roster",
    "/api/watch/key-enterprises",
    "/api/monthly-reports",
    "/api/watch/enterprises/{enterprise}",
    "/api/enterprises/{enterprise}/monthly-reports",
    "/api/publications",
    "/public/zh",
)
"""What an officer opens in a morning: each is what a page of the console asks for first."""

_BREATH_S: Final = 1.0
"""Between two records that come in: more than ten thousand reports of a month in three days of work."""


class Times(TypedDict):
    """Milliseconds from the question to the last byte."""

    requests: int
    failed: int
    p50_ms: float
    p95_ms: float


class LoadFigures(TypedDict):
    """`users` people at once, `county_officers` of them seeing their county alone, each thinking `think_s` between two
    pages, while records come in; `rate` is pages a second in all."""

    users: int
    county_officers: int
    think_s: float
    seconds: float
    rate: float
    p95_ms: float
    pages: Mapping[str, Times]
    writes: Mapping[str, Times]


@dataclass(frozen=True, slots=True)
class Person:
    """An officer signed in, and the enterprises that they may open."""

    token: str
    enterprises: Sequence[int]
    is_of_county: bool


@dataclass(slots=True)
class _Clock:
    """Gathers how long each question took, from many threads."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, name: str, client: httpx.Client, method: str, path: str, body: object = None) -> httpx.Response:
        begin = time.perf_counter()
        answer = client.request(method, path, json=body)
        took = (time.perf_counter() - begin) * 1000
        with self.lock:
            self.taken.setdefault(name, []).append(took)
            self.failed[name] = self.failed.get(name, 0) + (not answer.is_success)
        return answer

    def times(self) -> dict[str, Times]:
        return {name: _times(took, self.failed[name]) for name, took in sorted(self.taken.items())}


def officers(platform: Platform, count: int, counties: Sequence[str]) -> list[Person]:
    """Signs so many officers in: every second one of the city, the others of a county each in turn."""
    by_county: dict[str, list[int]] = {}
    for one in platform.registry.enterprises():
        by_county.setdefault(one.area_code, []).append(one.id)
    everybody = [one for ids in by_county.values() for one in ids]
    found = []
    for at in range(count):
        county = counties[at // 2 % len(counties)] if at % 2 else None
        name = f"bench-officer-{at}"
        once = platform.accounts.add(name, Role.OFFICER, area_code=county)
        platform.accounts.change_password(name, current=once, new=f"bench {once} {at}")
        account = next(one for one in platform.accounts.accounts() if one.name == name)
        token = platform.sessions.open(account.id, "127.0.0.1")
        found.append(Person(token, everybody if county is None else by_county[county], county is not None))
    return found


def asked(url: str, people: Sequence[Person], seconds: float, *, think_s: float) -> LoadFigures:
    """Lets everybody open pages for so long, with a city officer bringing records in beside them."""
    reading, writing = _Clock(), _Clock()
    for person in people[:2]:
        # What a process does once, such as loading a library, is no person's wait.
        with _client(url, person) as client:
            for page in PAGES:
                client.get(page.format(enterprise=person.enterprises[0]))
    begin = time.monotonic()
    ends = begin + seconds
    with ThreadPoolExecutor(len(people) + 1) as pool:
        work = [pool.submit(_read, url, one, at, ends, think_s, reading) for at, one in enumerate(people)]
        work.append(pool.submit(_write, url, people[0], ends, writing))
        for one in work:
            one.result()
    whole = [took for times in reading.taken.values() for took in times]
    took_s = time.monotonic() - begin
    return LoadFigures(
        users=len(people),
        county_officers=sum(one.is_of_county for one in people),
        think_s=think_s,
        seconds=round(took_s, 1),
        rate=round(len(whole) / took_s, 1),
        p95_ms=_percentile(whole, 95),
        pages=reading.times(),
        writes=writing.times(),
    )


def _client(url: str, person: Person) -> httpx.Client:
    # As from a browser: a session's writes name the page they come from.
    return httpx.Client(base_url=url, cookies={COOKIE: person.token}, headers={"Origin": url}, timeout=120)


def _read(url: str, person: Person, number: int, ends: float, think_s: float, clock: _Clock) -> None:
    chance = random.Random(number)  # noqa: S311 - an order of pages
    with _client(url, person) as client:
        time.sleep(chance.uniform(0, think_s))
        while time.monotonic() < ends:
            page = chance.choice(PAGES)
            clock.ask(page, client, "GET", page.format(enterprise=chance.choice(person.enterprises)))
            time.sleep(think_s)


def _write(url: str, person: Person, ends: float, clock: _Clock) -> None:
    """Turn by turn corrects an enterprise's last month and enters an investment, so that nothing kept stays true."""
    chance = random.Random(-1)  # noqa: S311 - an order of enterprises
    with _client(url, person) as client:
        number = 0
        while time.monotonic() < ends:
            number += 1
            if number % 2:
                _correct_a_month(client, chance.choice(person.enterprises), number, clock)
            else:
                clock.ask("a ledger entry", client, "POST", "/api/ledger", _investment(number))
            time.sleep(_BREATH_S)


def _correct_a_month(client: httpx.Client, enterprise: int, number: int, clock: _Clock) -> None:
    months = client.get(f"/api/enterprises/{enterprise}/monthly-reports").raise_for_status().json()["months"]
    last = next((one for one in months if one["version"]), None)
    if last is None:
        return
    form: dict[str, Any] = {
        "enterprise_id": enterprise,
        "month": last["month"],
        "values": last["values"] | {"revenue_fen": last["values"]["revenue_fen"] + 100},
        "source": f"bench {number}",
        "reason": "bench",
        "seen": last["version"],
    }
    findings = client.post("/api/watch/reports/check", json=form).raise_for_status().json()["findings"]
    form["explanations"] = {one["key"]: "bench" for one in findings}
    clock.ask("a month's report", client, "POST", "/api/watch/reports", form)


def _investment(number: int) -> dict[str, Any]:
    # Another day each second: what overlaps would be refused.
    day = date.fromordinal(date(1950, 1, 1).toordinal() + int(time.time()) % 20_000).isoformat()
    return {
        "kind": "telecom-infrastructure-investment",
        "area": "421200",
        "quantity": 100 + number,
        "period_start": day,
        "period_end": day,
        "counting": "bulk",
        "source": f"bench write {number} {time.time_ns()}",
    }


def _times(times: Sequence[float], failed: int) -> Times:
    return Times(requests=len(times), failed=failed, p50_ms=_percentile(times, 50), p95_ms=_percentile(times, 95))


def _percentile(times: Sequence[float], share: float) -> float:
    return round(float(np.percentile(times, share)), 1) if times else 0.0
