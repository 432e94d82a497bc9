"""How fast the bureau's desk answers over a whole region, with many people at once."""

from __future__ import annotations

import json
import random
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypedDict

import httpx
import numpy as np

from millmark.bench.machine import Machine, this_machine, versions
from millmark.bench.platform import prepared, started
from millmark.bench.region_books import fill_ledger, fill_watch, import_facts, station_sheet
from millmark.composition import Platform
from millmark.reports.ledger_sheets.checking import Defaults
from millmark.reports.ledger_sheets.imports import LedgerImports
from millmark.settings import load_settings
from millmark.web.local import access_file

STATION: Final = "5g-base-station"
PAGES: Final = (
    "/api/figures",
    "/api/figures/F02",
    "/api/reply",
    "/api/ledger?kind=telecom-infrastructure-investment&limit=100",
    "/api/watch/overview",
    "/api/watch/near",
    "/api/watch/roster",
    "/api/monthly-reports",
    "/api/watch/enterprises/17",
    "/api/enterprises/17/monthly-reports",
    "/api/publications",
    "/public/zh",
)
"""What an officer opens in a morning: each is what a page of the console asks for first."""


class PageTimes(TypedDict):
    """Milliseconds from the question to the last byte."""

    requests: int
    failed: int
    p50_ms: float
    p95_ms: float


class LoadFigures(TypedDict):
    """`users` people at once, each thinking `think_s` between two pages; `rate` is pages a second in all."""

    users: int
    think_s: float
    seconds: float
    rate: float
    p95_ms: float
    pages: Mapping[str, PageTimes]


class ImportFigures(TypedDict):
    """Seconds to bring a sheet, to hold every row against the rules and the ledger, and to keep them."""

    rows: int
    brought_s: float
    checked_s: float
    kept_s: float
    whole_s: float
    added: int


class RegionReport(TypedDict):
    machine: Machine
    versions: Mapping[str, str]
    enterprises: int
    months: int
    entries: int
    figures_s: float
    reply_s: float
    sheet: ImportFigures
    people: LoadFigures
    hurried: LoadFigures


def measure_region(
    enterprises: int = 10_000,
    months: int = 60,
    entries: int = 20_000,
    *,
    users: int = 20,
    seconds: float = 30.0,
    sheet_rows: int = 100_000,
    scratch: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> RegionReport:
    """Fills a region on SQLite, then asks a running platform as many people would."""
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-region-") as name:
        folder = Path(name) / "platform"
        # All people of the benchmark ask from one address.
        prepared(folder, "[public]\nrequests_per_minute = 1000000\n")
        figures_s, reply_s = _filled(folder, enterprises, months, entries, tell)
        with started(folder):
            tell(f"{users} people")
            people = _asked(folder, users, seconds, think_s=1.0)
            tell(f"{users} people in a hurry")
            hurried = _asked(folder, users, seconds / 2, think_s=0.0)
        tell(f"a sheet of {sheet_rows:,} rows")
        sheet = _imported(folder, sheet_rows)
        return RegionReport(
            machine=this_machine(folder),
            versions=versions(()),
            enterprises=enterprises,
            months=months,
            entries=entries,
            figures_s=figures_s,
            reply_s=reply_s,
            sheet=sheet,
            people=people,
            hurried=hurried,
        )


def _filled(
    folder: Path, enterprises: int, months: int, entries: int, tell: Callable[[str], None]
) -> tuple[float, float]:
    """Fills the books; returns the seconds that all figures, and the whole reply, take from the books."""
    platform = Platform.open(load_settings(folder, environment={}))
    try:
        import_facts(platform.database, platform.bureau, platform.programme_records, platform.now_us)
        fill_watch(platform.database, enterprises, months, tell)
        fill_ledger(platform.database, platform.ledger, entries, min(4_000, entries), tell)
        begin = time.perf_counter()
        platform.figures.compute()
        figures_s = time.perf_counter() - begin
        begin = time.perf_counter()
        platform.replies.reply("zh")
        return round(figures_s, 3), round(time.perf_counter() - begin, 3)
    finally:
        platform.close()


def _imported(folder: Path, rows: int) -> ImportFigures:
    platform = Platform.open(load_settings(folder, environment={}))
    try:
        imports = LedgerImports(platform.database, platform.ledger, now_us=platform.now_us)
        content = station_sheet(rows)
        clock = [time.perf_counter()]
        brought = imports.bring(STATION, "stations.csv", content, created_by="bench")
        clock.append(time.perf_counter())
        checked = imports.check(brought.id, brought.mapping, Defaults())
        clock.append(time.perf_counter())
        if checked.bad:
            raise ValueError(f"{checked.bad} rows were refused: {checked.problems[:3]}")
        done = imports.commit(brought.id, "all", recorded_by="bench")
        clock.append(time.perf_counter())
    finally:
        platform.close()
    return ImportFigures(
        rows=rows,
        brought_s=round(clock[1] - clock[0], 2),
        checked_s=round(clock[2] - clock[1], 2),
        kept_s=round(clock[3] - clock[2], 2),
        whole_s=round(clock[3] - clock[0], 2),
        added=done.added,
    )


def _asked(folder: Path, users: int, seconds: float, *, think_s: float) -> LoadFigures:
    access = json.loads(access_file(folder).read_text("utf-8"))
    taken: dict[str, list[float]] = {page: [] for page in PAGES}
    failed = dict.fromkeys(PAGES, 0)
    lock = threading.Lock()

    def person(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - an order of pages
        headers = {"Authorization": f"Bearer {access['token']}"}
        with httpx.Client(base_url=access["url"], headers=headers, timeout=60) as client:
            time.sleep(chance.uniform(0, think_s))
            while time.monotonic() < ends:
                page = chance.choice(PAGES)
                begin = time.perf_counter()
                answer = client.get(page)
                took = time.perf_counter() - begin
                with lock:
                    taken[page].append(took * 1000)
                    failed[page] += answer.status_code != httpx.codes.OK
                time.sleep(think_s)

    for page in PAGES:
        # What a process does once, such as loading a library, is no person's wait.
        httpx.get(f"{access['url']}{page}", headers={"Authorization": f"Bearer {access['token']}"}, timeout=120)
    begin = time.monotonic()
    ends = begin + seconds
    with ThreadPoolExecutor(users) as people:
        list(people.map(person, range(users)))
    whole = [one for times in taken.values() for one in times]
    return LoadFigures(
        users=users,
        think_s=think_s,
        seconds=round(time.monotonic() - begin, 1),
        rate=round(len(whole) / (time.monotonic() - begin), 1),
        p95_ms=_percentile(whole, 95),
        pages={page: _times(times, failed[page]) for page, times in taken.items()},
    )


def _times(times: Sequence[float], failed: int) -> PageTimes:
    return PageTimes(requests=len(times), failed=failed, p50_ms=_percentile(times, 50), p95_ms=_percentile(times, 95))


def _percentile(times: Sequence[float], share: float) -> float:
    return round(float(np.percentile(times, share)), 1) if times else 0.0
